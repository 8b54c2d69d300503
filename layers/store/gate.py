"""Whose turn is it to write?

One gate per SQLite file, because `busy_timeout` alone starves writers: threads of a process queue first come
first served, and one thread of each process then queues between the processes.
"""

from __future__ import annotations

import errno
import threading
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from filelock import FileLock, Timeout

from layers.errors import Busy, MapError, NoSpace, WrongSetting

FULL: Final = "磁盘或数据库文件已满，本次未改动任何数据。请清理磁盘空间或联系管理员后重试。"
_POLL_S: Final = 0.002


class Queue:
    """A lock for threads that is handed over in the order of arrival (threading.Lock has no order)."""

    def __init__(self) -> None:
        self._mutex = threading.Lock()
        self._waiting: deque[threading.Lock] = deque()
        self._holder: int | None = None

    def acquire(self, timeout_s: float) -> bool:
        """Whether the turn came in time."""
        me = threading.get_ident()
        with self._mutex:
            if self._holder == me:
                raise RuntimeError(
                    "this thread already writes: a second writing session would wait for itself"
                )
            if self._holder is None:
                self._holder = me
                return True
            ticket = threading.Lock()
            ticket.acquire()
            self._waiting.append(ticket)
        came = ticket.acquire(timeout=max(timeout_s, 0.0))
        return self._settle(ticket, came)

    def release(self) -> None:
        """Hand the turn to whoever waits longest."""
        with self._mutex:
            if not self._waiting:
                self._holder = None
                return
            self._holder = 0
            self._waiting.popleft().release()

    def _settle(self, ticket: threading.Lock, came: bool) -> bool:
        with self._mutex:
            if not came and ticket in self._waiting:
                self._waiting.remove(ticket)
                return False
            # Either in time, or handed over in the moment of giving up.
            self._holder = threading.get_ident()
            return True


class Gate:
    """The fair gate of one database file."""

    def __init__(self, database: Path, timeout_s: float) -> None:
        self._timeout_s = timeout_s
        self._threads = Queue()
        self._turn = database.with_name(f"{database.name}.turn.lock")
        self._next = database.with_name(f"{database.name}.next.lock")

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for the turn to write; raises Busy when it does not come in time."""
        deadline = time.monotonic() + self._timeout_s
        if not self._threads.acquire(self._timeout_s):
            raise Busy(busy_sentence(self._timeout_s))
        try:
            with self._among_processes(deadline):
                yield
        finally:
            self._threads.release()

    @contextmanager
    def _among_processes(self, deadline: float) -> Iterator[None]:
        # Whoever has written must win `next` again before it can wait for `turn`, and so cannot overtake the
        # process that already waits.
        with self._locked(self._next, deadline):
            turn = self._acquired(self._turn, deadline)
        try:
            yield
        finally:
            turn.release()

    @contextmanager
    def _locked(self, path: Path, deadline: float) -> Iterator[None]:
        lock = self._acquired(path, deadline)
        try:
            yield
        finally:
            lock.release()

    def _acquired(self, path: Path, deadline: float) -> FileLock:
        # A new lock object each time: one that was made before a fork refuses to work after it.
        lock = file_lock(path)
        try:
            lock.acquire(timeout=max(deadline - time.monotonic(), 0.0), poll_interval=_POLL_S)
        except Timeout:
            raise Busy(busy_sentence(self._timeout_s)) from None
        except OSError as refusal:
            raise _refused(path, refusal) from None
        return lock


def file_lock(path: Path) -> FileLock:
    """A lock that the system gives back when its process dies, however it dies."""
    return FileLock(path, thread_local=False, preserve_lock_file=True)


def _refused(path: Path, refusal: OSError) -> MapError:
    if refusal.errno == errno.ENOSPC:
        return NoSpace(FULL)
    return WrongSetting(f"不能在 {path.parent} 建立锁文件（{refusal.strerror}）。请检查文件夹是否允许写入。")


def busy_sentence(waited_s: float) -> str:
    """What to tell somebody whose turn did not come."""
    return f"数据库正由其他操作占用，等待 {waited_s:g} 秒仍未轮到。本次未改动任何数据，请稍后重试。"
