"""What does a tile need of a layer? Column by column, without the ORM."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final, Literal, cast

import numpy as np
from sqlalchemy import ColumnElement, Date, Float, Integer, Select, String, bindparam, exists, literal, select
from sqlalchemy.orm import Session

from layers import clock
from layers.crs import Bounds
from layers.kinds import LayerKind, kind_for
from layers.kinds.base import TileField
from layers.rights import Viewer, may_see, sight
from layers.store.derive import on_the_day
from layers.store.engine import among, in_layer_bounds, json_row, wkb
from layers.store.past import tile_rows_then
from layers.store.seen import features_seen, layers_seen
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
    asked = dict(zip(_SIDES, map(float, bounds), strict=True))
    return _read(session, layer, told, _statement(sight(viewer), tuple(told)), asked)


def chosen_rows(
    session: Session, viewer: Viewer, layer: Layer, ids: Sequence[int], fields: Sequence[TileField]
) -> TileRows:
    """The same of these features, as far as the viewer may see them now, without their shapes."""
    told = travelling(kind_for(layer), viewer, fields)
    statement = _statement(sight(viewer), tuple(told), "ids", False)
    return _read(session, layer, told, statement, {"ids": json.dumps(list(ids))})


def spot_rows(
    session: Session, viewer: Viewer, layer: Layer, bounds: Bounds, fields: Sequence[TileField]
) -> TileRows:
    """The same as `tile_rows`, without the shapes: only where things are."""
    if viewer.at is not None:
        return tile_rows(session, viewer, layer, bounds, fields)
    told = travelling(kind_for(layer), viewer, fields)
    asked = dict(zip(_SIDES, map(float, bounds), strict=True))
    return _read(session, layer, told, _statement(sight(viewer), tuple(told), "bounds", False), asked)


def _read(
    session: Session, layer: Layer, told: Sequence[TileField], statement: Select[Any], asked: dict[str, Any]
) -> TileRows:
    kind, now = kind_for(layer), {"layer": layer.id, "today": clock.today()}
    rows = session.connection().execute(statement, asked | now).all()
    if not rows:
        return TileRows(np.zeros(0, np.int64), [], np.zeros((0, 2)), {each.key: [] for each in told})
    ids, shapes, due, derived, properties = map(list, zip(*rows, strict=True))
    count = sum(each.of == "derived" for each in told)
    anchors, *values = columns_of(derived, 1 + count)
    # Some kinds tell nothing but what is derived.
    declared = columns_of(properties, len(told) - count) if count < len(told) else []
    found = {"derived": iter(values), "properties": iter(declared)}
    columns = {each.key: next(found[each.of]) for each in told}
    _make_current(session, kind, columns, {id_: place for place, id_ in enumerate(ids) if due[place]}, told)
    return TileRows(np.array(ids, np.int64), shapes, np.array(anchors, np.float64), columns)


@lru_cache(maxsize=256)
def _statement(
    viewer: Viewer,
    fields: tuple[TileField, ...],
    which: Literal["bounds", "ids"] = "bounds",
    shapes: bool = True,
) -> Select[Any]:
    """Kept: to put it together takes longer than to read a small tile."""
    declared = [each.key for each in fields if each.of == "properties"]
    layer = bindparam("layer", type_=Integer())
    narrowed: ColumnElement[bool]
    if which == "ids":
        narrowed = (Feature.layer_id == layer) & among(Feature.id, bindparam("ids", type_=String()))
    else:
        narrowed = in_layer_bounds(Feature.shape, layer, [bindparam(side, type_=Float()) for side in _SIDES])
    wanted = (
        select(
            Feature.id,
            wkb(Feature.shape) if shapes else literal(""),
            Feature.derived_until <= bindparam("today", type_=Date()),
            json_row(Feature.derived, ["anchor", *(each.key for each in fields if each.of == "derived")]),
            json_row(Feature.properties, declared) if declared else literal("[]"),
        )
        # Asked once: all of them are of this layer.
        .where(exists(select(Layer.id).where(Layer.id == layer, *layers_seen(viewer))))
        .where(narrowed, *features_seen(viewer))
        .order_by(Feature.id)
    )
    return cast("Select[Any]", wanted)


def travelling(kind: LayerKind, viewer: Viewer, fields: Sequence[TileField]) -> list[TileField]:
    """The fields that this viewer may see."""
    return [each for each in fields if _travels(kind, viewer, each)]


def _travels(kind: LayerKind, viewer: Viewer, field: TileField) -> bool:
    if field.of == "derived":
        return True
    return field.key in kind.by_key and may_see(viewer, kind.by_key[field.key].visibility)


def columns_of(rows: list[str], count: int) -> list[list[Any]]:
    """The columns of rows that are JSON lists of so many values, and one more.

    Read as one long list: a list for each row would cost more than what is in it.
    """
    told = json.loads(f"[{','.join([row[1:-1] for row in rows])}]")
    return [told[place :: count + 1] for place in range(count)]


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
