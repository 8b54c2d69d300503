"""Is a parcel held for a project today? 意向锁定 ends by itself with its last day; nothing has to free it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Final

DEFAULT_DAYS: Final = 30
MOST_DAYS: Final = 365


class HoldState(StrEnum):
    """What a record of a hold says today."""

    HELD = "held"
    LAPSED = "lapsed"


HOLD_WORDS: Final[dict[HoldState, str]] = {HoldState.HELD: "已意向锁定", HoldState.LAPSED: "锁定已到期"}


@dataclass(frozen=True)
class Hold:
    """For which project a parcel is held, until the end of which day."""

    project: str
    until: date
    unit: str = ""
    by: str = ""
    since: date | None = None

    def state(self, today: date) -> HoldState:
        """Held through its last day."""
        return HoldState.HELD if today <= self.until else HoldState.LAPSED

    def changes_on(self, today: date) -> date | None:
        """The day from which it says something else; None once it has lapsed."""
        return self.until + timedelta(days=1) if today <= self.until else None

    def words(self) -> str:
        """One line of a card or a table."""
        return f"{self.project}{f'（{self.unit}）' if self.unit else ''}，至 {self.until}"
