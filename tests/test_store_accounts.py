"""Accounts, sessions, links and failures are kept alike on both databases."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from layers import clock
from layers.errors import InvalidValue, UnknownThing
from layers.rights import signed_in
from layers.store import accounts, audit
from layers.store.accounts import Person
from layers.store.engine import Database

NOON = datetime(2026, 11, 2, 4, tzinfo=UTC)
HALF = timedelta(minutes=30)


def add(database: Database, login: str = "zhao", role: str = "editor", name: str = "赵业务") -> Person:
    with database.writing() as session:
        person = accounts.add_account(
            session,
            login=login,
            name=name,
            unit="自然资源和规划局",
            role=role,
            hashed="hash",
            must_change=False,
        )
        session.commit()
    return person


def test_an_account_is_found_however_its_name_is_typed(database: Database) -> None:
    person = add(database)
    with database.reading() as session:
        assert accounts.any_account(session)
        assert accounts.person_named(session, " ＺＨＡＯ ") == person
        assert accounts.password_hash(session, "zhao") == (person, "hash")
        assert accounts.password_hash(session, "nobody\0") is None
        assert person.viewer == signed_in("赵业务", "editor", "自然资源和规划局", None, person.id)
    with pytest.raises(InvalidValue, match="登录名“zhao”已被使用"):
        add(database, "Zhao")


def test_attempts_are_counted_before_they_are_made_by_all_at_once(database: Database) -> None:
    def attempt(_: int) -> bool:
        with database.writing() as session:
            until = accounts.begin_try(session, "zhao", 5, HALF)
            session.commit()
        return until is None

    with ThreadPoolExecutor(6) as threads:
        assert sum(threads.map(attempt, range(12))) == 5
    with database.reading() as session:
        assert list(accounts.locked_names(session)) == ["zhao"]
    with clock.standing_at(clock.now() + timedelta(minutes=31)):
        assert attempt(0)


def test_a_link_works_once(database: Database) -> None:
    person = add(database)
    with database.writing() as session:
        accounts.add_link(session, "older", person.id, HALF)
        accounts.add_link(session, "word", person.id, HALF)
        accounts.add_link(session, "first", None, HALF)
        session.commit()
    with database.reading() as session:
        assert accounts.find_link(session, "word") == person
        for gone in ("older", "none", "first"):
            with pytest.raises(UnknownThing):
                accounts.find_link(session, gone)
    with database.writing() as session:
        accounts.use_link(session, "word")
        session.commit()
    with database.writing() as session, pytest.raises(UnknownThing):
        accounts.use_link(session, "word")


def test_every_start_shows_a_way_in_until_the_first_administrator_is_there(database: Database) -> None:
    """A trial start and the service that follows each show one; whichever is opened works, and then none."""
    with database.writing() as session:
        with clock.standing_at(NOON):
            accounts.add_link(session, "over", None, HALF)
        accounts.add_link(session, "trial", None, HALF)
        accounts.add_link(session, "service", None, HALF)
        session.commit()
    with database.reading() as session:
        assert [accounts.find_link(session, word) for word in ("trial", "service")] == [None, None]
        with pytest.raises(UnknownThing):
            accounts.find_link(session, "over")
    with database.writing() as session:
        accounts.use_link(session, "trial")
        session.commit()
    with database.writing() as session, pytest.raises(UnknownThing):
        accounts.use_link(session, "service")


def test_a_session_is_there_until_it_is_idle_or_over(database: Database) -> None:
    person = add(database)
    with clock.standing_at(NOON), database.writing() as session:
        accounts.open_session(session, person.id, "word", lasts=2 * HALF, address="10.0.0.9", browser="x\0")
        session.commit()
    for minutes, there in ((29, True), (30, False)):
        with clock.standing_at(NOON + timedelta(minutes=minutes)), database.reading() as session:
            assert (accounts.find_session(session, "word", HALF) is not None) is there
    with database.writing() as session:
        accounts.sweep(session, HALF)
        session.commit()
    with clock.standing_at(NOON), database.reading() as session:
        assert accounts.find_session(session, "word", HALF) is None


def test_lines_written_at_the_same_time_make_one_chain(database: Database) -> None:
    viewer = add(database).viewer

    def write(number: int) -> None:
        with database.writing() as session:
            audit.record(session, viewer, "log_in", str(number))
            session.commit()

    with ThreadPoolExecutor(6) as threads:
        list(threads.map(write, range(24)))
    with database.reading() as session:
        found = audit.check(session)
    assert (found.count, found.last_id, found.wrong) == (24, 24, None)
