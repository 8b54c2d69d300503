"""Two editors save the same feature in the same moment: is one of them told, each time?"""

from __future__ import annotations

import threading
from dataclasses import dataclass

from tests.people import Caller
from tests.running import Answer, Server
from tests.soak.desk import change, editors, parcels


@dataclass(frozen=True)
class Race:
    """What both were answered, and what stands."""

    statuses: list[int]
    stands: str
    winner: str
    told_of: str


def race(server: Server, times: int) -> list[Race]:
    """So many races on one parcel; each editor writes another text from the same version."""
    pair = editors(server, 2)
    (uid,) = parcels(pair[0], 1)
    return [_one(pair, uid, number) for number in range(times)]


def _one(pair: list[Caller], uid: str, number: int) -> Race:
    etag = pair[0].get(f"/api/features/{uid}").headers["etag"]
    start, answers = threading.Barrier(2), dict[int, Answer]()

    def save(at: int) -> None:
        start.wait()
        answers[at] = change(pair[at], uid, etag, {"note": f"第{number}次，{at}"})

    both = [threading.Thread(target=save, args=(at,)) for at in range(2)]
    for thread in both:
        thread.start()
    for thread in both:
        thread.join()
    return _told(answers, pair[0].get(f"/api/features/{uid}"), number)


def _told(answers: dict[int, Answer], now: Answer, number: int) -> Race:
    winners = [f"第{number}次，{at}" for at, answer in answers.items() if answer.status == 200]
    refusals = [answer.json() for answer in answers.values() if answer.status == 412]
    conflicts = [each for refusal in refusals for each in refusal["conflicts"] if each["field"] == "note"]
    return Race(
        statuses=sorted(answer.status for answer in answers.values()),
        stands=now.json()["edit"]["properties"]["note"],
        winner="、".join(winners),
        told_of="、".join(str(each["theirs"]) for each in conflicts),
    )
