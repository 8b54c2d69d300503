"""The ledger of a case is written step by step, tells what is due, and comes back by undo. Days by hand, order 53."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from flask import Flask
from openpyxl import load_workbook

from layers import clock
from layers.errors import InvalidValue
from layers.kinds import kind_of
from layers.kinds.case_steps import CaseSteps, entries_of
from layers.rights import SYSTEM_VIEWER
from layers.rules.idle_case import Due, Entry, Step, due_of
from layers.store import Database, query
from tests.people import Caller, sign_in
from tests.running import Answer
from tests.small_county import IDLE_UID, small_county
from tests.stored import parcel, store

NOW = datetime(2026, 6, 2, 4, tzinfo=UTC)
LEDGER = CaseSteps(key="case_steps", title="处置台账")
PATH = f"/cases/{IDLE_UID}"


@pytest.fixture
def app(home: Path) -> Iterator[Flask]:
    with clock.standing_at(NOW):
        app = small_county(home)
        yield app
        app.extensions["database"].dispose()


@pytest.fixture
def editor(app: Flask) -> Caller:
    return sign_in(app, "editor")


def feature(caller: Caller) -> dict[str, object]:
    told: dict[str, object] = caller.get(f"/api/features/{IDLE_UID}").json()
    return told


def send(caller: Caller, **said: str) -> Answer:
    version = str(feature(caller)["edit"]["version"])  # type: ignore[index]
    return caller.post(PATH, data={"version": version, **said})


def test_a_step_is_written_as_one_act_and_the_progress_follows(editor: Caller) -> None:
    assert send(editor, step="found", day="2026-04-01").status == 303
    assert (
        send(editor, step="notice", day="2026年4月20日", number="沂自然资调〔2026〕1号", note="送达").status
        == 303
    )

    told = feature(editor)
    case = told["card"]["case"]  # type: ignore[index]
    assert [(each["title"], each["day"], each["number"]) for each in case["steps"]] == [
        ("发现", "2026-04-01", ""),
        ("调查通知书", "2026-04-20", "沂自然资调〔2026〕1号"),
    ]
    # 20 April + 30 days = 20 May; 2 June is 13 days past it.
    assert case["next"] == {"title": "权利人答复", "day": "2026-05-20", "overdue": 13}
    assert told["properties"]["case_step"] == "notice"  # type: ignore[index]
    history = editor.get(f"/api/features/{IDLE_UID}/history").text
    assert "处置台账：2026-04-20 调查通知书 沂自然资调〔2026〕1号（送达）" in history
    page = editor.get(PATH).text
    assert "超期 13 天" in page


def test_a_step_that_is_struck_out_takes_the_progress_back(editor: Caller) -> None:
    send(editor, step="found", day="2026-04-01")
    send(editor, step="notice", day="2026-04-20")

    assert send(editor, strike="1").status == 303
    assert feature(editor)["properties"]["case_step"] == "found"  # type: ignore[index]
    assert send(editor, strike="0").status == 303
    assert "case_step" not in feature(editor)["properties"]  # type: ignore[operator]
    assert send(editor, strike="0").status == 422


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ({"step": "found", "day": ""}, "“日期”必须填写"),
        ({"step": "found", "day": "2026-06-03"}, "“日期”是将来的 2026-06-03"),
        ({"step": "found", "day": "六月"}, "“日期”应为日期（如 2024-06-30），但收到“六月”"),
        ({"step": "", "day": "2026-06-01"}, "“步骤”必须选择"),
        ({"step": "开庭", "day": "2026-06-01"}, "“步骤”应为以下之一"),
        ({"step": "found", "day": "2026-06-01", "note": "长" * 201}, "“备注”最多 200 个字"),
        (
            {"step": "found", "day": "2026-06-01", "attachment": "01934c00-0000-7000-8000-0000000000aa"},
            "所选附件不属于这个地块",
        ),
        ({"step": "found", "day": "2026-06-01", "version": "0"}, "刚刚被他人修改"),
    ],
)
def test_what_cannot_be_recorded_is_said_and_stays_in_the_form(
    editor: Caller, said: dict[str, str], words: str
) -> None:
    refused = send(editor, number="沂1号", **said)

    assert refused.status in (412, 422)
    assert words in refused.text
    assert 'value="沂1号"' in refused.text
    assert feature(editor)["card"]["case"]["steps"] == []  # type: ignore[index]


def test_days_that_run_backwards_are_told_and_kept(editor: Caller) -> None:
    send(editor, step="notice", day="2026-04-01")
    send(editor, step="found", day="2026-05-01")

    (sentence,) = feature(editor)["card"]["case"]["trouble"]  # type: ignore[index]
    assert sentence == "“调查通知书”的日期（2026-04-01）早于“发现”（2026-05-01），请核对。"


def test_what_is_no_idle_parcel_has_no_ledger(app: Flask, editor: Caller) -> None:
    store(app.extensions["database"], [parcel("甲片区")], "renewal_zone")
    with app.extensions["database"].reading() as session:
        layer = query.layer_named(session, SYSTEM_VIEWER, "renewal_zone")
        uid = query.find_features(session, SYSTEM_VIEWER, layer)[-1].uid
    assert editor.get(f"/cases/{uid}").status == 400
    assert editor.get(f"/api/features/{uid}").json()["card"]["case"] is None


def test_the_ledger_lists_the_longest_overdue_first_and_narrows(app: Flask, editor: Caller) -> None:
    store(
        app.extensions["database"],
        [
            parcel("甲", 118.41, case_steps=["发现｜2026-01-10"]),  # notice due 9 February: 113 days
            parcel("乙", 118.43, case_steps=["发现｜2026-05-20"]),  # due 19 June
            parcel("丙", 118.45, case_steps=["发现｜2026-01-10", "办结｜2026-03-01｜沂2号"]),
            parcel("丁", 118.47, case_step="determined"),
        ],
    )

    def names(query: str = "") -> list[tuple[object, object]]:
        book = load_workbook(io.BytesIO(editor.get(f"/cases.xlsx{query}").body))
        return [(row[0].value, row[11].value) for row in book.worksheets[0].iter_rows(min_row=4)]

    assert names() == [("甲", 113), ("乙", 0), ("丁", 0), ("丙", 0)]
    assert names("?overdue=1") == [("甲", 113)]
    assert names("?step=closed") == [("丙", 0)]
    assert names("?town=%E6%97%A0") == []
    assert editor.get("/cases?step=x").status == 400
    page = editor.get("/cases").text
    assert "共 4 宗立案，1 宗步骤超期" in page
    rows = json.loads(editor.get("/api/today").body)["rows"]
    assert ("处置步骤超期", 1, "/cases?overdue=1") in [(r["title"], r["count"], r["url"]) for r in rows]


def test_the_progress_is_that_of_the_ledger_however_it_comes_in(database: Database) -> None:
    store(database, [parcel("甲", case_steps=["发现｜2026-01-10", "认定书｜2026-03-01"], case_step="found")])

    with database.reading() as session:
        layer = query.layer_named(session, SYSTEM_VIEWER, "idle_parcel")
        where = query.read_filter(session, SYSTEM_VIEWER, layer, "case_step.any.determined")
        (found,) = query.find_features(session, SYSTEM_VIEWER, layer, where=where)
    assert found.properties["case_step"] == "determined"


@pytest.mark.parametrize(
    ("raw", "stored"),
    [
        ("认定书", ["认定书"]),
        ("found|2026/1/5", ["发现｜2026-01-05"]),
        (
            "决定书｜2026年5月1日｜沂5号｜甲、乙到场、调查通知书｜2026-02-01",
            ["调查通知书｜2026-02-01", "决定书｜2026-05-01｜沂5号｜甲、乙到场"],
        ),
        (["答复｜2026-03-01", "", "发现"], ["发现", "权利人答复｜2026-03-01"]),
        ("", None),
    ],
)
def test_a_ledger_is_read_as_people_write_it(raw: object, stored: list[str] | None) -> None:
    assert LEDGER.read(raw) == stored
    if stored:
        assert LEDGER.read("、".join(stored)) == stored, "as files bring it back"


@pytest.mark.parametrize(
    "raw", ["开庭｜2026-01-01", "发现｜一月", "发现｜2026-01-01｜1｜2｜x", "发现｜｜｜｜｜多"]
)
def test_a_ledger_that_cannot_be_read_is_refused_in_words(raw: str) -> None:
    with pytest.raises(InvalidValue, match="收到"):
        LEDGER.read(raw)


def test_a_ledger_is_told_in_one_line_and_hidden_from_the_public() -> None:
    assert LEDGER.show(["发现｜2026-01-05", "认定书｜2026-03-01｜沂3号｜已送达"]) == (
        "2026-01-05 发现；2026-03-01 认定书 沂3号（已送达）"
    )
    assert kind_of("idle_parcel").by_key["case_steps"].visibility == "internal"


@pytest.mark.parametrize(
    ("entries", "due"),
    [
        ([], None),
        ([Entry(Step.FOUND)], Due(Step.NOTICE, None)),
        ([Entry(Step.FOUND, date(2026, 1, 10)), Entry(Step.NOTICE)], Due(Step.ANSWER, None)),
        # Served twice: the last day counts. 10 March + 30 days = 9 April.
        (
            [Entry(Step.NOTICE, date(2026, 2, 1)), Entry(Step.NOTICE, date(2026, 3, 10))],
            Due(Step.ANSWER, date(2026, 4, 9)),
        ),
        ([Entry(Step.CLOSED)], None),
    ],
)
def test_no_deadline_runs_from_a_step_without_its_day(entries: list[Entry], due: Due | None) -> None:
    assert due_of(entries) == due


def test_lines_that_no_step_begins_are_left_out() -> None:
    assert entries_of(["开庭｜2026-01-01", "发现"]) == [Entry(Step.FOUND)]
    assert entries_of("发现") == []
