"""How is 压盖分析 asked for over HTTP and at the terminal, and what do its sheet, its files and its errors say?"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import shapely
from docx import Document
from flask import Flask
from openpyxl import load_workbook
from PIL import Image

from layers.jobs import run
from layers.rights import SYSTEM_VIEWER
from layers.store import analyses, edit, jobs, query
from layers.store.edit import NewFeature
from tests.people import Caller, sign_in, visitor
from tests.running import webmap
from tests.small_county import IDLE_UID, PAYLOAD, small_county
from webmap.conflict_work import answer
from webmap.work import KINDS


@pytest.fixture
def app(home: Path) -> Iterator[Flask]:
    app = small_county(home)
    database = app.extensions["database"]
    with database.writing() as session:
        edit.add_layer(session, kind="control_line", key="control_line", visibility="internal")
        layer = query.layer_named(session, SYSTEM_VIEWER, "control_line")
        told = {"name": PAYLOAD, "line_type": "eco_redline", "coverage": "county", "data_version": "=1+1"}
        with edit.one_act(session, "新建", "李工") as act:
            edit.add_features(
                session, act, layer, [NewFeature(shapely.box(118.0, 35.0, 118.4615, 36.0), told)]
            )
        session.commit()
    yield app
    database.dispose()


@pytest.fixture
def editor(app: Flask) -> Caller:
    return sign_in(app, "editor")


def asked(editor: Caller, **body: Any) -> dict[str, Any]:
    done = editor.post("/api/conflict", json=body)
    assert done.status == 201, done.body
    told: dict[str, Any] = json.loads(done.body)
    return told


def test_a_parcel_is_checked_and_its_sheet_stands_in_page_excel_and_word(editor: Caller) -> None:
    told = asked(editor, uids=[IDLE_UID])
    red = next(row for row in told["result"]["lines"] if row["key"] == "eco_redline")
    assert red["status"] == "overlap"
    assert told["summary"].startswith("压盖生态保护红线，其中生态保护红线不得占用；11 项未检查")
    page = editor.get(told["url"]).body.decode()
    for words in ("生态保护红线", "红·不得占用", "未检查", "不作为审批依据", "示例", told["digest"][:16]):
        assert words in page
    assert "<script>document" not in page
    book = load_workbook(io.BytesIO(editor.get(f"{told['url']}.xlsx").body))
    cells = [str(cell.value) for row in book.worksheets[0].iter_rows() for cell in row if cell.value]
    assert "'=1+1" in cells
    assert any("仅供参考" in each for each in cells)
    word = Document(io.BytesIO(editor.get(f"{told['url']}.docx").body))
    assert word.tables[0].rows[0].cells[0].text == "控制线"
    assert any("不作为审批依据" in each.text for each in word.paragraphs)
    picture = Image.open(io.BytesIO(editor.get(f"{told['url']}.png").body))
    assert picture.size == (1560, 1000)


def test_a_drawn_shape_is_checked_and_kept(editor: Caller) -> None:
    geometry = json.loads(shapely.to_geojson(shapely.box(118.44, 35.55, 118.46, 35.56)))
    told = asked(editor, geometry=geometry, name="拟选址范围")
    assert told["title"] == "拟选址范围"
    again = json.loads(editor.get(f"/api/conflict/{told['uid']}").body)
    assert again["result"] == told["result"]
    assert again["changed"] == []
    assert "拟选址范围" in editor.get("/conflict").body.decode()


def test_a_result_is_marked_when_a_layer_has_changed(app: Flask, editor: Caller) -> None:
    told = asked(editor, uids=[IDLE_UID])
    change = editor.patch(
        f"/api/features/{IDLE_UID}", json={"properties": {"note": "改"}}, headers={"If-Match": '"1"'}
    )
    assert change.status == 200
    assert "需重查" in editor.get(told["url"]).body.decode()


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        ({}, 422, "没有说明要分析什么"),
        ({"uids": []}, 422, "没有要分析的图形"),
        ({"uids": ["01934c00-0000-7000-8000-00000000dead"]}, 404, "没有编号为"),
        ({"uids": "x"}, 422, "文字的列表"),
        ({"geometry": {"type": "Polygon", "coordinates": []}}, 422, "图形"),
        ({"geometry": {"type": "Point", "coordinates": [10, 50]}}, 422, "县"),
        ({"geometry": {"type": "Hexagon"}}, 422, "不认识的图形类型"),
    ],
    ids=["nothing", "no features", "unknown", "no list", "empty", "far away", "no shape"],
)
def test_what_cannot_be_checked_is_refused_in_words(
    editor: Caller, body: dict[str, Any], status: int, words: str
) -> None:
    refused = editor.post("/api/conflict", json=body)
    assert refused.status == status, refused.body.decode()
    assert words in refused.body.decode()


@pytest.mark.usefixtures("editor")
def test_a_visitor_signs_in_first(app: Flask) -> None:
    refused = visitor(app).post("/api/conflict", json={"uids": [IDLE_UID]})
    assert refused.status == 401


def test_a_whole_layer_is_left_to_a_job(app: Flask, editor: Caller) -> None:
    begun = editor.post("/api/conflict", json={"layer": "idle_parcel"})
    assert begun.status == 202
    told = json.loads(begun.body)
    assert "排队中" in editor.get(told["url"]).body.decode()
    database = app.extensions["database"]
    with database.writing() as session:
        job = jobs.claim(session)
        session.commit()
    assert job is not None
    assert KINDS[job.kind].title == "压盖分析"
    run(database.url.render_as_string(hide_password=False), job, KINDS[job.kind].work)
    done = editor.get(told["url"])
    assert done.status == 303
    assert "控制线审查" in editor.get(done.headers["location"]).body.decode()
    other = sign_in(app, "editor", "文化和旅游局")
    assert other.get(told["url"]).status == 404


def test_a_terminal_gets_the_same_result(app: Flask, home: Path, tmp_path: Path) -> None:
    uid = answer(app.extensions["database"], SYSTEM_VIEWER, {"uids": [IDLE_UID]})
    with app.extensions["database"].reading() as session:
        expected = analyses.find(session, SYSTEM_VIEWER, "conflict", uid).result
    done = webmap("conflict", IDLE_UID, "--to", str(tmp_path / "审查.json"), home=home)
    assert done.returncode == 0, done.stderr
    assert "生态保护红线  有压盖（红·不得占用）" in done.stdout
    assert json.loads((tmp_path / "审查.json").read_text("utf-8")) == expected


def test_a_terminal_says_what_it_needs(home: Path) -> None:
    done = webmap("conflict", home=home)
    assert done.returncode == 2
    assert "请给出图形编号" in done.stderr
