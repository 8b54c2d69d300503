"""Is an import all or nothing, whatever happens while it is written?"""

from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import geopandas
import pytest
import shapely
from sqlalchemy import event

from layers.editing import undoing
from layers.errors import Busy, InvalidValue, NoSpace
from layers.intake import (
    Choice,
    Heard,
    NewLayer,
    Part,
    Plan,
    apply,
    apply_together,
    chosen_changes,
    compare,
    plan,
)
from layers.rights import INTERNAL_VIEWER, PUBLIC_VIEWER, SYSTEM_VIEWER, Viewer
from layers.store import Database, edit, query
from layers.store.search import search
from tests import files
from tests.county import TOWNS, add_county

MANY = 3000


@pytest.fixture
def county(database: Database) -> Database:
    add_county(database)
    return database


@pytest.fixture
def sqlite_county(sqlite_database: Database) -> Database:
    add_county(sqlite_database)
    return sqlite_database


def planned(database: Database, file: Path, **answers: Any) -> Plan:
    return plan(database, SYSTEM_VIEWER, file, kind="idle_parcel", **answers)


def many(tmp_path: Path) -> Path:
    path = tmp_path / "many.gpkg"
    files.parcels(MANY).to_file(path)
    return path


def count(database: Database, viewer: Viewer = SYSTEM_VIEWER, key: str = "idle_parcel") -> int:
    with database.reading() as session:
        return next(layer.count for layer in query.layers(session, viewer) if layer.key == key)


def traces(database: Database) -> dict[str, int]:
    """Rows that are there at all, seen or not."""
    with database.reading() as session:
        return {
            table: session.connection().exec_driver_sql(f"SELECT count(*) FROM {table}").scalar_one()  # noqa: S608
            for table in ("feature", "search", "act", "layer")
        }


# --- what an import leaves -----------------------------------------------------------------------------


@pytest.mark.parametrize("zone", [39, 40])
def test_imported_parcels_are_found_measured_and_dated(county: Database, tmp_path: Path, zone: int) -> None:
    result = apply(county, planned(county, files.gbk_shapefile_zip(tmp_path / "报送.zip", zone)), "李工")
    assert (result.layer_key, result.rows) == ("idle_parcel", 3)
    with county.reading() as session:
        (hit, *_) = search(session, INTERNAL_VIEWER, "SL-2026-002")
        feature = query.feature_of(session, INTERNAL_VIEWER, hit.uid)
    written = files.parcels(3, zone).geometry.iloc[1]
    assert feature.name == "示例地块 界湖-002"
    assert feature.derived["area_m2"] == pytest.approx(files.area_mu(written) * 2000 / 3, abs=0.005)
    assert feature.derived["town"] == ("界湖街道" if zone == 39 else "大庄镇")
    assert feature.properties["is_sample"] is False
    assert (feature.act_who, feature.act_what) == ("李工", "import")
    assert feature.shape.hausdorff_distance(written) < 1e-8


def test_an_import_is_one_act_with_its_file_as_reason(county: Database, tmp_path: Path) -> None:
    before = traces(county)
    apply(county, planned(county, many(tmp_path)), "李工")
    after = traces(county)
    assert after["act"] == before["act"] + 1
    assert after["feature"] == before["feature"] + MANY
    with county.reading() as session:
        rows = session.connection().exec_driver_sql("SELECT reason, state, count FROM act ORDER BY id DESC")
        assert tuple(rows.first() or ()) == ("many.gpkg", "done", MANY)


def test_imports_are_internal_unless_said_otherwise(county: Database, tmp_path: Path) -> None:
    path = files.gbk_shapefile_zip(tmp_path / "a.zip")
    apply(
        county,
        planned(county, path, new_layer=NewLayer("idle_public", "公开地块"), visibility="公开"),
        "李工",
    )
    apply(county, planned(county, path), "李工")
    with county.reading() as session:
        assert [(layer.key, layer.count) for layer in query.layers(session, PUBLIC_VIEWER)] == [
            ("idle_public", 3)
        ]
    assert count(county, INTERNAL_VIEWER) == 3


def test_unknown_columns_are_kept_and_not_shown_to_the_public(county: Database, tmp_path: Path) -> None:
    path = files.gbk_shapefile_zip(tmp_path / "a.zip", frame=files.parcels(1).assign(LXDH="138"))
    found = planned(county, path, new_layer=NewLayer("idle_public", "公开地块"), visibility="public")
    apply(county, found, "李工")
    with county.reading() as session:
        for viewer, kept in ((INTERNAL_VIEWER, {"LXDH": "138"}), (PUBLIC_VIEWER, None)):
            (feature,) = query.find_features(
                session, viewer, query.layer_named(session, viewer, "idle_public")
            )
            assert feature.properties.get("extra") == kept


def test_town_boundaries_that_come_late_give_every_feature_its_town(
    sqlite_database: Database, tmp_path: Path
) -> None:
    apply(sqlite_database, planned(sqlite_database, files.gbk_shapefile_zip(tmp_path / "a.zip")), "李工")
    towns = tmp_path / "towns.gpkg"
    box = shapely.box(*TOWNS["界湖街道"])
    frame = geopandas.GeoDataFrame({"名称": ["界湖街道"], "级别": ["乡镇街道"]}, geometry=[box], crs=4490)
    frame.to_file(towns)
    apply(sqlite_database, plan(sqlite_database, SYSTEM_VIEWER, towns, kind="admin_area"), "李工")
    with sqlite_database.reading() as session:
        parcels = query.layer_named(session, SYSTEM_VIEWER, "idle_parcel")
        found = query.find_features(session, SYSTEM_VIEWER, parcels)
    assert [each.derived.get("town") for each in found] == ["界湖街道"] * 3


def test_a_kind_without_its_layer_gets_it_with_the_import(sqlite_database: Database, tmp_path: Path) -> None:
    found = planned(sqlite_database, files.gbk_shapefile_zip(tmp_path / "a.zip"))
    assert found.creates_layer
    apply(sqlite_database, found, "李工")
    assert count(sqlite_database) == 3


# --- problem rows --------------------------------------------------------------------------------------


def with_a_bad_row(tmp_path: Path) -> Path:
    frame = files.with_value(files.parcels(), "供地方式", 1, "赠送")
    return files.gbk_shapefile_zip(tmp_path / "bad.zip", frame=frame)


def test_one_bad_row_keeps_all_out(county: Database, tmp_path: Path) -> None:
    before = traces(county)
    with pytest.raises(InvalidValue, match="有 1 行有问题，未导入任何内容"):
        apply(county, planned(county, with_a_bad_row(tmp_path)), "李工")
    assert traces(county) == before


def test_good_rows_may_be_taken_alone(county: Database, tmp_path: Path) -> None:
    result = apply(county, planned(county, with_a_bad_row(tmp_path)), "李工", good_rows=True)
    assert result.rows == count(county) == 2


def test_a_file_of_bad_rows_only_is_refused_even_then(county: Database, tmp_path: Path) -> None:
    path = files.gbk_shapefile_zip(tmp_path / "a.zip", frame=files.parcels().assign(供地方式="赠送"))
    with pytest.raises(InvalidValue, match="3 行全部有问题"):
        apply(county, planned(county, path), "李工", good_rows=True)


# --- what goes wrong while it is written ---------------------------------------------------------------


def test_nobody_sees_a_part_of_an_import(county: Database, tmp_path: Path) -> None:
    seen = []
    apply(
        county,
        planned(county, many(tmp_path)),
        "李工",
        heard=Heard(turn=lambda written: seen.append(count(county))),
    )
    assert len(seen) > 1
    assert set(seen) == {0}
    assert count(county) == MANY


@pytest.mark.parametrize("interruption", [KeyboardInterrupt, RuntimeError])
def test_an_interrupted_import_leaves_nothing(
    county: Database, tmp_path: Path, interruption: type[BaseException]
) -> None:
    found, before = planned(county, many(tmp_path), new_layer=NewLayer("idle_new", "新地块")), traces(county)

    def interrupt(written: int) -> None:
        raise interruption

    with pytest.raises(interruption):
        apply(county, found, "李工", heard=Heard(turn=interrupt))
    assert traces(county) == before


@contextmanager
def full_disk(database: Database, pages_left: int) -> Iterator[None]:
    """Every new connection may let the file grow by so many pages only."""
    with sqlite3.connect(database.path) as connection:
        most = connection.execute("PRAGMA page_count").fetchone()[0] + pages_left
    connection.close()

    def limit(connection: sqlite3.Connection, record: object) -> None:
        connection.execute(f"PRAGMA max_page_count={most}")

    database.engine.dispose()
    event.listen(database.engine, "connect", limit)
    try:
        yield
    finally:
        event.remove(database.engine, "connect", limit)
        database.engine.dispose()


@pytest.mark.parametrize("pages_left", [0, 40, 400], ids=["at once", "soon", "later"])
def test_a_full_disk_is_said_and_leaves_nothing(
    sqlite_county: Database, tmp_path: Path, pages_left: int
) -> None:
    found, before = planned(sqlite_county, many(tmp_path)), traces(sqlite_county)
    with full_disk(sqlite_county, pages_left), pytest.raises(NoSpace, match="已满"):
        apply(sqlite_county, found, "李工")
    assert count(sqlite_county) == 0
    edit.sweep_pending(sqlite_county)
    assert traces(sqlite_county) == before
    assert apply(sqlite_county, found, "李工").rows == MANY


def test_a_locked_database_is_said_and_leaves_nothing(sqlite_county: Database, tmp_path: Path) -> None:
    found, before = planned(sqlite_county, files.gbk_shapefile_zip(tmp_path / "a.zip")), traces(sqlite_county)
    impatient = Database(f"sqlite:///{sqlite_county.path}", timeout_s=0.3)
    with sqlite_county.writing(), pytest.raises(Busy):
        apply(impatient, found, "李工")
    impatient.dispose()
    assert traces(sqlite_county) == before


def test_a_killed_import_is_swept_by_the_next_start(sqlite_county: Database, tmp_path: Path) -> None:
    path, before = many(tmp_path), traces(sqlite_county)
    program = f"""
import os, signal
from pathlib import Path
from layers.intake import Heard, apply, plan
from layers.rights import SYSTEM_VIEWER
from layers.store import Database
database = Database("sqlite:///{sqlite_county.path}")
found = plan(database, SYSTEM_VIEWER, Path({str(path)!r}), kind="idle_parcel")
apply(database, found, "李工", heard=Heard(turn=lambda written: os.kill(os.getpid(), signal.SIGKILL)))
"""
    done = subprocess.run([sys.executable, "-c", program], check=False, env=os.environ)
    assert done.returncode == -signal.SIGKILL
    assert traces(sqlite_county)["feature"] > before["feature"]
    assert count(sqlite_county) == 0
    assert edit.sweep_pending(sqlite_county) == 1
    assert traces(sqlite_county) == before


# --- several layers of one file ------------------------------------------------------------------------


def two_parts(county: Database, tmp_path: Path) -> list[Part]:
    """Idle parcels, and villages as points: two layers of one drop."""
    parcels = planned(county, files.gbk_shapefile_zip(tmp_path / "地块.zip"))
    frame = geopandas.GeoDataFrame({"名称": ["甲村", "乙村"]}, geometry=[VILLAGE, VILLAGE], crs=4490)
    frame.to_file(tmp_path / "村.gpkg")
    villages = plan(county, SYSTEM_VIEWER, tmp_path / "村.gpkg", kind="village")
    return [Part(parcels, parcels.good), Part(villages, villages.good)]


VILLAGE = shapely.Point(118.45, 35.55)


def test_several_plans_are_one_act_and_are_taken_back_as_one(county: Database, tmp_path: Path) -> None:
    before = traces(county)
    result = apply_together(county, two_parts(county, tmp_path), "李工", reason="一个包")
    assert result.rows == 5
    assert traces(county)["act"] == before["act"] + 1
    assert (count(county), count(county, key="village")) == (3, 2)
    undoing.undo(county, SYSTEM_VIEWER, result.act_id)
    assert (count(county), count(county, key="village")) == (0, 0)


def test_what_fails_in_the_second_plan_takes_the_first_away_too(county: Database, tmp_path: Path) -> None:
    parts, before = two_parts(county, tmp_path), traces(county)

    def fail(written: int) -> None:
        if written > 3:
            raise InvalidValue("第二个图层写不进去")

    with pytest.raises(InvalidValue, match="第二个图层"):
        apply_together(county, parts, "李工", reason="一个包", heard=Heard(turn=fail))
    assert traces(county) == before


def test_a_kill_between_two_files_of_one_act_is_swept_by_the_next_start(
    county: Database, tmp_path: Path
) -> None:
    parcels, before = files.gbk_shapefile_zip(tmp_path / "地块.zip"), traces(county)
    villages = files.point_geojson(tmp_path / "村.geojson", 名称="甲村")
    program = f"""
import os, signal
from pathlib import Path
from layers.intake import Heard, Part, apply_together, plan
from layers.rights import SYSTEM_VIEWER
from layers.store import Database
database = Database({county.url.render_as_string(hide_password=False)!r})
found = [
    plan(database, SYSTEM_VIEWER, Path({str(parcels)!r}), kind="idle_parcel"),
    plan(database, SYSTEM_VIEWER, Path({str(villages)!r}), kind="village"),
]
def kill(written):
    if written > len(found[0].good):
        os.kill(os.getpid(), signal.SIGKILL)
apply_together(database, [Part(each, each.good) for each in found], "李工", reason="两个文件", heard=Heard(turn=kill))
"""
    done = subprocess.run([sys.executable, "-c", program], check=False, env=os.environ)
    assert done.returncode == -signal.SIGKILL
    assert traces(county)["feature"] > before["feature"]
    assert (count(county), count(county, key="village")) == (0, 0)
    assert swept(county) == 1
    assert traces(county) == before


def swept(database: Database) -> int:
    """PostgreSQL needs a moment to hear that the other end of a connection is gone."""
    for _ in range(50):
        if number := edit.sweep_pending(database):
            return number
        time.sleep(0.1)
    return 0


def test_two_plans_that_bring_the_same_number_are_refused(county: Database, tmp_path: Path) -> None:
    parts, before = two_parts(county, tmp_path), traces(county)
    with pytest.raises(InvalidValue, match="都有编号“SL-2026-00"):
        apply_together(county, [parts[0], parts[0]], "李工", reason="一个包")
    assert traces(county) == before


def test_two_plans_that_change_the_same_feature_are_refused(county: Database, tmp_path: Path) -> None:
    apply(county, planned(county, files.gbk_shapefile_zip(tmp_path / "去年.zip")), "李工")
    frame = files.parcels(3).assign(QSDWMC="新公司")
    found = planned(county, files.gbk_shapefile_zip(tmp_path / "今年.zip", frame=frame))
    there = compare(county, SYSTEM_VIEWER, found, "code")
    changes = chosen_changes(county, SYSTEM_VIEWER, found.kind, there, Choice())
    before = traces(county)
    with pytest.raises(InvalidValue, match="有 3 个图形被改动两次"):
        apply_together(county, [Part(found, [], changes), Part(found, [], changes)], "李工", reason="一个包")
    assert traces(county) == before
    assert len(changes) == 3
