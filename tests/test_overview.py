"""Big layers without donuts from afar: worked out beforehand, and right for everybody at every moment."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
import shapely
from playwright.sync_api import expect
from shapely.geometry.base import BaseGeometry
from sqlalchemy import delete, select

from layers import clock, tiles
from layers.jobs import run
from layers.rights import INTERNAL_VIEWER, PUBLIC_VIEWER, SYSTEM_VIEWER, Viewer
from layers.store import Database, edit, jobs, query, towns
from layers.store.edit import NewFeature
from layers.store.hiding import hide
from layers.store.tables import Act, Overview, OverviewTile
from layers.tiles import pyramid
from layers.tiles.commands import Shapes
from layers.tiles.encode import EXTENT
from layers.tiles.pieces import unpacked
from layers.tiles.regions import GRAINS_PX, MOST_REGIONS, NOBODY, regions
from tests.browser import Visit
from tests.county import add_county
from tests.running import Server, running
from tests.stored import NOON
from tests.tile_reading import Drawn, read, tile_of
from webmap.overview_work import LONGEST_S, OVERVIEW, QUIET_S, Watch
from webmap.work import KINDS

KEY = "control_line"
LON, LAT = 118.5, 35.5
SIDE = 0.0005
"""Of a field in degrees: about 50 m."""
ACROSS = 40
LONG_MS = 60_000
FEW = 500
"""What these tests call a large layer."""


@pytest.fixture(autouse=True)
def _few_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(towns, "LARGE_LAYER", FEW)


def fields(west: float = LON, line: str = "farmland", across: int = ACROSS) -> list[NewFeature]:
    """A sheet of fields that touch, row by row from the south-west."""
    return [
        NewFeature(
            shapely.box(west + x * SIDE, LAT + y * SIDE, west + (x + 1) * SIDE, LAT + (y + 1) * SIDE),
            {"name": f"{line} {x}-{y}", "line_type": line},
        )
        for y in range(across)
        for x in range(across)
    ]


def fill(database: Database, rows: list[NewFeature]) -> None:
    database.upgrade()
    add_county(database)
    act_id = edit.start_bulk(database, "import", "测试")
    edit.add_in_turns(database, act_id, KEY, rows)
    edit.finish_bulk(database, act_id)


@pytest.fixture
def sheet(database: Database) -> Database:
    with clock.standing_at(NOON):
        fill(database, fields())
    return database


def seen(
    database: Database,
    z: int,
    viewer: Viewer = INTERNAL_VIEWER,
    lon: float = LON + 0.01,
    lat: float = LAT + 0.01,
) -> list[Drawn]:
    """The shapes of the layer in the tile of this zoom around a place."""
    with database.reading() as session:
        place = tiles.tile_at(*tile_of(lon, lat, z))
        return read(tiles.tile(session, viewer, [KEY], place)).get(KEY, [])


def token(database: Database, viewer: Viewer = INTERNAL_VIEWER) -> str:
    with database.reading() as session:
        return tiles.token(session, viewer, [KEY])


def due(database: Database) -> list[str]:
    with database.reading() as session:
        return [layer.key for layer in pyramid.due(session)]


def stale(database: Database) -> set[tiles.Tile] | None:
    with database.reading() as session:
        layer = query.layer_named(session, INTERNAL_VIEWER, KEY)
        return pyramid.stale_tiles(session, layer)


def painted(shapes: list[Drawn]) -> float:
    """In tile units squared."""
    return float(sum(each.shape.area for each in shapes))


def extent_of(shape: BaseGeometry, z: int) -> float:
    """The area in tile units squared of a box in degrees."""
    tile = tiles.tile_at(*tile_of(LON + 0.01, LAT + 0.01, z))
    return float(shapely.transform(shape, tile.units).area)


WHOLE = shapely.box(LON, LAT, LON + ACROSS * SIDE, LAT + ACROSS * SIDE)


@pytest.mark.parametrize("z", [8, 9, 10])
def test_fields_too_small_to_see_become_one_area_as_large_as_they_are_together(
    sheet: Database, z: int
) -> None:
    assert due(sheet) == [KEY]
    density = seen(sheet, z)
    assert pyramid.rebuild(sheet, KEY) > 0
    assert due(sheet) == []
    found = seen(sheet, z)
    assert len(found) == 1
    assert found != density
    assert found[0].properties["symbol"] == "farmland"
    assert painted(found) == pytest.approx(extent_of(WHOLE, z), rel=0.25)


def test_until_it_is_there_the_density_is_shown_and_the_token_tells_them_apart(sheet: Database) -> None:
    before, squares = token(sheet), seen(sheet, 10)
    assert len(squares) > 1
    assert {each.properties["symbol"] for each in squares} == {"farmland"}
    assert all(each.shape.bounds[2] - each.shape.bounds[0] <= 8 * 8 for each in squares)
    pyramid.rebuild(sheet, KEY)
    assert token(sheet) != before


def test_a_near_tile_is_cut_from_the_features_themselves(sheet: Database) -> None:
    near = [each.id for each in seen(sheet, 13)]
    pyramid.rebuild(sheet, KEY)
    assert [each.id for each in seen(sheet, 13)] == near


def test_a_tile_of_further_away_than_is_kept_is_made_of_those_in_it(sheet: Database) -> None:
    pyramid.rebuild(sheet, KEY)
    assert pyramid.FROM_Z > 4
    assert [each.properties["symbol"] for each in seen(sheet, 4)] == ["farmland"]
    assert 0 < painted(seen(sheet, 4)) < 4 * 64


def test_kinds_do_not_melt_into_each_other(database: Database) -> None:
    east = LON + ACROSS * SIDE
    fill(database, [*fields(), *fields(east, "mineral")])
    pyramid.rebuild(database, KEY)
    found = {each.properties["symbol"]: each for each in seen(database, 10)}
    assert set(found) == {"farmland", "mineral"}
    assert found["farmland"].shape.centroid.x < found["mineral"].shape.centroid.x


def test_what_is_not_for_everybody_is_in_nobody_elses_tile(database: Database) -> None:
    east = LON + ACROSS * SIDE
    inner = [replace(row, visibility="internal") for row in fields(east, "mineral")]
    fill(database, [*(replace(row, visibility="public") for row in fields()), *inner])
    with database.writing() as session:
        query.layer_named(session, INTERNAL_VIEWER, KEY).visibility = "public"
        session.commit()
    pyramid.rebuild(database, KEY)
    both, public = (
        {each.properties["symbol"] for each in seen(database, 10, viewer)}
        for viewer in (INTERNAL_VIEWER, PUBLIC_VIEWER)
    )
    assert (both, public) == ({"farmland", "mineral"}, {"farmland"})
    assert painted(seen(database, 10, PUBLIC_VIEWER)) == pytest.approx(extent_of(WHOLE, 10), rel=0.25)


def change(database: Database, name: str, shape: BaseGeometry | None) -> None:
    """Move a field, or take it away."""
    with database.writing() as session:
        layer = query.layer_named(session, INTERNAL_VIEWER, KEY)
        (field,) = (
            each
            for each in query.find_features(session, INTERNAL_VIEWER, layer)
            if each.properties["name"] == name
        )
        with edit.one_act(session, "edit", "李工") as act:
            if shape is None:
                edit.remove_feature(session, act, field.id)
            else:
                edit.revise_feature(session, act, field.id, shape=shape)
        session.commit()


def test_a_region_stays_when_one_of_its_features_goes_and_goes_with_all_of_them(sheet: Database) -> None:
    pyramid.rebuild(sheet, KEY)
    change(sheet, "farmland 0-0", None)
    assert len(seen(sheet, 10)) == 1
    with sheet.writing() as session:
        imported = session.execute(select(Act.id).where(Act.what == "import")).scalar_one()
        with edit.one_act(session, "undo", "李工", undoes=imported) as act:
            hide(session, act, imported)
        session.commit()
    assert seen(sheet, 10) == []


def test_an_edit_makes_only_the_tiles_stale_that_it_touches(sheet: Database) -> None:
    pyramid.rebuild(sheet, KEY)
    assert stale(sheet) == set()
    there = WHOLE.centroid
    moved = shapely.box(LON + 0.3, LAT + 0.2, LON + 0.31, LAT + 0.21)
    change(sheet, "farmland 39-39", moved)
    touched = stale(sheet) or set()
    assert tiles.tile_at(*tile_of(moved.centroid.x, moved.centroid.y, 10)) in touched
    assert tiles.tile_at(*tile_of(there.x, there.y, 10)) in touched
    assert len(touched) < 20
    assert due(sheet) == [KEY]
    before = token(sheet)
    with clock.standing_at(clock.now() + timedelta(minutes=1)):
        assert pyramid.rebuild(sheet, KEY) == len(touched)
    assert (due(sheet), stale(sheet)) == ([], set())
    assert token(sheet) != before
    found = seen(sheet, 10, lon=moved.centroid.x, lat=moved.centroid.y)
    assert [each.properties["label"] for each in found].count("farmland 39-39") == 1


def test_renewing_some_tiles_gives_what_making_all_of_them_gives(sheet: Database) -> None:
    pyramid.rebuild(sheet, KEY)
    for at in range(0, 40, 3):
        change(sheet, f"farmland {at}-20", None)
    pyramid.rebuild(sheet, KEY)
    some = kept(sheet)
    with sheet.writing() as session:
        session.execute(delete(Overview))
        session.commit()
    pyramid.rebuild(sheet, KEY)
    assert kept(sheet) == some


def kept(database: Database) -> dict[tuple[int, int, int], list[str]]:
    with database.reading() as session:
        rows = session.execute(select(OverviewTile)).scalars().all()
        return {
            (row.z, row.x, row.y): [shape.wkt for shape in unpacked(row.pieces).shapes.tolist()]
            for row in rows
        }


def test_a_past_day_shows_the_density_of_that_day(sheet: Database) -> None:
    pyramid.rebuild(sheet, KEY)
    before, after = (replace(INTERNAL_VIEWER, at=NOON.date() + timedelta(days=days)) for days in (-1, 0))
    assert seen(sheet, 10, before) == []
    assert len(seen(sheet, 10, after)) > 1


def test_of_small_lines_one_stays_for_each_spot_and_large_ones_keep_their_course(database: Database) -> None:
    small = [
        NewFeature(
            shapely.LineString([row.shape.bounds[:2], row.shape.bounds[2:]]),
            row.properties,
        )
        for row in fields()
    ]
    long = NewFeature(
        shapely.LineString([(LON - 0.2, LAT), (LON, LAT + 0.3), (LON + 0.2, LAT)]),
        {"name": "长线", "line_type": "eco_redline"},
    )
    fill(database, [*small, long])
    pyramid.rebuild(database, KEY)
    found = seen(database, 10)
    assert 1 < len(found) < len(small) / 10
    assert {each.shape.geom_type for each in found} <= {"LineString", "MultiLineString"}
    (course,) = (each for each in found if each.properties["symbol"] == "eco_redline")
    assert course.shape.length > 1000


def test_a_layer_that_is_archived_or_small_again_keeps_no_overview(sheet: Database) -> None:
    pyramid.rebuild(sheet, KEY)
    with sheet.writing() as session:
        query.layer_named(session, INTERNAL_VIEWER, KEY).archived_at = clock.now()
        session.commit()
    Watch().look(sheet, 0)
    assert kept(sheet) == {}


# --- when -------------------------------------------------------------------------------------------------


def ordered(database: Database) -> int:
    with database.reading() as session:
        return len(jobs.under_way(session, OVERVIEW))


def finish_jobs(database: Database) -> None:
    """As the process that does the long work does it."""
    while True:
        with database.writing() as session:
            job = jobs.claim(session)
            session.commit()
        if job is None:
            return
        run(database.url.render_as_string(hide_password=False), job, KINDS[job.kind].work)


def test_what_came_in_bulk_is_made_at_once_and_what_was_edited_when_it_is_left_alone(sheet: Database) -> None:
    watch = Watch()
    assert watch.look(sheet, 0) == [KEY]
    assert watch.look(sheet, 1) == []
    assert ordered(sheet) == 1
    finish_jobs(sheet)
    assert (due(sheet), watch.look(sheet, 2)) == ([], [])
    change(sheet, "farmland 1-1", None)
    assert watch.look(sheet, 3) == []
    change(sheet, "farmland 2-2", None)
    assert watch.look(sheet, 3 + QUIET_S - 1) == []
    assert watch.look(sheet, 3 + QUIET_S) == []
    assert watch.look(sheet, 3 + 2 * QUIET_S) == [KEY]
    finish_jobs(sheet)
    assert watch.look(sheet, 100) == []


def test_edits_without_an_end_do_not_put_it_off_for_ever(sheet: Database) -> None:
    pyramid.rebuild(sheet, KEY)
    watch, looked = Watch(), []
    for at in range(0, int(LONGEST_S) + 5, 5):
        change(sheet, f"farmland {at // 5}-3", None)
        looked += watch.look(sheet, at)
    assert looked == [KEY]


def test_a_job_whose_process_died_is_taken_up_again(sheet: Database) -> None:
    Watch().look(sheet, 0)
    with sheet.writing() as session:
        dead = jobs.claim(session)
        session.commit()
    assert dead is not None
    assert seen(sheet, 10)
    with sheet.writing() as session:
        assert jobs.pick_up(session, dead, repeatable=KINDS[OVERVIEW].repeatable) == jobs.WAITING
        session.commit()
    finish_jobs(sheet)
    assert due(sheet) == []
    assert len(seen(sheet, 10)) == 1


def test_what_somebody_waits_for_goes_before_an_overview(sheet: Database) -> None:
    with sheet.writing() as session:
        jobs.enqueue(session, SYSTEM_VIEWER, OVERVIEW, {"layer": KEY})
        jobs.enqueue(session, SYSTEM_VIEWER, "intake_read", {})
        session.commit()
    last = [key for key, kind in KINDS.items() if kind.last]
    with sheet.writing() as session:
        first, second = jobs.claim(session, last), jobs.claim(session, last)
        session.commit()
    assert [each.kind for each in (first, second) if each] == ["intake_read", OVERVIEW]


# --- regions ----------------------------------------------------------------------------------------------


def boxes(corners: list[tuple[float, float]], side: float) -> Shapes:
    return np.array([shapely.box(x, y, x + side, y + side) for x, y in corners], np.object_)


def test_scattered_specks_paint_as_much_as_there_is_of_them() -> None:
    """400 squares 4 units wide and 200 units apart, under a grid of 16 units."""
    specks = boxes([(x * 200.0, y * 200.0) for x in range(20) for y in range(20)], 4.0)
    found = regions(specks, np.zeros(400, np.int64))
    assert shapely.area(found.shapes).sum() == pytest.approx(400 * 16, rel=0.5)
    assert (found.features[:, 0] != NOBODY).all()


def test_a_patchwork_has_few_enough_regions_and_paints_each_group_in_its_share() -> None:
    rng = np.random.default_rng(3)
    corners = [(x * 16.0, y * 16.0) for x in range(EXTENT // 16) for y in range(EXTENT // 16)]
    patches, groups = boxes(corners, 16.0), rng.integers(0, 4, len(corners))
    found = regions(patches, groups)
    assert len(GRAINS_PX) > 1
    assert len(found.shapes) <= MOST_REGIONS
    of = groups[found.features[:, 0]]
    shares = [shapely.area(found.shapes[of == group]).sum() / EXTENT**2 for group in range(4)]
    assert shares == pytest.approx([0.25] * 4, abs=0.08)


# --- on the screen ----------------------------------------------------------------------------------------

MAKING = "正在生成概览：控制线"
DRAWN = "() => window.map_county?.view?.isDrawn"
FAR = f"?layers={KEY}&lon={LON + 0.03}&lat={LAT + 0.03}&z=10"


@pytest.fixture
def large_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """More than the product calls large. The overview cannot be made while its job seems to run elsewhere."""
    home = tmp_path_factory.mktemp("overview")
    database = Database(f"sqlite:///{home / 'map.db'}")
    fill(database, fields(across=142))
    with database.writing() as session:
        jobs.enqueue(session, SYSTEM_VIEWER, OVERVIEW, {"layer": KEY})
        with clock.standing_at(clock.now() + timedelta(hours=1)):
            jobs.claim(session)
        session.commit()
    database.dispose()
    with running(home) as server:
        yield server


def end_the_other_job(home: Path) -> None:
    database = Database(f"sqlite:///{home / 'map.db'}")
    with database.writing() as session:
        jobs.end(session, 1, 1, jobs.FAILED)
        session.commit()
    database.dispose()


@pytest.mark.parametrize("renderer", ["", "&renderer=canvas"], ids=["gl", "canvas"])
def test_the_page_says_that_the_overview_is_being_made_until_it_shows_it(
    visit: Visit, large_server: Server, renderer: str
) -> None:
    page = visit(f"{large_server.url}/{FAR}{renderer}")
    page.wait_for_function(DRAWN)
    expect(page.locator("#making")).to_have_text(MAKING)
    expect(page.locator(".making")).to_have_count(1)
    page.evaluate("() => map_county.setZoom(13, {animate: false})")
    expect(page.locator("#making")).to_be_hidden()
    page.evaluate("() => map_county.setZoom(10, {animate: false})")
    expect(page.locator("#making")).to_be_visible()
    with page.expect_response(lambda answer: f"/tiles/{KEY}/" in answer.url and answer.ok, timeout=LONG_MS):
        end_the_other_job(large_server.home)
        expect(page.locator("#making")).to_be_hidden(timeout=LONG_MS)
    expect(page.locator(".making")).to_have_count(0)
    page.wait_for_function(DRAWN)
