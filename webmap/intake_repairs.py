"""Which repairs of an import did a person accept, and what was repaired in the end?"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from layers.checks import BY_CODE, CHECKS, REPAIRABLE, SEVERITIES
from layers.intake import CROSSING, Accepted, accepted
from layers.store import repairs

MOST_LISTED: Final = 200


def chosen(before: Mapping[str, Any] | None, form: MultiDict[str, str]) -> dict[str, Any]:
    """What the form says: `sort` is a check all of whose repairs are accepted, `row` is check:row, one of them.

    `shown` are the rows that the form could say something about; what was accepted of others stays.
    """
    kept = {(check, row) for check, rows in accepted(before).rows.items() for row in rows}
    kept -= _pairs(form.getlist("shown"))
    rows: dict[str, set[int]] = {}
    for check, row in kept | _pairs(form.getlist("row")):
        rows.setdefault(check, set()).add(row)
    sorts = frozenset(form.getlist("sort")) & frozenset(REPAIRABLE)
    return Accepted(sorts, {check: frozenset(listed) for check, listed in rows.items()}).told()


def sorts(found: Mapping[str, Any], said: Mapping[str, Any] | None) -> list[dict[str, Any]]:
    """What the checks found, sort by sort, and which repairs are accepted; also sorts that are repaired by now.

    An error is here what keeps its rows out.
    """
    counts, taken = found.get("sorts") or {}, accepted(said)
    done = {each["check"] for each in found.get("warnings", []) if each["repair"] == "done"}
    return [
        {
            "code": check.code,
            "title": check.title,
            "severity": SEVERITIES["error" if check.code == CROSSING else "warning"],
            "is_error": check.code == CROSSING,
            "explain": check.explain,
            "repair": check.repair,
            "count": counts.get(check.code, 0),
            "done": sum(
                each["repair"] == "done" and each["check"] == check.code for each in found.get("warnings", [])
            ),
            "accepted": check.code in taken.sorts,
        }
        for check in CHECKS
        if check.code in counts or check.code in done or check.code in taken.sorts
    ]


def told(session: Session, act_id: int | None) -> dict[str, Any]:
    """What an import repaired, for its report."""
    if act_id is None:
        return {"count": 0, "rows": []}
    found = repairs.repairs_of(session, act_id, MOST_LISTED)
    rows = [
        {"place": each.words, "checks": "、".join(BY_CODE[code].title for code in each.checks)}
        for each in found
    ]
    return {"count": repairs.count_repairs(session, act_id), "rows": rows}


def _pairs(said: list[str]) -> set[tuple[str, int]]:
    found = set()
    for each in said:
        check, _, row = each.partition(":")
        if check in REPAIRABLE and row.isascii() and row.isdigit() and len(row) < 9:
            found.add((check, int(row)))
    return found
