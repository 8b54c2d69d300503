"""Does a source answer at the moment? One that failed several times rests a while, so that nobody waits for it."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Lock
from typing import Final

FAILURES: Final = 3
REST_S: Final = 30.0
GAPS: Final = 12


class Health:
    """What became of the last requests to one source. `clock` counts seconds."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = Lock()
        self._failures = 0
        self._rests_until = 0.0
        self._gaps = 0
        self._has_answered = False
        self._why = ""

    def may_be_asked(self) -> bool:
        """After a rest one request goes ahead; the others wait until it is known what became of it."""
        with self._lock:
            if self._failures < FAILURES:
                return True
            if self._clock() < self._rests_until:
                return False
            self._rests_until = self._clock() + REST_S
            return True

    def answered(self) -> None:
        with self._lock:
            self._failures, self._why, self._has_answered = 0, "", True

    def had_nothing(self) -> None:
        """It answered that there is no such tile, which is usual at the edge and odd everywhere."""
        with self._lock:
            self._failures, self._why = 0, ""
            self._gaps += 1

    def failed(self, why: str) -> None:
        with self._lock:
            self._failures += 1
            self._why = why
            self._rests_until = self._clock() + REST_S

    def trouble(self, only_gaps: str) -> str | None:
        """The sentence of the last failure; `only_gaps` where a source never had anything."""
        with self._lock:
            if self._why:
                return self._why
            return only_gaps if self._gaps >= GAPS and not self._has_answered else None
