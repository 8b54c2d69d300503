"""Which light does a project show, who reports it, and what do the board, its ledger and its report say?"""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import shapely
from docx import Document
from flask import Flask
from openpyxl import load_workbook

from layers import clock
from layers.errors import WrongSetting
from layers.kinds import KINDS
from layers.kinds.supervised import thresholds
from layers.rights import SYSTEM_VIEWER
from layers.store import edit, query
from layers.store.attachments import NewAttachment, attach
from layers.store.edit import NewFeature
from layers.store.rows import new_uid
from tests.people import UNIT, Caller, sign_in
from tests.running import Answer
from tests.small_county import small_county

NOON = datetime(2026, 7, 2, 4, tzinfo=UTC)
PLAN = {
    "plan_start": "2026-01-01",
    "plan_end": "2026-12-31",
    "stage": "building",
    "actual_start": "2026-01-01",
}
"""182 of 364 days on 2026-07-02: half is expected."""
PROJECTS: list[dict[str, Any]] = [
    {"name": "示例项目甲", **PLAN, "progress_pct": 15, "reported_on": "2026-07-02"},
    {"name": "示例项目乙", **PLAN, "progress_pct": 35, "reported_on": "2026-07-02"},
    {"name": "示例项目丙", **PLAN, "progress_pct": 45, "reported_on": "2026-07-02"},
    {"name": "示例项目丁", **PLAN, "progress_pct": 45, "reported_on": "2026-05-01"},
    {"name": "示例项目戊", "stage": "completed", "plan_start": "2025-01-01"},
    {"name": "名称而已"},
]


@pytest.fixture
def app(home: Path) -> Iterator[Flask]:
    with clock.standing_at(NOON):
        app = small_county(home)
        database = app.extensions["database"]
        with database.writing() as session:
            edit.add_layer(session, kind="industry_project", key="industry_project", visibility="internal")
            layer = query.layer_named(session, SYSTEM_VIEWER, "industry_project")
            rows = [
                NewFeature(
                    shapely.Point(118.45 + at / 100, 35.5),
                    {"command_post": "示例指挥部", "responsible_unit": UNIT, "is_sample": True, **told}
                    if "stage" in told
                    else told,
                )
                for at, told in enumerate(PROJECTS)
            ]
            with edit.one_act(session, "新建", "李工") as act:
                edit.add_features(session, act, layer, rows)
            session.commit()
        yield app
        database.dispose()


@pytest.fixture
def reporter(app: Flask) -> Caller:
    return sign_in(app, "reporter")


def board(caller: Caller, query_: str = "") -> dict[str, Any]:
    told: dict[str, Any] = json.loads(caller.get(f"/api/board{query_}").body)
    return told


def project(caller: Caller, name: str) -> dict[str, Any]:
    uid = next(each["uid"] for each in board(caller)["projects"] if each["name"] == name)
    told: dict[str, Any] = json.loads(caller.get(f"/api/features/{uid}").body)
    return told


def sends(caller: Caller, found: dict[str, Any], **said: str) -> Answer:
    uid = found["id"]
    form = {"uid": uid, f"{uid}:version": str(found["edit"]["version"])}
    return caller.post("/report", data={**form, **{f"{uid}:{key}": value for key, value in said.items()}})


def test_lights_follow_from_plan_report_and_day(reporter: Caller) -> None:
    told = board(reporter)
    assert {each["name"]: each["light"] for each in told["projects"]} == {
        "示例项目甲": "red",
        "示例项目乙": "yellow",
        "示例项目丙": "green",
        "示例项目丁": "grey",
    }
    first = told["projects"][0]
    assert (first["name"], first["lag_pct"], first["expected_pct"]) == ("示例项目甲", 35.0, 50.0)
    assert told["summary"] == "纳入督查的项目共 4 个，其中红灯 1 个，黄灯 1 个，灰灯 1 个，绿灯 1 个。"


def test_a_light_turns_grey_when_nobody_reports_for_36_days(app: Flask) -> None:
    with clock.standing_at(datetime(2026, 8, 6, 4, tzinfo=UTC)):
        assert board(sign_in(app, "reader"))["counts"]["green"] == 1
    with clock.standing_at(datetime(2026, 8, 7, 4, tzinfo=UTC)):
        assert board(sign_in(app, "reader"))["counts"] == {"red": 0, "yellow": 0, "grey": 4, "green": 0}


def test_thresholds_are_a_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEBMAP_LIGHTS", "5, 15, 2, 40")
    assert thresholds().yellow_over == 5
    assert thresholds().stale_days == 40
    for wrong in ("30,10,3,35", "1,2,3", "a,b,c,d", "10,30,0,35"):
        monkeypatch.setenv("WEBMAP_LIGHTS", wrong)
        with pytest.raises(WrongSetting, match="应为四个用逗号分隔的数"):
            thresholds()


def test_every_kind_with_progress_has_lights() -> None:
    for kind in KINDS.values():
        if "progress_pct" in kind.by_key and kind.key not in ("village", "tour_route"):
            assert "light" in kind.derived_tiled, kind.key


def test_a_unit_reports_its_projects_in_one_act(app: Flask, reporter: Caller) -> None:
    page = reporter.get("/report").text
    assert "示例项目甲" in page
    assert "名称而已" not in page
    found = project(reporter, "示例项目甲")
    done = sends(reporter, found, progress_pct="60", status="主体完工", stage="building")
    assert "已填报 1 个项目" in done.text
    now = project(reporter, "示例项目甲")["properties"]
    assert (now["progress_pct"], now["reported_on"], now["status"]) == (60, "2026-07-02", "主体完工")
    history = json.loads(reporter.get(f"/api/features/{found['id']}/history").body)
    assert "填报进度" in json.dumps(history, ensure_ascii=False)
    assert board(reporter)["counts"]["red"] == 0


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"progress_pct": "120"}, "100"),
        ({"progress_pct": "约一半"}, "形象进度"),
        ({"progress_pct": ""}, "没有填写形象进度"),
        ({"progress_pct": "5"}, "由 15% 降为 5%"),
        ({"progress_pct": "20", "actual_end": "2025-12-31"}, "早于实际开工"),
        ({"progress_pct": "20", "actual_end": "2026-12-31"}, "是将来的日期"),
        ({"progress_pct": "100", "stage": "completed"}, "现场照片"),
    ],
    ids=["over", "words", "empty", "backwards", "ends first", "future", "no photo"],
)
def test_what_cannot_be_reported_is_told_beside_its_row_and_stays_typed(
    reporter: Caller, said: dict[str, str], words: str
) -> None:
    found = project(reporter, "示例项目甲")
    refused = sends(reporter, found, **said)
    assert refused.status == 422
    assert words in refused.text
    assert f'value="{said["progress_pct"]}"' in refused.text
    assert project(reporter, "示例项目甲")["properties"]["progress_pct"] == 15


def test_a_completion_with_a_recent_photo_is_taken(app: Flask, reporter: Caller) -> None:
    found = project(reporter, "示例项目甲")
    with app.extensions["database"].writing() as session:
        feature = query.feature_of(session, SYSTEM_VIEWER, found["id"])
        photo = NewAttachment(
            uid=new_uid(), name="竣工.jpg", media_type="image/jpeg", bytes=1, sha256="0" * 64
        )
        attach(session, SYSTEM_VIEWER, feature, [photo])
        session.commit()
    found = json.loads(reporter.get(f"/api/features/{found['id']}").body)
    done = sends(reporter, found, progress_pct="100", stage="completed", actual_end="2026-07-01")
    assert "已填报 1 个项目" in done.text
    # What is completed is no longer supervised.
    assert "示例项目甲" not in {each["name"] for each in board(reporter)["projects"]}


def test_a_report_from_a_stale_page_is_refused(reporter: Caller) -> None:
    found = project(reporter, "示例项目甲")
    sends(reporter, found, progress_pct="20")
    again = sends(reporter, found, progress_pct="30")
    assert again.status == 412
    assert project(reporter, "示例项目甲")["properties"]["progress_pct"] == 20


def test_nobody_reports_for_another_unit(app: Flask, reporter: Caller) -> None:
    found = project(reporter, "示例项目甲")
    other = sign_in(app, "reporter", "文化和旅游局")
    assert "没有由您单位负责的督查项目" in other.get("/report").text
    assert sends(other, found, progress_pct="99").status == 403


def test_the_board_its_report_and_its_ledger_say_the_same(reporter: Caller) -> None:
    page = reporter.get("/board?by=responsible_unit").text
    for words in ("示例项目甲", "滞后 35 个百分点", "催报", "按填报日的计划进度比较", "示例"):
        assert words in page
    word = Document(io.BytesIO(reporter.get("/board.docx").body))
    text = "\n".join(each.text for each in word.paragraphs)
    assert "重点项目督查专报" in text
    assert "红灯 1 个" in text
    assert any("示例项目甲（示例）" in cell.text for cell in word.tables[0].column_cells(0))
    book = load_workbook(io.BytesIO(reporter.get("/board.xlsx").body))
    first = [cell.value for cell in book.worksheets[0][4]]
    assert (first[0], first[4], first[6]) == ("红", 15, 35)


@pytest.mark.parametrize("query_", ["?by=height", "?light=blue"])
def test_another_word_is_refused_with_those_that_exist(reporter: Caller, query_: str) -> None:
    refused = reporter.get(f"/api/board{query_}")
    assert refused.status == 400
    assert "应为以下之一" in refused.text
