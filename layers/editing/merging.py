"""Two people changed the same feature: which fields, what can be joined by itself, what must be asked?"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final, NamedTuple

import shapely

from layers.editing.drafts import SHAPE, SHAPE_TITLE, Draft
from layers.kinds import LayerKind
from layers.rights import Viewer
from layers.store.states import State

_ABSENT: Final = None


class Sides(NamedTuple):
    """The state that both started from (None: unknown), and what the other one made of it."""

    base: State | None
    theirs: State


class Side(NamedTuple):
    """One field as the three states have it."""

    field: str
    label: str
    base: Any
    theirs: Any
    yours: Any

    @property
    def is_conflict(self) -> bool:
        """Both changed it, and differently."""
        return self.theirs != self.base and self.yours not in (self.base, self.theirs)


def differences(kind: LayerKind, viewer: Viewer, unit: str, draft: Draft, sides: Sides) -> dict[str, Any]:
    """What the answer to a stale change says beyond who and when: base, conflicts, what merges, and the merge.

    Only of fields that the viewer may see.
    """
    fields = list(_fields(kind, viewer, unit, draft, sides))
    mine = [each for each in fields if not each.is_conflict and each.yours != each.base]
    joined = [each for each in fields if not each.is_conflict and each.yours != each.theirs]
    return {
        "base": None if sides.base is None else told(kind, viewer, unit, sides.base),
        "conflicts": [each._asdict() for each in fields if each.is_conflict],
        "merged": [_merged(each) for each in joined],
        "merge": _patch([each for each in mine if each.yours != each.theirs]),
    }


def told(kind: LayerKind, viewer: Viewer, unit: str, state: State) -> dict[str, Any]:
    """A state as this viewer may see it."""
    properties = kind.seen_properties(state.properties, viewer, unit)
    return {"properties": properties, "geometry": json.loads(shapely.to_geojson(state.shape))}


def _fields(kind: LayerKind, viewer: Viewer, unit: str, draft: Draft, sides: Sides) -> list[Side]:
    base = {} if sides.base is None else kind.seen_properties(sides.base.properties, viewer, unit)
    theirs = kind.seen_properties(sides.theirs.properties, viewer, unit)
    keys = dict.fromkeys((*draft.properties, *theirs, *base))
    found = [_side(kind, key, base, theirs, draft) for key in keys]
    return [*found, *_shape_side(draft, sides)]


def _side(
    kind: LayerKind, key: str, base: Mapping[str, Any], theirs: Mapping[str, Any], draft: Draft
) -> Side:
    label = kind.by_key[key].title if key in kind.by_key else key
    before = base.get(key, _ABSENT)
    return Side(key, label, before, theirs.get(key, _ABSENT), draft.properties.get(key, before))


def _shape_side(draft: Draft, sides: Sides) -> list[Side]:
    if draft.shape is None or draft.shape.equals_exact(sides.theirs.shape):
        return []
    base = None if sides.base is None else sides.base.shape
    shapes = (base, sides.theirs.shape, draft.shape)
    # The same shape may be written in more than one way, so they are compared as they are drawn.
    return [
        Side(SHAPE, SHAPE_TITLE, *(json.loads(shapely.to_geojson(each)) if each else None for each in shapes))
    ]


def _merged(side: Side) -> dict[str, Any]:
    yours = side.yours != side.base
    chosen = side.yours if yours else side.theirs
    return {"field": side.field, "label": side.label, "value": chosen, "from": "yours" if yours else "theirs"}


def _patch(mine: list[Side]) -> dict[str, Any]:
    """The body of a PATCH on their version that brings what does not conflict."""
    body: dict[str, Any] = {"properties": {each.field: each.yours for each in mine if each.field != SHAPE}}
    shape = next((each.yours for each in mine if each.field == SHAPE), None)
    return body | ({"geometry": shape} if shape else {})
