"""Which values of a record cannot be true together?

Pairs of fields that several kinds share are declared here once; a kind that lacks one of them is not asked.
"""

from __future__ import annotations

import re
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
EARLIEST: Final = "1949-10-01"
LATEST_YEARS: Final = 50
_BEFORE_THE_START: Final = ("planned", "preparing")
_IS_DAY: Final = re.compile(r"\d{4}-\d{2}-\d{2}")


class Doubt(NamedTuple):
    """A field with a value that cannot be, and why."""

    title: str
    value: str
    reason: str


class Sense:
    """What a kind says of values that cannot be, made ready for many records."""

    def __init__(self, kind: LayerKind, today: date) -> None:
        self._kind, self._today = kind, today
        self._days = {each.key: each.title for each in kind.fields if isinstance(each, Day)}
        self._latest = today.replace(year=today.year + LATEST_YEARS, day=1).isoformat()
        self._sensible: set[tuple[str, str]] = set()
        known = kind.by_key
        self._never_after = tuple(pair for pair in NEVER_AFTER if pair[0] in known and pair[1] in known)
        self._never_more = tuple(pair for pair in NEVER_MORE if pair[0] in known and pair[1] in known)
        seconds = {second for _, second in (*self._never_after, *self._never_more)}
        self._telling = frozenset(seconds | {"actual_end"})
        self._counts_households = "households_signed" in known

    def odd_days(self, properties: Properties) -> Iterator[Doubt]:
        """Days before the republic, far in the future, or of something done that has not come yet."""
        if {(key, properties[key]) for key in properties.keys() & self._days.keys()} <= self._sensible:
            return
        today = self._today.isoformat()
        for key, title in self._days.items():
            told = properties.get(key)
            if not isinstance(told, str):
                continue
            # Days written year first sort as they follow each other.
            if not _IS_DAY.fullmatch(told):
                continue
            if not EARLIEST <= told <= self._latest:
                yield Doubt(title, told, f"“{title}”为 {told}，年份可疑。请核对。")
            elif told > today and key in HAPPENED:
                reason = f"“{title}”为 {told}，晚于今天（{today}），而它应是已发生的事。请核对。"
                yield Doubt(title, told, reason)
            else:
                self._sensible.add((key, told))

    def contradictions(self, properties: Properties) -> Iterator[Doubt]:
        """Days that run backwards, parts larger than the whole, and what the rules of the kind say."""
        if not self._counts_households and self._telling.isdisjoint(properties):
            return
        known = self._kind.by_key
        for first, second in self._never_after:
            if (
                second in properties
                and (pair := _pair(properties, first, second))
                and str(pair[0]) > str(pair[1])
            ):
                one, other = known[first].title, known[second].title
                yield Doubt(other, str(pair[1]), f"“{other}”（{pair[1]}）早于“{one}”（{pair[0]}）。请核对。")
        for first, second in self._never_more:
            if second in properties and (pair := _pair(properties, first, second)) and _is_more(*pair):
                part, whole = known[first], known[second]
                told = f"“{part.title}”（{part.show(pair[0])}）大于“{whole.title}”（{whole.show(pair[1])}）"
                yield Doubt(part.title, part.show(pair[0]), f"{told}。请核对。")
        yield from self._of_its_stage(properties)
        if self._counts_households:
            yield from (Doubt("安置数据", "", sentence) for sentence in resettlement.warnings(properties))

    def _of_its_stage(self, properties: Properties) -> Iterator[Doubt]:
        stage, ended = self._kind.by_key.get("stage"), properties.get("actual_end")
        if stage and ended and properties.get("stage") in _BEFORE_THE_START:
            word = stage.show(properties["stage"])
            yield Doubt(stage.title, word, f"“{stage.title}”为{word}，但已填竣工日期（{ended}）。请核对。")


def _pair(properties: Properties, first: str, second: str) -> tuple[Any, Any] | None:
    one, other = properties.get(first), properties.get(second)
    return None if one is None or other is None else (one, other)


def _is_more(one: object, other: object) -> bool:
    return isinstance(one, (int, float)) and isinstance(other, (int, float)) and one > other
