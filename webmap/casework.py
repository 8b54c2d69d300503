"""How is the case of a parcel told to a screen: on its card, and on its page?"""

from __future__ import annotations

from typing import Any

from flask import url_for
from sqlalchemy.orm import Session

from layers import clock
from layers.analysis.cases import Case, case_of, has_ledger
from layers.rights import Viewer, may
from layers.rules.idle_case import STEP_WORDS, Entry
from layers.store.attachments import attachments_of
from layers.store.found import FoundFeature


def section(session: Session, viewer: Viewer, found: FoundFeature) -> dict[str, Any] | None:
    """The ledger for the card; None for what has none, and for those who may not see it."""
    if viewer.role is None or not has_ledger(found, viewer):
        return None
    case = case_of(found, clock.today())
    may_write = may(viewer, "edit", unit=found.unit, town=found.derived.get("town"))
    if case is None and not may_write:
        return None
    told = _told(case, files(session, viewer, found)) if case else {"steps": [], "next": None, "trouble": []}
    return {**told, "url": url_for("cases.one", uid=found.uid), "may_write": may_write}


def _told(case: Case, names: dict[str, str]) -> dict[str, Any]:
    due = case.due
    return {
        "steps": [_step(each, names) for each in case.entries],
        "next": {
            "title": STEP_WORDS[due.step],
            "day": due.day.isoformat() if due.day else None,
            "overdue": case.overdue,
        }
        if due
        else None,
        "trouble": list(case.contradictions),
    }


def _step(entry: Entry, names: dict[str, str]) -> dict[str, Any]:
    file = entry.attachment if entry.attachment in names else ""
    return {
        "title": STEP_WORDS[entry.step],
        "day": entry.day.isoformat() if entry.day else None,
        "number": entry.number,
        "note": entry.note,
        "file": {"name": names[file], "url": url_for("attachments.shown", uid=file)} if file else None,
    }


def files(session: Session, viewer: Viewer, found: FoundFeature) -> dict[str, str]:
    """The names of the attachments that an entry can point to, by uid."""
    return {each.row.uid: each.row.name for each in attachments_of(session, viewer, found)}
