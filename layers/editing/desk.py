"""Against what is a request read: which kind, who asks, who owns the layer, where is the county?"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy.orm import Session

from layers.crs import Bounds
from layers.kinds import BOUNDARIES, LayerKind, kind_for
from layers.rights import SYSTEM_VIEWER, Viewer
from layers.store import query
from layers.store.derive import Towns
from layers.store.states import towns_now
from layers.store.targets import Target
from layers.store.totals import bounds_of_kind


@dataclass(frozen=True)
class Desk:
    """unit: the owner of the layer. county: the box of the boundaries on the map, None while there are none."""

    kind: LayerKind
    viewer: Viewer
    unit: str
    county: Bounds | None
    towns: Towns


def layer_desk(session: Session, viewer: Viewer, layer_key: str) -> Desk:
    """For something new in this layer."""
    layer = query.layer_named(session, viewer, layer_key)
    return _desk(session, viewer, kind_for(layer), layer.unit)


def desk_for(session: Session, viewer: Viewer, found: Target) -> Desk:
    """For a change of this feature."""
    return _desk(session, viewer, found.kind, found.unit)


def _desk(session: Session, viewer: Viewer, kind: LayerKind, unit: str) -> Desk:
    county = bounds_of_kind(session, SYSTEM_VIEWER, BOUNDARIES)
    return Desk(kind, viewer, unit, county, towns_now(session, kind.key))
