"""Every address of a job: it belongs to whoever asked, tells how far it is, and ends when nobody wants it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask

from layers.rights import signed_in
from layers.store import Database, jobs
from tests.people import Caller, sign_in
from tests.small_county import small_county
from webmap import conflict_work, exporting, handout_work, printing, quality_work, siting_work, travel_work

PAGES = {
    "/conflict/jobs": conflict_work.KIND,
    "/siting/jobs": siting_work.KIND,
    "/travel/jobs": travel_work.KIND,
    "/quality/jobs": quality_work.KIND,
    "/handouts": handout_work.KIND,
}
ANSWERS = {"/api/exports": exporting.KIND, "/api/prints": printing.KIND}
ARGUMENTS = {"layer": "idle_parcel", "name": "x", "title": "汇报", "wanted": {"slug": "county"}}


@pytest.fixture
def app(home: Path) -> Iterator[Flask]:
    app = small_county(home, writes_per_minute=0)
    yield app
    app.extensions["database"].dispose()


def asked_for(app: Flask, caller: Caller, kind: str) -> int:
    database: Database = app.extensions["database"]
    with database.writing() as session:
        who = signed_in(caller.person.name, "editor", caller.person.unit, None, caller.person.id)
        number = jobs.enqueue(session, who, kind, ARGUMENTS)
        session.commit()
    return number


@pytest.mark.parametrize("path", PAGES)
def test_a_page_waits_for_its_own_job_until_it_is_cancelled(app: Flask, path: str) -> None:
    caller = sign_in(app, "editor")
    number = asked_for(app, caller, PAGES[path])
    told = caller.get(f"{path}/{number}/state")
    assert told.headers["cache-control"] == "no-store"
    assert (told.json()["ended"], told.json()["state_title"]) == (False, "排队中")
    assert f'data-url="{path}/{number}/state"' in caller.get(f"{path}/{number}").text
    gone = caller.post(f"{path}/{number}/cancel", data={})
    assert (gone.status, gone.headers["location"]) == (303, f"{path}/{number}")
    page = caller.get(f"{path}/{number}").text
    assert jobs.NOTHING_CHANGED in page
    assert 'id="wait"' not in page


@pytest.mark.parametrize("path", ANSWERS)
def test_an_answer_tells_of_its_own_job_until_it_is_cancelled(app: Flask, path: str) -> None:
    caller = sign_in(app, "editor")
    number = asked_for(app, caller, ANSWERS[path])
    told = caller.get(f"{path}/{number}")
    assert told.headers["cache-control"] == "no-store"
    assert (told.json()["number"], told.json()["state"]) == (number, "waiting")
    assert caller.post(f"{path}/{number}/cancel", json={}).json()["state"] == "cancelled"


@pytest.mark.parametrize("path", [*PAGES, *ANSWERS])
def test_jobs_of_others_of_another_kind_and_beyond_all_numbers_are_not_there(app: Flask, path: str) -> None:
    caller, other = sign_in(app, "editor"), sign_in(app, "editor", "文化和旅游局")
    theirs = asked_for(app, other, {**PAGES, **ANSWERS}[path])
    alien = asked_for(app, caller, "picture_cut")
    for number in (theirs, alien, 2**31, 2**63, 10**30):
        assert caller.get(f"{path}/{number}").status == 404, number
        assert caller.post(f"{path}/{number}/cancel", json={}).status == 404, number
    assert other.get(f"{path}/{theirs}").status == 200
