"""A short slice of `make soak`: several at once, two on one feature, hostile files, a server that dies."""

from __future__ import annotations

from pathlib import Path

from tests.soak.crowd import crowd
from tests.soak.deaths import die
from tests.soak.desk import office
from tests.soak.hostile import hostile_files, wreck
from tests.soak.races import race


def test_nothing_is_lost_while_several_write_and_read(sample_template: Path, tmp_path: Path) -> None:
    with office(sample_template, tmp_path / "home") as server:
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
    wrecks = wreck(sample_home, tmp_path / "hostile")
    assert [each.file for each in wrecks.found] == [file.name for file in files]
    assert wrecks.troubles == []
    assert all(each.said or each.rows for each in wrecks.found)


def test_what_was_acknowledged_outlives_the_server(sample_home: Path) -> None:
    promises, broken = die(sample_home, times=1)
    assert broken == []
    assert promises.journal.troubles == []
    assert promises.count() >= 3
