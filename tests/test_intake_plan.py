"""Does the plan of an import say what would happen, and refuse what cannot be, before anything is changed?"""

from __future__ import annotations

import json
import math
import struct
from pathlib import Path
from typing import Any

import geopandas
import pytest
import shapely

from layers.errors import (
    InvalidShape,
    InvalidValue,
    MapError,
    NotAllowed,
    QuestionToUser,
    UnknownThing,
    UnreadableFile,
)
from layers.intake import NewLayer, Plan, plan
from layers.rights import SYSTEM_VIEWER
from layers.store import Database, query
from tests import files
from tests.county import add_county


@pytest.fixture
def county(sqlite_database: Database) -> Database:
    add_county(sqlite_database)
    return sqlite_database


def planned(database: Database, file: Path, kind: str = "idle_parcel", **answers: Any) -> Plan:
    return plan(database, SYSTEM_VIEWER, file, kind=kind, **answers)


def as_geojson(path: Path, frame: geopandas.GeoDataFrame) -> Path:
    frame.to_crs(4326).to_file(path, driver="GeoJSON")
    return path


# --- where it lands and how big it is ------------------------------------------------------------------


@pytest.mark.parametrize("prefixed", [True, False], ids=["prefixed", "without prefix"])
@pytest.mark.parametrize("zone", [39, 40])
def test_the_bureaus_shapefile_lands_in_place_with_its_area_in_mu(
    county: Database, tmp_path: Path, zone: int, prefixed: bool
) -> None:
    written = files.parcels(5, zone)
    found = planned(county, files.gbk_shapefile_zip(tmp_path / "a.zip", zone, 5, prefixed=prefixed))
    assert found.problems == []
    assert [row.properties["name"] for row in found.good] == list(written["DKMC"])
    for row, shape in zip(found.good, written.geometry, strict=True):
        assert row.shape.hausdorff_distance(shape) < 1e-8
    assert found.area_m2 * 3 / 2000 == pytest.approx(files.area_mu(written.geometry), rel=1e-9)
    assert found.bounds == pytest.approx(tuple(written.total_bounds), abs=1e-8)


def test_nothing_is_changed_by_a_plan(county: Database, tmp_path: Path) -> None:
    def content() -> dict[str, bytes]:
        return {name: county.path.with_name(name).read_bytes() for name in ("map.db", "map.db-wal")}

    path = files.gbk_shapefile_zip(tmp_path / "a.zip")
    before = content()
    planned(county, path)
    assert content() == before


def test_headers_of_ledgers_find_their_fields(county: Database, tmp_path: Path) -> None:
    found = planned(county, files.gbk_shapefile_zip(tmp_path / "a.zip"))
    assert found.matched == {
        "DKBH": "地块编号",
        "DKMC": "地块名称",
        "QSDWMC": "权利人",
        "DKYT": "用途",
        "MJ": "证载面积",
        "ZLDWMC": "村居",
        "YDDGRQ": "约定动工日期",
        "供地方式": "供地方式",
    }
    assert {**found.good[0].properties, "area_declared_mu": 0} == {
        "code": "SL-2026-001",
        "name": "示例地块 界湖-001",
        "holder": "沂南县示例有限公司",
        "land_use": "工业用地",
        "area_declared_mu": 0,
        "village": "界湖街道示例村",
        "contract_start": "2023-03-01",
        "supply_mode": "granted",
        "is_sample": False,
    }


def test_columns_that_the_kind_does_not_know_are_kept_and_named(county: Database, tmp_path: Path) -> None:
    frame = files.parcels().assign(XZ=["甲", "乙", ""], 层数=[1, 2, 3])
    found = planned(county, files.gbk_shapefile_zip(tmp_path / "a.zip", frame=frame))
    assert found.others == ["XZ", "层数"]
    assert [row.properties["extra"] for row in found.good] == [
        {"XZ": "甲", "层数": 1},
        {"XZ": "乙", "层数": 2},
        {"层数": 3},
    ]


def test_a_title_cut_by_the_dbf_is_recognised(county: Database, tmp_path: Path) -> None:
    frame = files.parcels().rename(columns={"YDDGRQ": "约定动工日期", "DKMC": "地块名称"})
    path = files.shapefile(tmp_path, frame, encoding="UTF-8")
    found = planned(county, path)
    assert found.matched["地块名"] == "地块名称"
    assert "字段名“地块名”不完整，已按“地块名称”读取" in found.notes


def test_without_a_name_the_code_stands_for_it(county: Database, tmp_path: Path) -> None:
    found = planned(
        county, files.gbk_shapefile_zip(tmp_path / "a.zip", frame=files.parcels().drop(columns="DKMC"))
    )
    assert found.good[0].properties["name"] == "SL-2026-001"
    assert "没有“地块名称”一列，已用“地块编号”代替" in found.notes


def test_a_unit_in_the_header_is_converted(county: Database, tmp_path: Path) -> None:
    frame = files.parcels(1).rename(columns={"MJ": "面积（公顷）", "DKYT": "总投资额（元）"})
    frame = files.with_value(frame, "面积（公顷）", 0, 1.68)
    frame = files.with_value(frame, "总投资额（元）", 0, 12_345_000)
    (row,) = planned(county, as_geojson(tmp_path / "a.geojson", frame)).good
    assert row.properties["area_declared_mu"] == 25.2
    assert row.properties["investment_total"] == 1234.5


@pytest.mark.parametrize(
    ("factor", "words"),
    [(1.05, "两者都会保留，请核对"), (2000 / 3, "数值像是平方米"), (1 / 15, "数值像是公顷")],
    ids=["5 % off", "square metres", "hectares"],
)
def test_a_declared_area_that_differs_is_a_warning(
    county: Database, tmp_path: Path, factor: float, words: str
) -> None:
    frame = files.parcels()
    frame = files.with_value(frame, "MJ", 1, frame["MJ"].to_numpy()[1] * factor)
    found = planned(county, files.gbk_shapefile_zip(tmp_path / "a.zip", frame=frame))
    assert len(found.good) == 3
    (warning,) = found.warnings
    assert (warning.row, warning.field) == (2, "证载面积")
    assert words in warning.reason


# --- rows that cannot be -------------------------------------------------------------------------------


def mixed() -> geopandas.GeoDataFrame:
    frame = files.parcels(6).assign(MJ=["25.2", "约12", "25.2", "25.2", "25.2", "25.2"])
    frame = files.with_value(files.with_value(frame, "供地方式", 2, "赠送"), "DKMC", 3, "")
    west, south, _, _ = frame.geometry.iloc[4].bounds
    bow_tie = shapely.Polygon(
        [(west + x, south + y) for x, y in ((0, 0), (0.001, 0.001), (0.001, 0), (0, 0.001))]
    )
    return files.with_value(frame, "geometry", 4, bow_tie)


def test_every_bad_row_is_reported_with_row_field_value_and_reason(county: Database, tmp_path: Path) -> None:
    found = planned(county, files.gbk_shapefile_zip(tmp_path / "a.zip", frame=mixed()))
    assert [(problem.row, problem.field, problem.value) for problem in found.problems] == [
        (2, "证载面积", "约12"),
        (3, "供地方式", "赠送"),
        (4, "地块名称", ""),
        (5, "图形", "面"),
    ]
    reasons = [problem.reason for problem in found.problems]
    assert "“证载面积”应为数字（亩），但收到“约12”" in reasons[0]
    assert "出让、划拨" in reasons[1]
    assert "必须填写" in reasons[2]
    assert "处边界自相交" in reasons[3]
    assert [row.properties["code"] for row in found.good] == ["SL-2026-001", "SL-2026-006"]
    assert found.bad_count == 4


def test_a_year_is_never_taken_for_its_first_day(county: Database, tmp_path: Path) -> None:
    """合同签订日期 is a day (the row comes in without it, told); a year where a year is asked stands."""
    frame = mixed().iloc[[0, 5]].copy()
    frame["合同签订日期"] = ["22年", "2022.3.1"]
    found = planned(county, files.gbk_shapefile_zip(tmp_path / "a.zip", frame=frame))
    assert found.problems == []
    assert [(each.row, each.field, each.value) for each in found.warnings if "只有年或月" in each.reason] == [
        (1, "合同签订日期", "22年")
    ]
    first, second = (row.properties for row in found.good)
    assert "contract_date" not in first
    assert "22年" in first["extra"].values()
    assert second["contract_date"] == "2022-03-01"


def test_nan_a_monster_and_nested_collections_are_bad_rows(county: Database, tmp_path: Path) -> None:
    box: Any = shapely.geometry.mapping(shapely.box(118.4, 35.5, 118.401, 35.501))
    nested = box
    for _ in range(9):
        nested = {"type": "GeometryCollection", "geometries": [nested]}
    ring = [[118.4 + 1e-8 * i, 35.5 + (i % 2) * 1e-4] for i in range(100_001)]
    monster = {"type": "Polygon", "coordinates": [[*ring, [118.4, 35.6], ring[0]]]}
    features = [
        {"type": "Feature", "properties": {"name": f"{number}"}, "geometry": geometry}
        for number, geometry in enumerate((box, nested, monster, None, box), 1)
    ]
    path = tmp_path / "a.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}), "utf-8")
    found = planned(county, path)
    assert [problem.row for problem in found.problems] == [2, 3, 4]
    assert "嵌套超过 8 层" in found.problems[0].reason
    assert "顶点，最多 100,000 个" in found.problems[1].reason
    assert "没有图形" in found.problems[2].reason
    path.write_text(
        json.dumps({"type": "FeatureCollection", "features": features}).replace("118.401", "NaN"), "utf-8"
    )
    with pytest.raises(UnreadableFile, match="出现了 NaN"):
        planned(county, path)


def test_nan_in_a_geopackage_is_a_bad_row(county: Database, tmp_path: Path) -> None:
    path = tmp_path / "a.gpkg"
    files.parcels().to_file(path)
    # The last vertex of the second parcel but one: 118.4421.
    content, vertex = path.read_bytes(), struct.pack("<d", 118.442 + 0.0001)
    assert content.count(vertex) == 1
    path.write_bytes(content.replace(vertex, struct.pack("<d", math.nan)))
    (problem,) = planned(county, path).problems
    assert problem.row == 2
    assert "非数字（NaN）" in problem.reason


def test_a_number_beyond_all_numbers_is_a_bad_row(county: Database, tmp_path: Path) -> None:
    path = as_geojson(tmp_path / "a.geojson", files.parcels())
    path.write_text(path.read_text("utf-8").replace("118.4421", "1e999", 1), "utf-8")
    (problem,) = planned(county, path).problems
    assert problem.row == 2
    assert "非数字（NaN）或超出坐标系范围" in problem.reason


def test_a_stray_parcel_outside_the_county_is_a_bad_row(county: Database, tmp_path: Path) -> None:
    frame = files.parcels()
    frame = files.with_value(frame, "geometry", 2, shapely.box(121.4, 35.5, 121.401, 35.501))
    found = planned(county, files.gbk_shapefile_zip(tmp_path / "a.zip", frame=frame))
    assert [problem.row for problem in found.problems] == [3]
    assert "不在应有的范围" in found.problems[0].reason


def test_characters_that_no_database_takes_are_a_bad_row(county: Database, tmp_path: Path) -> None:
    frame = files.parcels(2)
    path = as_geojson(tmp_path / "a.geojson", frame)
    path.write_text(path.read_text("utf-8").replace("界湖-002", "界湖\\u0000\\ud800"), "utf-8")
    (problem,) = planned(county, path).problems
    assert (problem.row, problem.field) == (2, "地块名称")
    assert "控制字符" in problem.reason


# --- coordinate systems --------------------------------------------------------------------------------


@pytest.mark.parametrize("zone", [39, 40])
@pytest.mark.parametrize("prefixed", [True, False], ids=["prefixed", "without prefix"])
def test_a_missing_prj_is_a_question_that_knows_the_answer(
    county: Database, tmp_path: Path, zone: int, prefixed: bool
) -> None:
    path = files.gbk_shapefile_zip(tmp_path / "a.zip", zone, prefixed=prefixed, without=[".prj"])
    code = (files.PREFIXED if prefixed else files.UNPREFIXED)[zone]
    with pytest.raises(QuestionToUser) as question:
        planned(county, path)
    assert "没有坐标系（缺少 .prj）" in question.value.message
    assert "1980西安坐标系" in question.value.message
    (choice,) = question.value.choices
    assert choice.value == str(code)
    assert f"第{zone}带" in choice.title
    assert "在本县范围内" in choice.consequence
    assert planned(county, path, crs=code).bad_count == 0


def test_without_a_county_all_possible_systems_are_listed_with_their_place(
    sqlite_database: Database, tmp_path: Path
) -> None:
    path = files.gbk_shapefile_zip(tmp_path / "a.zip", 39, prefixed=False, without=[".prj"])
    with pytest.raises(QuestionToUser) as question:
        planned(sqlite_database, path)
    assert [choice.value for choice in question.value.choices] == ["4548", "4549"]
    assert "东经118.4400°" in question.value.choices[0].consequence
    assert "东经121.4" in question.value.choices[1].consequence


@pytest.mark.parametrize("code", [4490, 4527], ids=["degrees", "metres"])
def test_swapped_axes_are_refused_with_the_likely_cause(county: Database, tmp_path: Path, code: int) -> None:
    frame = files.parcels().to_crs(code)
    frame.geometry = shapely.transform(frame.geometry.to_numpy(), lambda xy: xy[:, ::-1])
    with pytest.raises(InvalidShape) as refusal:
        planned(county, files.shapefile(tmp_path, frame))
    assert "很可能颠倒了" in refusal.value.message
    assert "在本县范围内" in refusal.value.message
    without = files.shapefile(tmp_path / "b", frame, without=[".prj"])
    with pytest.raises(QuestionToUser) as question:
        planned(county, without)
    (choice,) = question.value.choices
    assert choice.value == f"{code}+swap"
    assert "颠倒" in choice.title
    found = planned(county, without, crs=code, swapped=True)
    assert found.problems == []
    assert found.decisions[-1] == "X、Y 已交换"
    assert found.good[0].shape.hausdorff_distance(files.parcels().geometry[0]) < 1e-8


def test_a_wrong_zone_is_refused_with_the_likely_one(county: Database, tmp_path: Path) -> None:
    path = files.gbk_shapefile_zip(tmp_path / "a.zip", 39, prefixed=False, without=[".prj"])
    with pytest.raises(InvalidShape) as refusal:
        planned(county, path, crs=4549)
    assert "东经121.4" in refusal.value.message
    assert "EPSG:4548" in refusal.value.message


def test_degrees_declared_as_metres_are_refused_with_the_likely_system(
    county: Database, tmp_path: Path
) -> None:
    path = files.shapefile(tmp_path, files.parcels(), without=[".prj"])
    with pytest.raises(InvalidShape, match="EPSG:4490"):
        planned(county, path, crs=4527)


def test_an_old_datum_is_refused(county: Database, tmp_path: Path) -> None:
    path = files.gbk_shapefile_zip(tmp_path / "a.zip", without=[".prj"])
    with pytest.raises(InvalidValue, match="1980西安坐标系"):
        planned(county, path, crs=2363)
    declared = files.shapefile(
        tmp_path / "xian", files.parcels().to_crs(4527).set_crs(2363, allow_override=True)
    )
    with pytest.raises(InvalidValue, match="1980西安坐标系"):
        planned(county, declared)


def test_the_users_system_overrules_the_files_and_says_so(county: Database, tmp_path: Path) -> None:
    frame = files.parcels().to_crs(4548).set_crs(4549, allow_override=True)
    found = planned(county, files.shapefile(tmp_path, frame), crs=4548)
    assert found.bad_count == 0
    assert any("已按您的选择改用" in note for note in found.notes)


def test_boundaries_may_lie_outside_the_old_ones(county: Database, tmp_path: Path) -> None:
    frame = geopandas.GeoDataFrame(
        {"名称": ["邻县"], "级别": ["县"]}, geometry=[shapely.box(120, 36, 121, 37)], crs=4490
    )
    assert planned(county, as_geojson(tmp_path / "a.geojson", frame), "admin_area").bad_count == 0


# --- kinds, layers, secrecy ----------------------------------------------------------------------------


def test_an_unknown_kind_lists_the_known_ones(county: Database, tmp_path: Path) -> None:
    with pytest.raises(UnknownThing, match="没有“parcels”这一类图层。可用的有：idle_parcel"):
        planned(county, tmp_path / "a.zip", "parcels")


def test_a_layer_that_does_not_exist_or_is_of_another_kind_is_refused(
    county: Database, tmp_path: Path
) -> None:
    path = files.gbk_shapefile_zip(tmp_path / "a.zip")
    with pytest.raises(UnknownThing, match="没有图层“parcels”"):
        planned(county, path, layer="parcels")
    with pytest.raises(InvalidValue, match="存放的是道路项目，不是闲置低效用地"):
        planned(county, path, layer="road_project")
    with pytest.raises(InvalidValue, match="图层代码“idle_parcel”已被使用"):
        planned(county, path, new_layer=NewLayer("idle_parcel", "又一个"))


def test_shapes_of_the_wrong_sort_are_refused_once_for_all_rows(county: Database, tmp_path: Path) -> None:
    with pytest.raises(InvalidShape, match="全部 3 行：图形应为线，但收到面"):
        planned(county, files.gbk_shapefile_zip(tmp_path / "a.zip"), "road_project")


def test_a_required_column_that_is_missing_is_said_once(county: Database, tmp_path: Path) -> None:
    frame = files.parcels().drop(columns=["DKMC", "DKBH"])
    with pytest.raises(InvalidValue, match="文件里没有“地块名称”一列（有：QSDWMC"):
        planned(county, files.gbk_shapefile_zip(tmp_path / "a.zip", frame=frame))


def test_an_unknown_visibility_is_refused_and_words_are_understood(county: Database, tmp_path: Path) -> None:
    path = files.gbk_shapefile_zip(tmp_path / "a.zip")
    with pytest.raises(InvalidValue, match="可见范围收到“秘密”"):
        planned(county, path, visibility="秘密")
    found = planned(county, path, visibility="公开")
    assert found.visibility == "public"
    assert "仍只有内部用户能看到" in found.notes[-1]


SECRETS = ["秘密★", "机密★一年", "绝密", "机密 ☆"]


@pytest.mark.parametrize("mark", SECRETS)
def test_a_mark_of_secrecy_anywhere_is_refused(county: Database, tmp_path: Path, mark: str) -> None:
    named = tmp_path / f"{mark}地块.geojson"
    value = as_geojson(tmp_path / "value.geojson", files.parcels().assign(BZ=["无", mark, "无"]))
    column = as_geojson(tmp_path / "column.geojson", files.parcels().assign(**{mark: 1}))
    named.write_bytes(value.read_bytes())
    for path in (named, value, column):
        with pytest.raises(NotAllowed) as refusal:
            planned(county, path)
        assert "本系统为非涉密系统，严禁存储、处理、传输国家秘密" in refusal.value.message


def test_a_mark_of_secrecy_on_a_folder_in_a_zip_is_refused(county: Database, tmp_path: Path) -> None:
    plain = files.shapefile(tmp_path / "plain", files.parcels())
    path = files.zipped(tmp_path / "a.zip", {**files.beside(plain, "机密★/")})
    with pytest.raises(NotAllowed, match="非涉密系统"):
        planned(county, path)


def test_names_that_only_speak_of_secrets_are_no_mark(county: Database, tmp_path: Path) -> None:
    frame = files.parcels().assign(BZ="保密局机密档案室旧址")
    assert planned(county, files.gbk_shapefile_zip(tmp_path / "a.zip", frame=frame)).bad_count == 0


@pytest.mark.parametrize("name", ["没有.zip", "没有.shp", "图.dwg"])
def test_an_unreadable_file_is_refused(county: Database, tmp_path: Path, name: str) -> None:
    with pytest.raises(MapError):
        planned(county, tmp_path / name)


def test_a_plan_leaves_no_files_behind(
    county: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    room = tmp_path / "tmp"
    room.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(room))
    planned(county, files.gbk_shapefile_zip(tmp_path / "a.zip"))
    with pytest.raises(QuestionToUser):
        planned(county, files.gbk_shapefile_zip(tmp_path / "b.zip", without=[".prj"]))
    assert list(room.iterdir()) == []


def test_the_layers_are_those_the_viewer_may_see(county: Database) -> None:
    with county.reading() as session:
        assert "idle_parcel" in {layer.key for layer in query.layers(session, SYSTEM_VIEWER)}
