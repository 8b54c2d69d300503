"""Which time does a map look at, or which two beside each other? As the map says it in its address.

A time is "now" (what stands, by what was reported), "plan" (all that is planned) or a year like "2027" (what stands at
its end). "now~2027" are two with a curtain between them; what follows a second "~" is where it hangs on a screen.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final

from layers.errors import InvalidValue
from layers.kinds.fields import shortened
from layers.kinds.lifetime import PLAN, Moment

NOW: Final = "now"
PLANNED: Final = "plan"
SPLIT: Final = "~"
FIRST_YEAR, LAST_YEAR = 1950, 2100


@dataclass(frozen=True)
class Times:
    """What is looked at; right: what lies right of the curtain, None where there is none."""

    left: str
    right: str | None = None

    @property
    def words(self) -> str:
        """As a person reads them."""
        return words_of(self.left) if self.right is None else f"{words_of(self.left)}与{words_of(self.right)}"


def checked_time(said: object, title: str) -> str:
    """One time as it is stored; raises InvalidValue. A year may come as a number."""
    text = str(said) if isinstance(said, str | int) and not isinstance(said, bool) else ""
    if text in (NOW, PLANNED) or _is_year(text):
        return text
    raise InvalidValue(
        f"{title}收到“{shortened(str(said))}”，应为 now（现状）、plan（规划）或 {FIRST_YEAR} 到 {LAST_YEAR} 的年份。请改正。"
    )


def read_times(text: str) -> Times | None:
    """What a map's address says; None: everything. Raises InvalidValue."""
    left, _, rest = text.partition(SPLIT)
    right = rest.partition(SPLIT)[0]
    if not left and not right:
        return None
    return Times(checked_time(left, "时间"), checked_time(right, "时间") if right else None)


def moment_of(time: str, today: date) -> Moment:
    """What a kind's lifetime is asked."""
    if time == PLANNED:
        return PLAN
    return Moment("now", today.isoformat()) if time == NOW else Moment("by", f"{time}-12-31")


def words_of(time: str) -> str:
    """As a person reads it."""
    return {NOW: "现状", PLANNED: "规划"}.get(time, f"{time} 年底")


def _is_year(text: str) -> bool:
    return text.isascii() and text.isdigit() and FIRST_YEAR <= int(text[:8]) <= LAST_YEAR and len(text) == 4
