"""Somebody writes a milestone of a project, says when it was reached, or strikes it out: one act of its history each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from layers import clock
from layers.editing import changes
from layers.editing.changes import Outcome, Request
from layers.errors import InvalidValue
from layers.kinds.milestones import KEY, milestones_of, read_milestone, with_one, without, words_of
from layers.rights import Viewer
from layers.store import Database
from layers.store.targets import require_edit, target


@dataclass(frozen=True)
class TypedMilestone:
    """What stands in the form, as it was typed."""

    name: str = ""
    planned: str = ""
    actual: str = ""


def record(
    database: Database, viewer: Viewer, uid: str, version: int | None, typed: TypedMilestone
) -> Outcome:
    """Add a milestone, or give the one of this name its days; InvalidValue with what would be right."""
    stored = _stored(database, viewer, uid)
    written = read_milestone(typed.name, typed.planned, typed.actual)
    if written.actual and written.actual > clock.today():
        raise InvalidValue(f"“实际日期”是将来的 {written.actual}。请填写已经发生的日期，或留空。")
    return _revised(database, viewer, uid, version, with_one(stored, written), f"节点：{words_of(written)}")


def strike(database: Database, viewer: Viewer, uid: str, version: int | None, name: str) -> Outcome:
    """Take out the milestone of this name; the history keeps it."""
    stored = _stored(database, viewer, uid)
    if name not in [each.name for each in milestones_of(stored)]:
        raise InvalidValue(f"节点“{name[:40]}”已经不在清单里。请刷新页面后重试。")
    return _revised(database, viewer, uid, version, without(stored, name), f"删除节点：{name}")


def _stored(database: Database, viewer: Viewer, uid: str) -> Any:
    with database.reading() as session:
        found = target(session, viewer, uid)
        require_edit(session, viewer, found)
    if KEY not in found.kind.by_key:
        raise InvalidValue(f"“{found.kind.title}”没有节点，只有项目有。请选择项目。")
    return found.state.properties.get(KEY)


def _revised(
    database: Database,
    viewer: Viewer,
    uid: str,
    version: int | None,
    lines: list[str],
    reason: str,
) -> Outcome:
    said = {"properties": {KEY: lines or None}, "reason": reason}
    return changes.revise(database, viewer, Request(uid, version, said))
