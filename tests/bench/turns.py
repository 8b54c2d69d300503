"""How long does each of several ways take, when they take turns? A noisy machine then disturbs all alike."""

from __future__ import annotations

import gc
import os
import statistics
import time
from collections.abc import Callable, Mapping
from functools import partial
from typing import Final, NamedTuple

Act = Callable[[], object]
Timed = Callable[[], float]
MOST_ROUNDS: Final = int(os.environ.get("WEBMAP_BENCH_ROUNDS", "99"))
"""A look at whether all still runs does with one."""


class Taken(NamedTuple):
    """Seconds of one way, round by round."""

    seconds: tuple[float, ...]

    @property
    def median(self) -> float:
        return statistics.median(self.seconds)


def seconds(act: Act) -> float:
    gc.collect()
    start = time.perf_counter()
    act()
    return time.perf_counter() - start


def in_turns(acts: Mapping[str, Act], rounds: int, *, warm_up: bool = True) -> dict[str, Taken]:
    """Every way once to warm up, then all of them in every round, each time beginning with another."""
    return by_turns({name: partial(seconds, act) for name, act in acts.items()}, rounds, warm_up=warm_up)


def by_turns(timed: Mapping[str, Timed], rounds: int, *, warm_up: bool = True) -> dict[str, Taken]:
    """The same of ways that tell themselves how long they took, without what they make ready and put away."""
    for act in timed.values() if warm_up else ():
        act()
    names = list(timed)
    taken: dict[str, list[float]] = {name: [] for name in names}
    for number in range(min(rounds, MOST_ROUNDS)):
        for name in names[number % len(names) :] + names[: number % len(names)]:
            taken[name].append(timed[name]())
    return {name: Taken(tuple(times)) for name, times in taken.items()}


def ratio(ours: Taken, theirs: Taken) -> float:
    """Ours to theirs, the median over the rounds: what disturbed one round disturbed both."""
    return statistics.median(a / b for a, b in zip(ours.seconds, theirs.seconds, strict=True))


def noise(taken: Taken) -> float:
    """The slowest round to the fastest: 1 on a quiet machine."""
    return max(taken.seconds) / min(taken.seconds)
