"""Which questions can be asked of which sort of value? The one table of operators.

Each line reads the values of an address into a test, and says what that means.
"""

from __future__ import annotations

import calendar
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from layers.errors import InvalidValue
from layers.filters.drawn import drawn_shape
from layers.filters.facets import Facet, Sort
from layers.filters.tests import AnyOf, Drawn, Filled, Has, Near, Not, OneOf, Plain, Range, Test
from layers.kinds.fields import Choices, Number, Year, shortened

MOST_VALUES: Final = 60
MOST_DAYS: Final = 3650
MOST_METRES: Final = 20_000
"""A wider belt than this takes in the whole county (default)."""
LONGEST_WORDS: Final = 60


@dataclass(frozen=True)
class Asked:
    """What a condition says in the address, with what is needed to understand it. titles: of layers, by key."""

    facet: Facet
    values: tuple[str, ...]
    today: date
    titles: Mapping[str, str]


@dataclass(frozen=True)
class Operator:
    """One line of the table. takes: how many values; 0 is none, None is one or more. word: in the menu."""

    key: str
    word: str
    sorts: tuple[Sort, ...]
    takes: int | None
    test: Callable[[Asked], Test]
    says: Callable[[Asked], str]
    values: str = ""


# --- reading values ------------------------------------------------------------------------------------


def _values(asked: Asked) -> tuple[Plain, ...]:
    return tuple(dict.fromkeys(_value(asked.facet, each) for each in asked.values))


def _value(facet: Facet, raw: str) -> Plain:
    if facet.sort == "text":
        return raw
    one = facet.field.one if isinstance(facet.field, Choices) else facet.field
    try:
        value = one.read(raw)
    except InvalidValue as refusal:
        raise InvalidValue(_in_a_filter(refusal.message)) from None
    if value is None or isinstance(value, list):
        raise _wrong(facet, raw, "一个值")
    return value


def _number(asked: Asked, place: int = 0) -> float:
    value = _value(asked.facet, asked.values[place])
    if isinstance(value, str):
        raise _wrong(asked.facet, asked.values[place], "数字")
    return value


def _day(asked: Asked, place: int = 0) -> str:
    return str(_value(asked.facet, asked.values[place]))


def _count_of(asked: Asked, least: int, most: int, right: str) -> int:
    raw = asked.values[0]
    if not (raw.isascii() and raw.isdigit() and len(raw) < 7 and least <= int(raw) <= most):
        raise _wrong(asked.facet, raw, f"{right}（{least} 到 {most} 的整数）")
    return int(raw)


def _days(asked: Asked) -> int:
    return _count_of(asked, 1, MOST_DAYS, "天数")


def _year(asked: Asked, raw: str) -> str:
    value = Year(key="year", title=asked.facet.title)
    try:
        return str(value.read(raw))
    except InvalidValue as refusal:
        raise InvalidValue(_in_a_filter(refusal.message)) from None


def _words(asked: Asked) -> str:
    words = asked.values[0].strip()
    if not 0 < len(words) <= LONGEST_WORDS:
        raise _wrong(asked.facet, asked.values[0], f"1 到 {LONGEST_WORDS} 个字")
    return words


def _metres(asked: Asked) -> float:
    """Refuses what is no distance, and a belt that is wider than a county."""
    raw = asked.values[1]
    distance = Number(key="distance", title="距离", unit="米", at_least=1, at_most=1e12)
    try:
        value = distance.read(raw)
    except InvalidValue:
        value = None
    if not isinstance(value, int | float):
        raise _wrong(asked.facet, raw, f"距离，1 到 {MOST_METRES:,} 之间的米数")
    if value > MOST_METRES:
        raise InvalidValue(
            f"筛选条件的缓冲距离收到 {value:,g} 米，最多 {MOST_METRES:,} 米，再远就包住了整个县。请改小距离。"
        )
    return float(value)


def _layer(asked: Asked) -> str:
    key = asked.values[0]
    if key not in asked.titles:
        raise InvalidValue(
            f"筛选条件里的图层“{shortened(key)}”不存在，或者您无权查看。请另选一个图层，或去掉这个条件。"
        )
    return key


def _between(asked: Asked, low: Any, high: Any) -> Range:
    if low > high:
        raise InvalidValue(
            f"筛选条件“{asked.facet.title}”的起止颠倒：从 {asked.values[0]} 到 {asked.values[1]}。请把小的写在前面。"
        )
    return Range(low, high)


def _in_month(asked: Asked) -> Range:
    first = asked.today.replace(day=1)
    last = first.replace(day=calendar.monthrange(first.year, first.month)[1])
    return Range(first.isoformat(), last.isoformat())


def _years(asked: Asked) -> Test:
    years = dict.fromkeys(_year(asked, each) for each in asked.values)
    ranges = tuple(Range(f"{year}-01-01", f"{year}-12-31") for year in years)
    return ranges[0] if len(ranges) == 1 else AnyOf(ranges)


def _around(asked: Asked, first: int, last: int) -> Range:
    first_day, last_day = (asked.today + timedelta(days=days) for days in (first, last))
    return Range(first_day.isoformat(), last_day.isoformat())


def _wrong(facet: Facet, raw: str, right: str) -> InvalidValue:
    return InvalidValue(f"筛选条件“{facet.title}”应为{right}，但收到“{shortened(raw)}”。请改正筛选条件。")


def _in_a_filter(sentence: str) -> str:
    return f"筛选条件{sentence.removesuffix('请改正，或留空。')}请改正筛选条件。"


# --- saying them ---------------------------------------------------------------------------------------


def _name(asked: Asked) -> str:
    return "" if asked.facet.bare else asked.facet.title


def _or(words: Sequence[str]) -> str:
    return "或".join(words)


def _said(asked: Asked) -> str:
    return _or([asked.facet.words(value) for value in _values(asked)])


def _says_any(asked: Asked) -> str:
    if asked.facet.key == "town":
        return f"位于{_said(asked)}"
    between = {"choices": "含", "flag": "："}.get(asked.facet.sort, "为")
    return _said(asked) if asked.facet.bare else f"{asked.facet.title}{between}{_said(asked)}"


def _says_none(asked: Asked) -> str:
    if asked.facet.key == "town":
        return f"不在{_said(asked)}"
    return f"{_name(asked)}不{'含' if asked.facet.sort == 'choices' else '是'}{_said(asked)}"


def _measured(asked: Asked, *places: int) -> str:
    if asked.facet.sort == "day":
        return "至".join(_day(asked, place) for place in places)
    unit = "年" if asked.facet.is_year else asked.facet.field.unit
    return "至".join(f"{_number(asked, place):.12g}" for place in places) + unit


def _says(words: str, *places: int) -> Callable[[Asked], str]:
    return lambda asked: f"{_name(asked)}{words}{_measured(asked, *places)}"


def _always(words: str) -> Callable[[Asked], str]:
    return lambda asked: f"{asked.facet.title}{words}"


def _distance(asked: Asked) -> str:
    return f"{_metres(asked):,.12g}米"


# --- the table -----------------------------------------------------------------------------------------

_CHOSEN: Final[tuple[Sort, ...]] = ("choice", "choices", "text", "flag")
_WRITTEN: Final[tuple[Sort, ...]] = ("text", "names")
_ANY_VALUE: Final[tuple[Sort, ...]] = ("choice", "choices", "text", "names", "number", "day", "flag")
_MEASURED: Final[tuple[Sort, ...]] = ("number",)
_DATED: Final[tuple[Sort, ...]] = ("day",)
_PLACED: Final[tuple[Sort, ...]] = ("shape",)

_TABLE: Final = (
    Operator("any", "是", _CHOSEN, None, lambda a: OneOf(_values(a)), _says_any, "choices"),
    Operator("none", "不是", _CHOSEN, None, lambda a: Not(OneOf(_values(a))), _says_none, "choices"),
    Operator(
        "has",
        "包含",
        _WRITTEN,
        1,
        lambda a: Has(_words(a)),
        lambda a: f"{a.facet.title}含“{_words(a)}”",
        "words",
    ),
    Operator(
        "lacks",
        "不包含",
        _WRITTEN,
        1,
        lambda a: Not(Has(_words(a))),
        lambda a: f"{a.facet.title}不含“{_words(a)}”",
        "words",
    ),
    Operator(
        "over", "大于", _MEASURED, 1, lambda a: Range(_number(a), low_open=True), _says("大于", 0), "number"
    ),
    Operator("least", "不少于", _MEASURED, 1, lambda a: Range(_number(a)), _says("不少于", 0), "number"),
    Operator(
        "under",
        "小于",
        _MEASURED,
        1,
        lambda a: Range(None, _number(a), high_open=True),
        _says("小于", 0),
        "number",
    ),
    Operator("most", "不多于", _MEASURED, 1, lambda a: Range(None, _number(a)), _says("不多于", 0), "number"),
    Operator(
        "between",
        "介于",
        (*_MEASURED, *_DATED),
        2,
        lambda a: (
            _between(a, _number(a), _number(a, 1))
            if a.facet.sort == "number"
            else _between(a, _day(a), _day(a, 1))
        ),
        _says("在", 0, 1),
        "range",
    ),
    Operator("is", "等于", _MEASURED, 1, lambda a: Range(_number(a), _number(a)), _says("等于", 0), "number"),
    Operator(
        "since",
        "不早于",
        _DATED,
        1,
        lambda a: Range(_day(a)),
        lambda a: f"{a.facet.title}在{_day(a)}及以后",
        "day",
    ),
    Operator(
        "before",
        "早于",
        _DATED,
        1,
        lambda a: Range(None, _day(a), high_open=True),
        lambda a: f"{a.facet.title}早于{_day(a)}",
        "day",
    ),
    Operator(
        "next",
        "今后若干天内",
        _DATED,
        1,
        lambda a: _around(a, 0, _days(a)),
        lambda a: f"{a.facet.title}在今后{_days(a)}天内",
        "days",
    ),
    Operator(
        "last",
        "过去若干天内",
        _DATED,
        1,
        lambda a: _around(a, -_days(a), 0),
        lambda a: f"{a.facet.title}在过去{_days(a)}天内",
        "days",
    ),
    Operator(
        "month",
        "在本月",
        _DATED,
        0,
        _in_month,
        _always("在本月"),
    ),
    Operator(
        "passed",
        "已过",
        _DATED,
        0,
        lambda a: Range(None, a.today.isoformat(), high_open=True),
        _always("已过"),
    ),
    Operator(
        "year",
        "在某年",
        _DATED,
        None,
        _years,
        lambda a: f"{a.facet.title}在{_or([_year(a, each) for each in a.values])}年",
        "years",
    ),
    Operator("filled", "已填写", _ANY_VALUE, 0, lambda a: Filled(), _always("已填写")),
    Operator("empty", "未填写", _ANY_VALUE, 0, lambda a: Not(Filled()), _always("未填写")),
    Operator(
        "meets",
        "与所画范围相交",
        _PLACED,
        1,
        lambda a: Drawn(drawn_shape(a.values[0]), inside=False),
        lambda a: "与所画范围相交",
        "drawn",
    ),
    Operator(
        "inside",
        "完全在所画范围内",
        _PLACED,
        1,
        lambda a: Drawn(drawn_shape(a.values[0]), inside=True),
        lambda a: "在所画范围内",
        "drawn",
    ),
    Operator(
        "near",
        "距某图层不超过",
        _PLACED,
        2,
        lambda a: Near(_layer(a), _metres(a)),
        lambda a: f"距“{a.titles[_layer(a)]}”不超过{_distance(a)}",
        "distance",
    ),
    Operator(
        "far",
        "距某图层超过",
        _PLACED,
        2,
        lambda a: Not(Near(_layer(a), _metres(a))),
        lambda a: f"距“{a.titles[_layer(a)]}”超过{_distance(a)}",
        "distance",
    ),
)
OPERATORS: Final[dict[str, Operator]] = {each.key: each for each in _TABLE}


def operators_for(facet: Facet) -> list[Operator]:
    """Those that make sense for it, in the order of the table."""
    return [each for each in _TABLE if facet.sort in each.sorts]
