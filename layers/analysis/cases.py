"""Which cases of idle land are open, what comes next in each and which step is overdue? The 处置台账 of the county."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from sqlalchemy.orm import Session

from layers import clock
from layers.kinds import kind_for
from layers.kinds.case_days import case_days
from layers.kinds.case_steps import entries_of
from layers.kinds.idle_parcel import CASE, IDLE_PARCEL
from layers.rights import Viewer, may_see
from layers.rules.idle_case import STEP_WORDS, Due, Entry, Step, contradictions, days_done, due_of, last_step
from layers.store import query
from layers.store.found import FoundFeature
from layers.store.tables import Layer

OPENED: Final = "case_step.filled"
TURN: Final = 2000


@dataclass(frozen=True)
class Case:
    """A parcel with its ledger. overdue: days past the deadline of the next step; 0 where none is past."""

    found: FoundFeature
    entries: Sequence[Entry]
    step: Step
    due: Due | None
    overdue: int
    contradictions: Sequence[str] = field(default=())

    @property
    def state(self) -> str:
        """The words of its legal state."""
        return self.found.declared.symbol_class(str(self.found.derived.get("symbol"))).title


def case_of(found: FoundFeature, today: date) -> Case | None:
    """The case of a parcel; None where none was opened."""
    entries = entries_of(found.properties.get(CASE)) or _without_ledger(found.properties.get("case_step"))
    step = last_step(entries)
    if step is None:
        return None
    due = due_of(entries, case_days())
    told = contradictions(days_done(entries))
    return Case(found, entries, step, due, due.overdue(today) if due else 0, told)


def has_ledger(found: FoundFeature, viewer: Viewer) -> bool:
    """Whether this is land with a ledger that the viewer may see."""
    declared = found.declared.by_key.get(CASE)
    return declared is not None and may_see(viewer, declared.visibility, found.unit)


def cases(session: Session, viewer: Viewer) -> list[Case]:
    """Every case that this viewer may see: the longest overdue first, then by the next deadline, closed ones last."""
    today = clock.today()
    found = [case for each in _parcels(session, viewer) if (case := case_of(each, today))]
    return sorted(found, key=_urgency)


def filtered(rows: Sequence[Case], step: str, town: str, *, overdue: bool) -> list[Case]:
    """Those at this step, in this town, overdue; blank asks for all."""
    return [
        each
        for each in rows
        if (not step or each.step.value == step)
        and (not town or each.found.derived.get("town") == town)
        and (not overdue or each.overdue)
    ]


def by_step(rows: Sequence[Case]) -> dict[Step, int]:
    """How many stand at each step; only steps at which any does."""
    counts = Counter(each.step for each in rows)
    return {step: counts[step] for step in Step if counts[step]}


def told_of(case: Case) -> dict[str, Any]:
    """A case as a row of the ledger."""
    said, derived = case.found.properties, case.found.derived
    last = case.entries[-1]
    return {
        "uid": case.found.uid,
        "name": case.found.name,
        "code": said.get("code"),
        "holder": said.get("holder"),
        "town": derived.get("town"),
        "area_mu": derived.get("area_mu"),
        "state": case.state,
        "step": STEP_WORDS[case.step],
        "day": last.day.isoformat() if last.day else None,
        "number": last.number,
        "next": STEP_WORDS[case.due.step] if case.due else None,
        "due": case.due.day.isoformat() if case.due and case.due.day else None,
        "overdue": case.overdue,
        "trouble": "".join(case.contradictions),
        "is_sample": bool(said.get("is_sample")),
    }


def _urgency(case: Case) -> tuple[bool, int, str, str]:
    day = case.due.day.isoformat() if case.due and case.due.day else "9999"
    return case.step is Step.CLOSED, -case.overdue, day, case.found.name


def _without_ledger(step: Any) -> list[Entry]:
    """What was only ticked, as older records have it: a step without its day."""
    return [Entry(Step(step))] if step in {each.value for each in Step} else []


def _parcels(session: Session, viewer: Viewer) -> list[FoundFeature]:
    found: list[FoundFeature] = []
    for layer in query.layer_rows(session, viewer):
        if layer.kind == IDLE_PARCEL.key and may_see(
            viewer, kind_for(layer).by_key[CASE].visibility, layer.unit
        ):
            found += _all_of(session, viewer, layer)
    return found


def _all_of(session: Session, viewer: Viewer, layer: Layer) -> Iterator[FoundFeature]:
    where, last = query.read_filter(session, viewer, layer, OPENED), 0
    while page := query.find_features(session, viewer, layer, where=where, after=last, limit=TURN):
        yield from page
        last = page[-1].id
