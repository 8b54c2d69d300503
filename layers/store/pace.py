"""How many rows fit into one turn of writing?"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from typing import Final, TypeVar

LONGEST_TURN_S: Final = 0.2
FIRST_TURN: Final = 500
SMALLEST_TURN: Final = 50
LARGEST_TURN: Final = 4000
AIM_S: Final = LONGEST_TURN_S / 4
"""What comes between, a disk or another process, may make the next turn slower."""
UNHURRIED_S: Final = LONGEST_TURN_S
"""Where nobody waits for the turn of another."""
_GROWTH: Final = 1.5

T = TypeVar("T")


class Pace:
    """Learns from the turns before. aim_s: how long a turn should take."""

    def __init__(self, aim_s: float = AIM_S) -> None:
        self.size, self._aim_s = FIRST_TURN, aim_s

    @contextmanager
    def measured(self) -> Iterator[None]:
        """Around the time in which others have to wait."""
        start = time.perf_counter()
        yield
        spent = time.perf_counter() - start
        fitting = self.size * min(self._aim_s / max(spent, 1e-4), _GROWTH)
        self.size = max(SMALLEST_TURN, min(LARGEST_TURN, int(fitting)))

    def turns(self, rows: Iterator[T]) -> Iterator[list[T]]:
        """The rows in turns of the present size."""
        while turn := list(islice(rows, self.size)):
            yield turn
