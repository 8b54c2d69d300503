"""A short slice of `make soak`: several at once, two on one feature, a server that dies."""

from __future__ import annotations

from pathlib import Path

from tests.soak.crowd import crowd
from tests.soak.deaths import die
from tests.soak.desk import office
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


def test_what_was_acknowledged_outlives_the_server(sample_home: Path) -> None:
    promises, broken = die(sample_home, times=1)
    assert broken == []
    assert promises.journal.troubles == []
    assert promises.count() >= 3
