"""How fast is a tile of many parcels, beside ST_AsMVT and beside mapbox-vector-tile?

All contenders make the same tile: shapes and label points, the same attributes, for the same viewer, from the
tables of the product. One act is a handful of tiles of one zoom in the middle of the county.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

import mapbox_vector_tile
import numpy as np
import shapely
from numpy.typing import NDArray
from sqlalchemy import and_, text
from sqlalchemy.dialects import postgresql

from layers import tiles
from layers.crs import SHOWN, STORED, WEB_MERCATOR
from layers.kinds import kind_of
from layers.rights import INTERNAL_VIEWER
from layers.store import Database, query
from layers.store.query import TileRows
from layers.store.seen import seen
from layers.tiles.cut import buffer_of, clipped
from layers.tiles.generalise import generalised
from layers.tiles.labels import label_points
from layers.tiles.mercator import Tile
from tests.bench.table import Line, timed
from tests.bench.turns import in_turns

KEY: Final = "idle_parcel"
KIND: Final = kind_of(KEY)
FIELDS: Final = tiles.fields_for(KIND, INTERNAL_VIEWER)
ROUNDS: Final = 9
TILES_ASIDE: Final = {12: 1, 14: 2, 16: 3}
"""Zoom → the side of the square of tiles that is cut."""
AIMED_AT: Final = (12, 14)
MOST_OF_TRANSFORMING: Final = 0.8
MOST_OF_PYTHON: Final = 1 / 4
LON, LAT = 118.45, 35.5

NUMBERS: Final = ("area_mu", "length_km")


def projecting_sql() -> str:
    """The same rows, fields and label points by ST_AsMVT, which projects every shape anew for each tile."""
    dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
    seen_by_viewer = and_(*seen(INTERNAL_VIEWER)).compile(
        dialect=dialect, compile_kwargs={"literal_binds": True}
    )
    named = ", ".join(f'"{field.key}"' for field in FIELDS)
    told = ", ".join(
        f"""(feature.{each.of}->>'{each.key}'){"::float" if each.key in NUMBERS else ""} AS "{each.key}\""""
        for each in FIELDS
    )
    anchor = ", ".join(f"(feature.derived->'anchor'->>{place})::float" for place in (0, 1))
    return f"""
    WITH met AS (
      SELECT feature.id, {told},
             ST_Transform(ST_SetSRID(feature.shape, {SHOWN}), {WEB_MERCATOR}) AS shape,
             ST_Transform(ST_SetSRID(ST_MakePoint({anchor}), {SHOWN}), {WEB_MERCATOR}) AS anchor
      FROM feature JOIN layer ON layer.id = feature.layer_id
      WHERE layer.key = :key AND feature.shape && ST_MakeEnvelope(:west, :south, :east, :north, {STORED})
        AND {seen_by_viewer})
    SELECT (SELECT ST_AsMVT(shapes, :key, 4096, 'drawn', 'id') FROM (
              SELECT id, {named},
                     ST_AsMVTGeom(shape, ST_TileEnvelope(:z, :x, :y), 4096, 64, true) AS drawn FROM met) AS shapes),
           (SELECT ST_AsMVT(points, :points, 4096, 'drawn', 'id') FROM (
              SELECT id, {named},
                     ST_AsMVTGeom(anchor, ST_TileEnvelope(:z, :x, :y), 4096, 0, true) AS drawn FROM met) AS points)
    """  # noqa: S608


PROJECTING: Final = text(projecting_sql())


def lines(sqlite: Database, postgis: Database | None) -> Iterator[Line]:
    """One zoom after the other."""
    for z, side in TILES_ASIDE.items():
        places = middle(z, side)
        acts = {"ours": all_of(sqlite, product, places), "python": all_of(sqlite, python, places)}
        if postgis:
            acts |= {
                "stored": all_of(postgis, product, places),
                "projecting": all_of(postgis, projecting, places),
            }
        taken = in_turns(acts, ROUNDS)
        what = f"z{z}, {side * side} tiles, SQLite"
        if postgis:
            yield timed(
                f"{what} / ST_AsMVT with ST_Transform",
                taken["ours"],
                taken["projecting"],
                MOST_OF_TRANSFORMING if z in AIMED_AT else None,
            )
            yield timed(f"{what} / our tiles from PostGIS", taken["ours"], taken["stored"], None)
        yield timed(
            f"{what} / mapbox-vector-tile",
            taken["ours"],
            taken["python"],
            MOST_OF_PYTHON if z in AIMED_AT else None,
        )


def middle(z: int, side: int) -> list[Tile]:
    """A square of tiles."""
    whole = Tile(z, 0, 0).units(np.array([[LON, LAT]]))[0] // 4096
    x, y = whole.astype(int).tolist()
    return [Tile(z, x + right, y + down) for right in range(side) for down in range(side)]


def all_of(
    database: Database, make: Callable[[Any, Tile], object], places: list[Tile]
) -> Callable[[], object]:
    """Each tile in a session of its own, as a request makes it."""

    def act() -> None:
        for place in places:
            with database.reading() as session:
                make(session, place)

    return act


def product(session: Any, place: Tile) -> bytes:
    return tiles.tile(session, INTERNAL_VIEWER, [KEY], place)


def projecting(session: Any, place: Tile) -> bytes:
    west, south, east, north = place.bounds()
    told = {"west": west, "south": south, "east": east, "north": north, "key": KEY, "points": f"{KEY}_points"}
    return b"".join(session.execute(PROJECTING, told | place._asdict()).one())


def python(session: Any, place: Tile) -> bytes:
    """Our rows and our way to shapes in the tile; mapbox-vector-tile turns them into bytes."""
    layer = query.layer_named(session, INTERNAL_VIEWER, KEY)
    buffer = buffer_of(KIND, place.z)
    rows = query.tile_rows(session, INTERNAL_VIEWER, layer, place.bounds(buffer), FIELDS)
    whole = np.asarray(shapely.from_wkb(rows.wkb), np.object_)
    labels = label_points(place, whole, rows.anchors)
    shapes = clipped(generalised(shapely.transform(whole, place.units), place.z), buffer)
    told = attributes(rows)
    features = described(rows.ids, shapes, told)
    points = described(
        rows.ids[labels.features], shapely.points(labels.units), [told[at] for at in labels.features]
    )
    packed: bytes = mapbox_vector_tile.encode(
        [{"name": KEY, "features": features}, {"name": f"{KEY}_points", "features": points}],
        default_options={"y_coord_down": True},
    )
    return packed


def attributes(rows: TileRows) -> list[dict[str, Any]]:
    columns = rows.columns.items()
    return [
        {name: column[at] for name, column in columns if column[at] is not None}
        for at in range(len(rows.ids))
    ]


def described(ids: NDArray[np.int64], shapes: Any, told: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {"id": number, "geometry": shape, "properties": each}
        for number, shape, each in zip(ids.tolist(), shapes, told, strict=True)
        if shape is not None and not shape.is_empty
    ]
