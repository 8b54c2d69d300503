"""How fast are 500 zones laid over the parcels, beside geopandas.overlay and beside PostGIS?

All give the pieces with their ellipsoidal areas, and their sums must agree. Beside geopandas the shapes are in memory on
both sides; beside PostGIS ours reads them from its own SQLite tables.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import geopandas
import numpy as np
import shapely
from numpy.typing import NDArray
from sqlalchemy import text

from layers.analysis.overlay import overlay
from layers.crs import STORED
from layers.measure import ellipsoid
from layers.rights import INTERNAL_VIEWER
from layers.store import Database, query
from tests.bench.parcels import COUNTY
from tests.bench.stores import KEY
from tests.bench.table import Line, timed
from tests.bench.turns import in_turns

ZONES: Final = 500
ROUNDS: Final = 3
SEED: Final = 20240701
MOST_OF_GEOPANDAS: Final = 0.5
MOST_OF_POSTGIS: Final = 1.5
LAID: Final = text("""
    SELECT z.number, f.id, ST_Area((CASE WHEN ST_CoveredBy(f.shape, z.shape) THEN f.shape
                                    ELSE ST_Intersection(f.shape, z.shape) END)::geography) AS m2
    FROM bench_zone z JOIN feature f ON ST_Intersects(f.shape, z.shape) JOIN layer l ON l.id = f.layer_id
    WHERE l.key = :key AND f.deleted_at IS NULL
    """)

Shapes = NDArray[np.object_]


def lines(sqlite: Database, postgis: Database | None) -> Iterator[Line]:
    """The table's lines; raises AssertionError where the contenders do not agree."""
    laid = zones()
    parcels = read(sqlite)

    def beside_geopandas() -> float:
        return float(overlay(laid, parcels).areas_m2.sum())

    def geopandas_itself() -> float:
        return with_geopandas(laid, parcels)

    agree(beside_geopandas(), geopandas_itself())
    taken = in_turns({"ours": beside_geopandas, "theirs": geopandas_itself}, ROUNDS, warm_up=False)
    yield timed(
        "500 zones over the parcels, beside geopandas.overlay",
        taken["ours"],
        taken["theirs"],
        MOST_OF_GEOPANDAS,
    )
    if postgis is None:
        return
    lay_out(postgis, laid)
    agree(beside_geopandas(), with_postgis(postgis), within=1e-6)
    taken = in_turns(
        {"ours": lambda: overlay(laid, read(sqlite)), "theirs": lambda: with_postgis(postgis)},
        ROUNDS,
        warm_up=False,
    )
    yield timed(
        "the same from SQLite, beside ST_Intersection", taken["ours"], taken["theirs"], MOST_OF_POSTGIS
    )


def zones() -> Shapes:
    """Round zones of 200 m to 2 km, each with about 64 vertices."""
    rng = np.random.default_rng(SEED)
    places = rng.uniform(COUNTY[:2], COUNTY[2:], (ZONES, 2))
    return np.array(
        shapely.buffer(shapely.points(places), rng.uniform(0.002, 0.02, ZONES), quad_segs=16), object
    )


def read(database: Database) -> Shapes:
    with database.reading() as session:
        layer = query.layer_named(session, INTERNAL_VIEWER, KEY)
        return query.outlines(session, INTERNAL_VIEWER, layer, COUNTY).shapes


def with_geopandas(laid: Shapes, parcels: Shapes) -> float:
    """As people do it, and each piece measured on the ellipsoid."""
    pieces = geopandas.overlay(
        geopandas.GeoDataFrame({"zone": range(len(laid))}, geometry=laid),
        geopandas.GeoDataFrame({"parcel": range(len(parcels))}, geometry=parcels),
        how="intersection",
    )
    geod = ellipsoid()
    return sum(
        abs(geod.geometry_area_perimeter(each)[0]) for each in shapely.orient_polygons(pieces.geometry.values)
    )


def lay_out(database: Database, laid: Shapes) -> None:
    """The zones as an indexed table of their own."""
    with database.engine.begin() as connection:
        connection.execute(text(f"CREATE TABLE bench_zone (number int, shape geometry(Geometry, {STORED}))"))
        connection.execute(
            text("INSERT INTO bench_zone VALUES (:number, ST_SetSRID(ST_GeomFromWKB(:shape), :srid))"),
            [
                {"number": number, "shape": shape, "srid": STORED}
                for number, shape in enumerate(shapely.to_wkb(laid))
            ],
        )
        connection.execute(text("CREATE INDEX ON bench_zone USING gist (shape)"))
        connection.execute(text("ANALYZE bench_zone"))


def with_postgis(database: Database) -> float:
    with database.engine.connect() as connection:
        return float(sum(row.m2 for row in connection.execute(LAID, {"key": KEY})))


def agree(ours: float, theirs: float, within: float = 1e-9) -> None:
    assert abs(ours / theirs - 1) < within, f"{ours} m² here, {theirs} m² there"
