"""Milestones of a project: read from text, kept as acts of its history, overdue on board, start page and report."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
import shapely
from docx import Document
from flask import Flask
from openpyxl import load_workbook

from layers import clock
from layers.errors import InvalidValue
from layers.kinds import kind_of
from layers.kinds.milestones import KEY, Milestones, milestones_of
from layers.rights import SYSTEM_VIEWER
from layers.rules.milestones import Milestone, coming, contradictions, late
from layers.store import edit, query
from layers.store.edit import NewFeature
from layers.store.engine import Database
from tests.people import UNIT, Caller, sign_in
from tests.running import Answer
from tests.small_county import small_county
from tests.stored import NOON as MARCH
from tests.stored import store

NOON = datetime(2026, 7, 2, 4, tzinfo=UTC)
TODAY = date(2026, 7, 2)
UID = "01934c00-0000-7000-8000-0000000000d1"
FIELD = Milestones(key=KEY, title="节点")
LINES = ["立项｜2026-01-10｜2026-01-30", "主体完工｜2026-06-30", "竣工验收｜2026-12-31"]
PATH = f"/projects/{UID}/milestones"


@pytest.fixture
def app(home: Path) -> Iterator[Flask]:
    with clock.standing_at(NOON):
        app = small_county(home)
        with app.extensions["database"].writing() as session:
            edit.add_layer(session, kind="industry_project", key="industry_project", visibility="internal")
            layer = query.layer_named(session, SYSTEM_VIEWER, "industry_project")
            layer.unit = UNIT
            said: dict[str, Any] = {
                "name": "示例项目",
                "responsible_unit": UNIT,
                KEY: LINES,
                "is_sample": True,
            }
            with edit.one_act(session, "新建", "李工") as act:
                edit.add_features(
                    session, act, layer, [NewFeature(shapely.Point(118.45, 35.5), said, uid=UID)]
                )
            session.commit()
        yield app
        app.extensions["database"].dispose()


@pytest.fixture
def editor(app: Flask) -> Caller:
    return sign_in(app, "editor")


def feature(caller: Caller) -> dict[str, Any]:
    told: dict[str, Any] = caller.get(f"/api/features/{UID}").json()
    return told


def send(caller: Caller, **said: str) -> Answer:
    return caller.post(PATH, data={"version": str(feature(caller)["edit"]["version"]), **said})


@pytest.mark.parametrize(
    ("raw", "lines"),
    [
        (
            "开工｜2026-03-01；立项|2026-01-01|2026年1月5日",
            ["立项｜2026-01-01｜2026-01-05", "开工｜2026-03-01"],
        ),
        ("立项、用地、开工", ["立项", "用地", "开工"]),
        ("立项｜2026-01-10｜2026-01-30、主体完工｜2026-06-30、竣工验收｜2026-12-31", LINES),
        (["竣工｜2026-12-31", "开工"], ["竣工｜2026-12-31", "开工"]),
        ("", None),
    ],
)
def test_milestones_are_read_from_what_people_type(raw: object, lines: list[str] | None) -> None:
    assert FIELD.read(raw) == lines
    if lines:
        assert FIELD.read(FIELD.read(lines)) == lines


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        ("开工｜三月", "“计划日期”应为"),
        ("｜2026-01-01", "“节点名称”必须填写"),
        ("甲｜2026-01-01｜2026-01-02｜丙", "一行一个"),
        ("开工；开工", "出现了两次"),
    ],
)
def test_what_is_no_milestone_is_refused(raw: str, words: str) -> None:
    with pytest.raises(InvalidValue, match=words):
        FIELD.read(raw if "｜" in raw else raw.replace("；", "｜；"))


def test_late_begins_the_day_after_and_ends_when_it_is_reached() -> None:
    plan = Milestone("开工", date(2026, 7, 1))
    assert (plan.is_late(TODAY), plan.late_days(TODAY)) == (True, 1)
    assert not plan.is_late(date(2026, 7, 1))
    done = Milestone("开工", date(2026, 7, 1), date(2026, 7, 11))
    assert (done.is_late(TODAY), done.late_days(TODAY)) == (False, 10)
    assert not Milestone("开工").is_late(TODAY)
    found = milestones_of(LINES)
    assert [each.name for each in late(found, TODAY)] == ["主体完工"]
    assert coming(found, TODAY) == Milestone("竣工验收", date(2026, 12, 31))
    assert contradictions([Milestone("甲", None, date(2026, 8, 1))], TODAY) == [
        "“甲”的实际日期 2026-08-01 在今天之后，请核对。"
    ]


def test_older_records_have_names_without_days() -> None:
    assert [each.name for each in milestones_of("立项、用地")] == ["立项", "用地"]
    assert kind_of("industry_project").derive({KEY: "立项、用地"}, TODAY).values["milestones_late"] == 0


def test_projects_are_filtered_by_what_is_late(database: Database) -> None:
    with clock.standing_at(MARCH):
        rows = [
            NewFeature(shapely.Point(118.45, 35.5), {"name": name, KEY: [line], "stage": stage})
            for name, line, stage in (
                ("晚", "开工｜2025-02-28", "preparing"),
                ("当日", "开工｜2025-03-01", "preparing"),
                ("已到", "开工｜2025-02-01｜2025-02-20", "building"),
                ("已竣工", "开工｜2025-02-01", "completed"),
            )
        ]
        store(database, rows, "industry_project")
        with database.reading() as session:
            layer = query.layer_named(session, SYSTEM_VIEWER, "industry_project")
            where = query.read_filter(session, SYSTEM_VIEWER, layer, "milestones_late.over.0")
            found = query.find_features(session, SYSTEM_VIEWER, layer, where=where)
            assert [each.name for each in found] == ["晚"]


def test_a_milestone_is_reached_changed_and_struck_out_as_acts(editor: Caller) -> None:
    assert send(editor, name="主体完工", planned="2026-06-30", actual="2026-07-01").status == 303
    assert send(editor, name="试运行", planned="2026年11月1日").status == 303
    assert send(editor, strike="立项").status == 303
    assert feature(editor)["properties"][KEY] == [
        "主体完工｜2026-06-30｜2026-07-01",
        "试运行｜2026-11-01",
        "竣工验收｜2026-12-31",
    ]
    acts = editor.get(f"/api/features/{UID}/history").json()
    told = json.dumps(acts, ensure_ascii=False)
    for reason in ("节点：主体完工 计划 2026-06-30 实际 2026-07-01", "节点：试运行", "删除节点：立项"):
        assert reason in told


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"name": "", "planned": "2026-06-30"}, "“节点名称”必须填写"),
        ({"name": "甲", "planned": "明年"}, "“计划日期”应为"),
        ({"name": "甲", "actual": "2026-07-03"}, "是将来的 2026-07-03"),
        ({"strike": "没有这个"}, "已经不在清单里"),
    ],
)
def test_what_cannot_be_written_is_told_and_stays_typed(
    editor: Caller, said: dict[str, str], words: str
) -> None:
    refused = send(editor, **said)
    assert refused.status == 422
    assert words in refused.text
    assert feature(editor)["properties"][KEY] == LINES


def test_a_stale_page_is_refused_and_a_stranger_may_not(app: Flask, editor: Caller) -> None:
    assert editor.post(PATH, data={"version": "0", "name": "甲"}).status == 412
    assert (
        sign_in(app, "editor", "文化和旅游局").post(PATH, data={"version": "1", "name": "甲"}).status == 403
    )


def test_a_unit_says_when_a_milestone_of_its_project_was_reached_and_changes_no_plan(app: Flask) -> None:
    reporter = sign_in(app, "reporter")
    assert "已完成" in reporter.get(PATH).text
    assert "登记或修改节点" not in reporter.get(PATH).text
    version = str(feature(sign_in(app, "editor"))["edit"]["version"])
    told = {"version": version, "name": "主体完工", "planned": "2026-06-30"}
    assert reporter.post(PATH, data=told).status == 422
    refused = reporter.post(PATH, data=told | {"planned": "2026-09-30", "actual": "2026-07-01"})
    assert (refused.status, "只登记已有节点的实际日期" in refused.text) == (403, True)
    assert reporter.post(PATH, data=told | {"name": "新节点", "actual": "2026-07-01"}).status == 403
    assert reporter.post(PATH, data={"version": version, "strike": "立项"}).status == 403
    elsewhere = sign_in(app, "reporter", "文化和旅游局")
    assert "已完成" not in elsewhere.get(PATH).text
    assert elsewhere.post(PATH, data=told | {"actual": "2026-07-01"}).status == 403
    assert feature(reporter)["properties"][KEY] == LINES
    assert reporter.post(PATH, data=told | {"actual": "2026-07-01"}).status == 303
    assert feature(reporter)["properties"][KEY][1] == "主体完工｜2026-06-30｜2026-07-01"
    assert reporter.post(PATH, data=told | {"actual": "2026-07-02"}).status == 412
    assert feature(reporter)["card"]["milestones"]["may_reach"]


def test_card_page_board_start_page_and_report_say_what_is_late(editor: Caller) -> None:
    card = feature(editor)["card"]["milestones"]
    assert [(each["name"], each["state"], each["late"]) for each in card["rows"]] == [
        ("立项", "done", 20),
        ("主体完工", "late", 2),
        ("竣工验收", "open", 0),
    ]
    assert card["may_write"]
    assert "超期 2 天" in editor.get(PATH).text
    assert "主体完工超期 2 天" in editor.get("/board?late=1").text
    told = editor.get("/api/board?late=1").json()["projects"]
    assert [(each["name"], each["late_milestones"]) for each in told] == [("示例项目", ["主体完工"])]
    row = next(each for each in editor.get("/api/today").json()["rows"] if each["key"] == "milestone")
    assert (row["title"], row["count"], row["url"]) == ("节点超期的项目", 1, "/board?late=1")
    word = Document(io.BytesIO(editor.get("/board.docx").body))
    assert "五、节点超期" in [each.text for each in word.paragraphs]
    assert any("主体完工（计划 2026-06-30）" in cell.text for table in word.tables for cell in table._cells)
    book = load_workbook(io.BytesIO(editor.get("/board.xlsx").body))
    assert book.worksheets[0].cell(4, 12).value == "主体完工（计划 2026-06-30）"
