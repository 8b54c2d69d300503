"""A layer of very many features: what does somebody see from afar?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np
import pytest
import shapely
from playwright.sync_api import Page

from layers import tiles
from layers.rights import INTERNAL_VIEWER
from layers.store import Database, edit
from layers.store.edit import NewFeature
from tests.browser import Visit
from tests.county import add_county
from tests.running import Server, running
from tests.tile_reading import read, tile_of

COUNT = 6_000
KEY = "idle_parcel"
LON, LAT = 118.5, 35.5
COUNTED = """(count) => map_county.view.isDrawn && map_county.view.placed.things
  .reduce((sum, each) => sum + (each.kind === "donut" ? each.count : 0), 0) === count"""
DRAWN = "() => Boolean(window.map_county?.view?.isDrawn)"


def parcels() -> list[NewFeature]:
    """All over the county's two towns."""
    rng = np.random.default_rng(7)
    lon, lat = rng.uniform(118.1, 118.9, COUNT), rng.uniform(35.2, 35.79, COUNT)
    boxes = shapely.box(lon, lat, lon + 0.0005, lat + 0.0005)
    return [
        NewFeature(box, {"name": f"地块{number}", "status": "low_use" if number % 3 else "revived"})
        for number, box in enumerate(boxes)
    ]


def fill(database: Database) -> None:
    database.upgrade()
    add_county(database)
    act_id = edit.start_bulk(database, "import", "测试")
    edit.add_in_turns(database, act_id, KEY, parcels())
    edit.finish_bulk(database, act_id)


@pytest.fixture(scope="module")
def large_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    home = tmp_path_factory.mktemp("large")
    database = Database(f"sqlite:///{home / 'map.db'}")
    fill(database)
    database.dispose()
    with running(home) as server:
        yield server


def expected() -> Counter[tuple[str, str]]:
    """The towns of tests/county.py meet at 118.5°E; a parcel belongs to that of its middle."""
    west, east, outside = "界湖街道", "大庄镇", "乡镇以外"
    middles = [(row.shape.centroid.x, str(row.properties["status"])) for row in parcels()]
    return Counter((outside if x > 118.9 else west if x < 118.5 else east, status) for x, status in middles)


def test_a_tile_from_afar_counts_each_class_of_each_town_and_a_near_one_holds_parcels(
    database: Database,
) -> None:
    fill(database)
    with database.reading() as session:
        far, near = (
            read(tiles.tile(session, INTERNAL_VIEWER, [KEY], tiles.tile_at(*tile_of(LON - 0.05, LAT, z))))
            for z in (6, 14)
        )
    points = [each.properties for each in far[f"{KEY}_points"]]
    assert list(far) == [f"{KEY}_points"]
    assert {(each["town"], each["symbol"]): each["count"] for each in points} == expected()
    assert len(near[KEY]) > 5
    assert all("count" not in each.properties for each in near[f"{KEY}_points"])


@pytest.mark.parametrize("query", ["", "?renderer=canvas"], ids=["gl", "canvas"])
def test_the_donuts_of_the_county_count_every_parcel(visit: Visit, large_server: Server, query: str) -> None:
    page: Page = visit(f"{large_server.url}/{query}")
    page.wait_for_function(DRAWN)
    page.evaluate("() => window.map_county.setView([35.5, 118.5], 9, {animate: false})")
    page.wait_for_function(COUNTED, arg=COUNT)
    shown = page.evaluate("() => map_county.view.placed.things.filter(({kind}) => kind === 'donut')")
    assert {share["key"] for each in shown for share in each["shares"]} == {"low_use", "revived"}
