"""Somebody holds a parcel for a project, or lets it go (意向锁定): one act of the parcel's history each.

Only 业务 and 审核 of the unit that owns the layer may. A hold ends by itself with its last day.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from layers import clock
from layers.editing import changes
from layers.editing.changes import Outcome, Request
from layers.errors import Contested, InvalidValue, NotAllowed, OutOfDate
from layers.kinds.held import PROJECT, hold_of, read_hold, said_of, standing_hold
from layers.rights import Viewer, may, require
from layers.store import Database
from layers.store.targets import Target, target


def hold(
    database: Database,
    viewer: Viewer,
    ref: int | str,
    version: int | None,
    body: Mapping[str, Any],
    days: int,
) -> Outcome:
    """Hold it for `project` (of `unit`) through the day `until`, or for so many days from today.

    Contested where it is held for another project; for the same project the hold is renewed. version: None takes the
    one that stands now.
    """
    found = _held_land(database, viewer, ref)
    today = clock.today()
    wanted = read_hold(body, viewer.name, today, days)
    standing = standing_hold(found.state.properties, today)
    if standing and standing.project != wanted.project:
        raise Contested(
            f"“{found.name}”已为“{standing.project}”意向锁定，至 {standing.until}。请先解除，或另选地块。"
        )
    return _written(database, viewer, found, version, said_of(wanted), f"意向锁定：{wanted.words()}")


def release(database: Database, viewer: Viewer, ref: int | str, version: int | None) -> Outcome:
    """Let it go before its day."""
    found = _held_land(database, viewer, ref)
    before = hold_of(found.state.properties)
    if before is None:
        raise InvalidValue(f"“{found.name}”没有意向锁定，无需解除。请刷新页面查看最新状态。")
    return _written(database, viewer, found, version, said_of(None), f"解除意向锁定：{before.project}")


def _held_land(database: Database, viewer: Viewer, ref: int | str) -> Target:
    with database.reading() as session:
        found = target(session, viewer, ref)
    if PROJECT not in found.kind.by_key:
        raise InvalidValue(
            f"“{found.kind.title}”不能意向锁定，只有闲置低效用地、用地指标来源和自定义面图层的地块可以。"
        )
    require(viewer, "hold")
    # Not the staff of a town in which it lies: who owns the layer decides.
    if not may(viewer, "hold", unit=found.unit, visibility=found.visibility):
        raise NotAllowed(
            f"“{found.name}”由“{found.unit}”主管，只有该单位的业务或审核人员可以意向锁定或解除。请联系该单位。"
        )
    if found.state.review:
        raise InvalidValue(f"“{found.name}”还在待审核，不能意向锁定。请先审核通过。")
    return found


def _written(
    database: Database,
    viewer: Viewer,
    found: Target,
    version: int | None,
    said: dict[str, str | None],
    reason: str,
) -> Outcome:
    asked = Request(found.uid, version or found.version, {"reason": reason}, apart=said)
    try:
        return changes.revise(database, viewer, asked)
    except OutOfDate:
        if version is None:
            raise Contested(f"“{found.name}”刚刚被他人修改。请刷新后重试。") from None
        raise
