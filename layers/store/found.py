"""How does a feature look to the one who found it?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from shapely.geometry.base import BaseGeometry
from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import Session

from layers import clock
from layers.crs import Bounds
from layers.kinds import CUSTOM, LayerKind, kind_for, kind_of
from layers.rights import Viewer
from layers.store.derive import on_the_day
from layers.store.seen import seen
from layers.store.tables import Act, Feature, Layer


@dataclass(frozen=True)
class FoundFeature:
    """A feature as its viewer may see it: hidden fields are gone, derived values are those of today."""

    id: int
    uid: str
    layer_key: str
    layer_title: str
    kind: str
    unit: str
    name: str
    shape: BaseGeometry
    properties: dict[str, Any]
    derived: dict[str, Any]
    version: int
    visibility: str
    act_who: str
    act_at: datetime
    act_what: str
    declared: LayerKind

    @property
    def bounds(self) -> Bounds:
        """Of its shape."""
        west, south, east, north = self.shape.bounds
        return west, south, east, north


def found_by_id(session: Session, viewer: Viewer, ids: Sequence[int]) -> dict[int, FoundFeature]:
    """Those of these features that this viewer may see."""
    return {
        each.id: each for each in read_features(session, viewer, finding(viewer).where(Feature.id.in_(ids)))
    }


def finding(viewer: Viewer) -> Select[Any]:
    """The statement of everything this viewer may see, to be narrowed down."""
    return (
        select(
            Feature.id,
            Feature.uid,
            Feature.layer_id,
            Layer.key,
            Layer.title,
            Layer.kind,
            Layer.color_by,
            Layer.unit,
            Feature.shape,
            Feature.properties,
            Feature.derived,
            Feature.derived_until,
            Feature.version,
            func.coalesce(Feature.visibility, Layer.visibility).label("visibility"),
            Act.who,
            Act.at,
            Act.what,
        )
        .join(Layer, Layer.id == Feature.layer_id)
        .join(Act, Act.id == Feature.act_id)
        .where(*seen(viewer))
    )


def read_features(session: Session, viewer: Viewer, found: Select[Any]) -> list[FoundFeature]:
    """The features that such a statement finds, as they are today, or were on the day that is asked about."""
    today = viewer.at or clock.today()
    rows = session.execute(found).all()
    kinds = kinds_beneath(session, rows)
    return [_feature(row, kinds[row.layer_id], viewer, today) for row in rows]


def kinds_beneath(session: Session, rows: Sequence[Row[Any]]) -> dict[int, LayerKind]:
    """The kinds of the layers of these rows (layer_id, kind, color_by), by the id of the layer."""
    kinds = {row.layer_id: row.kind for row in rows}
    own = {row.layer_id for row in rows if row.kind == CUSTOM or row.color_by}
    layers = session.scalars(select(Layer).where(Layer.id.in_(own))) if own else ()
    known = {layer.id: kind_for(layer) for layer in layers}
    return {id_: known.get(id_) or kind_of(kind) for id_, kind in kinds.items()}


def _feature(row: Row[Any], kind: LayerKind, viewer: Viewer, today: date) -> FoundFeature:
    derived, properties = row.derived, kind.seen_properties(row.properties, viewer, row.unit)
    if row.derived_until and row.derived_until <= today:
        derived = on_the_day(kind, row.properties, derived, today).values
    return FoundFeature(
        id=row.id,
        uid=row.uid,
        layer_key=row.key,
        layer_title=row.title,
        kind=row.kind,
        unit=row.unit,
        name=str(properties.get("name") or kind.title),
        shape=row.shape,
        properties=properties,
        derived=derived,
        version=row.version,
        visibility=row.visibility,
        act_who=row.who,
        act_at=row.at,
        act_what=row.what,
        declared=kind,
    )
