"""What does a tile need of a layer? Column by column, without the ORM."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from layers import clock
from layers.crs import Bounds
from layers.kinds import LayerKind, kind_of
from layers.kinds.base import TileField
from layers.kinds.fields import Flag
from layers.rights import Viewer, may_see
from layers.store.derive import on_the_day
from layers.store.engine import in_layer_bounds, json_value, wkb
from layers.store.seen import seen
from layers.store.tables import Feature, Layer


@dataclass(frozen=True)
class TileRows:
    """The features that meet a tile, column by column."""

    ids: NDArray[np.int64]
    wkb: list[bytes]
    anchors: NDArray[np.float64]
    columns: dict[str, list[Any]]


def tile_rows(
    session: Session, viewer: Viewer, layer: Layer, bounds: Bounds, fields: Sequence[TileField]
) -> TileRows:
    """What a tile needs of the features that meet it; fields that the viewer may not see are left out."""
    kind, today = kind_of(layer.kind), clock.today()
    told = [each for each in fields if _travels(kind, viewer, each)]
    found = (
        select(
            Feature.id,
            wkb(Feature.shape),
            json_value(Feature.derived, "anchor", 0),
            json_value(Feature.derived, "anchor", 1),
            Feature.derived_until <= today,
            *(_tile_value(each) for each in told),
        )
        .join(Layer)
        .where(in_layer_bounds(Feature.shape, layer.id, bounds), *seen(viewer))
        .order_by(Feature.id)
    )
    rows = session.connection().execute(found).all()
    if not rows:
        return TileRows(np.zeros(0, np.int64), [], np.zeros((0, 2)), {each.key: [] for each in told})
    ids, shapes, lon, lat, due, *values = map(list, zip(*rows, strict=True))
    columns = {each.key: _as_python(kind, each, column) for each, column in zip(told, values, strict=True)}
    _make_current(session, kind, columns, {id_: place for place, id_ in enumerate(ids) if due[place]}, told)
    return TileRows(np.array(ids, np.int64), shapes, np.column_stack((lon, lat)).astype(np.float64), columns)


def _travels(kind: LayerKind, viewer: Viewer, field: TileField) -> bool:
    declared = kind.by_key.get(field.key) if field.of == "properties" else None
    return declared is None or may_see(viewer, declared.visibility)


def _tile_value(field: TileField) -> ColumnElement[Any]:
    column = Feature.derived if field.of == "derived" else Feature.properties
    return json_value(column, field.key)


def _as_python(kind: LayerKind, field: TileField, column: list[Any]) -> list[Any]:
    """SQLite has no true and false."""
    if field.of == "properties" and isinstance(kind.by_key.get(field.key), Flag):
        return [None if value is None else bool(value) for value in column]
    return column


def _make_current(
    session: Session,
    kind: LayerKind,
    columns: dict[str, list[Any]],
    due: dict[int, int],
    fields: Sequence[TileField],
) -> None:
    """Derive what is due, by id → place in the columns."""
    if not due:
        return
    derived = [field.key for field in fields if field.of == "derived"]
    today = clock.today()
    for row in session.execute(
        select(Feature.id, Feature.properties, Feature.derived).where(Feature.id.in_(due))
    ):
        values = on_the_day(kind, row.properties, row.derived, today).values
        for key in derived:
            columns[key][due[row.id]] = values.get(key)
