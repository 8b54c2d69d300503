"""Writers and readers at once: is an update lost, is anybody refused, how long does a writer wait?"""

from __future__ import annotations

import itertools
import random
import threading
import time
from collections import Counter
from dataclasses import dataclass

from tests.people import Caller
from tests.running import Server
from tests.soak.desk import COUNTER, Journal, count_one_more, editors, parcels

SHARED_PARCELS = 6
READS = (
    "/api/layers",
    "/api/layers/idle_parcel/features?limit=20",
    "/tiles/idle_parcel+road_project/11/1697/806.mvt",
    "/api/search?q=jiehu",
    "/api/acts?limit=10",
)
EMPTY = ("/healthz",)
"""What asks nothing of the database: how busy the machine is with other things."""
LONGEST_WAIT_S = 2.0
READS_EVERY_S, WRITES_EVERY_S = 1.0, 0.25
"""Somebody who reads asks about once a second, somebody who writes saves without a pause to think."""


@dataclass(frozen=True)
class Report:
    """What a crowd of this size did in this time."""

    seconds: float
    writers: int
    readers: int
    edits: int
    stale: int
    reads: int
    p50_s: float
    p95_s: float
    longest_s: float
    idle_p95_s: float
    lost: int
    troubles: list[str]

    def __str__(self) -> str:
        return (
            f"{self.writers} writers, {self.readers} readers, {self.seconds:.0f} s: "
            f"{self.edits} edits ({self.stale} stale), {self.reads} reads; edit p50 {self.p50_s * 1000:.0f} ms, "
            f"p95 {self.p95_s * 1000:.0f} ms, longest {self.longest_s * 1000:.0f} ms; "
            f"an empty request meanwhile p95 {self.idle_p95_s * 1000:.0f} ms; "
            f"lost {self.lost}, refused or failed {len(self.troubles)}"
        )


def crowd(server: Server, writers: int, readers: int, seconds: float, seed: int = 7) -> Report:
    """Let them work on a few parcels for so long, then count."""
    people = editors(server, writers + 1)
    shared = parcels(people[0], SHARED_PARCELS)
    before = _counters(people[0], shared)
    journals = [Journal() for _ in range(writers)]
    looked, idle = [Journal() for _ in range(readers)], Journal()
    until = time.monotonic() + seconds
    work = [
        *(
            threading.Thread(target=_write, args=(caller, shared, until, journal, random.Random(seed + at)))
            for at, (caller, journal) in enumerate(zip(people, journals, strict=False))
        ),
        *(threading.Thread(target=_read, args=(people[-1], until, journal)) for journal in looked),
        threading.Thread(target=_read, args=(people[-1], until, idle, EMPTY)),
    ]
    for thread in work:
        thread.start()
    for thread in work:
        thread.join()
    return _report(seconds, journals, looked, idle, before, _counters(people[0], shared))


def _write(caller: Caller, shared: list[str], until: float, journal: Journal, chance: random.Random) -> None:
    while time.monotonic() < until:
        count_one_more(caller, chance.choice(shared), journal)
        time.sleep(WRITES_EVERY_S * chance.random())


def _read(caller: Caller, until: float, journal: Journal, paths: tuple[str, ...] = READS) -> None:
    for path in itertools.cycle(paths):
        if time.monotonic() >= until:
            return
        start = time.perf_counter()
        journal.heard(caller.get(path), 200, 204)
        journal.spent_s.append(time.perf_counter() - start)
        time.sleep(READS_EVERY_S)


def _counters(caller: Caller, shared: list[str]) -> Counter[str]:
    told = {uid: caller.get(f"/api/features/{uid}").json() for uid in shared}
    return Counter({uid: each["edit"]["properties"].get(COUNTER, 0) for uid, each in told.items()})


def _report(
    seconds: float,
    journals: list[Journal],
    looked: list[Journal],
    idle: Journal,
    before: Counter[str],
    after: Counter[str],
) -> Report:
    acknowledged: Counter[str] = Counter()
    for journal in journals:
        acknowledged.update(journal.counted)
    spent = sorted(each for journal in journals for each in journal.spent_s)
    empty = sorted(idle.spent_s)
    return Report(
        seconds=seconds,
        writers=len(journals),
        readers=len(looked),
        edits=acknowledged.total(),
        stale=sum(journal.stale for journal in journals),
        reads=sum(len(journal.spent_s) for journal in looked),
        p50_s=spent[len(spent) // 2],
        p95_s=spent[int(len(spent) * 0.95)],
        longest_s=spent[-1],
        idle_p95_s=empty[int(len(empty) * 0.95)],
        lost=sum(abs(after[uid] - before[uid] - acknowledged[uid]) for uid in after),
        troubles=[trouble for journal in (*journals, *looked) for trouble in journal.troubles],
    )
