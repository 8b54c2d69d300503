"""What does the page tell of a comparison, and what of it does somebody want done?"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import Any, Final

import numpy as np

from layers.errors import OutOfDate
from layers.intake import Choice, Comparison, JoinPlan
from layers.intake.comparing import Changed
from layers.rights import Viewer
from layers.store import Database
from layers.store.targets import Target, targets_in
from webmap.sketch import light

MOST_LISTED: Final = 400
MOST_GONE: Final = 200
NO_KEY: Final = "none"
"""The key of who wants every row to be new."""
STALE: Final = "图上的数据或文件在核对之后有变化，未改动任何数据。请重新核对后再导入。"


def told(
    database: Database, viewer: Viewer, found: Comparison, keys: Sequence[tuple[str, str]]
) -> dict[str, Any]:
    """For the page, as JSON."""
    return {
        "key": found.key,
        "key_title": found.title,
        "keys": [list(each) for each in keys],
        "new": len(found.new),
        "changed": len(found.changed),
        "unchanged": found.unchanged,
        "removed": len(found.removed),
        "listed": [_changed(each) for each in found.changed[:MOST_LISTED]],
        "gone": gone(database, viewer, found.removed),
        "reshaped": sum(each.shape is not None for each in found.changed),
        "stamp": found.stamp,
    }


def told_of_ledger(
    database: Database, viewer: Viewer, found: JoinPlan, keys: Sequence[tuple[str, str]]
) -> dict[str, Any]:
    """The same for a table without shapes, whose rows cannot be new."""
    return {
        "key": next((key for key, title in keys if title == found.key), ""),
        "key_title": found.key,
        "keys": [list(each) for each in keys],
        "ledger": True,
        "new": 0,
        "changed": len(found.changes),
        "unchanged": found.unchanged,
        "removed": len(found.missing),
        "not_found": len(found.not_found),
        "not_found_some": [list(each) for each in found.not_found[:MOST_GONE]],
        "listed": [_changed(each) for each in found.changes[:MOST_LISTED]],
        "gone": gone(database, viewer, found.missing),
        "reshaped": 0,
        "stamp": stamp_of(found),
    }


def stamp_of(found: JoinPlan) -> str:
    """The same as long as the map and the table are."""
    versions = sorted((each.target.uid, each.target.version) for each in found.changes)
    return hashlib.sha256(repr(versions).encode()).hexdigest()[:16]


def gone(database: Database, viewer: Viewer, ids: Sequence[int]) -> list[dict[str, Any]]:
    """The first of the features that the file does not have."""
    with database.reading() as session:
        some = list(targets_in(session, viewer, ids[:MOST_GONE]))
    return [{"uid": each.uid, "name": each.name, "code": code_of(each), "old": _lines(each)} for each in some]


def choice_of(told_to_do: dict[str, Any]) -> Choice:
    """What the form said: all, none, or the ticked ones."""
    ticked = frozenset(map(str, told_to_do.get("ticked", [])))
    wanted: dict[str, bool | frozenset[str]] = {"all": True, "none": False, "ticked": ticked}
    return Choice(
        new=told_to_do.get("new") != "none",
        changed=wanted.get(str(told_to_do.get("changed")), True),
        removed=wanted.get(str(told_to_do.get("removed")), False),
    )


def refuse_stale(agreed: object, now: str) -> None:
    """Raises OutOfDate when somebody agreed to another comparison than this one."""
    if agreed != now:
        raise OutOfDate(STALE)


def _changed(each: Changed) -> dict[str, Any]:
    old = _lines(each.target)
    return {
        "uid": each.target.uid,
        "name": each.target.name,
        "code": code_of(each.target),
        "place": each.place,
        "differences": [list(difference) for difference in each.differences],
        "reshaped": each.shape is not None,
        "old": old,
        "new": old if each.shape is None else light(np.array([each.shape], object)),
    }


def code_of(target: Target) -> str:
    """The number by which people know it; empty where it has none."""
    return str(target.state.properties.get(target.kind.code_field) or "")


def _lines(target: Target) -> list[Any]:
    return light(np.array([target.state.shape], object))
