"""Can a person ask what lies under what was drawn with a width, or under the shapes of a file, without storing them?"""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pyproj
import pytest
import shapely
from flask import Flask

from layers.rights import SYSTEM_VIEWER
from layers.store import edit, jobs, query
from layers.store.edit import NewFeature
from tests.files import CORNER, area_mu, gbk_shapefile_zip, parcels
from tests.next_job import next_done
from tests.people import Caller, sign_in
from tests.plots import SQUARE, header, record, ring, text
from tests.small_county import small_county

WEST, SOUTH = CORNER[39]
BOW_TIE = {
    "type": "Polygon",
    "coordinates": [[[118.44, 35.55], [118.45, 35.56], [118.45, 35.55], [118.44, 35.56], [118.44, 35.55]]],
}


@pytest.fixture
def app(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    monkeypatch.setenv("WEBMAP_HOME", str(home))
    app = small_county(home)
    database = app.extensions["database"]
    with database.writing() as session:
        edit.add_layer(session, kind="control_line", key="control_line", visibility="internal")
        layer = query.layer_named(session, SYSTEM_VIEWER, "control_line")
        told = {"name": "红线一", "line_type": "eco_redline", "coverage": "county"}
        with edit.one_act(session, "新建", "李工") as act:
            edit.add_features(session, act, layer, [NewFeature(shapely.box(118.0, 35.0, 119.0, 36.0), told)])
        session.commit()
    yield app
    database.dispose()


@pytest.fixture
def editor(app: Flask) -> Caller:
    return sign_in(app, "editor")


def bring(editor: Caller, name: str, content: bytes) -> str:
    """The address where the answer will stand."""
    begun = editor.post(f"/api/conflict/file?name={quote(name)}", body=content)
    assert begun.status == 202, begun.body.decode()
    return str(json.loads(begun.body)["url"])


def result(editor: Caller, url: str) -> dict[str, Any]:
    onward = editor.get(url)
    assert onward.status == 303, onward.body.decode()
    uid = onward.headers["location"].rsplit("/", 1)[1]
    told: dict[str, Any] = json.loads(editor.get(f"/api/conflict/{uid}").body)
    return told


def left(home: Path) -> list[Path]:
    return list((home / "asked").glob("*"))


def count(app: Flask) -> int:
    with app.extensions["database"].reading() as session:
        layer = query.layer_named(session, SYSTEM_VIEWER, "idle_parcel")
        return query.count_features(session, SYSTEM_VIEWER, layer)


def test_a_zipped_shapefile_is_checked_and_nothing_of_it_stays(
    app: Flask, editor: Caller, home: Path, tmp_path: Path
) -> None:
    before = count(app)
    url = bring(editor, "地块.zip", gbk_shapefile_zip(tmp_path / "地块.zip").read_bytes())
    assert next_done(app).state == jobs.DONE
    told = result(editor, url)
    subjects = told["result"]["subjects"]
    assert [each["name"] for each in subjects] == [f"示例地块 界湖-00{row}" for row in (1, 2, 3)]
    expected = area_mu(list(parcels(3).geometry))
    assert told["result"]["area_mu"] == pytest.approx(expected, rel=1e-4)
    red = next(row for row in told["result"]["lines"] if row["key"] == "eco_redline")
    assert red["area_mu"] == pytest.approx(expected, rel=1e-4)
    assert left(home) == []
    assert count(app) == before


def test_a_file_without_coordinate_system_is_a_question_as_in_an_import(
    app: Flask, editor: Caller, home: Path, tmp_path: Path
) -> None:
    bare = gbk_shapefile_zip(tmp_path / "裸.zip", rows=1, prefixed=False, without=[".prj"])
    url = bring(editor, "裸.zip", bare.read_bytes())
    assert next_done(app).state == jobs.DONE
    page = editor.get(url).body.decode()
    assert "没有坐标系（缺少 .prj）" in page
    assert 'name="crs" value="4548"' in page
    assert len(left(home)) == 1
    wrong = editor.post(f"{url}/answer", data={"crs": "3857"})
    assert wrong.status == 422
    assert "不是列出的选项之一" in wrong.body.decode()
    onward = editor.post(f"{url}/answer", data={"crs": "4548"})
    assert onward.status == 303
    next_done(app)
    told = result(editor, onward.headers["location"])
    assert told["result"]["area_mu"] == pytest.approx(area_mu(parcels(1).geometry[0]), rel=1e-4)
    assert left(home) == []
    sheet = editor.get(f"/conflict/{told['uid']}").body.decode()
    assert "裸.zip（SHA-256" in sheet
    assert f"lon={WEST + 0.0005:.3f}"[:9] in sheet, "the way back leads to the place"


def test_a_boundary_txt_of_a_surveyor_is_read(app: Flask, editor: Caller) -> None:
    content = text(header(), record(), ring(SQUARE)).encode("gbk")
    url = bring(editor, "界址点.txt", content)
    job = next_done(app)
    assert job.state == jobs.DONE, job.message
    assert result(editor, url)["result"]["area_mu"] > 0


def test_shapes_that_cannot_be_measured_are_named_and_the_file_goes(
    app: Flask, editor: Caller, home: Path
) -> None:
    features = [
        {"type": "Feature", "properties": {"name": name}, "geometry": shape}
        for name, shape in (
            ("好", json.loads(shapely.to_geojson(shapely.box(118.44, 35.55, 118.45, 35.56)))),
            ("坏", BOW_TIE),
        )
    ]
    content = json.dumps({"type": "FeatureCollection", "features": features}).encode()
    url = bring(editor, "两块.geojson", content)
    assert next_done(app).state == jobs.FAILED
    page = editor.get(url).body.decode()
    assert "第 2 行：图形在" in page
    assert "没有分析" in page
    assert left(home) == []


def test_too_many_shapes_are_refused_by_their_number(app: Flask, editor: Caller) -> None:
    point = {"type": "Feature", "properties": {}, "geometry": {"type": "Point", "coordinates": [118.5, 35.5]}}
    content = json.dumps({"type": "FeatureCollection", "features": [point] * 2001}).encode()
    bring(editor, "很多.geojson", content)
    assert "2,001 个图形，一次最多分析 2,000 个" in next_done(app).message


@pytest.mark.parametrize(
    ("name", "content", "status", "words"),
    [
        ("图.dwg", b"AC1027", 422, "请选择界址点 TXT"),
        ("空.geojson", b"", 422, "是空文件"),
        ("", b"x", 422, "没有收到文件名"),
        ("机密★10年.geojson", b"{}", 403, "机密"),
    ],
    ids=["not taken", "empty", "no name", "secret"],
)
def test_a_file_that_cannot_be_taken_is_refused_in_words(
    editor: Caller, home: Path, name: str, content: bytes, status: int, words: str
) -> None:
    refused = editor.post(f"/api/conflict/file?name={quote(name)}", body=content)
    assert refused.status == status, refused.body.decode()
    assert words in refused.body.decode()
    assert left(home) == []


def test_what_was_left_open_a_day_ago_goes(app: Flask, editor: Caller, home: Path) -> None:
    import os

    old = home / "asked" / "01934c00-0000-7000-8000-00000000dead"
    old.mkdir(parents=True)
    os.utime(old, (0, 0))
    bring(editor, "点.geojson", b'{"type":"Point","coordinates":[118.5,35.5]}')
    next_done(app)
    assert left(home) == []


def test_a_line_is_checked_with_the_width_to_both_sides(editor: Caller) -> None:
    line = {"type": "LineString", "coordinates": [[118.40, 35.55], [118.42, 35.55]]}
    asked = editor.post("/api/conflict", json={"geometry": line, "name": "引水渠", "buffer_m": 50})
    assert asked.status == 201, asked.body.decode()
    told = json.loads(asked.body)["result"]
    length = pyproj.Geod(ellps="GRS80").inv(118.40, 35.55, 118.42, 35.55)[2]
    assert told["area_m2"] == pytest.approx(length * 100 + math.pi * 50**2, rel=2e-3)


@pytest.mark.parametrize("width", [0, -1, 6000, "宽", None, True])
def test_a_width_that_is_none_is_refused(editor: Caller, width: object) -> None:
    line = {"type": "LineString", "coordinates": [[118.40, 35.55], [118.42, 35.55]]}
    refused = editor.post("/api/conflict", json={"geometry": line, "buffer_m": width})
    assert refused.status == 422
    assert "两侧宽度收到" in refused.body.decode()


def test_a_drawn_shape_that_crosses_itself_is_to_be_drawn_again(editor: Caller) -> None:
    refused = editor.post("/api/conflict", json={"geometry": BOW_TIE})
    assert refused.status == 422
    assert "请重画" in refused.body.decode()
    assert "原软件" not in refused.body.decode()


def test_a_drawn_shape_has_a_hundred_thousand_vertices_at_most(editor: Caller) -> None:
    long_one = shapely.segmentize(shapely.box(118.44, 35.55, 118.45, 35.56), 0.04 / 100_000)
    refused = editor.post("/api/conflict", json={"geometry": json.loads(shapely.to_geojson(long_one))})
    assert refused.status == 422
    assert "个顶点，最多 100,000 个" in refused.body.decode()
