"""How many rows fit into one turn of writing?"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import islice
from typing import Final, TypeVar

LONGEST_TURN_S: Final = 0.2
FIRST_TURN: Final = 500
SMALLEST_TURN: Final = 100
LARGEST_TURN: Final = 4000

T = TypeVar("T")


class Pace:
    """Learns from the turns before."""

    def __init__(self) -> None:
        self.size = FIRST_TURN

    @contextmanager
    def measured(self) -> Iterator[None]:
        """Around the time in which others have to wait."""
        start = time.perf_counter()
        yield
        spent = time.perf_counter() - start
        # Aim at a third of what is allowed: the next turn may be slower.
        fitting = int(self.size * LONGEST_TURN_S / 3 / max(spent, 1e-4))
        self.size = max(SMALLEST_TURN, min(LARGEST_TURN, fitting, self.size * 2))

    def turns(self, rows: Iterator[T]) -> Iterator[list[T]]:
        """The rows in turns of the present size."""
        while turn := list(islice(rows, self.size)):
            yield turn
