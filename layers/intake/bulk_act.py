"""How does an import stay whole? Whatever goes wrong inside, or is raised by who listens, nothing of it is ever seen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Final, NamedTuple

from layers.errors import MapError
from layers.rights import Viewer
from layers.store import Database, edit

WHAT: Final = "import"


class Heard(NamedTuple):
    """Who listens to an import: `start` hears the act, `turn` how many rows are written, `end` comes before they are seen."""

    start: Callable[[int], object] = lambda act_id: None
    turn: Callable[[int], object] = lambda count: None
    end: Callable[[], object] = lambda: None


NOBODY: Final = Heard()


@contextmanager
def bulk_act(
    database: Database,
    who: str | Viewer,
    reason: str,
    layer_key: str,
    heard: Heard = NOBODY,
    also: edit.Also = edit.nothing_else,
) -> Iterator[int]:
    """A pending act, seen as a whole when the block is through. also: what happens in that moment."""
    act_id = edit.start_bulk(database, WHAT, who, reason)
    try:
        heard.start(act_id)
        yield act_id
        heard.end()
        edit.finish_bulk(database, act_id, layer_key, also)
    except BaseException:
        # A disk that is full may refuse this too: then the act stays hidden, and the next start sweeps it.
        with suppress(MapError):
            edit.abandon_bulk(database, act_id)
        raise
