"""Long work in the background: done, refused, cancelled, and what becomes of it when its process dies."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from layers import clock
from layers.jobs import Foreman, JobKind
from layers.rights import signed_in
from layers.store import Database, jobs
from layers.store.acts import one_act
from layers.store.jobs import FoundJob
from layers.store.tables import Job
from tests.long_work import KINDS

WHO = signed_in("李规划", "editor", "自然资源和规划局", None, 7)
LONG_S = 60.0


def address(database: Database) -> str:
    return database.url.render_as_string(hide_password=False)


def wanted(database: Database, kind: str, **arguments: Any) -> int:
    with database.writing() as session:
        number = jobs.enqueue(session, WHO, kind, arguments)
        session.commit()
    return number


def found(database: Database, number: int) -> FoundJob:
    with database.reading() as session:
        return jobs.find(session, number)


def wait_for(database: Database, number: int, right: Callable[[FoundJob], bool]) -> FoundJob:
    end = time.monotonic() + LONG_S
    while time.monotonic() < end:
        job = found(database, number)
        if right(job):
            return job
        time.sleep(0.1)
    raise AssertionError(found(database, number))


@contextmanager
def foreman(database: Database) -> Iterator[None]:
    stop = threading.Event()
    thread = threading.Thread(target=Foreman(address(database), KINDS, 1).work, args=(stop,))
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def test_jobs_are_done_refused_and_cancelled(database: Database, tmp_path: Path) -> None:
    added = wanted(database, "add", numbers=[19, 23])
    refused = wanted(database, "refuse")
    unknown = wanted(database, "of another version")
    slow = wanted(database, "slow", file=str(tmp_path / "slow"))
    last = wanted(database, "add", numbers=[1])
    with database.writing() as session:
        jobs.cancel(session, last)
        session.commit()
    with foreman(database):
        done = wait_for(database, added, lambda job: job.ended)
        assert (done.state, done.result, done.progress, done.who) == ("done", {"sum": 42}, 1.0, "李规划")
        assert wait_for(database, refused, lambda job: job.ended).message == "收到的不对。请改正。"
        assert wait_for(database, unknown, lambda job: job.ended).state == "failed"
        assert wait_for(database, slow, lambda job: job.progress > 0).message.startswith("第 ")
        with database.writing() as session:
            jobs.cancel(session, slow)
            session.commit()
        stopped = wait_for(database, slow, lambda job: job.ended)
    assert (stopped.state, stopped.message) == ("cancelled", jobs.NOTHING_CHANGED)
    assert found(database, last).state == "cancelled"


def test_two_who_ask_at_once_get_two_jobs(database: Database) -> None:
    numbers = [wanted(database, "add", numbers=[at]) for at in range(6)]
    got: list[int] = []

    def take() -> None:
        for _ in range(3):
            with database.writing() as session:
                job = jobs.claim(session)
                time.sleep(0.02)
                session.commit()
            got.append(job.id if job else 0)

    threads = [threading.Thread(target=take) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(got) == numbers


@pytest.mark.skipif(sys.platform == "win32", reason="SIGKILL")
def test_a_job_whose_process_was_killed_is_taken_up_again_or_has_changed_nothing(
    database: Database, tmp_path: Path
) -> None:
    again = wanted(database, "slow", file=str(tmp_path / "again"))
    process = subprocess.Popen([sys.executable, "-m", "tests.long_work", address(database)])
    try:
        wait_for(database, again, lambda job: job.progress > 0)
    finally:
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
    time.sleep(1)
    before = found(database, again).progress
    time.sleep(0.7)
    assert found(database, again).progress == before, "the process of the pool ended with its parent"
    once = wanted(database, "once", file=str(tmp_path / "once"))
    with database.writing() as session:
        taken = jobs.claim(session)
        assert taken is not None
        assert taken.id == once
        long_ago = clock.now() - timedelta(minutes=5)
        session.execute(update(Job).values(heartbeat_at=long_ago))
        session.commit()
    with foreman(database):
        done = wait_for(database, again, lambda job: job.ended)
    assert (done.state, done.tries, done.result) == ("done", 2, {"begun": 2})
    failed = found(database, once)
    assert (failed.state, failed.message) == ("failed", jobs.INTERRUPTED)
    with database.writing() as session:
        assert not jobs.beat(session, again, 1), "the first try writes nothing more"
        assert not jobs.end(session, again, 1, "failed")


def test_what_was_complete_before_its_process_died_is_not_done_twice(database: Database) -> None:
    number = wanted(database, "add", numbers=[])
    with database.writing() as session:
        job = jobs.claim(session)
        assert job is not None
        with one_act(session, "import", WHO) as act:
            assert jobs.note_act(session, number, job.tries, act.id)
        session.commit()
    with database.writing() as session:
        assert jobs.pick_up(session, jobs.find(session, number), repeatable=True) == "done"
        session.commit()
    assert found(database, number).result == {"act_id": act.id, "rows": 0}


def test_the_program_of_what_somebody_waits_for_is_loaded_before_it_is_asked_for(
    sqlite_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("layers.jobs.AT_HAND_AFTER_S", 0.0)
    kinds = {
        "soon": JobKind("核对", "tests.long_work:add", at_hand="tests.long_work:get_ready"),
        "late": JobKind("质检", "tests.nowhere:check"),
    }
    with ThreadPoolExecutor(1) as pool:
        loaded: list[str] = []

        def named(function: str) -> Callable[[], None]:
            return lambda: loaded.append(function)

        monkeypatch.setattr("layers.jobs._named", named)
        for_all = Foreman(address(sqlite_database), kinds, 1)
        for_all._turn(pool)
        for_all._turn(pool)
    assert loaded == ["tests.long_work:get_ready"]
