"""What leaves the house from the screen: at once or as a job, for who asked and nobody else, and for a limited time."""

from __future__ import annotations

import json
import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import shapely
from flask import Flask

from layers.jobs import Foreman
from layers.rights import SYSTEM_VIEWER
from layers.store import Database, audit, edit, query
from layers.store.edit import NewFeature
from tests.people import Caller, add_account, sign_in, sign_in_as
from tests.running import Answer
from tests.small_county import IDLE_UID, small_county
from webmap.views import exports
from webmap.work import KINDS

LONG_S = 90.0


@pytest.fixture
def app(home: Path) -> Iterator[Flask]:
    app = small_county(home, writes_per_minute=0)
    yield app
    app.extensions["database"].dispose()


@pytest.fixture
def editor(app: Flask) -> Caller:
    return sign_in(app, "editor")


def asked(caller: Caller, **body: Any) -> Answer:
    return caller.post("/api/exports", json={"layers": ["idle_parcel"], "form": "geojson", **body})


def names(answer: Answer) -> list[str]:
    return [each["properties"]["地块名称"] for each in json.loads(answer.body)["features"]]


def database(app: Flask) -> Database:
    found: Database = app.extensions["database"]
    return found


@contextmanager
def foreman(app: Flask) -> Iterator[None]:
    stop, url = threading.Event(), database(app).url.render_as_string(hide_password=False)
    thread = threading.Thread(target=Foreman(url, KINDS, 1).work, args=(stop,))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def wait_for(caller: Caller, number: int, right: Callable[[Any], bool]) -> Any:
    end = time.monotonic() + LONG_S
    while time.monotonic() < end:
        told = caller.get(f"/api/exports/{number}").json()
        if right(told):
            return told
        time.sleep(0.1)
    raise AssertionError(told)


def test_a_small_layer_is_there_at_once(app: Flask, editor: Caller) -> None:
    answer = asked(editor)
    told = answer.json()
    assert (answer.status, told["rows"], told["sample"]) == (201, 3, True)
    assert told["name"].startswith("闲置低效用地_示例数据_")
    file = editor.get(told["url"])
    assert file.headers["content-disposition"].startswith("attachment; filename")
    assert file.headers["cache-control"] == "no-store"
    assert len(names(file)) == 3
    with database(app).reading() as session:
        (line,) = audit.entries(session, SYSTEM_VIEWER, audit.Wanted(what="export"), limit=5)
    assert (line.who, line.subject) == (editor.person.name, "闲置低效用地 geojson 3 条")


def test_chosen_rows_and_what_is_in_view(editor: Caller) -> None:
    chosen = editor.get(asked(editor, uids=[IDLE_UID]).json()["url"])
    assert names(chosen) == ["示例地块 界湖-017"]
    seen = editor.get(asked(editor, bbox=[118.4695, 35.5595, 118.473, 35.563]).json()["url"])
    assert names(seen) == ["示例地块 界湖-018"]
    passing = editor.get(asked(editor, filter="holder.has.示例实业").json()["url"])
    assert names(passing) == ["示例地块 界湖-017"]


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"form": "dwg"}, "导出格式收到“dwg”"),
        ({"layers": []}, "没有收到要导出的图层"),
        ({"layers": "idle_parcel"}, "“layers”应为文字的列表"),
        ({"uids": [1]}, "“uids”应为文字的列表"),
        ({"bbox": [1, 2, 3]}, "“bbox”应为"),
        ({"bbox": [119, 36, 118, 35]}, "西不大于东"),
        ({"filter": "nothing.over.3"}, "nothing"),
        ({"zone": 20}, "带号收到“20”"),
        ({"zone": "39"}, "带号收到“39”"),
        ({"form": "txt", "profile": "x"}, "没有名为“x”的界址点格式"),
        ({"form": "shp", "encoding": "big5"}, "编码收到“big5”"),
        ({"public": True, "review_number": "1"}, "审图号收到“1”"),
        ({"public": True, "final": True}, "定稿需要审图号"),
        ({"form": "txt", "public": True}, "不能作公开版"),
        ({"form": "kml", "zone": 39}, "KML 只用经纬度"),
    ],
)
def test_an_odd_order_is_a_sentence_and_leaves_nothing(
    editor: Caller, home: Path, body: dict[str, Any], words: str
) -> None:
    answer = asked(editor, **body)
    assert answer.status == 422
    assert words in answer.json()["error"]
    assert not list((home / "exports").glob("*"))


def test_an_internal_field_is_not_in_a_public_edition(app: Flask, editor: Caller) -> None:
    layer = {"layers": ["scenic_site"], "form": "geojson"}
    refused = editor.post("/api/exports", json=layer)
    assert refused.status == 403
    own = sign_in(app, "editor", "文化和旅游局")
    done = own.post("/api/exports", json={**layer, "public": True}).json()
    told = json.loads(own.get(done["url"]).body)
    assert "公开版，未定稿，审图号待填" in told["name"]
    assert [each["properties"]["名称"] for each in told["features"]] == ["竹泉村"]
    assert "公开版" in done["name"]
    hidden = asked(editor, public=True)
    assert (hidden.status, "没有图层" in hidden.json()["error"]) == (404, True)


def test_a_layer_in_two_zones_is_a_question(app: Flask, editor: Caller) -> None:
    with database(app).writing() as session:
        layer = query.layer_named(session, SYSTEM_VIEWER, "idle_parcel")
        with edit.one_act(session, "新建", "测试") as act:
            edit.add_features(
                session, act, layer, [NewFeature(shapely.box(118.6, 35.5, 118.601, 35.501), {"name": "东"})]
            )
        session.commit()
    answer = asked(editor, form="txt")
    assert answer.status == 200
    assert "跨带（第 39 带 3 个、第 40 带 1 个）" in answer.json()["error"]
    assert [each["value"] for each in answer.json()["choices"]] == [39, 40]
    assert asked(editor, form="txt", zone=39).json()["rows"] == 4
    assert editor.get("/api/exports").json()["zones"]["idle_parcel"] == [39, 40]


def test_plots_far_outside_their_zone_go_out_when_somebody_means_it(app: Flask, editor: Caller) -> None:
    with database(app).writing() as session:
        layer = query.layer_named(session, SYSTEM_VIEWER, "idle_parcel")
        with edit.one_act(session, "新建", "测试") as act:
            edit.add_features(
                session, act, layer, [NewFeature(shapely.box(116.5, 35.5, 116.501, 35.501), {"name": "远"})]
            )
        session.commit()
    answer = asked(editor, form="txt", zone=40)
    assert (answer.status, [each["value"] for each in answer.json()["choices"]]) == (200, [39, "far"])
    done = asked(editor, form="txt", zone=40, far=True)
    assert done.status == 201
    assert any("已按确认写出" in note for note in done.json()["notes"])


def test_a_file_is_only_for_the_one_who_asked_and_not_for_ever(
    app: Flask, editor: Caller, home: Path
) -> None:
    told = asked(editor).json()
    other = sign_in_as(app, add_account(app, "editor"))
    for path in (told["url"], f"/api/exports/{told['number']}"):
        assert other.get(path).status == 404
    assert other.post(f"/api/exports/{told['number']}/cancel", json={}).status == 404
    (folder,) = (home / "exports").iterdir()
    old = time.time() - 25 * 3600
    os.utime(folder, (old, old))
    again = asked(editor).json()
    assert not folder.exists()
    gone = editor.get(told["url"])
    assert (gone.status, "已到保留期限" in gone.text) == (404, True)
    assert editor.get(again["url"]).status == 200


def test_a_large_export_is_a_job_that_can_be_cancelled(
    app: Flask, editor: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "AT_ONCE", 2)
    waiting = asked(editor).json()
    assert waiting["state"] == "waiting"
    assert editor.post(f"/api/exports/{waiting['number']}/cancel", json={}).json()["state"] == "cancelled"
    first, second = asked(editor, form="gpkg"), asked(editor, form="txt", zone=45, far=True)
    assert first.status == 202
    with foreman(app):
        done = wait_for(editor, first.json()["number"], lambda told: told["ended"])
        failed = wait_for(editor, second.json()["number"], lambda told: told["ended"])
    assert (done["state"], done["rows"]) == ("done", 3)
    assert editor.get(done["url"]).body.startswith(b"SQLite format 3")
    assert failed["state"] == "failed"
    assert "重新读取时不一致" in failed["message"]


def test_a_job_asks_for_the_zone_too_and_has_the_rights_of_now(
    app: Flask, editor: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "AT_ONCE", 0)
    stranger = sign_in(app, "editor", "文化和旅游局")
    assert asked(stranger).status == 403
    told = asked(editor).json()
    with database(app).writing() as session:
        from layers.store.accounts import revise_account

        revise_account(
            session, editor.person.id, name="业务员", unit="文化和旅游局", role="editor", town=None
        )
        session.commit()
    with foreman(app):
        job_of = sign_in_as(app, editor.person)
        done = wait_for(job_of, told["number"], lambda told: told["ended"])
    assert done["state"] == "failed"
    assert "只能导出本单位的数据" in done["message"]
