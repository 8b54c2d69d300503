"""Which values of a record cannot be true together?

Pairs of fields that several kinds share are declared here once; a kind that lacks one of them is not asked.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any, Final, NamedTuple

from layers.kinds.base import LayerKind, Properties
from layers.kinds.fields import Day
from layers.rules import resettlement

NEVER_AFTER: Final = (
    ("plan_start", "plan_end"),
    ("actual_start", "actual_end"),
    ("contract_date", "contract_end"),
    ("contract_start", "contract_end"),
    ("actual_start", "stop_date"),
)
"""The first day cannot be later than the second."""
NEVER_MORE: Final = (
    ("investment_done", "investment_total"),
    ("developed_area", "due_area"),
)
"""The first number cannot be larger than the second."""
HAPPENED: Final = (
    "actual_start",
    "actual_end",
    "contract_date",
    "handover",
    "stop_date",
    "revived_on",
    "production_stopped",
    "approved_on",
    "data_day",
)
"""Days of what has been done: never in the future."""
EARLIEST: Final = date(1949, 10, 1)
LATEST_YEARS: Final = 50
_STAGES_OF_ENDING: Final = ("planned", "preparing")


class Doubt(NamedTuple):
    """A field with a value that cannot be, and why."""

    title: str
    value: str
    reason: str


def odd_days(kind: LayerKind, properties: Properties, today: date) -> Iterator[Doubt]:
    """Days before the republic, far in the future, or of something done that has not come yet."""
    for each in kind.fields:
        told = properties.get(each.key)
        if isinstance(each, Day) and isinstance(told, str) and (day := _day(told)):
            if not EARLIEST <= day <= today.replace(year=today.year + LATEST_YEARS, day=1):
                yield Doubt(each.title, told, f"“{each.title}”为 {told}，年份可疑。请核对。")
            elif each.key in HAPPENED and day > today:
                yield Doubt(
                    each.title,
                    told,
                    f"“{each.title}”为 {told}，晚于今天（{today}），而它应是已发生的事。请核对。",
                )


def contradictions(kind: LayerKind, properties: Properties) -> Iterator[Doubt]:
    """Days that run backwards, parts that are larger than the whole, and what the rules of the kind say."""
    for first, second in NEVER_AFTER:
        if (pair := _pair(kind, properties, first, second)) and str(pair[0]) > str(pair[1]):
            one, other = kind.by_key[first].title, kind.by_key[second].title
            yield Doubt(other, str(pair[1]), f"“{other}”（{pair[1]}）早于“{one}”（{pair[0]}）。请核对。")
    for first, second in NEVER_MORE:
        if (pair := _pair(kind, properties, first, second)) and _is_more(*pair):
            part, whole = kind.by_key[first], kind.by_key[second]
            told = f"“{part.title}”（{part.show(pair[0])}）大于“{whole.title}”（{whole.show(pair[1])}）"
            yield Doubt(part.title, part.show(pair[0]), f"{told}。请核对。")
    stage, ended = kind.by_key.get("stage"), properties.get("actual_end")
    if stage and ended and properties.get("stage") in _STAGES_OF_ENDING:
        word = stage.show(properties["stage"])
        yield Doubt(stage.title, word, f"“{stage.title}”为{word}，但已填竣工日期（{ended}）。请核对。")
    if "households_signed" in kind.by_key:
        yield from (Doubt("安置数据", "", sentence) for sentence in resettlement.warnings(properties))


def _pair(kind: LayerKind, properties: Properties, first: str, second: str) -> tuple[Any, Any] | None:
    if first not in kind.by_key or second not in kind.by_key:
        return None
    one, other = properties.get(first), properties.get(second)
    return None if one is None or other is None else (one, other)


def _is_more(one: object, other: object) -> bool:
    return isinstance(one, (int, float)) and isinstance(other, (int, float)) and one > other


def _day(told: str) -> date | None:
    try:
        return date.fromisoformat(told)
    except ValueError:
        return None
