"""A short slice of `make soak`: several at once, two on one feature, hostile files, a server that dies."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.soak.crowd import crowd
from tests.soak.deaths import die
from tests.soak.desk import office
from tests.soak.ground import ADDRESS, Ground, Place, postgis, postgis_is_named
from tests.soak.hostile import hostile_files, wreck
from tests.soak.races import race


@pytest.fixture(scope="module", params=["SQLite", "PostGIS"])
def ground(
    request: pytest.FixtureRequest, sample_template: Path, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Ground]:
    if request.param == "SQLite":
        yield Ground("SQLite", sample_template)
        return
    if "PGHOST" not in os.environ:
        pytest.skip("PostGIS (no PGHOST)")
    with postgis(tmp_path_factory.mktemp("ground") / "home") as found:
        yield found


@pytest.fixture
def place(ground: Ground, tmp_path: Path) -> Iterator[Place]:
    with ground.place(tmp_path / "place") as found:
        yield found


def test_nothing_is_lost_while_several_write_and_read(place: Place) -> None:
    with office(place) as server:
        report = crowd(server, writers=3, readers=4, seconds=2)
        run = race(server, 6)
    assert report.edits > 0
    assert (report.lost, report.troubles) == (0, [])
    for each in run:
        assert each.statuses == [200, 412]
        assert each.stands == each.winner == each.told_of


def test_hostile_files_end_in_a_sentence_or_in_sound_rows(sample_home: Path, tmp_path: Path) -> None:
    """Through to the plan of an import, in a process whose time and memory are looked at."""
    files = hostile_files(tmp_path / "hostile", seeds=2, corners=[100])
    wrecks = wreck(Place(sample_home).database_url, tmp_path / "hostile")
    assert [each.file for each in wrecks.found] == [file.name for file in files]
    assert wrecks.troubles == []
    assert all(each.said or each.rows for each in wrecks.found)


def test_what_was_acknowledged_outlives_the_server(place: Place) -> None:
    promises, broken = die(place, times=1)
    assert broken == []
    assert promises.journal.troubles == []
    assert promises.count() >= 3


def test_the_database_of_the_product_names_the_server_and_is_left_alone(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told = {ADDRESS: "postgresql+psycopg://planner:p%40ss@db.example:5433/county"}
    monkeypatch.setattr(os, "environ", told)
    assert postgis_is_named()
    assert told == {
        "PGHOST": "db.example",
        "PGPORT": "5433",
        "PGUSER": "planner",
        "PGPASSWORD": "p@ss",
        "PGDATABASE": "county",
    }
    monkeypatch.setattr(os, "environ", {ADDRESS: "sqlite:///map.db"})
    assert not postgis_is_named()
