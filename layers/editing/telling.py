"""How is a change told: by whom, which fields from what to what, and how did the shape change?"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

import shapely

from layers.kinds import LayerKind
from layers.kinds.fields import Field
from layers.measure import half_up
from layers.rights import VISIBILITIES, Viewer
from layers.store.acts import title_of
from layers.store.attachment_moves import PHOTO_STEPS, PhotoStep
from layers.store.history import Deed, Moment, Step
from layers.store.tables import RETURNED, WAITING
from layers.store.targets import Target

UNCHANGED: Final[dict[str, Any]] = {
    "version": None,
    "created": False,
    "deleted": False,
    "changes": [],
    "shape": None,
}
"""How an act is told that changed only the photos of a feature."""
_SIZES = (("area_mu", "亩", 2), ("length_km", "公里", 3))
_REVIEWS = {None: "生效", WAITING: "待审核", RETURNED: "已退回"}


def told_deed(deed: Deed) -> dict[str, Any]:
    """An act: who did what, when and why."""
    return {
        "act": deed.id,
        "what": deed.what,
        "title": title_of(deed.what),
        "who": deed.who,
        "at": deed.at.isoformat(),
        "reason": deed.reason,
        "count": deed.count,
        "undoes": deed.undoes,
        "undone": deed.undone,
    }


def told_step(step: Step, found: Target, viewer: Viewer) -> dict[str, Any]:
    """What changed from one state to the next, in the words of the screen; only what this viewer may see."""
    return {
        "version": step.version,
        "created": step.before is None,
        "deleted": step.after.state.deleted,
        "changes": list(_changes(step, found, viewer)),
        "shape": _shape(step),
        "photos": [],
    }


def told_photo(step: PhotoStep, *, may: bool) -> dict[str, Any]:
    """What became of a photo or document; restorable: this viewer puts it back by undoing the act."""
    return {"name": step.name, "title": PHOTO_STEPS[step.what], "restorable": step.may_return and may}


def _changes(step: Step, found: Target, viewer: Viewer) -> Iterator[dict[str, Any]]:
    if step.before is None:
        return
    yield from _fields(step.before, step.after, found, viewer)
    before, after = step.before.state, step.after.state
    if before.visibility != after.visibility:
        yield _change("visibility", "可见范围", _seen_by(before.visibility), _seen_by(after.visibility))
    if before.review != after.review:
        yield _change("review", "审核状态", _REVIEWS[before.review], _REVIEWS[after.review])
    if before.deleted != after.deleted:
        yield _change("deleted", "在图上", *("否" if one.deleted else "是" for one in (before, after)))


def _fields(before: Moment, after: Moment, found: Target, viewer: Viewer) -> Iterator[dict[str, Any]]:
    kind = found.kind
    old, new = (kind.seen_properties(one.state.properties, viewer, found.unit) for one in (before, after))
    for key in _in_order(kind, {*old, *new}):
        if old.get(key) != new.get(key):
            field = kind.by_key.get(key)
            label = field.title if field else key
            told = _change(key, label, _shown(field, old.get(key)), _shown(field, new.get(key)))
            yield told | {"unit": field.unit if field else ""}


def _in_order(kind: LayerKind, keys: set[str]) -> list[str]:
    """As the kind declares them, then what no field declares."""
    return [*(key for key in kind.by_key if key in keys), *sorted(keys - set(kind.by_key))]


def _change(key: str, label: str, old: str | None, new: str | None) -> dict[str, Any]:
    return {"key": key, "label": label, "old": old, "new": new, "unit": ""}


def _shown(field: Field | None, value: Any) -> str | None:
    if value is None:
        return None
    return field.show(value) if field else str(value)


def _seen_by(visibility: str | None) -> str:
    return VISIBILITIES[visibility] if visibility else "与图层相同"


def _shape(step: Step) -> dict[str, Any] | None:
    """The shape before, and by how much it grew; None where it stayed."""
    if step.before is None or step.before.state.shape.equals_exact(step.after.state.shape):
        return None
    old, new = step.before.derived, step.after.derived
    for key, unit, digits in _SIZES:
        if key in old or key in new:
            difference = float(half_up(new.get(key, 0.0) - old.get(key, 0.0), digits))
            size = {"unit": unit, "old": old.get(key), "new": new.get(key), "difference": difference}
            break
    else:
        size = {"unit": "", "old": None, "new": None, "difference": None}
    return {"geometry": json.loads(shapely.to_geojson(step.before.state.shape)), **size}
