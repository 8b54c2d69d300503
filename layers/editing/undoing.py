"""How is a deed taken back, and what stands in the way?

Each of its features returns to the state from before, and each photo to where it was, in one new act. A bulk act that only brought features is
hidden by one small write instead. What somebody changed since is a conflict: then nothing is done until the person
says to leave those features (`REST`) or to take them back too (`ALL`).
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from itertools import groupby
from typing import Any, Final, NamedTuple

from sqlalchemy.orm import Session

from layers.editing import telling
from layers.errors import Contested, InvalidValue, MapError, NotAllowed, OutOfDate
from layers.rights import Viewer, may, require
from layers.store import Database, attachment_moves, edit, hiding, history, review
from layers.store.acts import title_of
from layers.store.attachment_moves import WAY_BACK, Move
from layers.store.derive import Towns
from layers.store.edit import Change
from layers.store.history import Deed, Moment, Step, Trace
from layers.store.stand_ins import is_carried_over
from layers.store.states import Row, State, ready, taken_away, towns_now
from layers.store.tables import Act
from layers.store.targets import Target, require_edit, target, targets_in

REST, ALL = "rest", "all"
BULK: Final = ("import", "sample")
MANY: Final = 200
"""An act that brought more features than this is hidden rather than taken back one by one; more are written in turns."""
_MOST_CONFLICTS_TOLD: Final = 100
_TRIES: Final = 3


class Undone(NamedTuple):
    """What an undo did. left: features that stayed as others made them since. photos: those that went back."""

    act: int
    undone: int
    left: int
    photos: int = 0


@dataclass(frozen=True)
class _Plan:
    """What would be done. as_one: what the act brought is hidden, or what it hid is shown, as a whole."""

    deed: Deed
    rows: dict[int, Row]
    found: dict[int, Target]
    left: int = 0
    as_one: bool = False
    photos: Sequence[Move] = ()


def undo(
    database: Database, viewer: Viewer, act_id: int, *, despite: str | None = None, reason: str | None = None
) -> Undone:
    """Take an act back; Contested with the conflicts when somebody changed some of it since."""
    for _ in range(_TRIES):
        with database.reading() as session:
            plan = _planned(session, viewer, act_id, despite)
        try:
            return _done(database, viewer, plan, reason)
        except OutOfDate as changed:
            refusal = changed
    raise refusal


def restore(database: Database, viewer: Viewer, ref: int | str, reason: str | None = None) -> str:
    """Bring a deleted feature back as it was; returns its uid."""
    with database.reading() as session:
        found = target(session, viewer, ref, deleted=True)
        require_edit(session, viewer, found)
        if not found.state.deleted:
            raise InvalidValue(f"“{found.name}”没有被删除，不用恢复。请刷新后查看。")
        towns = towns_now(session, found.kind.key)
        (row,) = ready(found.kind, [replace(found.state, deleted=False)], towns)
    with database.writing() as session:
        with edit.one_act(session, "restore", viewer, reason) as act:
            edit.write_rows(session, act, {found.id: row}, {found.id: found.version})
        session.commit()
    return found.uid


# --- what would be done ------------------------------------------------------------------------------------


def _planned(session: Session, viewer: Viewer, act_id: int, despite: str | None) -> _Plan:
    deed = history.deed(session, viewer, act_id)
    if not is_carried_over(session, act_id):
        raise Contested("这次批量操作刚刚完成，系统正在收尾。请几秒后再撤销。", {"conflicts": []})
    as_one = _goes_as_one(session, deed)
    if as_one:
        _require_whole(session, viewer, deed)
    touched = _touched(session, viewer, deed, as_one=as_one)
    # What goes as one is hidden with its act: a feature that was there before must leave that act.
    todo = [trace for trace in touched if not _is_back(trace) or (as_one and _would_vanish(trace, deed))]
    photos = [move for move in attachment_moves.moves_of(session, act_id) if move.is_there]
    if not todo and not as_one and not photos:
        raise Contested(_nothing(deed), {"conflicts": []})
    _require_reviewer(session, viewer, deed)
    contested = [trace for trace in todo if trace.found.state != trace.step.after.state]
    chosen = [trace for trace in todo if despite == ALL or trace not in contested]
    if contested and (despite is None or not (chosen or as_one)):
        raise _contested(deed, viewer, contested, len(todo) - len(contested), as_one=as_one)
    found = {trace.found.id: trace.found for trace in chosen}
    rows = _rows(session, viewer, chosen)
    own = not touched and deed.account is not None and deed.account == viewer.account
    _check_photos(session, viewer, photos, rows, own=own and may(viewer, "attach"))
    return _Plan(deed, rows, found, len(todo) - len(chosen), as_one, photos)


def _goes_as_one(session: Session, deed: Deed) -> bool:
    """Whether it is hidden or shown as a whole: a bulk act that brought features, or what did so with one."""
    if hiding.turned_by(session, deed.id):
        return True
    bulk = deed.what in BULK or deed.count > MANY
    return bulk and history.brings(session, deed.id)


def _require_whole(session: Session, viewer: Viewer, deed: Deed) -> None:
    """Raises NotAllowed unless the viewer may edit every layer of it."""
    for layer in hiding.layers_turned(session, deed.id):
        require(viewer, "edit", unit=layer.unit, visibility=layer.visibility)
    if not hiding.turned_by(session, deed.id) and hiding.is_hidden(session, deed.id):
        raise Contested(_nothing(deed), {"conflicts": []})


def _touched(session: Session, viewer: Viewer, deed: Deed, *, as_one: bool) -> list[Trace]:
    """The features that must be taken back one by one: of a bulk act those that were there before it, and those
    that somebody changed since.
    """
    if as_one and not hiding.turned_by(session, deed.id):
        return history.changed(session, viewer, deed.id)
    return history.traces(session, viewer, deed.id)


def _would_vanish(trace: Trace, deed: Deed) -> bool:
    return trace.step.before is not None and trace.found.act_id == deed.id


def _is_back(trace: Trace) -> bool:
    """Whether it is already as before the act."""
    now, aim = trace.found.state, _aim(trace)
    return (now.deleted and aim.deleted) or now == aim


def _aim(trace: Trace) -> State:
    """How it was before; off the map when the act brought it."""
    if trace.step.before is None:
        return replace(trace.found.state, deleted=True)
    return trace.step.before.state


def _rows(session: Session, viewer: Viewer, chosen: Sequence[Trace]) -> dict[int, Row]:
    rows: dict[int, Row] = {}
    for _, group in groupby(sorted(chosen, key=_layer), key=_layer):
        of_layer = list(group)
        towns = towns_now(session, of_layer[0].found.kind.key)
        made = back_rows([(trace.found, _aim(trace)) for trace in of_layer], towns)
        for trace, row in zip(of_layer, made, strict=True):
            _require(session, viewer, trace, row)
            rows[trace.found.id] = row
    return rows


def _layer(trace: Trace) -> int:
    return trace.found.layer_id


def back_rows(wanted: Sequence[tuple[Target, State]], towns: Towns) -> list[Row]:
    """Features of one layer in the states that they shall have."""
    if not wanted:
        return []
    made = ready(wanted[0][0].kind, [state for _, state in wanted], towns)
    return [
        taken_away(found.state) if state.deleted else row
        for (found, state), row in zip(wanted, made, strict=True)
    ]


def _require(session: Session, viewer: Viewer, trace: Trace, row: Row) -> None:
    """Raises NotAllowed unless the viewer may edit it, where it is and where it goes, and decide what he takes back."""
    found = trace.found
    require_edit(session, viewer, found)
    if "derived" in row.feature and not found.state.review:
        town = row.feature["derived"].get("town")
        require(viewer, "edit", unit=found.unit, town=town, visibility=row.state.visibility)
    if _is_decision(trace):
        require(viewer, "review", unit=found.unit, town=found.town)


def _is_decision(trace: Trace) -> bool:
    """Whether legal fields, or what a reviewer decided, would change."""
    if trace.step.before is None or trace.found.state.deleted:
        return False
    now, aim = trace.found.state, _aim(trace)
    legal = [field.key for field in trace.found.kind.fields if field.legal]
    return now.review != aim.review or any(
        now.properties.get(key) != aim.properties.get(key) for key in legal
    )


def _require_reviewer(session: Session, viewer: Viewer, deed: Deed) -> None:
    """A merge of a mark was a decision: only who may decide on the mark takes it back."""
    merged = review.merged_by(session, deed.id)
    if merged is not None:
        found = target(session, viewer, merged, deleted=True)
        require(viewer, "review", unit=found.unit, visibility=found.visibility, town=found.town)


def _check_photos(
    session: Session, viewer: Viewer, photos: Sequence[Move], rows: dict[int, Row], *, own: bool
) -> None:
    """Raises unless each may go back to a feature that stands then. own: the viewer removed them himself."""
    if any(photo.is_late for photo in photos):
        raise Contested(f"附件删除已满 {WAY_BACK.days} 天，不能再撤销。需要原件时请联系系统管理员。")
    ids = {id_ for photo in photos for id_ in (photo.from_feature_id, photo.to_feature_id)}
    known = {found.id: found for found in targets_in(session, viewer, list(ids))}
    if len(known) != len(ids):
        raise NotAllowed("这次操作还涉及您无权查看的图形，不能撤销。请由有权限的人员处理。")
    for found in known.values():
        if not own:
            require_edit(session, viewer, found)
    for photo in photos:
        found = known[photo.from_feature_id]
        after = rows[found.id].state if found.id in rows else found.state
        if after.deleted and not photo.removed_before:
            raise Contested(f"“{photo.name}”所属的“{found.name}”已被删除。请先在回收站恢复它，再撤销。")


# --- doing it ----------------------------------------------------------------------------------------------


def _done(database: Database, viewer: Viewer, plan: _Plan, reason: str | None) -> Undone:
    if len(plan.rows) > MANY:
        return _done_in_turns(database, viewer, plan, reason)
    versions = {id_: found.version for id_, found in plan.found.items()}
    count = len(plan.rows)
    with database.writing() as session:
        with edit.one_act(session, "undo", viewer, reason, undoes=plan.deed.id) as act:
            edit.write_rows(session, act, plan.rows, versions)
            attachment_moves.put_back(session, act, plan.photos)
            if plan.as_one:
                count += hiding.turn_back(session, act, plan.deed.id)
        session.commit()
    return Undone(act.id, count, plan.left, len(plan.photos))


def _done_in_turns(database: Database, viewer: Viewer, plan: _Plan, reason: str | None) -> Undone:
    """The same for so many that others would wait: unseen until it is complete."""
    changes = [
        Change(id_, plan.found[id_].layer_id, plan.found[id_].version, row) for id_, row in plan.rows.items()
    ]
    turned = 0

    def turn_back(session: Session, act: Act) -> None:
        nonlocal turned
        attachment_moves.put_back(session, act, plan.photos)
        if plan.as_one:
            turned = hiding.turn_back(session, act, plan.deed.id)
            # Those that were there before still belong to the act until they are carried over.
            turned -= sum(found.act_id == plan.deed.id for found in plan.found.values())

    act_id = edit.start_bulk(database, "undo", viewer, reason, undoes=plan.deed.id)
    try:
        edit.stand_in_turns(database, act_id, changes)
        edit.finish_bulk(database, act_id, also=turn_back)
    except BaseException:
        with suppress(MapError):
            edit.abandon_bulk(database, act_id)
        raise
    return Undone(act_id, len(changes) + turned, plan.left, len(plan.photos))


# --- what stands in the way --------------------------------------------------------------------------------


def _nothing(deed: Deed) -> str:
    return f"{deed.who}的“{title_of(deed.what)}”没有可撤销的内容：已经撤销，或已改回原样。请刷新后查看。"


def _contested(
    deed: Deed, viewer: Viewer, contested: Sequence[Trace], untouched: int, *, as_one: bool
) -> Contested:
    """Who changed what since, and what can be done despite it."""
    names = "、".join(f"“{trace.found.name}”" for trace in contested[:3])
    rest = "其余全部" if as_one else f"其余 {untouched} 个"
    return Contested(
        f"{deed.who}的“{title_of(deed.what)}”之后，有 {len(contested)} 个图形又被修改（{names}{'等' if len(contested) > 3 else ''}）。"
        f"可以只撤销{rest}（despite: rest），或连同后来的修改一起撤销（despite: all）。本次未改动任何数据。",
        {
            "conflicts": [_conflict(trace, viewer) for trace in contested[:_MOST_CONFLICTS_TOLD]],
            "contested": len(contested),
            "untouched": untouched,
            "despite": [REST, ALL],
        },
    )


def _conflict(trace: Trace, viewer: Viewer) -> dict[str, Any]:
    """What somebody made of it since."""
    found = trace.found
    since = Step(found.version, 0, trace.step.after, Moment(found.state, found.derived))
    return {
        "uid": found.uid,
        "name": found.name,
        "layer": found.layer_key,
        "who": found.last.who,
        "at": found.last.at.isoformat(),
        "title": title_of(found.last.what),
        **telling.told_step(since, found, viewer),
    }
