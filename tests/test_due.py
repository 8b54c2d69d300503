"""What is urgent today, and who is reminded of what? Counted by hand from dates in the parcels."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import unquote

import pytest
import shapely
from docx import Document
from flask import Flask
from openpyxl import load_workbook

from layers import clock
from layers.rights import SYSTEM_VIEWER
from layers.store import edit, query
from tests.people import Caller, sign_in, visitor
from tests.small_county import IDLE_UID, small_county
from tests.stored import parcel

# The idle parcel is to be begun by 2024-06-30: its first year ends on 2025-06-30, the second on 2026-06-30.
PARCELS = {
    "六月": {"contract_start": "2025-06-05"},
    "八月": {"contract_start": "2025-08-20"},
    "明年": {"contract_start": "2026-05-01"},
    "已过": {"contract_start": "2020-06-05"},
    "低效": {"status": "low_use", "contract_start": "2025-06-05"},
}


@pytest.fixture
def app(home: Path) -> Iterator[Flask]:
    with clock.standing_at(datetime(2026, 6, 2, 4, tzinfo=UTC)):
        app = small_county(home)
        with app.extensions["database"].writing() as session:
            layer = query.layer_named(session, SYSTEM_VIEWER, "idle_parcel")
            rows = [
                parcel(name, 118.41 + at / 100, 35.52, **told)
                for at, (name, told) in enumerate(PARCELS.items())
            ]
            with edit.one_act(session, "新建", "李工") as act:
                edit.add_features(session, act, layer, rows)
            session.commit()
        yield app
        app.extensions["database"].dispose()


@pytest.fixture
def editor(app: Flask) -> Caller:
    return sign_in(app, "editor")


def urgent_counts(caller: Caller) -> list[int]:
    return [row["count"] for row in json.loads(caller.get("/api/today").body)["rows"]]


def listed(caller: Caller, period: str) -> list[tuple[str, str]]:
    book = load_workbook(io.BytesIO(caller.get(f"/due.xlsx?period={period}").body))
    return [(str(row[0].value), str(row[9].value)) for row in book.worksheets[0].iter_rows(min_row=4)]


def test_the_list_holds_what_comes_due_in_the_period_the_earliest_first(editor: Caller) -> None:
    june = [("六月", "2026-06-05"), ("示例地块 界湖-017（示例）", "2026-06-30")]
    assert listed(editor, "month") == june
    assert listed(editor, "quarter") == [*june, ("八月", "2026-08-20")]
    page = editor.get("/due?period=quarter").text
    assert "八月" in page
    assert "明年" not in page


def test_the_start_page_is_told_what_is_urgent(editor: Caller) -> None:
    rows = json.loads(editor.get("/api/today").body)["rows"]
    assert [(row["title"], row["count"], row["url"]) for row in rows] == [
        ("本月满一年、满两年", 2, "/due?period=month")
    ]


def test_the_start_page_knows_a_new_parcel_at_once(app: Flask, editor: Caller) -> None:
    assert urgent_counts(editor) == [2]
    with app.extensions["database"].writing() as session:
        layer = query.layer_named(session, SYSTEM_VIEWER, "idle_parcel")
        with edit.one_act(session, "新建", "李工") as act:
            edit.add_features(session, act, layer, [parcel("新", 118.48, 35.52, contract_start="2025-06-08")])
        session.commit()
    assert urgent_counts(editor) == [3]


def test_a_change_of_date_changes_the_list(app: Flask) -> None:
    with clock.standing_at(datetime(2026, 7, 1, 4, tzinfo=UTC)):
        rows = json.loads(sign_in(app, "reader").get("/api/today").body)["rows"]
        assert rows == []


def test_a_reminder_says_what_is_on_record_and_determines_nothing(editor: Caller) -> None:
    answer = editor.get(f"/due/{IDLE_UID}.docx")
    text = "\n".join(each.text for each in Document(io.BytesIO(answer.body)).paragraphs)
    for words in (
        "示例实业有限公司：",
        "SL-2022-017",
        "2026年6月30日",
        "不作为认定闲置土地的依据",
        "示例数据",
    ):
        assert words in text
    assert "电子监管号：________" in text


def test_what_has_no_next_day_gets_no_reminder(app: Flask, editor: Caller) -> None:
    with app.extensions["database"].reading() as session:
        layer = query.layer_named(session, SYSTEM_VIEWER, "idle_parcel")
        over = next(
            each for each in query.find_features(session, SYSTEM_VIEWER, layer) if each.name == "已过"
        )
    refused = editor.get(f"/due/{over.uid}.docx")
    assert refused.status == 400
    assert "没有下一法定节点" in refused.text
    assert editor.get("/due?period=year").status == 400


@pytest.mark.usefixtures("editor")
def test_a_visitor_is_told_nothing(app: Flask) -> None:
    assert visitor(app).get("/api/today").status == 401


def test_reviews_of_scenic_areas_are_urgent_and_lead_to_the_map(app: Flask) -> None:
    with app.extensions["database"].writing() as session:
        layer = query.layer_named(session, SYSTEM_VIEWER, "scenic_site")
        dues = {"已过": "2026-05-01", "近期": "2026-08-31", "明年": "2027-06-01"}
        rows = [
            edit.NewFeature(
                shapely.Point(118.45, 35.5), {"name": name, "site_type": "spring", "grade_due": day}
            )
            for name, day in dues.items()
        ]
        with edit.one_act(session, "新建", "李工") as act:
            edit.add_features(session, act, layer, rows)
        session.commit()
    told = json.loads(sign_in(app, "reader").get("/api/today").body)["rows"]
    row = next(each for each in told if each["key"] == "review")
    assert (row["title"], row["count"]) == ("景区等级复核到期", 2)
    assert unquote(row["url"]) == "/?f=scenic_site:grade_due.before.2026-09-01"


def test_what_waits_for_a_reviewer_is_urgent_for_that_reviewer_only(app: Flask) -> None:
    with app.extensions["database"].writing() as session:
        layer = query.layer_named(session, SYSTEM_VIEWER, "idle_parcel")
        mark = edit.NewFeature(shapely.box(118.45, 35.5, 118.451, 35.501), {"name": "待审"}, review="pending")
        with edit.one_act(session, "新建", "村里") as act:
            edit.add_features(session, act, layer, [mark])
        session.commit()
    told = {
        role: [
            (row["title"], row["count"], row["url"])
            for row in json.loads(sign_in(app, role).get("/api/today").body)["rows"]
            if row["key"] == "waiting"
        ]
        for role in ("reviewer", "editor")
    }
    assert told == {"reviewer": [("等您审核、复核", 1, "/#review")], "editor": []}
