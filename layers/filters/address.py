"""How does a filter stand in an address, and what of it cannot be?

`area_mu.over.20;symbol.any.two_years,one_year;town.any.界湖街道`: facet, operator and values of each condition. In a value
`%`, `;`, `,` and `|` are written %25, %3B, %2C and %7C.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Final
from urllib.parse import unquote

from layers.errors import InvalidFilter, InvalidValue
from layers.filters.condition import Condition, Filter
from layers.filters.contradiction import refuse_contradictions
from layers.filters.facets import Facet
from layers.filters.operators import MOST_VALUES, OPERATORS, Asked, operators_for
from layers.kinds import LayerKind
from layers.kinds.fields import shortened

LONGEST: Final = 3000
"""Characters of a whole filter: what servers in between take for an address (default)."""
MOST_CONDITIONS: Final = 20
_EXAMPLE: Final = "area_mu.over.20;town.any.界湖街道"
_ESCAPED: Final = {"%": "%25", ";": "%3B", ",": "%2C", "|": "%7C"}


def parse(
    text: str, kind: LayerKind, facets: Mapping[str, Facet], today: date, titles: Mapping[str, str]
) -> Filter:
    """The filter that a text means on a layer of this kind; raises InvalidFilter with a sentence that names what is wrong.

    facets: what the viewer may ask. titles: of the layers that he sees, by key.
    """
    try:
        return _read(text, kind, facets, today, titles)
    except InvalidValue as refusal:
        raise InvalidFilter(refusal.message) from None


def _read(
    text: str, kind: LayerKind, facets: Mapping[str, Facet], today: date, titles: Mapping[str, str]
) -> Filter:
    if len(text) > LONGEST:
        raise InvalidValue(
            f"筛选条件有 {len(text)} 个字符，最多 {LONGEST} 个。请减少条件，或把范围画得简单一些。"
        )
    parts = [part for part in text.split(";") if part]
    if len(parts) > MOST_CONDITIONS:
        raise InvalidValue(f"筛选条件有 {len(parts)} 个，最多 {MOST_CONDITIONS} 个。请减少条件。")
    conditions = [_condition(part, kind, facets, today, titles) for part in parts]
    found = Filter(tuple({each.text: each for each in conditions}.values()))
    refuse_contradictions(found)
    return found


def escaped(value: str) -> str:
    """A value as it stands in a condition."""
    return "".join(_ESCAPED.get(char, char) for char in value)


def _condition(
    part: str, kind: LayerKind, facets: Mapping[str, Facet], today: date, titles: Mapping[str, str]
) -> Condition:
    key, dot, rest = part.partition(".")
    name, _, values = rest.partition(".")
    if not dot:
        raise InvalidValue(
            f"筛选条件收到“{shortened(part)}”，应为“字段.条件.值”，例如 {_EXAMPLE}。请更正网址，或重新选择条件。"
        )
    facet = _facet(key, kind, facets)
    operator = OPERATORS.get(name)
    if operator is None or facet.sort not in operator.sorts:
        known = "、".join(f"{each.key}（{each.word}）" for each in operators_for(facet))
        raise InvalidValue(
            f"筛选条件“{facet.title}”不能用“{shortened(name)}”来比较，可用的有：{known}。请改正筛选条件。"
        )
    given = tuple(unquote(value) for value in values.split(",")) if values else ()
    _check_count(facet, operator.takes, given)
    asked = Asked(facet, given, today, titles)
    test = operator.test(asked)
    words = ",".join(map(escaped, given))
    return Condition(
        facet, name, f"{key}.{name}" + (f".{words}" if words else ""), operator.says(asked), test
    )


def _facet(key: str, kind: LayerKind, facets: Mapping[str, Facet]) -> Facet:
    if key in kind.retired:
        raise InvalidValue(
            f"这个筛选用到的字段“{shortened(key)}”已被停用，不能再按它筛选。请从筛选中去掉这个条件。"
        )
    if key not in facets:
        raise InvalidValue(
            f"不能按“{shortened(key)}”筛选：{kind.title}没有这个字段，或者您无权查看。请去掉这个条件，或换一个字段。"
        )
    return facets[key]


def _check_count(facet: Facet, takes: int | None, given: tuple[str, ...]) -> None:
    if takes is None and 1 <= len(given) <= MOST_VALUES:
        return
    if takes is not None and len(given) == takes:
        return
    right = f"1 到 {MOST_VALUES} 个值" if takes is None else f"{takes} 个值"
    raise InvalidValue(f"筛选条件“{facet.title}”收到 {len(given)} 个值，应为 {right}。请改正筛选条件。")
