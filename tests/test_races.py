"""Two people save in the same moment: one is told, on either database."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import shapely

from layers.editing import changes
from layers.editing.changes import Outcome, Request
from layers.errors import MapError, OutOfDate
from layers.store.engine import Database
from tests.stored import found, lay, square
from tests.test_history_undo import LI, WANG, draw, timeline, totals

RACES = 25
UID = "01934c00-0000-7000-8000-0000000000aa"


def at_once(*deeds: Callable[[], Outcome]) -> list[Outcome | MapError]:
    """What became of deeds that start in the same moment."""
    start, became = threading.Barrier(len(deeds)), dict[int, Outcome | MapError]()

    def run(place: int, deed: Callable[[], Outcome]) -> None:
        start.wait()
        try:
            became[place] = deed()
        except MapError as refusal:
            became[place] = refusal

    threads = [threading.Thread(target=run, args=each) for each in enumerate(deeds)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return [became[place] for place in range(len(deeds))]


def test_of_two_who_save_the_same_version_one_is_told(database: Database) -> None:
    lay(database, "idle_parcel")
    uid = draw(database, "一号地")
    for number in range(1, RACES + 1):
        bodies: list[dict[str, Any]] = [{"properties": {"note": f"{number}-{who}"}} for who in "甲乙"]
        became = at_once(
            lambda body=bodies[0], at=number: changes.revise(database, LI, Request(uid, at, body)),  # type: ignore[misc]
            lambda body=bodies[1], at=number: changes.revise(database, WANG, Request(uid, at, body)),  # type: ignore[misc]
        )
        (won,) = [place for place, each in enumerate(became) if isinstance(each, Outcome)]
        (refusal,) = [each for each in became if isinstance(each, OutOfDate)]
        assert found(database, uid).properties["note"] == bodies[won]["properties"]["note"]
        assert refusal.details["theirs"]["version"] == number + 1
        assert [each["theirs"] for each in refusal.details["conflicts"]] == [
            bodies[won]["properties"]["note"]
        ]
    assert len(timeline(database, uid)) == RACES + 1


def test_a_phone_that_sends_twice_at_once_makes_one_site(database: Database) -> None:
    lay(database, "idle_parcel")
    body = {
        "id": UID,
        "geometry": shapely.geometry.mapping(square(118.42, 35.52)),
        "properties": {"name": "甲"},
    }
    became = at_once(*[lambda: changes.create(database, LI, "idle_parcel", body)] * 4)
    assert sorted(each.created for each in became if isinstance(each, Outcome)) == [False] * 3 + [True]
    assert totals(database)[0] == 1


def test_of_two_who_remove_the_same_one_is_told(database: Database) -> None:
    lay(database, "idle_parcel")
    uid = draw(database, "一号地")
    became = at_once(
        lambda: changes.remove(database, LI, Request(uid, 1, {})),
        lambda: changes.remove(database, WANG, Request(uid, 1, {})),
    )
    assert sorted(type(each) is Outcome for each in became) == [False, True]
