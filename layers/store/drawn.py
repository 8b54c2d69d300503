"""What does PostGIS draw of a layer in a vector tile? ST_AsMVT, on the stored Web Mercator column.

SQLite cannot draw: layers/tiles cuts its tiles. Both hold the same layers, ids and fields. Areas of less than a
pixel are left to their label points here.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple

from sqlalchemy import (
    CTE,
    ColumnElement,
    Date,
    Float,
    Integer,
    LargeBinary,
    Select,
    String,
    Subquery,
    bindparam,
    func,
    literal_column,
    select,
    text,
)
from sqlalchemy.orm import Session
from sqlalchemy.types import TypeEngine

from layers import clock
from layers.crs import Bounds
from layers.kinds import kind_for
from layers.kinds.base import TileField
from layers.rights import Viewer, sight
from layers.store.engine import WEB_MERCATOR_COLUMN, in_layer_bounds, json_number, json_value
from layers.store.seen import seen
from layers.store.tables import Feature, Layer
from layers.store.tile_rows import travelling

_SIDES: Final = ("west", "south", "east", "north")
_ID, _SHAPE, _TOLD, _LON, _LAT, _DUE = "_id", "_shape", "_told", "_lon", "_lat", "_due"
_WORLD_M: Final = 2 * math.pi * 6378137.0
_STORED: Final[ColumnElement[Any]] = literal_column(f"feature.{WEB_MERCATOR_COLUMN}")
_YES: Final[ColumnElement[bool]] = literal_column("true")


class Square(NamedTuple):
    """A tile and how it is drawn, lengths in units of its grid of `extent` by `extent`.

    buffer: how far beyond its edges shapes are kept. tolerance: by how much outlines may be simplified; None for
    exact ones. bounds: with that buffer, in degrees.
    """

    z: int
    x: int
    y: int
    extent: int
    buffer: float
    tolerance: float | None
    bounds: Bounds

    @property
    def unit_m(self) -> float:
        """One unit of the grid in metres of Web Mercator."""
        return _WORLD_M / 2.0**self.z / self.extent


def drawn_tile(
    session: Session,
    viewer: Viewer,
    layer: Layer,
    fields: Sequence[TileField],
    square: Square,
    *,
    points: bool,
) -> bytes | None:
    """The layer's part of the tile, with its anchors as label points when they are wanted.

    None on SQLite, when something in it must be derived anew today, and for a day in the past.
    """
    if session.get_bind().dialect.name == "sqlite" or viewer.at is not None:
        return None
    told = tuple(travelling(kind_for(layer), viewer, fields))
    asked = _statement(sight(viewer), told, square.tolerance is not None, points)
    due, *drawn = session.connection().execute(asked, _asked(layer, square)).one()
    return None if due else b"".join(drawn)


def _asked(layer: Layer, square: Square) -> dict[str, Any]:
    return {
        "layer": layer.id,
        "shapes": layer.key,
        "points": f"{layer.key}_points",
        "today": clock.today(),
        "z": square.z,
        "x": square.x,
        "y": square.y,
        "across": 2.0**square.z,
        "extent": square.extent,
        "buffer": int(square.buffer),
        "buffer_m": square.buffer * square.unit_m,
        **dict(zip(_SIDES, map(float, square.bounds), strict=True)),
        **({} if square.tolerance is None else {"tolerance_m": square.tolerance * square.unit_m}),
    }


@lru_cache(maxsize=256)
def _statement(viewer: Viewer, fields: tuple[TileField, ...], simplified: bool, points: bool) -> Select[Any]:
    """Kept: to put it together takes longer than to draw a small tile."""
    met = _met(viewer, fields)
    wanted = [_any_due(met), _shapes(met, simplified), *([_points(met)] if points else [])]
    return select(*wanted)


def _met(viewer: Viewer, fields: tuple[TileField, ...]) -> CTE:
    """What meets the buffered tile: found by the index of the shapes, then looked at as it is drawn."""
    layer, sides = _asked_for("layer", Integer()), [_asked_for(side, Float()) for side in _SIDES]
    wide = func.ST_Expand(_envelope(), _asked_for("buffer_m", Float()))
    return (
        select(
            Feature.id.label(_ID),
            _STORED.label(_SHAPE),
            json_number(Feature.derived, "anchor", 0).label(_LON),
            json_number(Feature.derived, "anchor", 1).label(_LAT),
            (Feature.derived_until <= _asked_for("today", Date())).label(_DUE),
            _told(fields).label(_TOLD),
        )
        .join(Layer)
        .where(in_layer_bounds(Feature.shape, layer, sides), _STORED.op("&&")(wide), *seen(viewer))
        .order_by(Feature.id)
        .cte("met")
    )


def _told(fields: tuple[TileField, ...]) -> ColumnElement[Any]:
    """ST_AsMVT makes attributes of the members of a JSON object: numbers stay numbers, null is left out."""
    columns = {"derived": Feature.derived, "properties": Feature.properties}
    names = [text(f"'{each.key}'") for each in fields]
    values = [json_value(columns[each.of], each.key) for each in fields]
    return func.jsonb_build_object(*(part for pair in zip(names, values, strict=True) for part in pair))


def _shapes(met: CTE, simplified: bool) -> ColumnElement[bytes]:
    shape: ColumnElement[Any] = met.c[_SHAPE]
    if simplified:
        shape = func.ST_Simplify(shape, _asked_for("tolerance_m", Float()), _YES)
    drawn = func.ST_AsMVTGeom(shape, _envelope(), _extent(), _asked_for("buffer", Integer()), _YES)
    return _encoded(select(met.c[_ID], drawn.label(_SHAPE), met.c[_TOLD]).subquery("drawn"), "shapes")


def _points(met: CTE) -> ColumnElement[bytes]:
    """The anchors that this tile owns: its north and west edges belong to it."""
    across = _asked_for("across", Float())
    east = met.c[_LON] / 360.0 + 0.5
    north = func.ln(func.tan(func.pi() / 4.0 + func.radians(met.c[_LAT]) / 2.0)) / (2.0 * func.pi())
    x = (east * across - _asked_for("x", Integer())).label("x")
    y = ((0.5 - north) * across - _asked_for("y", Integer())).label("y")
    placed = select(met.c[_ID], met.c[_TOLD], x, y).subquery("placed").c
    point = func.ST_MakePoint(func.floor(placed.x * _extent()), func.floor(placed.y * _extent()))
    inside = (placed.x >= 0, placed.x < 1, placed.y >= 0, placed.y < 1)
    own = select(placed[_ID], point.label(_SHAPE), placed[_TOLD]).where(*inside)
    return _encoded(own.subquery("own"), "points")


def _any_due(met: CTE) -> ColumnElement[Any]:
    return select(func.bool_or(met.c[_DUE])).scalar_subquery()


def _encoded(rows: Subquery, name: str) -> ColumnElement[bytes]:
    named = _asked_for(name, String())
    encoded = func.ST_AsMVT(rows.table_valued(), named, _extent(), _SHAPE, _ID, type_=LargeBinary())
    return select(encoded).select_from(rows).scalar_subquery()


def _envelope() -> ColumnElement[Any]:
    return func.ST_TileEnvelope(*(_asked_for(number, Integer()) for number in "zxy"))


def _extent() -> ColumnElement[int]:
    return _asked_for("extent", Integer())


def _asked_for(name: str, sort: TypeEngine[Any]) -> ColumnElement[Any]:
    return bindparam(name, type_=sort)
