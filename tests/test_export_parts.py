"""Does a part of a layer go out alone, does the public get coarse shapes, and does a file say what it could not hold?"""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import shapely
from pyproj import Geod

from layers.errors import InvalidValue, NotAllowed
from layers.export import PublicEdition, export
from layers.rights import SYSTEM_VIEWER, signed_in
from layers.store import Database, query
from layers.store.chosen import Part
from layers.store.edit import NewFeature
from tests.county import add_county
from tests.stored import lay, store

PLOTS = [
    NewFeature(shapely.box(118.44 + at / 100, 35.54, 118.4412 + at / 100, 35.5409), {"name": f"{at}号地块"})
    for at in range(4)
]


@pytest.fixture
def county(database: Database) -> Database:
    add_county(database)
    store(database, PLOTS)
    return database


def names(path: Path) -> list[str]:
    return [each["properties"]["地块名称"] for each in json.loads(path.read_text())["features"]]


def out(county: Database, folder: Path, form: str = "geojson", **how: Any) -> Path:
    target = folder / f"a.{form}"
    export(county, SYSTEM_VIEWER, how.pop("layer", "idle_parcel"), form=form, target=target, **how)
    return target


def test_chosen_rows_go_out_in_their_order(county: Database, tmp_path: Path) -> None:
    with county.reading() as session:
        layer = query.layer_named(session, SYSTEM_VIEWER, "idle_parcel")
        uids = [each.uid for each in query.find_features(session, SYSTEM_VIEWER, layer)]
    chosen = Part(uids=(uids[2], uids[0], uids[2], "nobody", "\0"))
    assert names(out(county, tmp_path, part=chosen)) == ["2号地块", "0号地块"]
    with pytest.raises(InvalidValue, match="所选范围内没有"):
        out(county, tmp_path, part=Part(uids=("nobody",)))


def test_what_is_in_a_box_goes_out(county: Database, tmp_path: Path) -> None:
    part = Part(bounds=(118.4505, 35.5, 118.4605, 35.6))
    assert names(out(county, tmp_path, part=part)) == ["1号地块", "2号地块"]


def test_several_layers_are_tables_of_one_geopackage(county: Database, tmp_path: Path) -> None:
    store(county, [NewFeature(shapely.Point(118.45, 35.55), {"name": "竹泉村"})], "scenic_site")
    path = out(county, tmp_path, "gpkg", layer=["idle_parcel", "scenic_site", "idle_parcel"], zone=39)
    with sqlite3.connect(path) as base:
        told = base.execute(
            "SELECT table_name, data_type, srs_id FROM gpkg_contents ORDER BY table_name"
        ).fetchall()
        shapes = dict(base.execute("SELECT table_name, geometry_type_name FROM gpkg_geometry_columns"))
        assert base.execute("SELECT count(*) FROM 闲置低效用地").fetchone() == (4,)
        assert base.execute("SELECT 名称 FROM 景点与旅游项目").fetchall() == [("竹泉村",)]
    assert told == [("景点与旅游项目", "features", 4527), ("闲置低效用地", "features", 4527)]
    assert shapes == {"景点与旅游项目": "POINT", "闲置低效用地": "POLYGON"}
    with pytest.raises(InvalidValue, match="DXF 一个文件只有一个图层，收到 2 个"):
        out(county, tmp_path, "dxf", layer=["idle_parcel", "scenic_site"])


def test_a_file_says_what_it_had_to_cut_or_could_not_write(county: Database, tmp_path: Path) -> None:
    lay(county, "idle_parcel", "long")
    store(county, [NewFeature(PLOTS[0].shape, {"name": "㙱头地块", "note": "长" * 300})], "long")
    told = {
        (form, encoding): export(
            county, SYSTEM_VIEWER, "long", form=form, target=tmp_path / f"b.{form}", encoding=encoding
        ).notes
        for form, encoding in (("shp", "gbk"), ("shp", "utf-8"), ("csv", "gbk"), ("dxf", None))
    }
    assert "“备注”1 处文字超过 254 字节" in "".join(told["shp", "gbk"])
    assert "1 个字（㙱）不在 GBK 字库里" in "".join(told["shp", "gbk"])
    assert "GBK 字库" not in "".join(told["shp", "utf-8"])
    assert "1 个字（㙱）" in "".join(told["csv", "gbk"])
    assert "1 个字（㙱）" in "".join(told["dxf", None])


def test_staff_of_a_town_take_what_lies_in_it(county: Database, tmp_path: Path) -> None:
    store(county, [NewFeature(shapely.box(118.6, 35.5, 118.601, 35.501), {"name": "东边地块"})])
    clerk = signed_in("镇办事员", "editor", "界湖街道", "界湖街道", 9)
    done = export(county, clerk, "idle_parcel", form="geojson", target=tmp_path / "a.geojson")
    assert names(tmp_path / "a.geojson") == [f"{at}号地块" for at in range(4)]
    assert done.notes == ("只含界湖街道范围内的图形",)
    reader = signed_in("只读员", "reader", "界湖街道", "界湖街道", 10)
    with pytest.raises(NotAllowed):
        export(county, reader, "idle_parcel", form="geojson", target=tmp_path / "b.geojson")


# --- for the public ---------------------------------------------------------------------------------------


def published(county: Database, shapes: list[Any]) -> None:
    lay(county, "idle_parcel", "published")
    store(county, [NewFeature(shape, {"name": f"{at}"}) for at, shape in enumerate(shapes)], "published")


SHAPES = [
    shapely.Polygon([(118.44013, 35.54027), (118.44531, 35.54011), (118.44498, 35.54489)]),
    shapely.box(118.45013, 35.54013, 118.45021, 35.54019),
    shapely.box(118.46, 35.54, 118.468, 35.547) - shapely.box(118.4631, 35.5431, 118.4633, 35.5432),
]


def test_public_coordinates_lie_on_a_grid_and_areas_stay_areas(county: Database, tmp_path: Path) -> None:
    published(county, SHAPES)
    path = out(county, tmp_path, layer="published", edition=PublicEdition(grid_m=50))
    features = json.loads(path.read_text())["features"]
    found = [shapely.geometry.shape(each["geometry"]) for each in features]
    earth = Geod(ellps="GRS80")
    for exact, coarse in zip(SHAPES, found, strict=True):
        assert coarse.is_valid
        assert coarse.geom_type == "Polygon"
        assert coarse.area > 0
        assert not coarse.equals(exact)
        # No corner is further away than the diagonal of a cell.
        for lon, lat in shapely.get_coordinates(coarse):
            near = shapely.get_coordinates(exact)
            assert min(earth.inv(lon, lat, x, y)[2] for x, y in near) < 75
    lats = {lat for shape in found for _, lat in shapely.get_coordinates(shape).tolist()}
    steps = [lat / (50 / 111_320) for lat in lats]
    assert all(abs(step - round(step)) < 1e-6 for step in steps)
    exact = json.loads(out(county, tmp_path, layer="published").read_text())["features"]
    told = [each["properties"]["图形面积（亩）"] for each in features]
    assert told == [each["properties"]["图形面积（亩）"] for each in exact]


def test_neighbours_stay_neighbours_on_the_grid(county: Database, tmp_path: Path) -> None:
    west, east = (
        shapely.box(118.44, 35.54, 118.4433, 35.5433),
        shapely.box(118.4433, 35.54, 118.4466, 35.5433),
    )
    published(county, [west, east])
    path = out(county, tmp_path, layer="published", edition=PublicEdition(grid_m=50))
    found = [shapely.geometry.shape(each["geometry"]) for each in json.loads(path.read_text())["features"]]
    assert found[0].intersection(found[1]).length > 0.003
    assert found[0].intersection(found[1]).area == 0


def test_a_draft_says_so_and_a_final_edition_needs_its_number(county: Database, tmp_path: Path) -> None:
    published(county, SHAPES)
    draft = out(county, tmp_path, layer="published", edition=PublicEdition())
    assert "公开版，未定稿，审图号待填" in json.loads(draft.read_text())["name"]
    with pytest.raises(InvalidValue, match="定稿需要审图号"):
        out(county, tmp_path, layer="published", edition=PublicEdition(final=True))
    with pytest.raises(InvalidValue, match="审图号收到“123”"):
        out(county, tmp_path, layer="published", edition=PublicEdition(review_number="123"))
    edition = PublicEdition(review_number="鲁SG（2024）001 号", final=True)
    sheet = openpyxl.load_workbook(out(county, tmp_path, "xlsx", layer="published", edition=edition))["台账"]
    assert "公开版，审图号：鲁SG（2024）001号" in str(sheet["A1"].value)


@pytest.mark.parametrize("form", ["txt", "dxf"])
def test_surveyed_coordinates_are_never_public(county: Database, tmp_path: Path, form: str) -> None:
    published(county, SHAPES)
    with pytest.raises(InvalidValue, match="用于勘测坐标，不能作公开版"):
        out(county, tmp_path, form, layer="published", edition=PublicEdition())


def test_only_what_is_public_is_in_a_public_edition(county: Database, tmp_path: Path) -> None:
    lay(county, "idle_parcel", "published")
    rows = [
        NewFeature(SHAPES[0], {"name": "甲", "lead_official": "某某某"}),
        NewFeature(SHAPES[2], {"name": "乙"}, visibility="internal"),
    ]
    store(county, rows, "published")
    text = out(county, tmp_path, layer="published", edition=PublicEdition()).read_text()
    assert "甲" in text
    assert "某某某" not in text
    assert "乙" not in text
