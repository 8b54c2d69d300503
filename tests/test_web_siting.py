"""How is land looked for over HTTP and at the terminal, what do its sheet and files say, and who holds a parcel?"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from docx import Document
from flask import Flask
from openpyxl import load_workbook
from PIL import Image

from layers import clock
from layers.jobs import run
from layers.store import jobs
from tests.people import Caller, sign_in
from tests.running import webmap
from tests.small_county import IDLE_UID, PAYLOAD_UID, small_county
from webmap import siting_work
from webmap.work import KINDS


@pytest.fixture
def app(home: Path) -> Iterator[Flask]:
    app = small_county(home)
    yield app
    app.extensions["database"].dispose()


@pytest.fixture
def editor(app: Flask) -> Caller:
    return sign_in(app, "editor")


def asked(editor: Caller, **body: Any) -> dict[str, Any]:
    done = editor.post("/api/siting", json=body)
    assert done.status == 201, done.body.decode()
    told: dict[str, Any] = json.loads(done.body)
    return told


def hold(caller: Caller, uid: str = IDLE_UID, **body: Any) -> Any:
    return caller.post(f"/api/features/{uid}/hold", json={"project": "甲项目", **body})


def test_a_ranking_stands_in_page_excel_word_and_picture(editor: Caller) -> None:
    told = asked(editor, project="=1+1", area={"min": 10, "max": 200}, avoid={"lines": ["eco_redline"]})
    first = told["result"]["rows"][0]
    assert first["name"] == "示例地块 界湖-017"
    page = editor.get(told["url"]).body.decode()
    for words in (
        first["name"],
        "未检查：生态保护红线",
        "不作为审批依据",
        "示例",
        told["digest"][:16],
        "已盘活",
    ):
        assert words in page
    assert "<script>document" not in page
    book = load_workbook(io.BytesIO(editor.get(f"{told['url']}.xlsx").body))
    cells = [str(cell.value) for row in book.worksheets[0].iter_rows() for cell in row if cell.value]
    assert "'=1+1" in cells
    assert any("仅供参考" in each for each in cells)
    word = Document(io.BytesIO(editor.get(f"{told['url']}.docx").body))
    assert word.tables[0].rows[0].cells[0].text == "排名"
    assert Image.open(io.BytesIO(editor.get(f"{told['url']}.png").body)).size == (1560, 1000)
    again = json.loads(editor.get(f"/api/siting/{told['uid']}").body)
    assert (again["result"], again["changed"], again["holds"]) == (told["result"], [], {})


def test_the_form_says_what_is_wrong_and_keeps_what_was_typed(editor: Caller) -> None:
    form = {"csrf_token": editor.csrf, "min": "90", "max": "10", "project": "示例项目"}
    wrong = editor.post("/siting", data=form)
    assert wrong.status == 422
    page = wrong.body.decode()
    assert "面积下限 90 亩大于上限 10 亩" in page
    assert 'value="示例项目"' in page
    right = editor.post("/siting", data={**form, "max": "200", "min": "10"})
    assert right.status == 303
    assert "得分最高的是" in editor.get(right.headers["location"]).body.decode()
    assert "示例项目" in editor.get("/siting").body.decode()


def test_what_cannot_be_looked_for_is_a_422_in_words(editor: Caller) -> None:
    for body, words in (
        ({}, "没有填写任何选址条件"),
        ({"area": {"min": 5000}}, "面积小于下限 3 宗"),
        ({"area": {"min": 1}, "land": ["removed"]}, "已经不在图上"),
    ):
        refused = editor.post("/api/siting", json=body)
        assert refused.status == 422, refused.body.decode()
        assert words in json.loads(refused.body)["error"]


def test_among_very_many_parcels_a_job_looks(
    app: Flask, editor: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(siting_work, "AT_ONCE", 1)
    begun = editor.post("/api/siting", json={"area": {"min": 10}})
    assert begun.status == 202
    told = json.loads(begun.body)
    assert "排队中" in editor.get(told["url"]).body.decode()
    database = app.extensions["database"]
    with database.writing() as session:
        job = jobs.claim(session)
        session.commit()
    assert job is not None
    run(database.url.render_as_string(hide_password=False), job, KINDS[job.kind].work)
    done = editor.get(told["url"])
    assert done.status == 303
    assert "得分最高的是" in editor.get(done.headers["location"]).body.decode()


def test_a_parcel_is_held_shown_renewed_and_let_go(editor: Caller) -> None:
    held = hold(editor, unit="乙单位")
    assert held.status == 200, held.body.decode()
    now = json.loads(held.body)["card"]["hold"]["now"]
    last = clock.today() + timedelta(days=30)
    assert (now["project"], now["unit"], now["until"]) == ("甲项目", "乙单位", f"{last}")
    assert now["by"] == editor.person.name
    elsewhere = hold(editor, project="丙项目")
    assert elsewhere.status == 409
    assert f"已为“甲项目”意向锁定，至 {last}" in json.loads(elsewhere.body)["error"]
    renewed = hold(editor, until=f"{last + timedelta(days=5)}")
    assert json.loads(renewed.body)["card"]["hold"]["now"]["until"] == f"{last + timedelta(days=5)}"
    left_out = editor.post("/api/siting", json={"area": {"min": 40}})
    assert "已为其他项目意向锁定 1 宗" in json.loads(left_out.body)["error"]
    own = asked(editor, project="甲项目", area={"min": 40})
    assert own["result"]["rows"][0]["hold"] == f"甲项目，至 {last + timedelta(days=5)}"
    freed = editor.delete(f"/api/features/{IDLE_UID}/hold")
    assert json.loads(freed.body)["card"]["hold"]["now"] is None
    assert editor.delete(f"/api/features/{IDLE_UID}/hold").status == 422
    history = editor.get(f"/api/features/{IDLE_UID}/history").body.decode()
    assert "解除意向锁定：甲项目" in history
    assert history.count('"意向锁定：甲项目') == 2


def test_a_hold_is_written_by_its_own_act_only(editor: Caller) -> None:
    version = {"If-Match": '"1"'}
    body = {"properties": {"hold_project": "丁项目", "hold_until": "2099-01-01"}}
    refused = editor.patch(f"/api/features/{IDLE_UID}", json=body, headers=version)
    assert refused.status == 422
    hold(editor)
    form = json.loads(editor.get("/api/layers/idle_parcel/form").body)
    assert not any(field["key"].startswith("hold_") for field in form["fields"])
    stale = editor.post(f"/api/features/{IDLE_UID}/hold", json={"project": "甲项目"}, headers=version)
    assert stale.status == 412


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"project": ""}, "“意向项目”必须填写"),
        ({"project": "x" * 101}, "最多 100 个字"),
        ({"until": "明天"}, "“锁定至”应为日期"),
        ({"until": "2001-01-01"}, "“锁定至”收到“2001-01-01”"),
        ({"until": "2999-01-01"}, "“锁定至”收到“2999-01-01”"),
        ({"project": "a\x00b"}, "控制字符"),
    ],
)
def test_a_hold_that_makes_no_sense_is_refused(editor: Caller, body: dict[str, Any], words: str) -> None:
    refused = hold(editor, **body)
    assert refused.status == 422
    assert words in json.loads(refused.body)["error"]


def test_only_the_unit_that_owns_the_layer_holds(app: Flask, editor: Caller) -> None:
    hold(editor)
    town = sign_in(app, "editor", "界湖街道", town="界湖街道")
    refused = hold(town, PAYLOAD_UID)
    assert refused.status == 403
    assert "由“自然资源和规划局”主管" in json.loads(refused.body)["error"]
    reader = sign_in(app, "reader")
    seen = json.loads(reader.get(f"/api/features/{IDLE_UID}").body)["card"]["hold"]
    assert (seen["may"], seen["now"]["project"]) == (False, "甲项目")
    site = next(
        hit["uid"]
        for hit in json.loads(editor.get("/api/search?q=竹泉".replace("竹泉", "%E7%AB%B9%E6%B3%89")).body)[
            "results"
        ]
    )
    assert "不能意向锁定" in hold(editor, site).body.decode()


def test_a_hold_can_be_asked_for_in_filters(editor: Caller) -> None:
    hold(editor)
    found = json.loads(editor.get("/api/layers/idle_parcel/features?f=hold_state.any.held").body)
    assert [each["id"] for each in found["features"]] == [IDLE_UID]


def test_how_long_a_hold_lasts_is_a_setting(home: Path) -> None:
    app = small_county(home, hold_days=7)
    held = hold(sign_in(app, "editor"))
    until = date.fromisoformat(json.loads(held.body)["card"]["hold"]["now"]["until"])
    assert until == clock.today() + timedelta(days=7)
    app.extensions["database"].dispose()


@pytest.mark.usefixtures("app")
def test_a_terminal_gets_the_ranking_and_its_sheet(home: Path, tmp_path: Path) -> None:
    done = webmap("siting", "--min", "10", "--to", str(tmp_path / "比选.json"), home=home)
    assert done.returncode == 0, done.stderr
    assert "示例地块 界湖-017（示例）" in done.stdout
    assert "仅供参考" in done.stdout
    assert json.loads((tmp_path / "比选.json").read_text("utf-8"))["kept"] == 2
    wrong = webmap("siting", "--min", "9", "--max", "1", home=home)
    assert wrong.returncode != 0
    assert "面积下限 9 亩大于上限 1 亩" in wrong.stderr
