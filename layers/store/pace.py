"""How many rows fit into one turn of writing?"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from typing import Final, TypeVar

LONGEST_TURN_S: Final = 0.2
FIRST_TURN: Final = 250
SMALLEST_TURN: Final = 25
LARGEST_TURN: Final = 8000
AIM_S: Final = LONGEST_TURN_S / 5
"""What comes between, a disk or another process, may make the next turn slower."""
UNHURRIED_S: Final = 0.5
"""Where nobody waits for the turn of another: the fewer turns, the less often two threads wait for each other."""
_GROWTH: Final = 1.5
_REMEMBERED: Final = 0.8
"""How much a slow turn still counts one turn later."""

T = TypeVar("T")


class Pace:
    """Learns from the turns before, and from the slowest of them longest. aim_s: how long a turn should take."""

    def __init__(self, aim_s: float = AIM_S) -> None:
        self.size, self._aim_s = FIRST_TURN, aim_s
        self._row_s = 0.0

    @contextmanager
    def measured(self) -> Iterator[None]:
        """Around the time in which others have to wait."""
        start = time.perf_counter()
        yield
        spent_s = max(time.perf_counter() - start, 1e-4)
        self._row_s = max(spent_s / self.size, self._row_s * _REMEMBERED)
        fitting = min(self._aim_s / self._row_s, self.size * _GROWTH)
        self.size = max(SMALLEST_TURN, min(LARGEST_TURN, int(fitting)))

    def turns(self, rows: Iterator[T]) -> Iterator[list[T]]:
        """The rows in turns of the present size."""
        while turn := list(islice(rows, self.size)):
            yield turn
