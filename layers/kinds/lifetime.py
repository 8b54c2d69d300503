"""From when until when does a thing of the plan stand? Declared once by a kind: for the map, its years and the roads.

Three questions: `now` (what stands on a day, by what was reported), `by` (what stands at the end of a day, by plan and
report), `plan` (all that is planned). The expression that the map evaluates and the answer in Python say the same.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, Literal

Sort = Literal["now", "by", "plan"]
Said = Mapping[str, Any]
Codes = tuple[tuple[str, str], ...]
Expression = list[Any]

SORTS: Final[tuple[Sort, ...]] = ("now", "by", "plan")
DAY: Final = "$day"
"""Stands in an expression for the day that is asked for (an ISO date)."""
_NEVER, _EVER = "9999-12-31", ""


@dataclass(frozen=True)
class Moment:
    """When is looked: a sort of question and the day it means (ISO; of no account for `plan`)."""

    sort: Sort
    day: str = ""


PLAN: Final = Moment("plan")


@dataclass(frozen=True, kw_only=True)
class Lifetime:
    """Which fields say it. Pairs are (field, code): a feature that has one of them …

    built, planned: days on which it came or shall come to stand. standing: … stands today, even where no day is given.
    always: … stood before its works and stands while they last. closed: … has ceased to stand, on the day of `built`
    if there is one. dropped: … will never stand.
    """

    built: str = "actual_end"
    planned: str = "plan_end"
    standing: Codes = (("stage", "completed"), ("stage", "operating"))
    always: Codes = ()
    closed: Codes = ()
    dropped: Codes = (("stage", "cancelled"),)

    @property
    def fields(self) -> tuple[str, ...]:
        """What must travel in the tiles for it."""
        codes = (*self.standing, *self.always, *self.closed, *self.dropped)
        return tuple(dict.fromkeys((self.built, self.planned, *(key for key, _ in codes))))

    def stands(self, said: Said, moment: Moment) -> bool:
        """Whether a feature that says this stands at the moment."""
        if _one_of(said, self.dropped):
            return False
        if _one_of(said, self.closed):
            return moment.sort == "by" and moment.day < str(said.get(self.built) or _EVER)
        return moment.sort == "plan" or _one_of(said, self.always) or self.is_done(said, moment)

    def is_done(self, said: Said, moment: Moment) -> bool:
        """Whether its works are over at the moment."""
        if moment.sort == "plan":
            return True
        if _one_of(said, self.standing):
            return moment.sort == "now" or str(said.get(self.built) or _EVER) <= moment.day
        planned = said.get(self.planned) if moment.sort == "by" else None
        return str(said.get(self.built) or planned or _NEVER) <= moment.day

    def undated(self, said: Said) -> bool:
        """Whether it is planned and nothing says for when: it stands in the plan and in no year."""
        settled = _one_of(said, (*self.dropped, *self.closed, *self.standing, *self.always))
        return not settled and not (said.get(self.built) or said.get(self.planned))

    def year(self, said: Said) -> int | None:
        """In which year it comes to stand, or ceases to; None where no day is given, or it stood all the while."""
        if _one_of(said, (*self.dropped, *self.always)):
            return None
        settled = _one_of(said, (*self.standing, *self.closed))
        day = str(said.get(self.built) or ("" if settled else said.get(self.planned) or ""))
        return int(day[:4]) if day[:4].isdigit() else None

    def expression(self, sort: Sort) -> Expression:
        """The same for the map, with DAY where the day shall stand."""
        gone = _among(self.dropped)
        if sort == "plan":
            return ["!", _any(gone, _among(self.closed))]
        built: Expression = ["get", self.built]
        came = self._came(sort, built)
        stands = _any(_among(self.always), came)
        if sort == "now":
            return ["all", ["!", _any(gone, _among(self.closed))], stands]
        not_yet = ["<", DAY, ["to-string", ["coalesce", built, _EVER]]]
        is_closed = _among(self.closed)
        return ["all", ["!", gone], _any(["all", is_closed, not_yet], ["all", ["!", is_closed], stands])]

    def _came(self, sort: Sort, built: Expression) -> Expression:
        standing = _among(self.standing)
        if sort == "now":
            return _any(standing, ["<=", ["to-string", ["coalesce", built, _NEVER]], DAY])
        since_report = ["<=", ["to-string", ["coalesce", built, _EVER]], DAY]
        since_plan = ["<=", ["to-string", ["coalesce", built, ["get", self.planned], _NEVER]], DAY]
        return _any(["all", standing, since_report], ["all", ["!", standing], since_plan])


PROJECT_LIFETIME: Final = Lifetime()
"""Of whatever has the dates and the stage of a project."""


def _one_of(said: Said, codes: Codes) -> bool:
    return any(said.get(key) == code for key, code in codes)


def _among(codes: Codes) -> Expression:
    keys = dict.fromkeys(key for key, _ in codes)
    tests = (
        ["match", ["get", key], [code for field, code in codes if field == key], True, False] for key in keys
    )
    return _any(*tests)


def _any(*tests: Expression) -> Expression:
    return ["any", *tests]
