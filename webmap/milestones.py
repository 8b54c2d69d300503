"""How are the milestones of a project told to a screen: on its card, and on its page?"""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import url_for

from layers import clock
from layers.editing.reporting import may_report
from layers.kinds.milestones import KEY, milestones_of
from layers.kinds.supervised import SETTLED
from layers.rights import Viewer, may, may_see
from layers.rules.milestones import Milestone, contradictions
from layers.store.found import FoundFeature


def section(viewer: Viewer, found: FoundFeature) -> dict[str, Any] | None:
    """The milestones for the card; None for what has none, and for those who may not see them."""
    declared = found.declared.by_key.get(KEY)
    if declared is None or not may_see(viewer, declared.visibility, found.unit):
        return None
    may_write = may(viewer, "edit", unit=found.unit, town=found.derived.get("town"))
    may_reach = may_write or may_report(viewer, found)
    milestones = milestones_of(found.properties.get(KEY))
    if not milestones and not may_write:
        return None
    today = viewer.at or clock.today()
    settled = found.properties.get("stage") in SETTLED
    return {
        "rows": [_told(each, today, settled=settled) for each in milestones],
        "trouble": contradictions(milestones, today),
        "url": url_for("milestones.page", uid=found.uid),
        "may_write": may_write,
        "may_reach": may_reach,
    }


def _told(milestone: Milestone, today: date, *, settled: bool) -> dict[str, Any]:
    """late: days past the plan; a project that is settled is late no more."""
    overdue = milestone.is_late(today) and not settled
    return {
        "name": milestone.name,
        "planned": milestone.planned.isoformat() if milestone.planned else None,
        "actual": milestone.actual.isoformat() if milestone.actual else None,
        "state": "done" if milestone.actual else "late" if overdue else "open",
        "late": milestone.late_days(today) if overdue or milestone.actual else 0,
    }
