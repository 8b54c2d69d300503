"""The audit log: lines are only added, and whoever changes one is found out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from layers import clock
from layers.errors import NotAllowed
from layers.rights import Viewer, signed_in
from layers.store import audit
from layers.store.audit import Wanted
from layers.store.engine import Database
from tests.running import webmap
from webmap import timer

AUDITOR = signed_in("王审计", "auditor", "发展和改革局", None, 7)
EDITOR = signed_in("赵业务", "editor", "自然资源和规划局", None, 8)
START = datetime(2026, 1, 10, 1, 2, 3, 456789, tzinfo=UTC)


@pytest.fixture
def log(database: Database) -> Database:
    for day in range(6):
        with clock.standing_at(START + timedelta(days=day)):
            note(database, EDITOR if day % 2 else AUDITOR, f"第 {day} 天")
    return database


def note(database: Database, who: Viewer, subject: str, what: str = "log_in") -> None:
    with database.writing() as session:
        audit.record(session, who, what, subject, address="10.0.0.9")
        session.commit()


def check(database: Database) -> audit.Checked:
    with database.reading() as session:
        return audit.check(session)


def tamper(database: Database, statement: str) -> None:
    with database.writing() as session:
        session.execute(text(statement))
        session.commit()


def test_an_untouched_log_holds(log: Database) -> None:
    found = check(log)
    assert (found.count, found.last_id, found.wrong) == (6, 6, None)


@pytest.mark.parametrize(
    ("statement", "told"),
    [
        (
            "UPDATE audit SET who = '别人' WHERE id = 3",
            "第 3 行（2026-01-12 09:02:03 别人 登录）与其校验值不符",
        ),
        ("UPDATE audit SET at = '2026-01-01 00:00:00' WHERE id = 2", "第 2 行"),
        ("UPDATE audit SET result = 'failed' WHERE id = 6", "第 6 行"),
        ("UPDATE audit SET account_id = NULL WHERE id = 1", "第 1 行"),
        ("DELETE FROM audit WHERE id = 4", "第 4 行缺失（接着是第 5 行）"),
        ("DELETE FROM audit WHERE id = 1", "第 1 行缺失"),
        ("DELETE FROM audit WHERE id >= 5", "止于第 4 行，应止于第 6 行"),
        ("UPDATE audit SET digest = '0' WHERE id = 6", "第 6 行"),
    ],
)
def test_a_changed_line_is_named(log: Database, statement: str, told: str) -> None:
    tamper(log, statement)
    wrong = check(log).wrong
    assert wrong is not None
    assert told in wrong


def test_old_lines_are_cut_and_the_rest_can_still_be_checked(log: Database) -> None:
    with log.writing() as session:
        assert audit.cut(session, START + timedelta(days=2)) == 2
        session.commit()
    found = check(log)
    assert (found.count, found.last_id, found.wrong) == (5, 7, None)
    tamper(log, "DELETE FROM audit WHERE id = 3")
    assert "第 3 行缺失" in (check(log).wrong or "")


def test_nothing_is_cut_when_nothing_is_old(log: Database) -> None:
    with log.writing() as session:
        assert audit.cut(session, START - timedelta(days=1)) == 0
        session.commit()
    assert check(log).count == 6


def test_a_log_that_is_old_altogether_starts_anew_from_its_end(log: Database) -> None:
    with log.writing() as session:
        assert audit.cut(session, START + timedelta(days=400)) == 6
        session.commit()
    assert (check(log).count, check(log).last_id, check(log).wrong) == (1, 7, None)


def test_what_was_not_committed_is_no_line(log: Database) -> None:
    with log.writing() as session:
        audit.record(session, EDITOR, "log_in", "rolled back")
    note(log, EDITOR, "next")
    assert (check(log).last_id, check(log).wrong) == (7, None)


def test_only_the_auditor_reads_and_finds(log: Database) -> None:
    with log.reading() as session:
        for stranger in (EDITOR, signed_in("李管理", "administrator", "办公室", None, 1)):
            with pytest.raises(NotAllowed):
                audit.entries(session, stranger, Wanted(), limit=10)
        newest = audit.entries(session, AUDITOR, Wanted(), limit=2)
        assert [each.id for each in newest] == [6, 5]
        assert audit.count(session, AUDITOR, Wanted(who="赵")) == 3
        assert audit.count(session, AUDITOR, Wanted(who="第 4")) == 1
        assert audit.count(session, AUDITOR, Wanted(who="%")) == 0
        assert audit.count(session, AUDITOR, Wanted(since=START + timedelta(days=4))) == 2
        assert audit.count(session, AUDITOR, Wanted(what="log_out")) == 0


def test_a_line_takes_what_people_type(database: Database) -> None:
    note(database, EDITOR, "a\0b\ud800\n第二行" + "长" * 900)
    with database.reading() as session:
        (found,) = audit.entries(session, AUDITOR, Wanted(), limit=10)
    assert found.subject.startswith("a b? 第二行长")
    assert len(found.subject) == 500
    assert check(database).wrong is None


def test_the_command_names_a_tampered_line(sqlite_database: Database, home: Path) -> None:
    note(sqlite_database, EDITOR, "甲")
    note(sqlite_database, EDITOR, "乙")
    good = webmap("audit", "--check", home=home)
    assert (good.returncode, "审计日志 2 行，全部完好" in good.stdout) == (0, True)
    tamper(sqlite_database, "UPDATE audit SET subject = '丙' WHERE id = 2")
    bad = webmap("audit", "--check", home=home)
    assert bad.returncode == 1
    assert "第 2 行" in bad.stderr


def test_every_night_lines_go_that_were_kept_long_enough(sqlite_database: Database) -> None:
    now = datetime(2026, 11, 20, 4, tzinfo=UTC)
    for days in (400, 380, 364, 10):
        with clock.standing_at(now - timedelta(days=days)):
            note(sqlite_database, EDITOR, f"{days} days ago")
    with clock.standing_at(now):
        assert timer._refresh(clock.today())
    with sqlite_database.reading() as session:
        kept = [each.subject for each in audit.entries(session, AUDITOR, Wanted(), limit=10)]
    assert kept[1:] == ["10 days ago", "364 days ago"]
    assert check(sqlite_database).wrong is None
