"""Somebody writes a step into the ledger of a case, or strikes one out: one act of the parcel's history each."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from layers import clock
from layers.editing import changes
from layers.editing.changes import Outcome, Request
from layers.errors import InvalidValue
from layers.kinds.case_steps import entries_of, lines_of, read_entry, words_of
from layers.kinds.idle_parcel import CASE, IDLE_PARCEL
from layers.rights import Viewer
from layers.store import Database, query
from layers.store.attachments import attachments_of
from layers.store.targets import Target, require_edit, target


@dataclass(frozen=True)
class Typed:
    """What stands in the form, as it was typed."""

    step: str = ""
    day: str = ""
    number: str = ""
    note: str = ""
    attachment: str = ""


def record(database: Database, viewer: Viewer, uid: str, version: int | None, typed: Typed) -> Outcome:
    """Add one step; InvalidValue with what would be right."""
    found = _case(database, viewer, uid)
    entry = read_entry(typed.step, typed.day, typed.number, typed.note, typed.attachment)
    _require_past(entry.day)
    _require_own_file(database, viewer, uid, entry.attachment)
    lines = lines_of([*entries_of(found.state.properties.get(CASE)), entry])
    return _written(database, viewer, uid, version, lines, f"处置台账：{words_of(entry)}")


def strike(database: Database, viewer: Viewer, uid: str, version: int | None, place: int) -> Outcome:
    """Take out the entry at this place (from 0); the history keeps it."""
    found = _case(database, viewer, uid)
    entries = entries_of(found.state.properties.get(CASE))
    if not 0 <= place < len(entries):
        raise InvalidValue("要删除的这一步已经不在处置台账里。请刷新页面后重试。")
    gone = entries.pop(place)
    return _written(database, viewer, uid, version, lines_of(entries), f"处置台账删除：{words_of(gone)}")


def _case(database: Database, viewer: Viewer, uid: str) -> Target:
    with database.reading() as session:
        found = target(session, viewer, uid)
        require_edit(session, viewer, found)
    if CASE not in found.kind.by_key:
        raise InvalidValue(f"“{found.kind.title}”没有处置台账，只有{IDLE_PARCEL.title}有。请选择其中的地块。")
    return found


def _require_past(day: date | None) -> None:
    if day is None:
        raise InvalidValue("“日期”必须填写，但这里是空的。请填写这一步完成的日期（如 2026-06-30）。")
    if day > clock.today():
        raise InvalidValue(f"“日期”是将来的 {day}。请填写已经发生的日期。")


def _require_own_file(database: Database, viewer: Viewer, uid: str, attachment: str) -> None:
    if not attachment:
        return
    with database.reading() as session:
        feature = query.feature_of(session, viewer, uid)
        own = {each.row.uid for each in attachments_of(session, viewer, feature)}
    if attachment not in own:
        raise InvalidValue("所选附件不属于这个地块，或者已被删除。请先给地块添加附件，再选择它。")


def _written(
    database: Database, viewer: Viewer, uid: str, version: int | None, lines: list[str], reason: str
) -> Outcome:
    # With the last line goes the step that followed from it.
    said = {CASE: lines} if lines else {CASE: None, "case_step": None}
    return changes.revise(database, viewer, Request(uid, version, {"properties": said, "reason": reason}))
