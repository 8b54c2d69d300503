"""Who sees to it that big layers can be seen from afar? A watch beside the long work, and the job that it orders.

A big layer that came in bulk gets its overview at once; after edits it waits until nobody has changed it for a while.
"""

from __future__ import annotations

import threading
import time
from typing import TYPE_CHECKING, Any, Final

from layers.errors import MapError

if TYPE_CHECKING:
    from layers.jobs import Running
    from layers.store import Database

OVERVIEW: Final = "overview"
LOOK_EVERY_S: Final = 2.0
QUIET_S: Final = 6.0
LONGEST_S: Final = 60.0
"""An overview is renewed when its layer was left alone for so long, and after this at the latest."""


def rebuild(database: Database, job: Running) -> dict[str, Any]:
    """Work the overview of a layer out anew, where it has changed."""
    from layers.tiles import pyramid

    return {"tiles": pyramid.rebuild(database, str(job.arguments["layer"]), job.tell)}


class Watch:
    """Which overviews must be made, and when? It remembers since when it has known of each change."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[int, float, float]] = {}

    def look(self, database: Database, now: float) -> list[str]:
        """Order what is to be made now; the keys of those layers."""
        from layers.tiles import pyramid

        with database.reading() as session:
            big = pyramid.big_layers(session)
            waiting = {layer.key: layer.version for layer in big if pyramid.is_due(session, layer)}
            missing = {layer.key for layer in big if not pyramid.is_ready(session, layer)}
        self._known = {key: self._since(key, version, now) for key, version in waiting.items()}
        ripe = [key for key in waiting if key in missing or self._is_ripe(key, now)]
        return _ordered(database, ripe, [layer.id for layer in big])

    def _since(self, key: str, version: int, now: float) -> tuple[int, float, float]:
        """The version, since when it is that, and since when the overview is behind."""
        before, since, first = self._known.get(key, (None, now, now))
        return version, (since if before == version else now), first

    def _is_ripe(self, key: str, now: float) -> bool:
        _, since, first = self._known[key]
        return now - since >= QUIET_S or now - first >= LONGEST_S


def _ordered(database: Database, keys: list[str], big: list[int]) -> list[str]:
    """One job at most waits or runs for each layer; what is kept of layers that are big no more is forgotten."""
    from layers.rights import SYSTEM_VIEWER
    from layers.store import jobs, overviews

    with database.reading() as session:
        under_way = {str(each.get("layer")) for each in jobs.under_way(session, OVERVIEW)}
        outdated = overviews.outdated(session, big)
    new = [key for key in keys if key not in under_way]
    if new or outdated:
        with database.writing() as session:
            overviews.forget(session, outdated)
            for key in new:
                jobs.enqueue(session, SYSTEM_VIEWER, OVERVIEW, {"layer": key})
            session.commit()
    return new


def keep_watch(url: str, stop: threading.Event) -> None:
    """Look again and again, until told to stop."""
    from layers.store import Database

    database, watch = Database(url), Watch()
    try:
        while not stop.wait(LOOK_EVERY_S):
            try:
                watch.look(database, time.monotonic())
            except MapError:
                continue  # a database that is away or busy comes back
    finally:
        database.dispose()
