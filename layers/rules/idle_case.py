"""Which step of a case of idle land comes next, and by when?

闲置土地处置办法 (国土资源部令第53号): the notice of investigation is served within 30 days of the finding (art. 5); the
holder answers within 30 days of it, and pays or returns within 30 days of the decision. The other steps have no day
in the law; the deadlines are defaults and configurable. Days are calendar days, counted from the day after.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from itertools import pairwise


class Step(StrEnum):
    """The steps of a case, in order."""

    FOUND = "found"
    NOTICE = "notice"
    ANSWER = "answer"
    DETERMINED = "determined"
    PLAN = "plan"
    DECISION = "decision"
    PAYMENT = "payment"
    CLOSED = "closed"


STEP_WORDS: dict[Step, str] = {
    Step.FOUND: "发现",
    Step.NOTICE: "调查通知书",
    Step.ANSWER: "权利人答复",
    Step.DETERMINED: "认定书",
    Step.PLAN: "处置方案与听证",
    Step.DECISION: "决定书",
    Step.PAYMENT: "缴纳或注销",
    Step.CLOSED: "办结",
}
DEADLINES: dict[Step, int] = {Step.NOTICE: 30, Step.ANSWER: 30, Step.PAYMENT: 30}
"""Days after the step before."""

ORDER: tuple[Step, ...] = tuple(Step)


@dataclass(frozen=True)
class Entry:
    """A line of the ledger. day: None where nobody wrote it down. attachment: the uid of a file of the parcel, or ""."""

    step: Step
    day: date | None = None
    number: str = ""
    note: str = ""
    attachment: str = ""


@dataclass(frozen=True)
class Due:
    """What comes next in a case. day: None where no deadline runs."""

    step: Step
    day: date | None

    def overdue(self, today: date) -> int:
        """Days past the deadline; 0 when it still runs or none does."""
        return max(0, (today - self.day).days) if self.day else 0


def next_due(done: Mapping[Step, date], deadlines: Mapping[Step, int] | None = None) -> Due | None:
    """What comes after the last step that was done; None for a case that was never opened or is closed."""
    last = max(done, key=ORDER.index, default=None)
    if last is None or last is Step.CLOSED:
        return None
    step = ORDER[ORDER.index(last) + 1]
    days = (DEADLINES if deadlines is None else deadlines).get(step)
    return Due(step, done[last] + timedelta(days=days) if days else None)


def contradictions(done: Mapping[Step, date]) -> Sequence[str]:
    """Dates that run backwards, in Chinese sentences."""
    there = [step for step in ORDER if step in done]
    return [
        f"“{STEP_WORDS[later]}”的日期（{done[later]}）早于“{STEP_WORDS[earlier]}”（{done[earlier]}），请核对。"
        for earlier, later in pairwise(there)
        if done[later] < done[earlier]
    ]


def in_order(entries: Iterable[Entry]) -> list[Entry]:
    """By step, then by day; what has no day comes last of its step."""
    return sorted(entries, key=lambda each: (ORDER.index(each.step), each.day or date.max))


def days_done(entries: Iterable[Entry]) -> dict[Step, date]:
    """When each step was done; of a step that was done again the last day counts."""
    return {each.step: each.day for each in in_order(entries) if each.day}


def last_step(entries: Iterable[Entry]) -> Step | None:
    """How far the case has come."""
    return max((each.step for each in entries), key=ORDER.index, default=None)


def due_of(entries: Sequence[Entry], deadlines: Mapping[Step, int] | None = None) -> Due | None:
    """As `next_due`, of a ledger in which days may be missing: no deadline runs from a step without its day."""
    last, done = last_step(entries), days_done(entries)
    if last is None or last is Step.CLOSED or last in done:
        return next_due(done, deadlines)
    return Due(ORDER[ORDER.index(last) + 1], None)
