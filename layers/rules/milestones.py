"""Which milestones of a project are reached, which come next, and which are late?

A milestone is late from the day after its planned day while nobody has written down when it was reached; what was
reached after its plan is told with its delay. One without a planned day can be neither late nor next.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Milestone:
    """planned, actual: the days, None where they are not on record."""

    name: str
    planned: date | None = None
    actual: date | None = None

    def late_days(self, today: date) -> int:
        """Days past the plan, until it was reached or until today; 0 when it is in time."""
        if self.planned is None:
            return 0
        return max(0, ((self.actual or today) - self.planned).days)

    def is_late(self, today: date) -> bool:
        """Whether its day has passed and it was not reached."""
        return self.actual is None and self.late_days(today) > 0


def in_order(milestones: Iterable[Milestone]) -> list[Milestone]:
    """By the planned day, else the actual one; those without any day last, as they were written."""
    return sorted(milestones, key=lambda each: each.planned or each.actual or date.max)


def late(milestones: Iterable[Milestone], today: date) -> list[Milestone]:
    """Those that are overdue on this day."""
    return [each for each in milestones if each.is_late(today)]


def coming(milestones: Sequence[Milestone], today: date) -> Milestone | None:
    """The next that is planned for today or later and not reached."""
    open_ = [each for each in milestones if each.actual is None and each.planned and each.planned >= today]
    return min(open_, key=lambda each: each.planned or date.max, default=None)


def contradictions(milestones: Iterable[Milestone], today: date) -> list[str]:
    """What cannot be, in Chinese sentences."""
    return [
        f"“{each.name}”的实际日期 {each.actual} 在今天之后，请核对。"
        for each in milestones
        if each.actual and each.actual > today
    ]
