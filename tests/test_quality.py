"""数据质检 of a layer: checked for one viewer, kept, read by those who see the same, marked when the layer changed."""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import shapely
from click.testing import CliRunner
from flask import Flask

from layers.checking import check_layer
from layers.checks import Limits
from layers.errors import InvalidValue, UnknownThing
from layers.rights import INTERNAL_VIEWER, PUBLIC_VIEWER, SYSTEM_VIEWER, Viewer
from layers.store import Database, edit, quality, query
from layers.store.edit import NewFeature
from layers.store.quality import Report, ToldTrouble
from tests.county import add_county
from tests.people import Caller, add_account, sign_in
from tests.small_county import small_county
from tests.test_checks import box, polygon
from webmap.cli_quality import command
from webmap.quality_work import KIND, check

LIMITS = Limits()
SPIKED = polygon((200, 0), (300, 0), (300, 50), (400, 50.25), (300, 50.5), (300, 100), (200, 100))


def rows() -> list[NewFeature]:
    told: dict[str, Any] = {"status": "idle", "tax_per_mu": 2}
    return [
        NewFeature(box(0, 0, 100, 100), {**told, "name": "甲", "code": "A-1"}),
        NewFeature(box(90, 0, 100, 100), {**told, "name": "=乙", "code": "A-2"}, visibility="sensitive"),
        NewFeature(SPIKED, {**told, "name": "丙", "code": "A-1"}),
        NewFeature(
            shapely.box(118.6, 35.5, 118.601, 35.501), {"status": "idle", "name": "大庄的", "code": "A-9"}
        ),
    ]


@pytest.fixture
def county(database: Database) -> Database:
    add_county(database)
    with database.writing() as session:
        layer = query.layer_named(session, SYSTEM_VIEWER, "idle_parcel")
        with edit.one_act(session, "import", "测试") as act:
            edit.add_features(session, act, layer, rows())
        session.commit()
    return database


def checked(
    database: Database, viewer: Viewer = SYSTEM_VIEWER, **options: Any
) -> tuple[Report, list[ToldTrouble]]:
    uid = check_layer(database, viewer, "idle_parcel", LIMITS, **options)
    with database.reading() as session:
        found = quality.report_of(session, viewer, uid)
        return found, quality.troubles_of(session, viewer, found)


def said(troubles: list[ToldTrouble]) -> list[tuple[str, str, str | None]]:
    return [(each.check, each.name, each.other_name) for each in troubles]


def test_a_layer_is_checked_and_the_report_kept_with_who_and_what(county: Database) -> None:
    found, troubles = checked(county, replace(SYSTEM_VIEWER, name="李规划"))
    assert said(troubles) == [("overlap", "=乙", "甲"), ("same_code", "丙", "甲"), ("spike", "丙", None)]
    assert found.told["counts"] == {"spike": 1, "overlap": 1, "same_code": 1}
    assert (found.who, found.told["features"], found.outdated) == ("李规划", 4, False)
    assert troubles[2].lon == pytest.approx(SPIKED.bounds[2])
    with county.reading() as session:
        assert quality.count_troubles(session, SYSTEM_VIEWER, found, "spike") == 1
        assert [each.uid for each in quality.reports(session, SYSTEM_VIEWER, layer="idle_parcel")] == [
            found.uid
        ]


def test_a_viewer_s_report_knows_only_what_he_sees_and_others_do_not_read_it(county: Database) -> None:
    found, troubles = checked(county, INTERNAL_VIEWER)
    assert found.told["features"] == 3
    assert [each.check for each in troubles] == ["same_code", "spike"]
    with county.reading() as session:
        assert quality.reports(session, SYSTEM_VIEWER) == []
        for other in (SYSTEM_VIEWER, PUBLIC_VIEWER):
            with pytest.raises(UnknownThing):
                quality.report_of(session, other, found.uid)


def test_what_a_reader_sees_no_longer_drops_out_and_the_report_is_outdated(county: Database) -> None:
    found, _ = checked(county)
    with county.writing() as session:
        with edit.one_act(session, "delete", "测试") as act:
            first = quality.troubles_of(session, SYSTEM_VIEWER, found)[1]
            edit.remove_feature(session, act, first.uid, version=1)
        session.commit()
    with county.reading() as session:
        now = quality.report_of(session, SYSTEM_VIEWER, found.uid)
        assert now.outdated
        assert [each.name for each in quality.troubles_of(session, SYSTEM_VIEWER, now)] == ["=乙"]


def test_one_town_or_one_act_is_checked_against_all(county: Database) -> None:
    found, troubles = checked(county, town="大庄镇")
    assert (found.told["features"], said(troubles)) == (1, [])
    assert found.asked == {"town": "大庄镇"}
    with county.writing() as session:
        layer = query.layer_named(session, SYSTEM_VIEWER, "idle_parcel")
        with edit.one_act(session, "import", "测试") as act:
            later = NewFeature(box(0, 95, 85, 100), {"name": "丁", "status": "idle"})
            edit.add_features(session, act, layer, [later])
            number = act.id
        session.commit()
    found, troubles = checked(county, act=number)
    assert (found.told["features"], said(troubles)) == (1, [("overlap", "丁", "甲")])
    with pytest.raises(InvalidValue, match="没有乡镇街道"):
        checked(county, town="没有的镇")


def test_only_the_newest_reports_are_kept(county: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(quality, "MOST_KEPT", 2)
    uids = [checked(county)[0].uid for _ in range(3)]
    with county.reading() as session:
        assert [each.uid for each in quality.reports(session, SYSTEM_VIEWER)] == uids[:0:-1]


def test_a_layer_without_features_has_no_trouble(database: Database) -> None:
    add_county(database)
    found, troubles = checked(database)
    assert (found.told["features"], troubles) == (0, [])


# --- on the screen and the command line ------------------------------------------------------------------


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    home = tmp_path / "home"
    monkeypatch.setenv("WEBMAP_HOME", str(home))
    app = small_county(home, writes_per_minute=0)
    add_account(app, "administrator")
    yield app
    app.extensions["database"].dispose()


def run_jobs(app: Flask) -> None:
    """What the process beside the server does with what waits."""
    from layers.jobs import run
    from layers.store import jobs

    database = app.extensions["database"]
    with database.writing() as session:
        job = jobs.claim(session)
        session.commit()
    assert job is not None
    assert job.kind == KIND
    assert check.__name__ == "check"
    run(database.url.render_as_string(hide_password=False), job, "webmap.quality_work:check")


def started(app: Flask, caller: Caller) -> str:
    answer = caller.post("/quality", data={"layer": "idle_parcel", "town": ""})
    assert answer.status == 303, answer.text
    page = answer.headers["location"]
    assert caller.post("/quality", data={"layer": "idle_parcel"}).headers["location"] == page, (
        "asked for twice"
    )
    run_jobs(app)
    return caller.get(page).headers["location"]


def test_a_check_is_asked_for_waited_for_and_read(app: Flask) -> None:
    caller = sign_in(app, "editor")
    assert "开始检查" in caller.get("/quality").text
    address = started(app, caller)
    page = caller.get(address).text
    assert "必填项为空" in page or "登记面积与图形面积不符" in page
    assert "mark=118.4" in page
    assert "需重新检查" not in page
    told = caller.get("/api/layers/idle_parcel/quality").json()["report"]
    assert address.endswith(told["uid"])
    assert sum(told["counts"].values()) == len(told["findings"])
    book = openpyxl.load_workbook(io.BytesIO(caller.get(f"{address}/report.xlsx").body))
    lines = [row for row in book["问题清单"].iter_rows(values_only=True) if isinstance(row[0], int)]
    assert len(lines) == len(told["findings"])
    assert not [cell for sheet in book for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    assert address in caller.get("/quality").text


def test_others_neither_read_nor_cancel_it(app: Flask) -> None:
    caller = sign_in(app, "editor")
    address = started(app, caller)
    stranger = sign_in(app, "editor", "文化和旅游局")
    assert stranger.get(address).status == 404
    assert stranger.get(f"{address}/report.xlsx").status == 404
    number = caller.post("/api/layers/idle_parcel/quality").json()["job"]
    assert stranger.get(f"/quality/jobs/{number}").status == 404
    assert stranger.post(f"/quality/jobs/{number}/cancel", data={}).status == 404
    assert caller.post(f"/quality/jobs/{number}/cancel", data={}).status == 303
    assert "已取消" in caller.get(f"/quality/jobs/{number}").text


def test_an_unknown_layer_or_town_is_a_sentence(app: Flask) -> None:
    caller = sign_in(app, "editor")
    assert caller.post("/quality", data={"layer": "none"}).status == 404
    answer = caller.post("/api/layers/idle_parcel/quality?town=%E6%B2%A1%E6%9C%89")
    assert answer.status == 404
    assert "没有乡镇街道“没有”" in answer.json()["error"]


def test_the_command_lists_and_writes_a_table(app: Flask, tmp_path: Path) -> None:
    target = tmp_path / "质检.xlsx"
    done = CliRunner().invoke(command, ["idle_parcel", "--to", str(target)])
    assert done.exit_code == 0, done.output
    assert "图层    闲置低效用地，整个图层，3 个图形" in done.output
    assert openpyxl.load_workbook(target)["汇总"]["A1"].value == "检查项"
    wrong = CliRunner().invoke(command, ["idle_parcel", "--to", str(tmp_path / "x.csv")])
    assert wrong.exit_code == 2
