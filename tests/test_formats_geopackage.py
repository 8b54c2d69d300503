"""Is a GeoPackage read, and is GDAL kept in its room while it reads?"""

from __future__ import annotations

import math
import os
import socket
import sqlite3
import struct
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import geopandas
import pytest
import shapely

from layers.errors import QuestionToUser, UnreadableFile
from layers.formats import read_dataset, sandbox
from tests import files


@pytest.fixture
def package(tmp_path: Path) -> Path:
    path = tmp_path / "成果.gpkg"
    files.parcels().assign(何时=datetime(2024, 6, 30, 12, 0), 数=[1, 2, 3]).to_file(path, layer="地块")
    return path


def changed(path: Path, *statements: str) -> Path:
    with sqlite3.connect(path) as connection:
        for statement in statements:
            connection.execute(statement)
    connection.close()
    return path


def refused(path: Path) -> str:
    with pytest.raises(UnreadableFile) as refusal:
        read_dataset(path)
    return refusal.value.message


def test_a_geopackage_keeps_names_values_and_coordinates(package: Path) -> None:
    dataset = read_dataset(package)
    assert dataset.name == "地块"
    assert dataset.columns["DKMC"] == ["示例地块 界湖-001", "示例地块 界湖-002", "示例地块 界湖-003"]
    assert dataset.columns["数"] == [1, 2, 3]
    assert str(dataset.columns["何时"][0]).startswith("2024-06-30T12:00:00")
    assert dataset.crs is not None
    assert dataset.crs.code == 4490
    assert shapely.equals(dataset.shapes, files.parcels().geometry.to_numpy()).all()


def test_heights_are_dropped(package: Path) -> None:
    line = shapely.from_wkt("LINESTRING Z (118.4 35.5 1, 118.5 35.6 2)")
    files.parcels(1).set_geometry([line]).to_file(package, layer="线")
    assert not shapely.has_z(read_dataset(package, source_layer="线").shapes[0])


def test_a_circle_of_arcs_becomes_a_polygon_of_many_corners(package: Path) -> None:
    corners = [(118.4, 35.5), (118.41, 35.51), (118.42, 35.5), (118.41, 35.49), (118.4, 35.5)]
    ring = struct.pack("<BII", 1, 8, 5) + b"".join(struct.pack("<dd", *corner) for corner in corners)
    circle = struct.pack("<2sBBi", b"GP", 0, 1, 4490) + struct.pack("<BII", 1, 10, 1) + ring
    with sqlite3.connect(package) as connection:
        for (trigger,) in connection.execute(
            "SELECT name FROM sqlite_master WHERE type='trigger'"
        ).fetchall():
            connection.execute(f"DROP TRIGGER {trigger}")
        connection.execute("UPDATE 地块 SET geom = ? WHERE fid = 1", (circle,))
    connection.close()
    (shape, *_) = read_dataset(package).shapes
    assert shape.geom_type == "Polygon"
    assert shape.area == pytest.approx(math.pi * 0.01**2, rel=0.01)


def test_several_layers_are_a_question(package: Path) -> None:
    files.parcels(1).to_file(package, layer="道路")
    with pytest.raises(QuestionToUser) as question:
        read_dataset(package)
    assert [choice.value for choice in question.value.choices] == ["地块", "道路"]
    assert len(read_dataset(package, source_layer="道路")) == 1
    with pytest.raises(UnreadableFile, match="没有图层“河流”，只有：地块、道路"):
        read_dataset(package, source_layer="河流")


def test_another_database_of_that_name_is_refused(tmp_path: Path) -> None:
    path = changed(tmp_path / "a.gpkg", "CREATE TABLE a (b)")
    assert "不是完整的 GeoPackage" in refused(path)
    path.write_text("不是数据库", "utf-8")
    assert "不是 GeoPackage" in refused(path)


def test_a_geopackage_that_was_cut_off_is_refused(package: Path) -> None:
    package.write_bytes(package.read_bytes()[:5000])
    assert "请在原软件中重新导出" in refused(package)


def test_a_virtual_table_that_opens_other_files_is_refused(package: Path) -> None:
    with sqlite3.connect(package) as connection:
        connection.execute("PRAGMA writable_schema=ON")
        connection.execute(
            "INSERT INTO sqlite_master VALUES ('table', 'spy', 'spy', 0,"
            " 'CREATE VIRTUAL TABLE spy USING VirtualOGR(''/etc/passwd'')')"
        )
    connection.close()
    assert "“spy”不是普通数据表" in refused(package)


def test_a_catalogue_that_is_a_view_is_refused(package: Path) -> None:
    changed(
        package,
        "ALTER TABLE gpkg_contents RENAME TO hidden",
        "CREATE VIEW gpkg_contents AS SELECT * FROM hidden",
    )
    assert "“gpkg_contents”不是普通数据表" in refused(package)


def test_a_view_that_poses_as_a_layer_is_not_offered(package: Path) -> None:
    changed(
        package,
        "CREATE VIEW 视图 AS SELECT * FROM 地块",
        "INSERT INTO gpkg_contents (table_name, data_type, identifier, srs_id)"
        " VALUES ('视图', 'features', '视图', 4490)",
    )
    assert read_dataset(package).name == "地块"


def test_a_trigger_does_not_fire_and_the_file_stays_as_it_was(package: Path) -> None:
    changed(package, "CREATE TRIGGER t AFTER UPDATE ON 地块 BEGIN DELETE FROM 地块; END")
    before = package.read_bytes()
    assert len(read_dataset(package)) == 3
    assert package.read_bytes() == before
    assert [each.name for each in package.parent.iterdir()] == [package.name]


# --- the room GDAL works in ----------------------------------------------------------------------------


def test_gdal_is_never_loaded_in_this_process(package: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from layers.formats import read_dataset;"
        f"read_dataset(Path({str(package)!r})); print('pyogrio' in sys.modules, 'geopandas' in sys.modules)"
    )
    told = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert told.stdout.split() == ["False", "False"]


@pytest.mark.parametrize("driver", [sandbox.SHAPEFILE, sandbox.GEOPACKAGE])
def test_the_child_has_one_driver_and_nothing_of_our_environment(driver: str) -> None:
    environment = sandbox.ready(driver)
    program = "import pyogrio, os; print(list(pyogrio.list_drivers()), 'WEBMAP_SECRET' in os.environ)"
    told = subprocess.run(
        [sys.executable, "-I", "-c", program], capture_output=True, text=True, check=True, env=environment
    )
    assert told.stdout.strip() == f"[{driver!r}] False"


def test_a_driver_that_nobody_allowed_stops_the_child(package: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fewer = tuple(driver for driver in sandbox.DRIVERS if driver != "SQLite")
    monkeypatch.setattr(sandbox, "DRIVERS", fewer)
    assert "格式白名单与所装 GDAL 不符" in refused(package)


def test_a_vrt_cannot_be_opened_under_any_name(tmp_path: Path) -> None:
    vrt = '<OGRVRTDataSource><OGRVRTLayer name="a"><SrcDataSource>/etc/passwd</SrcDataSource></OGRVRTLayer></OGRVRTDataSource>'
    (tmp_path / "source.shp").write_text(vrt)
    with pytest.raises(UnreadableFile, match="已损坏"):
        sandbox.read(tmp_path, "source.shp", sandbox.SHAPEFILE)


@pytest.mark.parametrize(
    ("limits", "sentence"),
    [
        (sandbox.Limits(wall_s=0.01), "超过 0.01 秒，已中止"),
        (sandbox.Limits(memory_bytes=60 << 20), "中途退出"),
        (sandbox.Limits(file_bytes=10), "中途退出"),
    ],
    ids=["time", "memory", "file size"],
)
def test_a_child_that_needs_too_much_is_ended(
    tmp_path: Path, package: Path, limits: sandbox.Limits, sentence: str
) -> None:
    with pytest.raises(UnreadableFile, match=sentence):
        sandbox.read(package.parent, package.name, sandbox.GEOPACKAGE, limits=limits)


def test_the_child_has_no_network_where_the_system_lets_it_leave() -> None:
    if sys.platform != "linux" or not _may_leave_the_network():
        pytest.skip("a process may not leave the network here")
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = listening.getsockname()[1]
        program = (
            "import socket; from layers.fence import isolate; isolate();"
            f"socket.create_connection(('127.0.0.1', {port}), 2)"
        )
        told = subprocess.run(
            [sys.executable, "-c", program],
            capture_output=True,
            text=True,
            check=False,
            env=os.environ | {"OPENBLAS_NUM_THREADS": "1"},
        )
    assert "Network is unreachable" in told.stderr


def _may_leave_the_network() -> bool:
    return subprocess.run(["unshare", "-rn", "true"], capture_output=True, check=False).returncode == 0


def test_numbers_without_end_come_over_as_they_are(tmp_path: Path) -> None:
    """So that the row is told of it; null would be a value that was never given."""
    file = tmp_path / "endless.gpkg"
    values = [1.5, float("inf"), float("-inf")]
    frame = geopandas.GeoDataFrame({"面积": values}, geometry=[shapely.Point(118.4, 35.5)] * 3, crs=4490)
    frame.to_file(file, driver="GPKG")
    assert read_dataset(file).columns["面积"] == values
