"""What sorts of values does a field take, and how are they read and shown?

Stored values are plain JSON: str, int, float, bool, "2024-06-30", list of str. A blank is None and is not stored.
`read` accepts what people type and what files hold; `show` gives the words of the screen.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any, ClassVar

from layers.errors import InvalidValue
from layers.rights import Visibility

JsonValue = str | int | float | bool | list[str]
MISSING = "未提供"
BLANKS = {"", "-", "—", "/", "无", "null", "none", "nan", "nat", "<null>"}
_LONGEST_BLANK = max(map(len, BLANKS))
_WIDE = re.compile("[０-ｚ．－＋／　]")
EXCEL_EPOCH = date(1899, 12, 30)
EXCEL_DAYS = range(18264, 73051)  # 1950-01-01 … 2099-12-31
DAY_PATTERNS = (
    re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?(?:[ T]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?.*)?"),
    re.compile(r"(\d{4})(\d{2})(\d{2})"),
)
YEAR_PATTERNS = (re.compile(r"((?:19|20)\d{2})年?"), re.compile(r"(\d{2})年"))
"""2022, 2022年, 22年: of this century where there are two digits."""
COARSE_DAY = re.compile(
    r"((?:19|20)?\d{2}年|(?:19|20)\d{2})(\d{1,2}月|[-/.]\d{1,2})?[份初底中末上旬下]*|(?:19|20)\d{2}-\d{1,2}"
)


@dataclass(frozen=True, kw_only=True)
class Field:
    """One attribute of a kind; every form, check, column and card derives from this declaration.

    aliases: other column names under which files bring it. card: shown on the card even when missing.
    source: the article or standard the field comes from. visibility: who may see its values. help: how to fill it
    in. listed: whether it is a column of tables; None leaves that to `card` and `filterable`. off_card: never on it.
    off_form: it is filled in elsewhere, or follows from another field. own_act: nobody writes it but an act of its own,
    no form and no change of the feature.
    legal: rights in land rest on it, so a change needs a second person.
    """

    key: str
    title: str
    unit: str = ""
    required: bool = False
    aliases: tuple[str, ...] = ()
    filterable: bool = False
    card: bool = False
    visibility: Visibility = "public"
    source: str = ""
    legal: bool = False
    help: str = ""
    listed: bool | None = None
    off_card: bool = False
    off_form: bool = False
    own_act: bool = False
    json_type: ClassVar[str] = "string"

    @property
    def in_tables(self) -> bool:
        """Whether tables have a column of it."""
        return self.card or self.filterable if self.listed is None else self.listed

    def read(self, raw: object) -> JsonValue | None:
        """The stored value of what came in; None for a blank; raises InvalidValue with a Chinese sentence."""
        if is_blank(raw):
            return None
        return self._read(raw)

    def show(self, value: JsonValue | None) -> str:
        """The words of the screen, without the unit."""
        return MISSING if value is None else self._show(value)

    def schema(self) -> dict[str, Any]:
        """JSON schema of the stored value."""
        facts: dict[str, Any] = {"title": self.title, "type": self.json_type, **self._schema()}
        if self.unit:
            facts["unit"] = self.unit
        return facts

    def _read(self, raw: object) -> JsonValue | None:
        raise NotImplementedError

    def _show(self, value: JsonValue) -> str:
        return str(value)

    def _schema(self) -> dict[str, Any]:
        return {}

    def _refuse(self, raw: object, right: str) -> InvalidValue:
        return InvalidValue(f"“{self.title}”应为{right}，但收到“{shortened(raw)}”。请改正，或留空。")


@dataclass(frozen=True, kw_only=True)
class Text(Field):
    """One line of text, at most `longest` characters."""

    longest: int = 200

    def _read(self, raw: object) -> str:
        text = " ".join(plain(raw).split())
        if len(text) > self.longest:
            raise InvalidValue(f"“{self.title}”最多 {self.longest} 个字，但收到 {len(text)} 个字。请缩短。")
        return text

    def _schema(self) -> dict[str, Any]:
        return {"maxLength": self.longest}


@dataclass(frozen=True, kw_only=True)
class Names(Field):
    """Several names, separated by 、 or ; in files."""

    json_type: ClassVar[str] = "array"

    def _read(self, raw: object) -> list[str] | None:
        parts = raw if isinstance(raw, list) else re.split(r"[、;；|]", plain(raw))
        return [name for part in parts if (name := str(part).strip())] or None

    def _show(self, value: JsonValue) -> str:
        return "、".join(value) if isinstance(value, list) else str(value)

    def _schema(self) -> dict[str, Any]:
        return {"items": {"type": "string"}}


@dataclass(frozen=True, kw_only=True)
class Number(Field):
    """A number with a unit, within limits that are plausible for the field."""

    at_least: float = 0
    at_most: float = 1e9
    digits: int = 2
    json_type: ClassVar[str] = "number"
    as_they_are: ClassVar[frozenset[type]] = frozenset((int, float))
    """Types of values that need no reading once they are within the limits."""

    def _read(self, raw: object) -> int | float:
        if isinstance(raw, (int, float)) and type(raw) in self.as_they_are and self._may_be(raw):
            return int(raw) if raw == int(raw) else raw
        number = self._number(raw)
        if not self._may_be(number):
            raise self._refuse(raw, f" {self.at_least:g} 到 {self.at_most:g} 之间的数字{self._unit()}")
        return int(number) if number == int(number) else float(number)

    def _may_be(self, number: float | Decimal) -> bool:
        return self.at_least <= number <= self.at_most

    def _number(self, raw: object) -> Decimal:
        text = plain(raw).replace(",", "").replace("，", "").strip()
        if self.unit and text.endswith(self.unit):
            text = text[: -len(self.unit)].strip()
        try:
            number = Decimal(text)
        except InvalidOperation:
            raise self._refuse(raw, f"数字{self._unit()}") from None
        if not number.is_finite():
            raise self._refuse(raw, f"数字{self._unit()}")
        return number

    def _unit(self) -> str:
        return f"（{self.unit}）" if self.unit else ""

    def _show(self, value: JsonValue) -> str:
        if isinstance(value, (str, list)):
            return str(value)
        number = Decimal(str(value)).quantize(Decimal(1).scaleb(-self.digits), ROUND_HALF_UP)
        return f"{number:,.{self.digits}f}"

    def _schema(self) -> dict[str, Any]:
        return {"minimum": self.at_least, "maximum": self.at_most}


@dataclass(frozen=True, kw_only=True)
class Whole(Number):
    """A count."""

    digits: int = 0
    json_type: ClassVar[str] = "integer"
    as_they_are: ClassVar[frozenset[type]] = frozenset((int,))

    def _number(self, raw: object) -> Decimal:
        number = super()._number(raw)
        if number != int(number):
            raise self._refuse(raw, f"整数{self._unit()}")
        return number


@dataclass(frozen=True, kw_only=True)
class Year(Whole):
    """A calendar year, written with four digits."""

    at_least: float = 1949
    at_most: float = 2100

    def _number(self, raw: object) -> Decimal:
        text = plain(raw).strip()
        found = next((match for each in YEAR_PATTERNS if (match := each.fullmatch(text))), None)
        digits = found[1] if found else text.removesuffix("年")
        return super()._number(f"20{digits}" if found and len(digits) == 2 else digits)

    def _show(self, value: JsonValue) -> str:
        return f"{value}"


@dataclass(frozen=True, kw_only=True)
class Day(Field):
    """A calendar day: 2024-06-30, 2024/6/30, 2024.6.30, 2024年6月30日, 20240630, or an Excel day number.

    A year or a month alone (22年, 2022年3月) is no day, and never the first of it: legal periods count from days.
    """

    def _read(self, raw: object) -> str:
        if isinstance(raw, datetime):
            return raw.date().isoformat()
        if isinstance(raw, date):
            return raw.isoformat()
        day = _written_day(plain(raw)) or _excel_day(raw)
        if day is None and is_coarse_day(raw):
            raise self._refuse(raw, "精确到日的日期（如 2024-06-30），只有年或月不能推算期限")
        if day is None:
            raise self._refuse(raw, "日期（如 2024-06-30）")
        return day.isoformat()

    def _schema(self) -> dict[str, Any]:
        return {"format": "date"}


def is_coarse_day(raw: object) -> bool:
    """Whether this says a year or a month, but no day: 22年, 2022年, 2022, 2022年3月, 2022.3."""
    return COARSE_DAY.fullmatch(plain(raw).strip()) is not None


@dataclass(frozen=True, kw_only=True)
class Flag(Field):
    """Yes or no."""

    json_type: ClassVar[str] = "boolean"
    words: ClassVar[Mapping[str, bool]] = {
        **dict.fromkeys(("是", "有", "1", "true", "yes", "y", "√"), True),
        **dict.fromkeys(("否", "没有", "0", "false", "no", "n", "×"), False),
    }

    def _read(self, raw: object) -> bool:
        if isinstance(raw, bool):
            return raw
        answer = self.words.get(plain(raw).strip().lower())
        if answer is None:
            raise self._refuse(raw, "“是”或“否”")
        return answer

    def _show(self, value: JsonValue) -> str:
        return "是" if value else "否"


@dataclass(frozen=True, kw_only=True)
class Choice(Field):
    """One of a list: the code is stored, the word is shown, both are accepted, and so are the words in `also`.

    retired: codes that are shown where they are stored, and no longer offered.
    """

    choices: Mapping[str, str] = field(default_factory=dict)
    also: Mapping[str, str] = field(default_factory=dict)
    retired: frozenset[str] = frozenset()

    @property
    def offered(self) -> dict[str, str]:
        """The choices that are in use."""
        return {code: word for code, word in self.choices.items() if code not in self.retired}

    def _read(self, raw: object) -> str:
        text = plain(raw).strip()
        if text in self.choices:
            return text
        by_word = {word: code for code, word in self.offered.items()} | dict(self.also)
        if text not in by_word:
            raise self._refuse(raw, f"以下之一：{shortened('、'.join(self.offered.values()), 200)}")
        return by_word[text]

    def _show(self, value: JsonValue) -> str:
        return self.choices.get(str(value), str(value))

    def _schema(self) -> dict[str, Any]:
        return {"enum": list(self.choices), "words": dict(self.choices)}


@dataclass(frozen=True, kw_only=True)
class Choices(Field):
    """Several of a list, separated by 、 or ; in files; stored as codes in the order of the list."""

    choices: Mapping[str, str] = field(default_factory=dict)
    retired: frozenset[str] = frozenset()
    json_type: ClassVar[str] = "array"

    @property
    def one(self) -> Choice:
        """One of its values as a field of its own."""
        return Choice(key=self.key, title=self.title, choices=self.choices, retired=self.retired)

    def _read(self, raw: object) -> list[str] | None:
        parts = raw if isinstance(raw, list) else re.split(r"[、;；|]", plain(raw))
        read = {self.one.read(part) for part in parts}
        return [code for code in self.choices if code in read] or None

    def _show(self, value: JsonValue) -> str:
        codes = value if isinstance(value, list) else [str(value)]
        return "、".join(self.choices.get(code, code) for code in codes)

    def _schema(self) -> dict[str, Any]:
        return {"items": {"type": "string", "enum": list(self.choices)}, "words": dict(self.choices)}


def is_blank(raw: object) -> bool:
    """Whether a cell holds nothing: None, NaN, or one of the ways in which people write a blank."""
    if isinstance(raw, str):
        text = raw.strip()
        return len(text) <= _LONGEST_BLANK and text.lower() in BLANKS
    if isinstance(raw, list):
        return not raw
    return raw is None or (isinstance(raw, float) and math.isnan(raw))


def plain(raw: object) -> str:
    """Text with full-width digits and letters made half-width; a float that is whole loses its “.0”."""
    if isinstance(raw, str):
        return raw if raw.isascii() else _half_width(raw)
    if isinstance(raw, float) and raw == int(raw):
        return str(int(raw))
    return unicodedata.normalize("NFKC", str(raw))


def shortened(raw: object, longest: int = 40) -> str:
    """What came, short enough for a sentence."""
    text = " ".join(str(raw).split())
    return text if len(text) <= longest else text[: longest - 1] + "…"


def _half_width(text: str) -> str:
    # Only digits, letters and the signs of numbers: Chinese punctuation in names stays as it was written.
    return _WIDE.sub(_narrow, text)


def _narrow(found: re.Match[str]) -> str:
    char = found[0]
    return unicodedata.normalize("NFKC", char) if char.isalnum() or char in "．－＋／　" else char


def _written_day(text: str) -> date | None:
    for pattern in DAY_PATTERNS:
        if match := pattern.fullmatch(text.strip()):
            try:
                return date(*(int(part) for part in match.groups()))
            except ValueError:
                return None
    return None


def _excel_day(raw: object) -> date | None:
    text = plain(raw).strip()
    if not text.isascii() or not text.isdigit() or int(text) not in EXCEL_DAYS:
        return None
    return EXCEL_EPOCH + timedelta(days=int(text))
