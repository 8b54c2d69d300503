"""Both databases answer with the same tiles: the same layers, ids and attributes, and shapes in the same places."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import numpy as np
import pytest
import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import text

from layers import clock, tiles
from layers.rights import INTERNAL_VIEWER, PUBLIC_VIEWER, SYSTEM_VIEWER, Viewer
from layers.store import edit, query
from layers.store.edit import NewFeature
from layers.store.engine import Database
from layers.tiles import Tile
from tests.stored import NOON, store, store_towns
from tests.tile_reading import Drawn, in_window, read, tile_of

KEYS = ("admin_area", "idle_parcel", "road_project", "scenic_site", "river")
LON, LAT = 118.47, 35.55


@pytest.fixture
def both(sqlite_database: Database, postgis_database: Database) -> Iterator[tuple[Database, Database]]:
    with clock.standing_at(NOON):
        for database in (sqlite_database, postgis_database):
            fill(database)
        yield sqlite_database, postgis_database


def fill(database: Database) -> None:
    store_towns(database)
    for key, rows in county().items():
        store(database, rows, key)


def county() -> dict[str, list[NewFeature]]:
    """Parcels over several tiles, one with a hole and one of two parts; roads, a lake, sites; things left out."""
    rng = np.random.default_rng(20240630)
    places = rng.uniform((118.44, 35.53), (118.50, 35.57), (150, 2)).round(6).tolist()
    starred = [star(rng, *place) for place in places]
    holed = shapely.box(118.462, 35.541, 118.466, 35.544).difference(
        shapely.box(118.463, 35.542, 118.465, 35.543)
    )
    parts = shapely.union_all(
        [shapely.box(118.470, 35.541, 118.471, 35.542), shapely.box(118.472, 35.541, 118.473, 35.542)]
    )
    return {
        "idle_parcel": [parcel(at, shape) for at, shape in enumerate([*starred, holed, parts])],
        "road_project": [
            NewFeature(
                shapely.LineString([(118.3, 35.4), (118.47, 35.551), (118.6, 35.6)]),
                {"name": "229省道", "priority_no": 3},
            ),
            NewFeature(
                shapely.LineString([(118.40, 35.52), (118.48, 35.55)]),
                {"name": "一", "admin_class": "county"},
            ),
        ],
        "river": [NewFeature(shapely.box(118.455, 35.545, 118.46, 35.56), {"name": "水库"})],
        "scenic_site": [
            NewFeature(
                shapely.Point(118.47, 35.55), {"name": "竹泉村", "site_type": "village", "grade": "4A"}
            ),
            NewFeature(
                shapely.Point(118.475, 35.555), {"name": "规划中", "site_type": "village", "state": "planned"}
            ),
        ],
    }


def parcel(at: int, shape: BaseGeometry) -> NewFeature:
    told: dict[str, Any] = {"name": f"示例地块 “{at}”", "status": ("idle", "low_use", "revived")[at % 3]}
    if at % 2:
        told |= {"contract_start": "2022-06-30"}
    return NewFeature(shape, told, visibility=("public", "internal", "sensitive")[at % 3])


def star(rng: np.random.Generator, lon: float, lat: float) -> BaseGeometry:
    # Without needles: what is thinner than a unit, ST_AsMVTGeom cuts off.
    angles = (np.arange(24) + rng.uniform(-0.3, 0.3, 24)) / 24 * 2 * np.pi
    radii = rng.uniform(0.0008, 0.001, 24)
    return shapely.Polygon(np.column_stack([lon + radii * np.cos(angles), lat + radii * np.sin(angles)]))


def tile(database: Database, z: int, viewer: Viewer = SYSTEM_VIEWER) -> dict[str, list[Drawn]]:
    with database.reading() as session:
        return read(tiles.tile(session, viewer, KEYS, Tile(*tile_of(LON, LAT, z))))


def told(layer: list[Drawn]) -> list[tuple[int, dict[str, Any]]]:
    return sorted(((each.id, each.properties) for each in layer), key=repr)


@pytest.mark.parametrize("z", [14, 15, 16])
def test_both_databases_draw_the_same_features(both: tuple[Database, Database], z: int) -> None:
    ours, theirs = (tile(database, z) for database in both)
    assert ours.keys() == theirs.keys()
    for layer in ours:
        assert told(ours[layer]) == told(theirs[layer]), layer


@pytest.mark.parametrize("z", [14, 15, 16])
def test_their_coordinates_agree_within_one_unit(both: tuple[Database, Database], z: int) -> None:
    ours, theirs = (tile(database, z) for database in both)
    for layer in ours:
        found = {each.id: each.shape for each in theirs[layer]} if not layer.endswith("_points") else {}
        for each in ours[layer]:
            if each.id in found:
                assert shapely.hausdorff_distance(each.shape, found[each.id]) <= 2**0.5, (layer, each.id)


@pytest.mark.parametrize("z", [14, 16])
def test_label_points_are_the_same(both: tuple[Database, Database], z: int) -> None:
    ours, theirs = (tile(database, z) for database in both)
    for layer in (layer for layer in ours if layer.endswith("_points")):
        pairs = zip(*(sorted(labels(found[layer])) for found in (ours, theirs)), strict=True)
        for mine, other in pairs:
            assert mine == pytest.approx(other, abs=1), layer


def labels(layer: list[Drawn]) -> list[tuple[float, ...]]:
    return [
        (each.id, each.properties.get("seq", 0), *shapely.get_coordinates(each.shape)[0].tolist())
        for each in layer
    ]


def test_values_keep_their_sorts(both: tuple[Database, Database]) -> None:
    for database in both:
        found = tile(database, 14)
        road, *_ = (
            each.properties for each in found["road_project"] if each.properties["label"] == "229省道"
        )
        site, *_ = (each.properties for each in found["scenic_site"] if each.properties["label"] == "竹泉村")
        assert road["priority_no"] == 3
        assert "admin_class" not in road
        assert site["hollow"] is False
        assert isinstance(road["length_km"], float)


@pytest.mark.parametrize("viewer", [PUBLIC_VIEWER, INTERNAL_VIEWER], ids=["public", "internal"])
def test_both_show_only_what_the_viewer_may_see(both: tuple[Database, Database], viewer: Viewer) -> None:
    ours, theirs = (tile(database, 14, viewer) for database in both)
    assert told(ours["idle_parcel"]) == told(theirs["idle_parcel"])
    assert len(ours["idle_parcel"]) < len(tile(both[0], 14)["idle_parcel"])


def test_what_is_pending_or_removed_is_in_neither(both: tuple[Database, Database]) -> None:
    for database in both:
        with database.writing() as session:
            with edit.one_act(session, "删除", "李工") as act:
                edit.remove_feature(session, act, tile(database, 14)["idle_parcel"][0].id)
            session.commit()
        act_id = edit.start_bulk(database, "导入", "李工")
        edit.add_in_turns(
            database, act_id, "idle_parcel", [parcel(0, shapely.box(LON, LAT, LON + 0.001, LAT + 0.001))]
        )
    ours, theirs = (tile(database, 14) for database in both)
    assert told(ours["idle_parcel"]) == told(theirs["idle_parcel"])


@pytest.mark.parametrize("z", [8, 11, 13])
def test_outlines_that_are_simplified_stay_within_a_pixel(postgis_database: Database, z: int) -> None:
    fill(postgis_database)
    place = tile_of(LON, LAT, z)
    with postgis_database.reading() as session:
        stored = {
            each.id: each.shape
            for each in query.find_features(
                session, SYSTEM_VIEWER, query.layer_named(session, SYSTEM_VIEWER, "admin_area")
            )
        }
    for each in tile(postgis_database, z)["admin_area"]:
        whole = in_window(stored[each.id], *place)
        assert shapely.hausdorff_distance(each.shape, whole) <= 8, each.id


def test_areas_under_a_pixel_are_left_to_their_label_points(postgis_database: Database) -> None:
    fill(postgis_database)
    found = tile(postgis_database, 5)
    assert "idle_parcel" not in found
    assert len(found["idle_parcel_points"]) == len(county()["idle_parcel"])


def test_what_is_due_is_drawn_as_of_today(both: tuple[Database, Database]) -> None:
    with clock.standing_at(datetime(2030, 1, 1, 4, tzinfo=UTC)):
        ours, theirs = (tile(database, 14) for database in both)
    assert told(ours["idle_parcel"]) == told(theirs["idle_parcel"])
    assert told(ours["idle_parcel_points"]) == told(theirs["idle_parcel_points"])


def test_a_revised_shape_moves_in_the_tile(postgis_database: Database) -> None:
    (number,) = store(postgis_database, [parcel(0, shapely.box(LON, LAT, LON + 0.001, LAT + 0.001))])
    moved = shapely.box(LON + 0.001, LAT, LON + 0.002, LAT + 0.001)
    with postgis_database.writing() as session:
        with edit.one_act(session, "改图", "李工") as act:
            edit.revise_feature(session, act, number, shape=moved)
        session.commit()
    (found,) = tile_of_parcels(postgis_database)
    expected = in_window(moved, *tile_of(LON, LAT, 16))
    assert shapely.hausdorff_distance(found.shape, expected) <= 1


def tile_of_parcels(database: Database) -> list[Drawn]:
    with database.reading() as session:
        return read(tiles.tile(session, SYSTEM_VIEWER, ["idle_parcel"], Tile(*tile_of(LON, LAT, 16))))[
            "idle_parcel"
        ]


def test_a_shape_beyond_web_mercator_is_stored_and_not_drawn(postgis_database: Database) -> None:
    store(postgis_database, [NewFeature(shapely.box(10, 88, 11, 90), {"name": "极地"})])
    with postgis_database.reading() as session:
        assert tiles.tile(session, SYSTEM_VIEWER, ["idle_parcel"], Tile(0, 0, 0)) == b""


def test_one_index_of_shapes_answers_for_the_tiles_too(postgis_database: Database) -> None:
    named = "SELECT indexdef FROM pg_indexes WHERE tablename = 'feature' AND indexdef LIKE '%USING gist%'"
    with postgis_database.reading() as session:
        (only,) = session.scalars(text(named))
    assert "USING gist (layer_id, shape)" in only
