"""What can be looked up of the past: the timeline of a feature, the deeds of everybody, the recycle bin."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import Any, Final

from sqlalchemy.orm import Session

from layers.editing.telling import UNCHANGED, told_deed, told_photo, told_step
from layers.errors import NotAllowed
from layers.rights import Viewer, may, may_somewhere
from layers.store import hiding, history, query
from layers.store.attachment_moves import PhotoStep, photo_steps
from layers.store.bin import deleted_features
from layers.store.history import Deed
from layers.store.seen import require_insider
from layers.store.targets import Target, require_edit

MOST_FEATURES: Final = 200


def timeline(session: Session, viewer: Viewer, ref: int | str) -> dict[str, Any]:
    """All that happened to one feature and its photos, the latest first."""
    require_insider(viewer)
    found, steps = history.steps_of(session, viewer, ref)
    photos = photo_steps(session, found.id)
    acts = {step.act_id for step in steps} | {photo.act_id for photo in photos}
    deeds = history.deeds_named(session, sorted(acts))
    told = [told_deed(deeds[step.act_id]) | told_step(step, found, viewer) for step in steps]
    return {
        "uid": found.uid,
        "name": found.name,
        "layer": found.layer_key,
        "version": found.version,
        "deleted": found.state.deleted,
        "history": _with_photos(told, photos, deeds, _taken_back_by(session, viewer, found, deeds)),
    }


def _with_photos(
    steps: list[dict[str, Any]], photos: Sequence[PhotoStep], deeds: dict[int, Deed], mine: set[int]
) -> list[dict[str, Any]]:
    """What an act did with photos stands with what else it did, else where it belongs in time."""
    history = list(steps)
    for photo in photos:
        step = next((step for step in history if step["act"] == photo.act_id), None)
        if step is None:
            step = told_deed(deeds[photo.act_id]) | UNCHANGED | {"photos": []}
            older = (i for i, other in enumerate(history) if other["act"] < photo.act_id)
            history.insert(next(older, len(history)), step)
        step["photos"].append(told_photo(photo, may=photo.act_id in mine))
    return history


def _taken_back_by(session: Session, viewer: Viewer, found: Target, deeds: dict[int, Deed]) -> set[int]:
    """Acts with photos that this viewer may undo: all when he may edit the feature, else his own."""
    with suppress(NotAllowed):
        require_edit(session, viewer, found)
        return set(deeds)
    own = viewer.account is not None and may(viewer, "attach")
    return {act for act, deed in deeds.items() if own and deed.account == viewer.account}


def acts(
    session: Session, viewer: Viewer, *, layer: str = "", who: str = "", before: int = 0, limit: int = 50
) -> dict[str, Any]:
    """The latest deeds, of all layers or of one."""
    require_insider(viewer)
    layer_id = query.layer_named(session, viewer, layer).id if layer else None
    found = history.deeds(session, viewer, layer_id=layer_id, who=who, before=before, limit=limit)
    return {"acts": [told_deed(deed) for deed in found], "more": len(found) == limit}


def act(session: Session, viewer: Viewer, act_id: int) -> dict[str, Any]:
    """One deed with what it made of its features, of a large one only of the first."""
    require_insider(viewer)
    deed = history.deed(session, viewer, act_id)
    traces = history.traces(session, viewer, act_id, MOST_FEATURES)
    told = [
        {"uid": trace.found.uid, "name": trace.found.name, "layer": trace.found.layer_key}
        | {"now_version": trace.found.version}
        | told_step(trace.step, trace.found, viewer)
        for trace in traces
    ]
    size = history.size_of(session, act_id)
    hidden = hiding.is_hidden(session, act_id)
    return told_deed(deed) | {"hidden": hidden, "size": size, "features": told}


def recycle_bin(session: Session, viewer: Viewer, *, layer: str = "", limit: int = 100) -> dict[str, Any]:
    """What was deleted from layers that the viewer may edit somewhere, the latest first; and undone imports."""
    require_insider(viewer)
    key = query.layer_named(session, viewer, layer).key if layer else None
    found = deleted_features(session, viewer, key, limit)
    imports = history.undone_imports(session, viewer, limit)
    return {
        "features": [
            {
                "uid": each.uid,
                "name": each.name,
                "layer": each.layer_key,
                "version": each.version,
                "act": each.act_id,
                "who": each.last.who,
                "at": each.last.at.isoformat(),
                "title": each.kind.title,
                "restorable": may_somewhere(viewer, "edit", each.unit),
            }
            for each in found
        ],
        "acts": [told_deed(deed) | {"hidden_by": hiding.hidden_by(session, deed.id)} for deed in imports],
    }
