"""What does a tile need of a layer? Column by column, without the ORM."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final

import numpy as np
from sqlalchemy import Date, Float, Integer, Select, bindparam, literal, select
from sqlalchemy.orm import Session

from layers import clock
from layers.crs import Bounds
from layers.kinds import LayerKind, kind_for
from layers.kinds.base import TileField
from layers.rights import Viewer, may_see, sight
from layers.store.derive import on_the_day
from layers.store.engine import in_layer_bounds, json_row, wkb
from layers.store.past import tile_rows_then
from layers.store.seen import seen
from layers.store.tables import Feature, Layer
from layers.store.tile_columns import TileRows

_SIDES: Final = ("west", "south", "east", "north")


def tile_rows(
    session: Session, viewer: Viewer, layer: Layer, bounds: Bounds, fields: Sequence[TileField]
) -> TileRows:
    """What a tile needs of the features that meet it; fields that the viewer may not see are left out."""
    kind = kind_for(layer)
    told = travelling(kind, viewer, fields)
    if viewer.at is not None:
        return tile_rows_then(session, viewer, layer, kind, bounds, told)
    asked = {"layer": layer.id, "today": clock.today()} | dict(zip(_SIDES, map(float, bounds), strict=True))
    rows = session.connection().execute(_statement(sight(viewer), tuple(told)), asked).all()
    if not rows:
        return TileRows(np.zeros(0, np.int64), [], np.zeros((0, 2)), {each.key: [] for each in told})
    ids, shapes, due, derived, properties = map(list, zip(*rows, strict=True))
    anchors, *values = _columns(derived)
    # Most kinds tell nothing but what is derived.
    declared = _columns(properties) if any(each.of == "properties" for each in told) else []
    found = {"derived": iter(values), "properties": iter(declared)}
    columns = {each.key: next(found[each.of]) for each in told}
    _make_current(session, kind, columns, {id_: place for place, id_ in enumerate(ids) if due[place]}, told)
    return TileRows(np.array(ids, np.int64), shapes, np.array(anchors, np.float64), columns)


@lru_cache(maxsize=256)
def _statement(viewer: Viewer, fields: tuple[TileField, ...]) -> Select[int, bytes, bool, str, str]:
    """Kept: to put it together takes longer than to read a small tile."""
    declared = [each.key for each in fields if each.of == "properties"]
    box = [bindparam(side, type_=Float()) for side in _SIDES]
    return (
        select(
            Feature.id,
            wkb(Feature.shape),
            Feature.derived_until <= bindparam("today", type_=Date()),
            json_row(Feature.derived, ["anchor", *(each.key for each in fields if each.of == "derived")]),
            json_row(Feature.properties, declared) if declared else literal("[]"),
        )
        .join(Layer)
        .where(in_layer_bounds(Feature.shape, bindparam("layer", type_=Integer()), box), *seen(viewer))
        .order_by(Feature.id)
    )


def travelling(kind: LayerKind, viewer: Viewer, fields: Sequence[TileField]) -> list[TileField]:
    """The fields that this viewer may see."""
    return [each for each in fields if _travels(kind, viewer, each)]


def _travels(kind: LayerKind, viewer: Viewer, field: TileField) -> bool:
    if field.of == "derived":
        return True
    return field.key in kind.by_key and may_see(viewer, kind.by_key[field.key].visibility)


def _columns(rows: list[str]) -> list[list[Any]]:
    """The columns of rows that are JSON lists, all read at once."""
    return list(map(list, zip(*json.loads(f"[{','.join(rows)}]"), strict=True)))


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
