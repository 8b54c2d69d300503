"""What must a screen know of a feature to let somebody change it?"""

from __future__ import annotations

from typing import Any

from sqlalchemy.orm import Session

from layers.rights import Viewer, may
from layers.store import proposals
from layers.store.review import last_return
from layers.store.seen import is_insider
from layers.store.tables import RETURNED, WAITING
from layers.store.targets import Target, is_own_mark, maker_of, target

REVIEW_TITLES = {WAITING: "待审核", RETURNED: "已退回"}


def about(session: Session, viewer: Viewer, uid: str) -> dict[str, Any]:
    """`edit` (stored values, version, what the viewer may do), `review` and `proposal`; nothing for the public."""
    if not is_insider(viewer):
        return {}
    found = target(session, viewer, uid)
    return {
        "edit": _edit(session, viewer, found),
        "review": _review(session, viewer, found),
        "proposal": proposals.told_open(session, viewer, found),
    }


def _edit(session: Session, viewer: Viewer, found: Target) -> dict[str, Any]:
    return {
        # By which the tiles know it: the screen hides it there while it is changed.
        "number": found.id,
        "version": found.version,
        "visibility": found.state.visibility,
        "unit": found.unit,
        "may": [deed for deed in ("edit", "attach", "review") if _may(session, viewer, found, deed)],
        "properties": found.kind.seen_properties(found.state.properties, viewer, found.unit),
    }


def _may(session: Session, viewer: Viewer, found: Target, deed: str) -> bool:
    own = bool(found.state.review) and is_own_mark(session, viewer, found)
    if deed == "edit" and own:
        return True
    return may(viewer, deed, unit=found.unit, visibility=found.visibility, town=found.town, own=own)


def _review(session: Session, viewer: Viewer, found: Target) -> dict[str, Any] | None:
    if not found.state.review:
        return None
    maker = maker_of(session, found.id)
    returned = last_return(session, found.id) if found.state.review == RETURNED else None
    return {
        "state": found.state.review,
        "title": REVIEW_TITLES[found.state.review],
        "who": maker.who,
        "at": maker.at.isoformat(),
        "own": maker.is_viewer(viewer),
        "reason": returned and returned.reason,
        "by": returned and returned.who,
    }
