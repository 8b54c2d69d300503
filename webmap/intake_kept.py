"""What of a file that was just read is still at hand when it is to be brought in?

A process of the background keeps the last small file that it read, with its plan. It is good for as long as nothing
that the plan rests on has changed: the file, the answers, who asks, the map as that person sees it, and the day.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, NamedTuple

from layers import clock
from layers.checks import Limits
from layers.intake import Dataset, Plan
from layers.kinds import kind_for
from layers.rights import Viewer
from layers.store import Database, query

MOST_ROWS: Final = 5000
"""Reading more takes longer than starting to read, and they would fill the memory meanwhile."""


class AtHand(NamedTuple):
    """A file as it was read, and what would happen to it."""

    dataset: Dataset
    plan: Plan


_last: dict[str, AtHand] = {}


def ground_of(
    database: Database, viewer: Viewer, arguments: Mapping[str, Any], layer: str, limits: Limits
) -> str:
    """All that a plan rests on, as one text. arguments: of the job; layer: where the rows go."""
    with database.reading() as session:
        layers = query.layer_rows(session, viewer)
        found = [
            (each.key, each.version, each.unit, each.visibility, kind_for(each).digest) for each in layers
        ]
    file = (arguments["uid"], arguments["name"], arguments["sha256"])
    answers = sorted({**arguments["answers"], "layer": layer}.items())
    return repr((database.url, viewer, file, answers, limits, clock.today(), found))


def keep(ground: str, dataset: Dataset, plan: Plan) -> None:
    """Have it at hand, in place of what was there before."""
    _last.clear()
    if plan.count <= MOST_ROWS:
        _last[ground] = AtHand(dataset, plan)


def taken(ground: str) -> AtHand | None:
    """What is at hand of exactly this; it is handed out once."""
    return _last.pop(ground, None)
