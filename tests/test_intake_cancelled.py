"""An import is one act, of one file or of several: whoever cancels in the middle of it leaves nothing behind."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit
from uuid import uuid4

import pytest
from flask import Flask
from sqlalchemy import text

from layers.intake import Heard
from layers.jobs import Running
from layers.store import Database, jobs
from tests.files import gbk_shapefile_zip, parcels, with_value
from tests.next_job import next_done
from tests.people import Caller, sign_in
from tests.small_county import IDLE, fill
from webmap import create_app, intake_together, intake_work
from webmap.config import Config

TABLES = ("feature", "feature_version", "stand_in", "search", "act", "shape_repair")
"""What an import writes."""


@pytest.fixture
def app(home: Path, database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    monkeypatch.setenv("WEBMAP_HOME", str(home))
    fill(database)
    made = create_app(Config(home=home, database_url=database.url.render_as_string(hide_password=False)))
    yield made
    made.extensions["database"].dispose()


@pytest.fixture
def editor(app: Flask) -> Caller:
    return sign_in(app, "editor")


def stored(app: Flask) -> dict[str, int]:
    """How many rows each table holds, seen or hidden."""
    database: Database = app.extensions["database"]
    with database.reading() as session:
        return {name: session.scalar(text(f"SELECT count(*) FROM {name}")) or 0 for name in TABLES}  # noqa: S608


def sent(app: Flask, editor: Caller, folder: Path) -> tuple[str, list[str]]:
    """The address of two files that were looked at, and their numbers; one row of the second changes what is there."""
    group, uids = str(uuid4()), []
    for name, series in (("东区", "甲"), ("西区", "乙")):
        frame = parcels(3).assign(DKBH=[f"{series}-{row}" for row in range(3)])
        if name == "西区":
            frame = with_value(frame, "DKBH", 0, IDLE["code"])
        file = gbk_shapefile_zip(folder / f"{name}.zip", frame=frame)
        answer = editor.post(f"/intake?name={quote(file.name)}&group={group}", body=file.read_bytes())
        page = urlsplit(json.loads(answer.body)["url"]).path
        job = next_done(app)
        assert job.state == jobs.DONE, job.message
        uids.append(job.arguments["uid"])
    return page, uids


def parcels_seen(editor: Caller) -> int:
    layers = editor.get("/api/layers").json()["layers"]
    return int(next(each["count"] for each in layers if each["key"] == "idle_parcel"))


def test_two_files_are_one_act_and_cancelled_in_the_middle_they_are_none(
    app: Flask, editor: Caller, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page, uids = sent(app, editor, tmp_path)
    before, seen_before = stored(app), parcels_seen(editor)
    seen: list[tuple[int, int]] = []
    listens = intake_work.heard

    def cancelling(job: Running, count: int) -> Heard:
        heard = listens(job, count)

        def turn(done: int) -> None:
            # All of the first file is written, and part of the second or all of it.
            if done > 3 and not seen:
                seen.append((stored(app)["feature"], parcels_seen(editor)))
                assert editor.post(f"{page}/cancel", data={}).status == 303
            heard.turn(done)

        return heard._replace(turn=turn)

    monkeypatch.setattr(intake_together, "heard", cancelling)
    assert editor.post(page, data=_ticked(uids)).status == 303
    job = next_done(app)
    assert (job.state, job.message) == (jobs.CANCELLED, "已取消，未改动任何数据。")
    ((written, visible),) = seen
    assert written > before["feature"] + 3
    assert visible == seen_before
    assert (stored(app), parcels_seen(editor)) == (before, seen_before)
    told = editor.get(page)
    assert told.status == 200
    assert "已取消，未改动任何数据。" in told.text
    assert "全部重新核对" in told.text


def test_one_file_that_is_cancelled_in_the_middle_leaves_nothing(
    app: Flask, editor: Caller, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = gbk_shapefile_zip(tmp_path / "东区.zip", frame=parcels(3))
    page = urlsplit(json.loads(editor.post("/intake?name=a.zip", body=file.read_bytes()).body)["url"]).path
    stamp = (next_done(app).result or {})["compare"]["stamp"]
    before, written = stored(app), list[int]()
    listens = intake_work.heard

    def cancelling(job: Running, count: int) -> Heard:
        heard = listens(job, count)

        def turn(done: int) -> None:
            written.append(stored(app)["feature"])
            assert editor.post(f"{page}/cancel", data={}).status == 303
            heard.turn(done)

        return heard._replace(turn=turn)

    monkeypatch.setattr(intake_work, "heard", cancelling)
    assert editor.post(f"{page}/apply", data={"new": "all", "stamp": stamp}).status == 303
    job = next_done(app)
    assert (job.state, job.message) == (jobs.CANCELLED, "已取消，未改动任何数据。")
    assert written
    assert max(written) > before["feature"]
    assert stored(app) == before
    assert "已取消，未改动任何数据。" in editor.get(page).text


def test_what_was_cancelled_can_be_looked_at_again_and_brought(
    app: Flask, editor: Caller, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    page, uids = sent(app, editor, tmp_path)
    before = parcels_seen(editor)
    with monkeypatch.context() as patched:
        patched.setattr(intake_together, "heard", _refusing(editor, page))
        editor.post(page, data=_ticked(uids))
        assert next_done(app).state == jobs.CANCELLED
    assert editor.post(f"{page}/again", data={}).status == 303
    assert [next_done(app).state for _ in uids] == [jobs.DONE, jobs.DONE]
    assert "已取消" not in editor.get(page).text
    editor.post(page, data=_ticked(uids))
    job = next_done(app)
    assert job.state == jobs.DONE, job.message
    assert parcels_seen(editor) == before + 5


def _refusing(editor: Caller, page: str) -> Callable[[Running, int], Heard]:
    listens = intake_work.heard

    def heard(job: Running, count: int) -> Heard:
        editor.post(f"{page}/cancel", data={})
        return listens(job, count)

    return heard


def _ticked(uids: list[str]) -> Any:
    return [("member", uid) for uid in uids]
