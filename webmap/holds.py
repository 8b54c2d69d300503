"""How is a hold told to a screen? On the card of a parcel, with whether this viewer may hold it or let it go."""

from __future__ import annotations

from typing import Any

from layers import clock
from layers.kinds.held import PROJECT, hold_of
from layers.rights import Viewer, may, may_see
from layers.rules.hold import HOLD_WORDS, MOST_DAYS
from layers.store.found import FoundFeature


def section(found: FoundFeature, viewer: Viewer, days: int) -> dict[str, Any] | None:
    """None for what cannot be held, and for those who may not see who holds it. days: how long by default."""
    declared = found.declared.by_key.get(PROJECT)
    if declared is None or viewer.role is None or not may_see(viewer, declared.visibility, found.unit):
        return None
    allowed = may(viewer, "hold", unit=found.unit, visibility=found.visibility)
    hold = hold_of(found.properties)
    if hold is None and not allowed:
        return None
    told = {"may": allowed, "days": days, "most_days": MOST_DAYS, "now": None}
    if hold is None:
        return told
    state = hold.state(clock.today())
    now = {
        "state": state.value,
        "state_words": HOLD_WORDS[state],
        "project": hold.project,
        "unit": hold.unit,
        "until": hold.until.isoformat(),
        "by": hold.by,
        "since": hold.since.isoformat() if hold.since else None,
    }
    return {**told, "now": now}
