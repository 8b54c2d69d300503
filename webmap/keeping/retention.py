"""Which nightly backups are kept? The newest of 7 days, of 4 weeks and of 12 months."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from datetime import datetime
from typing import Final

DAYS: Final = 7
WEEKS: Final = 4
MONTHS: Final = 12


def kept(taken: Iterable[datetime]) -> set[datetime]:
    """Those to keep; days, weeks and months without a backup do not count, so a long pause deletes nothing."""
    newest_first = sorted(taken, reverse=True)
    return (
        _newest_of(newest_first, lambda moment: moment.date(), DAYS)
        | _newest_of(newest_first, lambda moment: moment.isocalendar()[:2], WEEKS)
        | _newest_of(newest_first, lambda moment: (moment.year, moment.month), MONTHS)
    )


def _newest_of(
    newest_first: list[datetime], period: Callable[[datetime], Hashable], count: int
) -> set[datetime]:
    chosen: dict[Hashable, datetime] = {}
    for moment in newest_first:
        if len(chosen) < count or period(moment) in chosen:
            chosen.setdefault(period(moment), moment)
    return set(chosen.values())
