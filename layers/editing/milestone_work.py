"""Somebody writes a milestone of a project, says when it was reached, or strikes it out: one act of its history each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from layers import clock
from layers.editing import changes
from layers.editing.changes import Outcome, Request
from layers.editing.reporting import require_report
from layers.errors import InvalidValue, NotAllowed, OutOfDate
from layers.kinds.milestones import KEY, milestones_of, read_milestone, with_one, without, words_of
from layers.rights import Viewer, may, require
from layers.store import Database, edit
from layers.store.states import ready, towns_now
from layers.store.targets import Target, require_edit, target


@dataclass(frozen=True)
class TypedMilestone:
    """What stands in the form, as it was typed."""

    name: str = ""
    planned: str = ""
    actual: str = ""


def record(
    database: Database, viewer: Viewer, uid: str, version: int | None, typed: TypedMilestone
) -> Outcome:
    """Add a milestone, or give the one of this name its days; InvalidValue with what would be right.

    Who reports the project, but does not edit it, says only when a planned milestone was reached.
    """
    found = _project(database, viewer, uid)
    stored = found.state.properties.get(KEY)
    written = read_milestone(typed.name, typed.planned, typed.actual)
    if written.actual and written.actual > clock.today():
        raise InvalidValue(f"“实际日期”是将来的 {written.actual}。请填写已经发生的日期，或留空。")
    lines, reason = with_one(stored, written), f"节点：{words_of(written)}"
    if not may(viewer, "report"):
        return _revised(database, viewer, uid, version, lines, reason)
    _require_planned(
        written.name, written.planned, {each.name: each.planned for each in milestones_of(stored)}
    )
    if written.actual is None:
        raise InvalidValue("“实际日期”必须填写，但这里是空的。请填写节点完成的日期（如 2026-06-30）。")
    return _reported(database, viewer, found, version, lines, reason)


def strike(database: Database, viewer: Viewer, uid: str, version: int | None, name: str) -> Outcome:
    """Take out the milestone of this name; the history keeps it."""
    found = _project(database, viewer, uid)
    require(viewer, "edit", unit=found.unit, visibility=found.visibility, town=found.town)
    stored = found.state.properties.get(KEY)
    if name not in [each.name for each in milestones_of(stored)]:
        raise InvalidValue(f"节点“{name[:40]}”已经不在清单里。请刷新页面后重试。")
    return _revised(database, viewer, uid, version, without(stored, name), f"删除节点：{name}")


def _project(database: Database, viewer: Viewer, uid: str) -> Target:
    """Of those that the viewer edits or reports."""
    with database.reading() as session:
        found = target(session, viewer, uid)
        if may(viewer, "report"):
            require_report(viewer, found)
        else:
            require_edit(session, viewer, found)
    if KEY not in found.kind.by_key:
        raise InvalidValue(f"“{found.kind.title}”没有节点，只有项目有。请选择项目。")
    return found


def _require_planned(name: str, planned: date | None, known: Mapping[str, date | None]) -> None:
    if name not in known or known[name] != planned:
        raise NotAllowed(
            f"填报账号只登记已有节点的实际日期，“{name[:40]}”的名称或计划日期与清单不同。"
            "请在清单中该节点的一行填写实际日期；要增加节点或改计划，请联系业务人员。"
        )


def _reported(
    database: Database, viewer: Viewer, found: Target, version: int | None, lines: list[str], reason: str
) -> Outcome:
    if version is None or version != found.version:
        raise OutOfDate(f"“{found.name}”已由{found.last.who}修改，本次未保存。请刷新页面后再登记。")
    state = replace(found.state, properties={**found.state.properties, KEY: lines})
    with database.reading() as session:
        row = ready(found.kind, [state], towns_now(session, found.kind.key))[0]
    with database.writing() as session:
        with edit.one_act(session, "report", viewer, reason) as act:
            edit.write_rows(session, act, {found.id: row}, {found.id: version})
        session.commit()
    return Outcome(found.uid, act.id)


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
