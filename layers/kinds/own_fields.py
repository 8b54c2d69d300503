"""Which fields did a county declare for a layer of its own, and can they be?

A declaration comes from the screen as JSON and is kept as JSON with its layer. Keys of fields (f1, f2 …) and codes
of choices (c1, c2 …) are made here and never change, so that words can be renamed while values stay.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Final, get_args

from layers.errors import InvalidValue
from layers.kinds.base import Geometry
from layers.kinds.fields import shortened
from layers.rights import VISIBILITIES, Visibility

SORTS: Final = {
    "text": "单行文字",
    "long_text": "多行文字",
    "whole": "整数",
    "decimal": "小数",
    "day": "日期",
    "flag": "是/否",
    "choice": "单选",
    "choices": "多选",
}
GEOMETRIES: Final[dict[str, str]] = {"point": "点", "line": "线", "polygon": "面"}
CHOOSING: Final = frozenset({"choice", "choices"})
MEASURED: Final = frozenset({"whole", "decimal"})
MOST_FIELDS: Final = 60
MOST_CHOICES: Final = 200
MOST_COLORS: Final = 12
"""More colours than this nobody tells apart."""
LONGEST_TITLE: Final = 40
LONGEST_CHOICE: Final = 40
LONGEST_HELP: Final = 200
LONGEST_UNIT: Final = 10
_FIELD_KEY: Final = re.compile(r"f[1-9]\d{0,4}")
_CODE: Final = re.compile(r"c[1-9]\d{0,4}")
_UNSHOWABLE: Final = re.compile("[\\x00-\\x1f\\x7f-\\x9f\\u2028\\u2029\\ud800-\\udfff]")


@dataclass(frozen=True, kw_only=True)
class OwnChoice:
    """One word of a list. retired: no longer offered; records that have it keep it."""

    code: str
    title: str
    retired: bool = False


@dataclass(frozen=True, kw_only=True)
class OwnField:
    """One field of the county's own. retired: hidden everywhere; values stay where they are."""

    key: str
    title: str
    sort: str
    unit: str = ""
    help: str = ""
    required: bool = False
    visibility: Visibility = "public"
    filterable: bool = False
    card: bool = True
    listed: bool = True
    retired: bool = False
    choices: tuple[OwnChoice, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Look:
    """How the layer is drawn, by names that own_looks.py knows."""

    color: str = "indigo"
    width: str = "middle"
    dash: str = "solid"
    fill: str = "tint"
    marker: str = "pentagon"


@dataclass(frozen=True, kw_only=True)
class Declaration:
    """A layer of the county's own. color_by, label_by: keys of fields, or "" for one colour and the name."""

    geometry: Geometry
    word: str = "个"
    fields: tuple[OwnField, ...] = ()
    color_by: str = ""
    label_by: str = ""
    look: Look = field(default_factory=Look)

    @property
    def active(self) -> tuple[OwnField, ...]:
        """The fields that are in use."""
        return tuple(each for each in self.fields if not each.retired)

    def named(self, key: str) -> OwnField | None:
        """The field in use with this key."""
        return next((each for each in self.active if each.key == key), None)

    def stored(self) -> dict[str, Any]:
        """As JSON, with a name of exactly this content."""
        told: dict[str, Any] = json.loads(json.dumps(asdict(self)))
        text = json.dumps(told, ensure_ascii=False, sort_keys=True)
        return told | {"edition": hashlib.sha256(text.encode()).hexdigest()[:16]}


def declared(
    raw: object,
    before: Declaration | None = None,
    *,
    looks: Mapping[str, Sequence[str]],
    reserved: Iterable[str] = (),
    in_use: bool = False,
) -> Declaration:
    """The declaration that came in; raises InvalidValue with a sentence that names the field.

    before: what it replaces. in_use: there are records, so that types stay and nothing may vanish. looks: the names
    that each part of the look may have. reserved: titles of the fields that every layer has anyway.
    """
    given = _Given(raw, "图层定义")
    geometry = given.one_of("geometry", GEOMETRIES, "图形类型")
    if before and in_use and geometry != before.geometry:
        raise InvalidValue(
            f"图层里已有数据，图形类型不能由{GEOMETRIES[before.geometry]}改为{GEOMETRIES[geometry]}。请另建一个图层。"
        )
    raw_fields = given.list("fields", "字段")
    fields = _fields(raw_fields, before, in_use)
    # A field that has no key yet is named by a word of the screen's own.
    named = {
        str(each["temp"]): one.key for each, one in zip(raw_fields, fields, strict=True) if each.get("temp")
    }
    color_by, label_by = (
        given.text(key, title, 12, default="")
        for key, title in (("color_by", "着色字段"), ("label_by", "图上文字"))
    )
    _refuse_reserved(fields, reserved)
    found = Declaration(
        geometry=next(each for each in get_args(Geometry) if each == geometry),
        word=given.text("word", "量词", 4, default="个"),
        fields=fields,
        color_by=named.get(color_by, color_by),
        label_by=named.get(label_by, label_by),
        look=_look(given.given.get("look") or {}, looks),
    )
    _check_color(found)
    _check_label(found)
    return found


def stored_declaration(raw: Mapping[str, Any]) -> Declaration:
    """The declaration that a layer keeps; it was checked when it was stored, keys are checked again."""
    fields = tuple(
        OwnField(
            **{
                **each,
                "key": _safe(_FIELD_KEY, each["key"]),
                "choices": tuple(
                    OwnChoice(**{**choice, "code": _safe(_CODE, choice["code"])})
                    for choice in each["choices"]
                ),
            }
        )
        for each in raw["fields"]
    )
    told = {key: raw[key] for key in ("geometry", "word", "color_by", "label_by")}
    return Declaration(**told, fields=fields, look=Look(**raw["look"]))


def column_name(title: str) -> str:
    """As columns of files are compared with titles."""
    return "".join(title.split()).split("（")[0].split("(")[0].lower()


class _Given:
    """One JSON object on its way in; `where` begins every sentence."""

    def __init__(self, raw: object, where: str) -> None:
        self.where = where
        if not isinstance(raw, dict):
            raise InvalidValue(f"{where}收到“{shortened(raw)}”，应为一组设置。请刷新页面后重试。")
        self.given: dict[str, Any] = raw

    def text(self, key: str, title: str, longest: int, default: str | None = None) -> str:
        raw = self.given.get(key)
        if raw is not None and not isinstance(raw, str):
            raise self.wrong(f"{title}收到“{shortened(raw)}”，应为文字")
        plain = " ".join((raw or "").split())
        if not plain:
            if default is None:
                raise self.wrong(f"{title}没有填写，应为 1 到 {longest} 个字")
            return default
        if len(plain) > longest:
            raise self.wrong(f"{title}收到 {len(plain)} 个字，最多 {longest} 个字")
        if _UNSHOWABLE.search(plain):
            raise self.wrong(f"{title}含有不能显示的控制字符或残缺字符")
        return plain

    def truth(self, key: str, default: bool = False) -> bool:
        raw = self.given.get(key, default)
        if not isinstance(raw, bool):
            raise self.wrong(f"{key} 收到“{shortened(raw)}”，应为是或否")
        return raw

    def one_of(self, key: str, words: Mapping[str, str], title: str, default: str | None = None) -> str:
        raw = self.given.get(key, default)
        if not isinstance(raw, str) or raw not in words:
            raise self.wrong(f"{title}收到“{shortened(raw)}”，应为以下之一：{'、'.join(words.values())}")
        return raw

    def list(self, key: str, title: str) -> list[Any]:
        raw = self.given.get(key, [])
        if not isinstance(raw, list):
            raise self.wrong(f"{title}收到“{shortened(raw)}”，应为一列")
        return raw

    def wrong(self, why: str) -> InvalidValue:
        return InvalidValue(f"{self.where}：{why}。请改正后再保存。")


def _fields(raw: Sequence[Any], before: Declaration | None, in_use: bool) -> tuple[OwnField, ...]:
    if len(raw) > MOST_FIELDS:
        raise InvalidValue(
            f"自定义字段收到 {len(raw)} 个，一个图层最多 {MOST_FIELDS} 个。请停用或删去不用的。"
        )
    old = {each.key: each for each in before.fields} if before else {}
    keys = _numbers("f", old)
    found = tuple(_field(each, place, old, keys, in_use) for place, each in enumerate(raw, 1))
    _refuse_twice([each.key for each in found], "字段代码")
    _refuse_twice([column_name(each.title) for each in found if not each.retired], "字段名称")
    gone = [each.title for key, each in old.items() if key not in {one.key for one in found}]
    if gone and in_use:
        raise InvalidValue(
            f"图层里已有数据，字段“{gone[0]}”不能删除，否则其中的值会丢失。请改为停用，停用后不再显示。"
        )
    return found


def _field(raw: Any, place: int, old: Mapping[str, OwnField], keys: Iterator[str], in_use: bool) -> OwnField:
    given = _Given(raw, f"第 {place} 个字段")
    title = given.text("title", "名称", LONGEST_TITLE)
    given.where = f"第 {place} 个字段“{title}”"
    sort = given.one_of("sort", SORTS, "类型")
    earlier = old.get(str(given.given.get("key") or ""))
    if given.given.get("key") and earlier is None:
        raise given.wrong("代码与现有字段对不上，可能已被他人修改，请刷新页面")
    if earlier and in_use and earlier.sort != sort:
        raise given.wrong(
            f"已有数据，类型不能由“{SORTS[earlier.sort]}”改为“{SORTS[sort]}”。请停用它，另加一个新字段"
        )
    visibility = given.one_of("visibility", VISIBILITIES, "谁能看", "public")
    return OwnField(
        key=earlier.key if earlier else next(keys),
        title=title,
        sort=sort,
        unit=given.text("unit", "单位", LONGEST_UNIT, "") if sort in MEASURED else "",
        help=given.text("help", "填写说明", LONGEST_HELP, ""),
        required=given.truth("required"),
        visibility=next(each for each in get_args(Visibility) if each == visibility),
        filterable=given.truth("filterable"),
        card=given.truth("card", True),
        listed=given.truth("listed", True),
        retired=given.truth("retired"),
        choices=_choices(given, earlier, in_use) if sort in CHOOSING else (),
    )


def _refuse_reserved(fields: Sequence[OwnField], reserved: Iterable[str]) -> None:
    taken = {column_name(title): title for title in reserved}
    for each in fields:
        if not each.retired and column_name(each.title) in taken:
            raise InvalidValue(
                f"字段“{each.title}”是每个图层自带的，不用再加。请换一个名称，或直接使用自带的字段。"
            )


def _choices(given: _Given, earlier: OwnField | None, in_use: bool) -> tuple[OwnChoice, ...]:
    raw = given.list("choices", "选项")
    if not 1 <= len(raw) <= MOST_CHOICES:
        raise given.wrong(f"选项收到 {len(raw)} 个，应为 1 到 {MOST_CHOICES} 个")
    old = {each.code for each in earlier.choices} if earlier else set()
    codes = _numbers("c", old)
    found = tuple(_choice(given, each, old, codes) for each in raw)
    _refuse_twice([each.code for each in found], f"{given.where}的选项代码")
    _refuse_twice([each.title for each in found if not each.retired], f"{given.where}的选项")
    if in_use and (gone := old - {each.code for each in found}) and earlier:
        words = [each.title for each in earlier.choices if each.code in gone]
        raise given.wrong(f"已有数据，选项“{words[0]}”不能删除，请改为停用")
    return found


def _choice(given: _Given, raw: Any, old: Iterable[str], codes: Iterator[str]) -> OwnChoice:
    told = _Given({"title": raw} if isinstance(raw, str) else raw, given.where)
    code = str(told.given.get("code") or "")
    if code and code not in old:
        raise given.wrong("选项代码与现有的对不上，可能已被他人修改，请刷新页面")
    title = told.text("title", "选项", LONGEST_CHOICE)
    return OwnChoice(code=code or next(codes), title=title, retired=told.truth("retired"))


def _look(raw: object, looks: Mapping[str, Sequence[str]]) -> Look:
    given = _Given(raw, "样式")
    named = {
        part: given.one_of(part, {name: name for name in names}, part, getattr(Look(), part))
        for part, names in looks.items()
    }
    return Look(**named)


def _check_color(found: Declaration) -> None:
    if not found.color_by:
        return
    by = found.named(found.color_by)
    if by is None or by.sort != "choice":
        raise InvalidValue("着色字段应为本图层在用的单选字段。请重新选择，或改为单一颜色。")
    if by.visibility != "public":
        raise InvalidValue(
            f"字段“{by.title}”不是人人可见，按它着色会泄露内容。请把它的“谁能看”改为“同图层”，或换一个字段。"
        )
    count = len([each for each in by.choices if not each.retired])
    if count > MOST_COLORS:
        raise InvalidValue(
            f"字段“{by.title}”有 {count} 个选项，按它着色最多 {MOST_COLORS} 个，再多颜色就分不清了。请停用或合并选项，或换一个字段。"
        )


def _check_label(found: Declaration) -> None:
    if not found.label_by:
        return
    by = found.named(found.label_by)
    if by is None or by.visibility != "public":
        raise InvalidValue("图上文字应取自本图层在用、人人可见的字段。请重新选择，或改用名称。")


def _numbers(letter: str, taken: Iterable[str]) -> Iterator[str]:
    number = max((int(each[1:]) for each in taken), default=0)
    while True:
        number += 1
        yield f"{letter}{number}"


def _refuse_twice(names: Sequence[str], what: str) -> None:
    twice = next((name for name in names if names.count(name) > 1), None)
    if twice is not None:
        raise InvalidValue(f"{what}“{twice}”出现了不止一次，每个应不同。请改其中一个。")


def _safe(pattern: re.Pattern[str], key: str) -> str:
    if not pattern.fullmatch(key):
        raise ValueError(f"{key!r} is no key of a county's own field")
    return key
