"""How does long work run in the background? The row says what is to be done; a process of a pool does it.

    work(database, job: Running) -> dict        # the result, as JSON

`job.tell` says how far it is and ends the work when nobody wants it any more. The process ends with the one that
started it; what it was doing is then taken up again, or has changed nothing.
"""

from __future__ import annotations

import math
import multiprocessing
import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Executor, Future, ProcessPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from functools import lru_cache
from importlib import import_module
from typing import Any, Final

from layers import clock
from layers.errors import MapError
from layers.store import Database
from layers.store import jobs as rows
from layers.store.bulk import sweep_pending
from layers.store.jobs import FoundJob

BEAT_S: Final = 3.0
SILENT_S: Final = 30.0
"""A job that gave no sign of life for so long is taken up again."""
TELL_EVERY_S: Final = 0.3
POLL_S: Final = 0.1
AT_HAND_AFTER_S: Final = 2.0
"""After the start: the server itself starts first, and whoever opens the map needs one processor."""
NICE: Final = 3
"""Half of what another process gets that wants as much, no less: a small file is on the map within seconds."""
OUR_FAULT: Final = "处理中出现程序问题，未改动任何数据。请联系系统管理员查看日志。"


class Cancelled(Exception):
    """Nobody wants the result any more."""


@dataclass(frozen=True)
class JobKind:
    """A sort of long work. work: module:function; repeatable: it may be begun again when its process died.

    last: it lets everything pass that somebody waits for. at_hand: module:function that a process of the pool calls
    before the first one comes, because somebody waits for seconds only.
    """

    title: str
    work: str
    repeatable: bool = True
    last: bool = False
    at_hand: str = ""


class Running:
    """One try of a job, for the work itself."""

    def __init__(self, database: Database, job: FoundJob) -> None:
        self._database, self._job = database, job
        self._told_at = 0.0
        self.arguments = job.arguments
        self.account_id = job.account_id
        self.id = job.id

    def tell(self, progress: float, message: str) -> None:
        """How far it is, from 0 to 1; raises Cancelled when it shall stop."""
        if time.monotonic() - self._told_at < TELL_EVERY_S:
            return
        self._told_at = time.monotonic()
        self._go_on(self._beat((progress, message)))

    def ask(self) -> None:
        """Raises Cancelled when it shall stop; to be asked before what cannot be taken back."""
        with self._database.reading() as session:
            self._go_on(rows.goes_on(session, self._job.id, self._job.tries))

    def writes(self, act_id: int) -> None:
        """Remember the act that this try writes."""
        with self._database.writing() as session:
            self._go_on(rows.note_act(session, self._job.id, self._job.tries, act_id))
            session.commit()

    def end(self, state: str, message: str = "", result: dict[str, Any] | None = None) -> None:
        """Write down how it ended."""
        with self._database.writing() as session:
            rows.end(session, self._job.id, self._job.tries, state, message, result)
            session.commit()

    @contextmanager
    def heart(self) -> Iterator[None]:
        """Signs of life, as long as the block lasts."""
        stop = threading.Event()
        thread = threading.Thread(target=self._beat_until, args=(stop,), daemon=True)
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join()

    def _beat_until(self, stop: threading.Event) -> None:
        while not stop.wait(BEAT_S):
            # A database that is busy now hears the next beat.
            with suppress(MapError):
                self._beat(None)

    def _beat(self, told: tuple[float, str] | None) -> bool:
        with self._database.writing() as session:
            wanted = rows.beat(session, self._job.id, self._job.tries, told)
            session.commit()
        return wanted

    @staticmethod
    def _go_on(wanted: bool) -> None:
        if not wanted:
            raise Cancelled


# --- in the process of the pool ------------------------------------------------------------------------


def run(url: str, job: FoundJob, work: str) -> None:
    """Do one job, and write down how it ended; a trouble of ours is raised for the log of whoever waits."""
    database = _database_at(url)
    running = Running(database, job)
    try:
        act: Callable[[Database, Running], dict[str, Any]] = _named(work)
        with running.heart():
            result = act(database, running)
        running.end(rows.DONE, "", result)
    except Cancelled:
        running.end(rows.CANCELLED, rows.NOTHING_CHANGED)
    except MapError as refusal:
        running.end(rows.FAILED, refusal.message)
    except Exception:
        running.end(rows.FAILED, OUR_FAULT)
        raise
    finally:
        database.dispose()


@lru_cache(maxsize=1)
def _database_at(url: str) -> Database:
    """Kept from job to job without its connections: it remembers the statements that it has put together."""
    return Database(url)


def _named(work: str) -> Callable[..., Any]:
    module, _, name = work.partition(":")
    found: Callable[..., Any] = getattr(import_module(module), name)
    return found


def _make_ready(function: str) -> None:
    _named(function)()


def begin() -> None:
    """What a process of the pool does first."""
    end_with_parent()
    give_way()


def give_way() -> None:
    """Whoever looks at the map meanwhile goes first; what nobody else needs of the machine is ours all the same."""
    if hasattr(os, "nice"):
        os.nice(NICE)


def end_with_parent() -> None:
    """Whoever waits in a queue of a dead parent would wait forever."""
    threading.Thread(target=_follow_parent, daemon=True).start()


def _follow_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent:
        parent.join()
        os._exit(1)


# --- in the process that hands out work ----------------------------------------------------------------


class Foreman:
    """Claims jobs and hands them to a pool. on_trouble hears what a job raised that we did not foresee."""

    def __init__(
        self,
        url: str,
        kinds: Mapping[str, JobKind],
        processes: int,
        *,
        silent_s: float = SILENT_S,
        on_trouble: Callable[[int, BaseException], object] = lambda job, error: None,
    ) -> None:
        self._database = Database(url)
        self._url, self._kinds, self._processes = url, kinds, processes
        self._silent_s, self._on_trouble = silent_s, on_trouble
        self._busy: dict[Future[None], int] = {}
        self._looked_at = -silent_s
        self._at_hand_at = time.monotonic() + AT_HAND_AFTER_S

    def work(self, stop: threading.Event) -> None:
        """Until told to stop; what runs then is taken up again by the next."""
        pool = self._pool()
        try:
            while not stop.is_set():
                if self._is_broken():
                    pool.shutdown(wait=False, cancel_futures=True)
                    pool = self._pool()
                with suppress(MapError):  # a database that is away comes back
                    self._turn(pool)
                stop.wait(POLL_S)
        finally:
            _end(pool)
            self._database.dispose()

    def _pool(self) -> ProcessPoolExecutor:
        return ProcessPoolExecutor(self._processes, multiprocessing.get_context("spawn"), initializer=begin)

    def _turn(self, pool: Executor) -> None:
        self._pick_up_silent()
        self._take_to_hand(pool)
        while len(self._busy) < self._processes and (job := self._claim()):
            future = pool.submit(run, self._url, job, self._kinds[job.kind].work)
            self._busy[future] = job.id

    def _take_to_hand(self, pool: Executor) -> None:
        if time.monotonic() < self._at_hand_at:
            return
        self._at_hand_at = math.inf
        for function in {kind.at_hand for kind in self._kinds.values() if kind.at_hand}:
            pool.submit(_make_ready, function)

    def _claim(self) -> FoundJob | None:
        with self._database.reading() as session:
            if not rows.is_waiting(session):
                return None
        with self._database.writing() as session:
            job = rows.claim(session, [key for key, kind in self._kinds.items() if kind.last])
            if job is not None and job.kind not in self._kinds:
                rows.end(session, job.id, job.tries, rows.FAILED, rows.INTERRUPTED)
                job = None
            session.commit()
        return job

    def _is_broken(self) -> bool:
        """Forget what has ended; whether a process died of it."""
        broken = False
        for future in [future for future in self._busy if future.done()]:
            number = self._busy.pop(future)
            error = None if future.cancelled() else future.exception()
            if error is not None:
                self._on_trouble(number, error)
                broken = broken or type(error).__name__ == "BrokenProcessPool"
        return broken

    def _pick_up_silent(self) -> None:
        if time.monotonic() - self._looked_at < self._silent_s / 3:
            return
        self._looked_at = time.monotonic()
        before = clock.now() - timedelta(seconds=self._silent_s)
        with self._database.reading() as session:
            found = rows.silent(session, before)
        for job in found:
            kind = self._kinds.get(job.kind)
            with self._database.writing() as session:
                rows.pick_up(session, job, repeatable=kind is not None and kind.repeatable)
                session.commit()
        if found:
            sweep_pending(self._database)


def _end(pool: ProcessPoolExecutor) -> None:
    """End the processes too: what they do is not seen before it is complete."""
    processes = list((getattr(pool, "_processes", None) or {}).values())
    pool.shutdown(wait=False, cancel_futures=True)
    for process in processes:
        process.terminate()
