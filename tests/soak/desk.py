"""How does somebody at a desk work in these tests: read, change with If-Match, try again when it was stale?"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tests.people import Caller, add_account, sign_in_as
from tests.running import Answer, Server, running
from tests.soak.ground import Place

LAYER = "idle_parcel"
COUNTER = "jobs"
"""A field of whole numbers that no second person must see."""
TRIES = 200


@dataclass
class Journal:
    """What was acknowledged, and how long it took."""

    counted: dict[str, int] = field(default_factory=dict)
    spent_s: list[float] = field(default_factory=list)
    stale: int = 0
    troubles: list[str] = field(default_factory=list)

    def heard(self, answer: Answer, *expected: int) -> None:
        """Anything that nobody should ever get is a trouble."""
        if answer.status not in expected:
            self.troubles.append(f"{answer.status}: {answer.body[:300].decode('utf-8', 'replace')}")


@contextmanager
def office(place: Place, **settings: str) -> Iterator[Server]:
    """A server of two processes, without a limit on writes."""
    with running(
        place.home, WEBMAP_WORKERS="2", WEBMAP_WRITES_PER_MINUTE="0", **place.settings, **settings
    ) as server:
        yield server


def editors(server: Server, count: int) -> list[Caller]:
    """People of the unit that owns the parcels, each with an account of their own."""
    return [sign_in_as(server, add_account(server, "editor")) for _ in range(count)]


def parcels(caller: Caller, count: int) -> list[str]:
    """The uids of some parcels."""
    found = caller.get(f"/api/layers/{LAYER}/features?limit={count}").json()["features"]
    return [each["id"] for each in found]


def count_one_more(caller: Caller, uid: str, journal: Journal) -> bool:
    """Add one to the counter of a parcel, however often others come first; whether it was acknowledged."""
    for _ in range(TRIES):
        now = caller.get(f"/api/features/{uid}")
        journal.heard(now, 200)
        if now.status != 200:
            return False
        value = now.json()["edit"]["properties"].get(COUNTER, 0) + 1
        start = time.perf_counter()
        answer = change(caller, uid, now.headers["etag"], {COUNTER: value})
        journal.spent_s.append(time.perf_counter() - start)
        journal.heard(answer, 200, 412)
        if answer.status == 200:
            journal.counted[uid] = journal.counted.get(uid, 0) + 1
            return True
        journal.stale += 1
    journal.troubles.append(f"{uid} could not be changed in {TRIES} tries")
    return False


def change(caller: Caller, uid: str, etag: str, properties: dict[str, Any]) -> Answer:
    """One PATCH from the version that the ETag names."""
    return caller.patch(f"/api/features/{uid}", json={"properties": properties}, headers={"If-Match": etag})
