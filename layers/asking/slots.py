"""Which amounts and spans of time stand in a question? 20亩以上, 低于60%, 满两年, 90天内, 2025年, 4A以上, 前5.

Each slot is a regular expression; what it means for a layer is decided where the question is understood.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from layers.asking.numerals import NUMBER, number_of

UNITS: Final[dict[str, tuple[str, Decimal]]] = {
    "亩": ("亩", Decimal(1)),
    "万亩": ("亩", Decimal(10_000)),
    "公顷": ("亩", Decimal(15)),
    "平方公里": ("亩", Decimal(1500)),
    "平方米": ("亩", Decimal("0.0015")),
    "公里": ("公里", Decimal(1)),
    "千米": ("公里", Decimal(1)),
    "km": ("公里", Decimal(1)),
    "米": ("公里", Decimal("0.001")),
    "万元": ("万元", Decimal(1)),
    "万": ("万元", Decimal(1)),
    "亿元": ("万元", Decimal(10_000)),
    "亿": ("万元", Decimal(10_000)),
    "元": ("万元", Decimal("0.0001")),
    "户": ("户", Decimal(1)),
    "套": ("套", Decimal(1)),
    "人": ("人", Decimal(1)),
    "%": ("%", Decimal(1)),
    "百分点": ("百分点", Decimal(1)),
    "个百分点": ("百分点", Decimal(1)),
    "万元/亩": ("万元/亩", Decimal(1)),
    "分": ("分", Decimal(1)),
    "天": ("天", Decimal(1)),
}
"""What a unit measures, and how much of its basic unit it is. A parcel's unit is 亩, a road's 公里, money's 万元."""


@dataclass(frozen=True)
class Amount:
    """A comparison: operator of layers/filters, its numbers, and the unit that was said."""

    operator: str
    numbers: tuple[Decimal, ...]
    unit: str

    def in_unit(self, unit: str) -> tuple[Decimal, ...] | None:
        """The numbers in another unit; None where the two do not measure the same."""
        if not self.unit or self.unit == unit:
            return self.numbers
        said, wanted = UNITS.get(self.unit), UNITS.get(unit)
        if said is None or wanted is None or said[0] != wanted[0]:
            return None
        return tuple(number * said[1] / wanted[1] for number in self.numbers)


@dataclass(frozen=True)
class Years:
    """满两年: so many years since a day. over: 两年以上, 超过两年, which takes in all that is longer."""

    number: Decimal
    over: bool


@dataclass(frozen=True)
class Ahead:
    """今后 so many days."""

    days: int


@dataclass(frozen=True)
class Year:
    """A calendar year; relative: 今年 is 0, 明年 1."""

    number: int
    relative: bool = False


@dataclass(frozen=True)
class GradeFrom:
    """4A以上."""

    grade: int


@dataclass(frozen=True)
class First:
    """前5名, 最大的5宗."""

    number: int


Slot = Amount | Years | Ahead | Year | GradeFrom | First

_UNIT: Final = "|".join(sorted((re.escape(unit) for unit in UNITS), key=len, reverse=True))
_OPERATORS: Final = {
    "over": "大于|超过|高于|多于|超出|超|不止|>",
    "least": "不少于|不低于|不小于|至少|达到|>=|≥",
    "under": "小于|低于|少于|不到|不足|<",
    "most": "不超过|不多于|不大于|不高于|至多|<=|≤",
    "is": "等于|正好|=",
}
_AFTER: Final = {"least": "及以上|或以上|以上", "most": "及以下|或以下|以下|以内"}
_COUNTED: Final = "宗|块|片|条|处|个|名|位"


def slots_at(text: str, start: int) -> Iterator[tuple[int, Slot]]:
    """Every slot that begins here, with its end."""
    for pattern, read in _PATTERNS:
        if found := pattern.match(text, start):
            slot = read(found)
            if slot is not None:
                yield found.end(), slot


def _amount(operator: str) -> Callable[[re.Match[str]], Slot]:
    return lambda found: Amount(operator, (number_of(found["n"]),), _unit(found))


def _between(found: re.Match[str]) -> Slot:
    return Amount("between", (number_of(found["n"]), number_of(found["m"])), _unit(found))


def _unit(found: re.Match[str]) -> str:
    return "%" if found.groupdict().get("percent") else found["unit"] or ""


def _years(found: re.Match[str]) -> Slot | None:
    before, after = found["before"] or "", found["after"] or ""
    if not before and not after:
        return None
    return Years(number_of(found["n"]), bool(after) or "超" in before)


def _ahead(found: re.Match[str]) -> Slot:
    days = number_of(found["n"]) * (30 if "月" in found["span"] else 7 if found["span"] == "周" else 1)
    return Ahead(int(days))


def _year(found: re.Match[str]) -> Slot:
    return Year(int(number_of(found["n"])))


_N: Final = rf"(?P<percent>百分之)?(?P<n>{NUMBER})\s*(?P<unit>{_UNIT})?"
_PATTERNS: Final[tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], Slot | None]], ...]] = (
    *((re.compile(rf"(?:{words}){_N}"), _amount(key)) for key, words in _OPERATORS.items()),
    *((re.compile(rf"{_N}(?:{words})"), _amount(key)) for key, words in _AFTER.items()),
    (
        re.compile(rf"(?P<n>{NUMBER})(?:{_UNIT})?(?:到|至|-|~)(?P<m>{NUMBER})(?P<unit>{_UNIT})(?:之间)?"),
        _between,
    ),
    (
        re.compile(rf"(?P<before>已?经?(?:满|超过|超))?(?P<n>{NUMBER})年(?P<after>及?以上|多)?"),
        _years,
    ),
    (re.compile(rf"(?:今后|未来|近)?(?P<n>{NUMBER})(?P<span>天|日|个月|周)(?:之内|以内|内)"), _ahead),
    (re.compile(r"(?P<n>(?:19|20)\d\d|二〇[〇一二三四五六七八九]{2})年度?"), _year),
    (re.compile("今年|本年"), lambda found: Year(0, relative=True)),
    (re.compile("明年"), lambda found: Year(1, relative=True)),
    (re.compile("去年"), lambda found: Year(-1, relative=True)),
    (re.compile("(?P<n>[1-5])a级?及?以上"), lambda found: GradeFrom(int(found["n"]))),
    (re.compile(rf"前(?P<n>{NUMBER})(?:{_COUNTED})?"), lambda found: First(int(number_of(found["n"])))),
    (re.compile(rf"(?P<n>{NUMBER})(?:{_COUNTED})"), lambda found: First(int(number_of(found["n"])))),
)
