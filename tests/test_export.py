"""Does what goes out come back the same, in every format, and does nobody get more than he may see?"""

from __future__ import annotations

import csv
import html
import io
import sqlite3
import struct
import zipfile
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy.orm import Session

from layers.errors import InvalidValue, MapError, NotAllowed, NotSignedIn, QuestionToUser
from layers.export import FORMATS, Exported, export
from layers.formats import read_dataset
from layers.intake import Plan, plan
from layers.rights import INTERNAL_VIEWER, PUBLIC_VIEWER, SYSTEM_VIEWER, signed_in
from layers.store import Database, audit, query
from layers.store.edit import NewFeature
from tests.county import add_county
from tests.databases import opened
from tests.files import area_mu
from tests.running import webmap
from tests.stored import lay, store

WEST, EAST = (118.44, 35.54), (118.56, 35.54)
ENDINGS = {"shp": "zip"}
SHAPED = [form for form in FORMATS if form != "xlsx"]
BINARY = {"shp", "gpkg"}


def with_hole(lon: float, lat: float) -> BaseGeometry:
    return shapely.box(lon, lat, lon + 0.004, lat + 0.004) - shapely.box(
        lon + 0.001, lat + 0.001, lon + 0.002, lat + 0.0025
    )


def two_parts(lon: float, lat: float) -> BaseGeometry:
    return shapely.union(
        shapely.box(lon, lat, lon + 0.001, lat + 0.001),
        shapely.box(lon + 0.003, lat, lon + 0.004, lat + 0.001),
    )


def parcels(corner: tuple[float, float], **more: Any) -> list[NewFeature]:
    lon, lat = corner
    common = {
        "holder": "沂南县某某有限公司",
        "land_use": "工业用地",
        "supply_mode": "granted",
        "price": 1234.5,
        "area_declared_mu": 25.05,
        "contract_start": "2023-03-01",
        "jobs": 120,
        "lead_official": "某某某",
        **more,
    }
    shapes = [
        shapely.Polygon([(lon, lat), (lon + 0.002, lat + 0.0001), (lon + 0.0021, lat + 0.002)]),
        with_hole(lon + 0.01, lat),
        two_parts(lon + 0.02, lat),
    ]
    return [
        NewFeature(shape, {"name": f"界湖{at}号地块", "code": f"DK{at:03}", **common})
        for at, shape in enumerate(shapes, 1)
    ]


@pytest.fixture
def county(sqlite_database: Database) -> Database:
    add_county(sqlite_database)
    return sqlite_database


def given(
    database: Database, folder: Path, form: str, layer: str = "idle_parcel", **how: Any
) -> tuple[Path, Exported]:
    target = folder / f"导出.{ENDINGS.get(form, form)}"
    return target, export(database, SYSTEM_VIEWER, layer, form=form, target=target, **how)


def planned(database: Database, path: Path, **answers: Any) -> Plan:
    return plan(database, SYSTEM_VIEWER, path, kind="idle_parcel", **answers)


def answers(form: str, zone: int | None) -> dict[str, Any]:
    """What a table and a drawing do not say of themselves."""
    code = {39: 4527, 40: 4528, None: 4490}[zone or (39 if form == "dxf" else None)]
    return {"crs": code} if form in ("csv", "dxf") else {}


CASES = [(form, zone) for form in SHAPED for zone in (None, 39, 40) if not (form == "kml" and zone)]


@pytest.mark.parametrize(("form", "zone"), CASES, ids=[f"{form} {zone}" for form, zone in CASES])
def test_shapes_and_values_come_back_the_same(
    county: Database, tmp_path: Path, form: str, zone: int | None
) -> None:
    written = parcels(EAST if zone == 40 else WEST)
    written = written if form != "dxf" else written[:1]
    store(county, written)
    path, done = given(county, tmp_path, form, zone=zone)
    assert done.rows == len(written)
    found = planned(county, path, **answers(form, zone))
    assert found.problems == []
    within = 1e-8 if form in ("txt", "dxf") or zone else 1e-9
    for row, meant in zip(found.good, written, strict=True):
        off = shapely.normalize(row.shape).hausdorff_distance(shapely.normalize(meant.shape))
        assert off < within
        if form in BINARY and zone is None:
            assert off == 0
        assert shapely.get_num_geometries(row.shape) == shapely.get_num_geometries(meant.shape)
        told = {k: v for k, v in row.properties.items() if k not in ("is_sample", "extra", "town")}
        if form == "txt":
            assert (told["name"], told["code"], told["land_use"]) == tuple(
                meant.properties[key] for key in ("name", "code", "land_use")
            )
        elif form == "dxf":
            assert told["name"] == meant.properties["name"]
        else:
            assert told == meant.properties


def test_every_kind_comes_back_with_its_values(sample_home: Path, tmp_path: Path) -> None:
    """The whole sample county, layer by layer, as tables and as drawings of the earth."""
    with opened(f"sqlite:///{sample_home / 'map.db'}") as database:
        with database.reading() as session:
            layers = [each for each in query.layers(session, SYSTEM_VIEWER) if each.count]
            stored = {each.key: values_of(session, each.key) for each in layers}
        assert len(layers) > 15
        for layer, form in [(layer, form) for layer in layers for form in ("csv", "kml")]:
            target = tmp_path / f"{layer.key}.{form}"
            export(database, SYSTEM_VIEWER, layer.key, form=form, target=target)
            code = 4490 if form == "csv" else None
            back = plan(database, SYSTEM_VIEWER, target, kind=layer.kind, crs=code)
            assert back.problems == [], (layer.key, form)
            assert [values(row.properties) for row in back.good] == stored[layer.key], (layer.key, form)


def values_of(session: Session, key: str) -> list[dict[str, Any]]:
    layer = query.layer_named(session, SYSTEM_VIEWER, key)
    return [values(each.properties) for each in query.find_features(session, SYSTEM_VIEWER, layer)]


def values(properties: Mapping[str, Any]) -> dict[str, Any]:
    """Without what is derived, or marks the sample."""
    return {key: value for key, value in properties.items() if key not in ("is_sample", "extra", "town")}


def test_a_ledger_has_typed_numbers_real_dates_and_totals_that_add_up(
    county: Database, tmp_path: Path
) -> None:
    written = parcels(WEST)
    store(county, written)
    path, _ = given(county, tmp_path, "xlsx")
    sheet: Any = openpyxl.load_workbook(path)["台账"]
    header = [cell.value for cell in sheet[3]]
    row = dict(zip(header, sheet[4], strict=False))
    assert sheet["A1"].value == "闲置低效用地"
    assert row["出让（划拨）价款（万元）"].value == 1234.5
    assert row["就业人数（人）"].value == 120
    assert row["约定动工日期"].value.date() == date(2023, 3, 1)
    assert row["供地方式"].value == "出让"
    column = header.index("图形面积（亩）") + 1
    parts = [sheet.cell(at, column).value for at in (4, 5, 6)]
    total = sheet.cell(7, column).value
    assert sheet.cell(7, 1).value == "合计"
    assert round(sum(parts), 4) == total
    assert total == pytest.approx(sum(area_mu(each.shape) for each in written), abs=0.0001)
    assert parts == pytest.approx([area_mu(each.shape) for each in written], abs=0.0001)


EVIL = '=HYPERLINK("http://x","点我")'


def test_no_cell_is_a_formula(county: Database, tmp_path: Path) -> None:
    rows = [
        NewFeature(
            shapely.box(118.44, 35.54, 118.441, 35.541), {"name": EVIL, "holder": "+1", "note": "@SUM(A1)"}
        )
    ]
    store(county, rows)
    book = openpyxl.load_workbook(given(county, tmp_path, "xlsx")[0])
    cells = [cell for sheet in book for line in sheet.iter_rows() for cell in line]
    assert [cell.value for cell in cells if cell.data_type == "f"] == []
    assert EVIL in [cell.value for cell in cells]
    with zipfile.ZipFile(tmp_path / "导出.xlsx") as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")
    text = given(county, tmp_path, "csv")[0].read_text("utf-8-sig")
    (line,) = csv.DictReader(io.StringIO(text))
    assert line["地块名称"] == f"'{EVIL}"
    assert line["权利人"] == "'+1"
    assert planned(county, tmp_path / "导出.csv", crs=4490).good[0].properties["name"] == EVIL


def test_a_shapefile_has_short_ascii_names_gbk_and_a_dictionary(county: Database, tmp_path: Path) -> None:
    store(county, parcels(WEST))
    path, _ = given(county, tmp_path, "shp")
    with zipfile.ZipFile(path) as archive:
        files = {Path(name).suffix: archive.read(name) for name in archive.namelist()}
    assert files[".cpg"] == b"GBK"
    start = struct.unpack_from("<H", files[".dbf"], 8)[0]
    names = [files[".dbf"][at : at + 11].rstrip(b"\0") for at in range(32, start - 1, 32)]
    assert all(name.isascii() and len(name) <= 10 for name in names)
    assert {b"DKMC", b"DKBH", b"MJ", b"GDFS"} <= set(names)
    assert "沂南县某某有限公司".encode("gbk") in files[".dbf"]
    told = {row["字段名"]: row for row in csv.DictReader(io.StringIO(files[".csv"].decode("utf-8-sig")))}
    assert told["GDFS"]["中文名称"] == "供地方式"
    assert told["MJ"]["单位"] == "亩"
    assert {name.decode() for name in names} == set(told)


def test_a_shapefile_in_utf_8_on_request_and_beside_each_other(county: Database, tmp_path: Path) -> None:
    store(county, parcels(WEST))
    target = tmp_path / "地块.shp"
    export(county, SYSTEM_VIEWER, "idle_parcel", form="shp", target=target, encoding="utf-8")
    assert (tmp_path / "地块.cpg").read_text() == "UTF-8"
    assert (tmp_path / "地块_字段说明.csv").exists()
    assert planned(county, target).good[0].properties["holder"] == "沂南县某某有限公司"
    assert not list(tmp_path.glob(".*"))


def test_a_long_text_is_cut_between_characters(county: Database, tmp_path: Path) -> None:
    store(county, parcels(WEST, note="长" * 300))
    found = planned(county, given(county, tmp_path, "shp")[0])
    assert found.good[0].properties["note"] == "长" * 127


def test_a_geopackage_has_one_typed_table(county: Database, tmp_path: Path) -> None:
    store(county, parcels(WEST))
    path, _ = given(county, tmp_path, "gpkg")
    with sqlite3.connect(path) as base:
        tables = base.execute("SELECT table_name, description FROM gpkg_contents").fetchall()
        sorts = {row[1]: row[2] for row in base.execute("PRAGMA table_info('闲置低效用地')")}
        row = base.execute('SELECT 约定动工日期, typeof("就业人数（人）") FROM 闲置低效用地').fetchone()
    assert [table for table, _ in tables] == ["闲置低效用地"]
    assert sorts["约定动工日期"] == "DATE"
    assert sorts["证载面积（亩）"] == "REAL"
    assert row == ("2023-03-01", "integer")


@pytest.mark.parametrize("form", FORMATS)
def test_sample_data_say_so_in_every_format(county: Database, tmp_path: Path, form: str) -> None:
    store(county, parcels(WEST, is_sample=True))
    path, done = given(county, tmp_path, form)
    assert done.sample
    content = path.read_bytes()
    if form in ("shp", "xlsx"):
        with zipfile.ZipFile(path) as archive:
            content = b"".join(name.encode() + archive.read(name) for name in archive.namelist())
    content += html.unescape(content.decode("ascii", "ignore")).encode()
    assert "示例数据".encode() in content or "示例数据".encode("gbk") in content


SECRET = "某某某"  # noqa: S105


@pytest.mark.parametrize("form", [form for form in FORMATS if form not in ("txt", "dxf")])
def test_the_public_gets_no_internal_field(county: Database, tmp_path: Path, form: str) -> None:
    lay(county, "idle_parcel", "published")
    hidden = NewFeature(
        shapely.box(118.3, 35.5, 118.301, 35.501), {"name": "内部地块"}, visibility="internal"
    )
    store(county, [*parcels(WEST), hidden], "published")
    path, done = given(county, tmp_path, form, "published", readers=PUBLIC_VIEWER)
    assert done.rows == 3
    content = path.read_bytes()
    if form in ("shp", "xlsx"):
        with zipfile.ZipFile(path) as archive:
            content = b"".join(archive.read(name) for name in archive.namelist())
    for word in (SECRET, "内部地块", "包保领导"):
        assert word.encode() not in content
        assert word.encode("gbk") not in content
    assert SECRET.encode() in given(county, tmp_path, "geojson", "published")[0].read_bytes()


def test_what_leaves_the_house_stands_in_the_log(county: Database, tmp_path: Path) -> None:
    store(county, parcels(WEST))
    given(county, tmp_path, "csv")
    with county.reading() as session:
        (line,) = audit.entries(session, SYSTEM_VIEWER, audit.Wanted(what="export"), limit=5)
    assert line.subject == "闲置低效用地 csv 3 条"


def test_a_layer_that_readers_may_not_see_is_not_there(county: Database, tmp_path: Path) -> None:
    store(county, parcels(WEST))
    with pytest.raises(MapError, match="没有图层“idle_parcel”"):
        given(county, tmp_path, "csv", readers=PUBLIC_VIEWER)


def test_plots_far_outside_their_zone_are_asked_about_with_what_they_suffer(
    county: Database, tmp_path: Path
) -> None:
    # At 3.5° from the meridian: k = 1 + (Δλ cos φ)² / 2 · (1 + η²) + … = 1.00124, and its square for areas.
    store(county, [NewFeature(shapely.box(116.5, 35.5, 116.501, 35.501), {"name": "远"})])
    with pytest.raises(QuestionToUser, match=r"超出第 40 带（中央经线 120°）1° 以上") as asked:
        given(county, tmp_path, "txt", zone=40)
    assert "边长最多放大 1.24 米/公里，平面面积最多放大 0.25%" in asked.value.message
    assert [choice.value for choice in asked.value.choices] == ["39", "far"]
    path, done = given(county, tmp_path, "txt", zone=40, far=True)
    assert any("1 个图形在第 40 带以外 1° 以上，已按确认写出" in note for note in done.notes)
    assert "带号=40" in path.read_text("gbk")


def test_nobody_exports_without_the_right(county: Database, tmp_path: Path) -> None:
    store(county, parcels(WEST))
    reader = signed_in("只读员", "reader", "自然资源和规划局", None, 1)
    foreign = signed_in("文旅员", "editor", "文化和旅游局", None, 2)
    for viewer in (INTERNAL_VIEWER, reader, foreign):
        with pytest.raises((NotAllowed, NotSignedIn)):
            export(county, viewer, "idle_parcel", form="csv", target=tmp_path / "a.csv")
    assert list(tmp_path.glob("*.csv")) == []


def test_a_layer_on_both_sides_of_the_border_is_a_question(county: Database, tmp_path: Path) -> None:
    store(county, [*parcels(WEST), *parcels(EAST)])
    with pytest.raises(QuestionToUser) as asked:
        given(county, tmp_path, "txt")
    assert "第 39 带 3 个、第 40 带 3 个" in asked.value.message
    assert {choice.value for choice in asked.value.choices} == {"39", "40"}
    path, done = given(county, tmp_path, "txt", zone=40)
    assert "已重新读取核对" in done.notes[0]
    assert planned(county, path).crs == 4528


def test_a_zone_in_which_nobody_could_read_it_again_is_refused(county: Database, tmp_path: Path) -> None:
    store(county, parcels(WEST))
    with pytest.raises(InvalidValue, match="重新读取时不一致，没有给出文件"):
        given(county, tmp_path, "txt", zone=45, far=True)
    assert list(tmp_path.glob("*.txt")) == []


def test_a_shape_that_the_txt_cannot_hold_is_not_given_out(county: Database, tmp_path: Path) -> None:
    thin = shapely.Polygon([(118.44, 35.54), (118.4400001, 35.54), (118.44, 35.540000001)])
    store(county, [NewFeature(thin, {"name": "碎面"})])
    with pytest.raises(InvalidValue, match=r"不足 3 个不同的点|不一致|相差"):
        given(county, tmp_path, "txt")
    assert not (tmp_path / "导出.txt").exists()


def test_a_folder_that_is_not_there_is_a_sentence(county: Database, tmp_path: Path) -> None:
    store(county, parcels(WEST))
    with pytest.raises(MapError, match="无法写入"):
        export(county, SYSTEM_VIEWER, "idle_parcel", form="csv", target=tmp_path / "没有" / "a.csv")


def test_unknown_forms_profiles_and_layers_are_named(county: Database, tmp_path: Path) -> None:
    store(county, parcels(WEST))
    with pytest.raises(InvalidValue, match="导出格式收到“dwg”"):
        given(county, tmp_path, "dwg")
    with pytest.raises(InvalidValue, match="没有名为“甲”的界址点格式"):
        given(county, tmp_path, "txt", profile="甲")
    with pytest.raises(InvalidValue, match="KML 只用经纬度"):
        given(county, tmp_path, "kml", zone=39)
    with pytest.raises(MapError, match="没有图层“nothing”"):
        export(county, SYSTEM_VIEWER, "nothing", form="csv", target=tmp_path / "a.csv")


def test_a_planner_exports_from_the_command_line(sample_home: Path, tmp_path: Path) -> None:
    target = tmp_path / "地块.txt"
    asked = webmap("export", "idle_parcel", "--format", "txt", "--to", str(target), home=sample_home)
    if asked.returncode == 3:
        assert "加上 --zone" in asked.stderr
    done = webmap(
        "export", "idle_parcel", "--format", "txt", "--zone", "39", "--profile", "utf8", "--to", str(target),
        home=sample_home,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "内容为示例数据，已在文件中注明" in done.stdout
    dataset = read_dataset(target)
    assert dataset.encoding == "UTF-8"
    assert dataset.bad_shapes == {}
    assert len(dataset) > 100
