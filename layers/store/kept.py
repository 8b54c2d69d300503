"""What was worked out a moment ago? Kept in memory for readers, the longest unused first to go."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import Any, Final, TypeVar

from sqlalchemy.orm import Session

MOST_KEPT: Final = 64
_LOCK: Final = Lock()
_SHELF: Final = "kept answers"
T = TypeVar("T")


def kept(session: Session, place: Any, edition: Any, find: Callable[[], T]) -> T:
    """The answer that is kept in this place, or a new one when it belongs to another edition.

    A writing session keeps nothing, it may roll back.
    """
    there: dict[Any, Any] | None = session.info.get("totals")
    if there is None:
        return find()
    with _LOCK:
        shelf: OrderedDict[Any, tuple[Any, T]] = there.setdefault(_SHELF, OrderedDict())
        known = shelf.get(place)
        if known is not None and known[0] == edition:
            shelf.move_to_end(place)
            return known[1]
    found = find()
    with _LOCK:
        shelf[place] = (edition, found)
        shelf.move_to_end(place)
        while len(shelf) > MOST_KEPT:
            shelf.popitem(last=False)
    return found
