"""Is a small file that was just read brought in without reading it again, and only where nothing has changed?"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

import pytest
import shapely
from flask import Flask

from layers.formats import read_dataset
from layers.rights import SYSTEM_VIEWER
from layers.store import Database, edit, jobs, query
from layers.store.edit import NewFeature
from layers.store.jobs import FoundJob
from tests.files import gbk_shapefile_zip, parcels
from tests.next_job import next_done
from tests.people import Caller, sign_in
from tests.small_county import small_county
from webmap import intake_kept, intake_told
from webmap.uploading import file_of


@pytest.fixture
def app(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Flask]:
    monkeypatch.setenv("WEBMAP_HOME", str(home))
    app = small_county(home)
    yield app
    the_database(app).dispose()


@pytest.fixture
def editor(app: Flask) -> Caller:
    return sign_in(app, "editor")


@pytest.fixture
def readings(monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """The files that were opened, as often as they were."""
    found: list[Path] = []

    def read(path: Path, **answers: str | None) -> object:
        found.append(path)
        return read_dataset(path, **answers)

    monkeypatch.setattr(intake_told, "read_dataset", read)
    return found


def the_database(app: Flask) -> Database:
    database: Database = app.extensions["database"]
    return database


def sent(app: Flask, editor: Caller, folder: Path) -> tuple[str, str]:
    """The address of an import whose file was read, and the stamp of what was shown."""
    file = gbk_shapefile_zip(folder / "三宗.zip", frame=parcels(3))
    answer = editor.post(f"/intake?name={quote(file.name)}", body=file.read_bytes())
    assert answer.status == 201, answer.body.decode()
    job = next_done(app)
    assert job.state == jobs.DONE, job.message
    return json.loads(answer.body)["url"], (job.result or {})["compare"]["stamp"]


def brought(app: Flask, editor: Caller, url: str, stamp: str) -> FoundJob:
    answer = editor.post(f"{url}/apply", data={"new": "yes", "stamp": stamp})
    assert answer.status == 303, answer.body.decode()
    return next_done(app)


def test_a_file_is_read_once_for_both_steps(
    app: Flask, editor: Caller, tmp_path: Path, readings: list[Path]
) -> None:
    job = brought(app, editor, *sent(app, editor, tmp_path))
    assert job.state == jobs.DONE, job.message
    assert ((job.result or {})["rows"], len(readings)) == (3, 1)
    with the_database(app).reading() as session:
        layer = query.layer_named(session, SYSTEM_VIEWER, "idle_parcel")
        names = [each.name for each in query.find_features(session, SYSTEM_VIEWER, layer)]
    assert set(parcels(3)["DKMC"]) <= set(names)


def test_it_is_read_again_when_the_map_has_changed_meanwhile(
    app: Flask, editor: Caller, tmp_path: Path, readings: list[Path]
) -> None:
    shown = sent(app, editor, tmp_path)
    with the_database(app).writing() as session:
        layer = query.layer_named(session, SYSTEM_VIEWER, "scenic_site")
        with edit.one_act(session, "新建", "李工") as act:
            edit.add_features(
                session,
                act,
                layer,
                [NewFeature(shapely.Point(118.45, 35.45), {"name": "另一处"})],
            )
        session.commit()
    job = brought(app, editor, *shown)
    assert (job.state, (job.result or {})["rows"], len(readings)) == (jobs.DONE, 3, 2)


def test_it_is_read_again_when_it_was_too_large_to_be_kept(
    app: Flask, editor: Caller, tmp_path: Path, readings: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(intake_kept, "MOST_ROWS", 2)
    job = brought(app, editor, *sent(app, editor, tmp_path))
    assert (job.state, (job.result or {})["rows"], len(readings)) == (jobs.DONE, 3, 2)


def test_a_file_that_was_exchanged_on_the_disk_is_refused(app: Flask, editor: Caller, tmp_path: Path) -> None:
    shown = sent(app, editor, tmp_path)
    file_of(app.extensions["config"].home, shown[0].rsplit("/", 1)[1], "三宗.zip").write_bytes(b"another")
    job = brought(app, editor, *shown)
    assert job.state == jobs.FAILED
    assert "与上传时不一致" in job.message


def test_a_refusal_calls_the_file_by_the_name_that_it_came_with(app: Flask, editor: Caller) -> None:
    assert editor.post(f"/intake?name={quote('说明 一.docx')}", body=b"PK words").status == 201
    job = next_done(app)
    assert job.state == jobs.FAILED
    assert "不认识“说明 一.docx”的格式" in job.message
