"""How is 路网前后 asked for over HTTP and at the terminal, and what do its page, its file and its errors say?"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import docx
import numpy as np
import pytest
import shapely
from flask import Flask
from openpyxl import load_workbook
from PIL import Image, ImageColor

from layers.analysis.travel import Asked, compare
from layers.jobs import run
from layers.rights import INTERNAL_VIEWER, PUBLIC_VIEWER, SYSTEM_VIEWER
from layers.store import Database, edit, jobs, query
from layers.store.edit import NewFeature
from layers.symbols import screen
from tests.people import Caller, sign_in, visitor
from tests.running import webmap
from tests.small_county import PAYLOAD, small_county
from webmap import travel_work
from webmap.work import KINDS

OLD = shapely.LineString([(118.40, 35.50), (118.40, 35.60), (118.50, 35.60)])
"""The road project of the small county is the diagonal from (118.4, 35.5) to (118.5, 35.6)."""
PLACES = (
    ("=沂南县城", "seat", shapely.Point(118.40, 35.50)),
    ("铜井镇", "town", shapely.Point(118.50, 35.60)),
)


def fill(database: Database) -> None:
    """An existing road around the planned one, the county seat and a town."""
    with database.writing() as session:
        with edit.one_act(session, "新建", "李工") as act:
            roads = edit.add_layer(session, kind="existing_road", key="existing_road", visibility="public")
            names = edit.add_layer(session, kind="place_name", key="place_name", visibility="public")
            edit.add_features(
                session, act, roads, [NewFeature(OLD, {"name": PAYLOAD, "admin_class": "county"})]
            )
            told = [NewFeature(at, {"name": name, "level": level}) for name, level, at in PLACES]
            edit.add_features(session, act, names, told)
        session.commit()


@pytest.fixture
def app(home: Path) -> Iterator[Flask]:
    app = small_county(home)
    database = app.extensions["database"]
    fill(database)
    yield app
    database.dispose()


@pytest.fixture
def editor(app: Flask) -> Caller:
    return sign_in(app, "editor")


def asked(editor: Caller, **body: Any) -> dict[str, Any]:
    done = editor.post("/api/travel", json=body)
    assert done.status == 201, done.body
    told: dict[str, Any] = json.loads(done.body)
    return told


def test_the_minutes_stand_in_answer_page_and_excel(editor: Caller) -> None:
    told = asked(editor)
    (row,) = told["result"]["towns"]
    # By pyproj.Geod: 20.157 km at 45 km/h around; 14.329 km at 30 km/h (no class given) straight on.
    assert (row["name"], row["before"], row["after"]) == ("铜井镇", 26.9, 26.9)
    quick = asked(editor, kmh={"unknown": 60})
    assert quick["result"]["towns"][0]["after"] == 14.3
    page = editor.get(quick["url"]).body.decode()
    for words in ("路网建成后", "假设", "229省道改线", "竹泉村", quick["digest"][:16]):
        assert words in page
    assert "<script>document" not in page
    book = load_workbook(io.BytesIO(editor.get(f"{quick['url']}.xlsx").body))
    assert book.sheetnames[:2] == ["结论", "景点到=沂南县城"]
    cells = [cell.value for sheet in book for row in sheet.iter_rows() for cell in row]
    assert "'=沂南县城" in cells
    assert 14.3 in cells
    assert not [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]


def test_a_sheet_for_the_file_and_a_picture_say_the_same(editor: Caller) -> None:
    told = asked(editor, kmh={"unknown": 60})
    paper = docx.Document(io.BytesIO(editor.get(f"{told['url']}.docx").body))
    words = [each.text for each in paper.paragraphs]
    for sentence in told["result"]["sentences"]:
        assert sentence in words
    rows = [[cell.text for cell in row.cells] for table in paper.tables for row in table.rows]
    assert any("铜井镇" in row and "26.9" in row and "14.3" in row for row in rows)
    assert len(paper.inline_shapes) == 1
    picture = Image.open(io.BytesIO(editor.get(f"{told['url']}.png").body))
    colors = np.unique(np.asarray(picture.convert("RGB"), int).reshape(-1, 3), axis=0)
    # The old road beyond the crossing gains 5 to 10 minutes; the planned one is a slope, and so is smoothed.
    for color, most in ((screen.GAIN_3, 0), (screen.SEAL, 0), (screen.NEW_ROAD, 12)):
        assert np.abs(colors - ImageColor.getrgb(color)[:3]).sum(axis=1).min() <= most
    assert f"{told['url']}.png" in editor.get(told["url"]).body.decode()


def test_the_same_question_of_the_same_data_is_answered_once(editor: Caller) -> None:
    first, again = asked(editor), asked(editor, before="now")
    assert first["uid"] == again["uid"]
    assert asked(editor, kmh={"county": 50})["uid"] != first["uid"]


def test_a_result_is_marked_when_a_road_has_changed(app: Flask, editor: Caller) -> None:
    told = asked(editor)
    database = app.extensions["database"]
    with database.writing() as session:
        layer = query.layer_named(session, SYSTEM_VIEWER, "existing_road")
        with edit.one_act(session, "新建", "李工") as act:
            edit.add_features(session, act, layer, [NewFeature(OLD, {"name": "又一条"})])
        session.commit()
    assert "需重算" in editor.get(told["url"]).body.decode()
    assert json.loads(editor.get(f"/api/travel/{told['uid']}").body)["changed"] == ["现状公路"]
    assert asked(editor)["uid"] != told["uid"]


@pytest.mark.parametrize(
    ("body", "status", "words"),
    [
        ({"before": "1200"}, 422, "年份应为 1950 到 2100"),
        ({"before": "plan", "after": "now"}, 422, "“前”应早于“后”"),
        ({"kmh": {"county": 0}}, 422, "“县道”的速度应为 1 到 150"),
        ({"kmh": {"canal": 5}}, 422, "没有名为“canal”的速度"),
        ({"kmh": 5}, 422, "kmh 应为按道路等级给出的速度"),
        ({"sites": "none"}, 404, "没有图层“none”"),
        ({"sites": "idle_parcel", "hub": "centre"}, 422, "没有到达地点"),
        ({"hub": "town:无此镇"}, 404, "没有乡镇“无此镇”"),
        ({"hub": "01934c00-0000-7000-8000-00000000dead"}, 404, "没有编号为"),
        ({"snap_m": -1}, 422, "“snap_m”应为 0 到 200 之间的数"),
        ({"wat": 1}, 422, "不认识“wat”"),
    ],
    ids=["year", "order", "zero", "class", "speeds", "layer", "no centre", "town", "uid", "snap", "unknown"],
)
def test_what_cannot_be_worked_out_is_refused_in_words(
    editor: Caller, body: dict[str, Any], status: int, words: str
) -> None:
    refused = editor.post("/api/travel", json=body)
    assert refused.status == status, refused.body.decode()
    assert words in refused.body.decode()


def test_a_form_keeps_what_was_typed_when_it_is_refused(editor: Caller) -> None:
    page = editor.post("/travel", data={"before": "2025", "after": "2021", "speed_county": "33"})
    assert page.status == 422
    assert "“前”应早于“后”" in page.body.decode()
    assert 'value="33"' in page.body.decode()
    done = editor.post("/travel", data={"before": "2021", "after": "2025"})
    assert done.status == 303
    assert "2021 年底 → 2025 年底" in editor.get("/travel").body.decode()


def test_without_roads_it_says_what_is_missing(home: Path) -> None:
    database = Database(f"sqlite:///{home / 'map.db'}")
    database.upgrade()
    with database.writing() as session:
        with edit.one_act(session, "新建", "李工") as act:
            layer = edit.add_layer(session, kind="scenic_site", key="scenic_site", visibility="public")
            edit.add_features(
                session,
                act,
                layer,
                [NewFeature(shapely.Point(118.4, 35.5), {"name": "竹泉", "site_type": "spring"})],
            )
        session.commit()
    database.dispose()
    done = webmap("travel", home=home)
    assert done.returncode == 1
    assert "没有道路" in done.stderr


def test_a_visitor_signs_in_first(app: Flask, editor: Caller) -> None:
    told = asked(editor)
    assert visitor(app).post("/api/travel", json={}).status == 401
    assert visitor(app).get(f"/api/travel/{told['uid']}").status in (401, 404)


def test_very_many_roads_are_left_to_a_job(
    app: Flask, editor: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(travel_work, "AT_ONCE", 0)
    begun = editor.post("/api/travel", json={"before": "2021"})
    assert begun.status == 202
    told = json.loads(begun.body)
    assert "排队中" in editor.get(told["url"]).body.decode()
    database = app.extensions["database"]
    with database.writing() as session:
        job = jobs.claim(session)
        session.commit()
    assert job is not None
    assert KINDS[job.kind].title == "路网前后"
    run(database.url.render_as_string(hide_password=False), job, KINDS[job.kind].work)
    done = editor.get(told["url"])
    assert done.status == 303
    assert "2021 年底 → 规划全部建成" in editor.get(done.headers["location"]).body.decode()


def test_a_terminal_gets_the_same_result(app: Flask, home: Path, tmp_path: Path) -> None:
    with app.extensions["database"].reading() as session:
        expected = compare(session, SYSTEM_VIEWER, Asked(kmh={"unknown": 60.0})).result
    done = webmap("travel", "--speed", "unknown=60", "--to", str(tmp_path / "路网.json"), home=home)
    assert done.returncode == 0, done.stderr
    assert expected["sentences"][0] in done.stdout
    assert json.loads((tmp_path / "路网.json").read_text("utf-8")) == json.loads(json.dumps(expected))
    assert webmap("travel", "--to", str(tmp_path / "路网.png"), home=home).returncode == 0
    with Image.open(tmp_path / "路网.png") as picture:
        assert picture.size == (1560, 1000)


def test_both_databases_answer_the_same_and_only_with_what_is_seen(database: Database) -> None:
    with database.writing() as session:
        with edit.one_act(session, "新建", "李工") as act:
            secret = edit.add_layer(session, kind="road_project", key="road_project", visibility="internal")
            straight = shapely.LineString([(118.40, 35.50), (118.50, 35.60)])
            edit.add_features(
                session,
                act,
                secret,
                [NewFeature(straight, {"name": "近路", "state": "planned", "grade": "second"})],
            )
        session.commit()
    fill(database)
    with database.reading() as session:
        inside = compare(session, INTERNAL_VIEWER, Asked(sites="place_name", hub="town:铜井镇")).result
        outside = compare(session, PUBLIC_VIEWER, Asked(sites="place_name", hub="town:铜井镇")).result
    (row,) = inside["sites"]
    assert (row["before"], row["after"]) == (26.9, 14.3)
    assert outside["sites"][0]["after"] == 26.9
    assert "近路" not in json.dumps(outside, ensure_ascii=False)
