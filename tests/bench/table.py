"""How are results told? One line for each question, with the target beside what was found."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import NamedTuple

from tests.bench.turns import Taken, noise, ratio


class Line(NamedTuple):
    """One comparison. limit: the ratio of ours to theirs may not be larger; None where none was set."""

    question: str
    ours: str
    theirs: str
    ratio: float
    limit: float | None
    noise: float = 1.0

    def __str__(self) -> str:
        cells = (
            self.question,
            self.ours,
            self.theirs,
            f"{self.ratio:.3g} ×",
            self._target(),
            f"{self.noise:.1f} ×",
        )
        return f"| {' | '.join(cells)} |"

    def _target(self) -> str:
        if self.limit is None:
            return "—"
        return f"≤ {self.limit:.3g} × {'met' if self.ratio <= self.limit else 'MISSED'}"


def timed(question: str, ours: Taken, theirs: Taken, limit: float | None) -> Line:
    """Two ways that took turns."""
    mine, other = (f"{1000 * each.median:,.1f} ms" for each in (ours, theirs))
    return Line(question, mine, other, ratio(ours, theirs), limit, max(noise(ours), noise(theirs)))


def say_all(lines: Iterable[Line]) -> None:
    """Each line as soon as it is known."""
    say("| question | ours | theirs | ours to theirs | target | noise |\n|---|---|---|---|---|---|")
    for line in lines:
        say(str(line))


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()
