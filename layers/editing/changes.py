"""A person draws, corrects or removes one feature: who may, what stands in the way, what is written.

What takes time happens before, beside a reading session; the writing one looks whether anything has changed since,
writes and commits.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, NamedTuple

from shapely.geometry.base import BaseGeometry
from sqlalchemy.orm import Session

from layers.editing import merging
from layers.editing.desk import Desk, desk_for, layer_desk
from layers.editing.drafts import Draft, read_draft
from layers.errors import Contested, InvalidValue, NeedsVersion, OutOfDate
from layers.kinds.form import asked_for
from layers.rights import Viewer, may, require
from layers.store import Database, edit, proposals, query
from layers.store.engine import is_clean
from layers.store.history import state_at_version
from layers.store.rows import Prepared, checked_uid
from layers.store.states import Row, State, prepare, ready
from layers.store.tables import WAITING
from layers.store.targets import Target, maker_of, require_edit, target

LONGEST_REASON = 500


class Outcome(NamedTuple):
    """What became of a request. act: None when nothing had to be written. proposal: what waits for another person."""

    uid: str
    act: int | None = None
    created: bool = False
    proposal: int | None = None


@dataclass(frozen=True)
class Request:
    """A change of one feature. version: from which it starts. whole: what it does not speak of is taken away.

    apart: values that an act of its own writes, read and checked by whoever does it.
    """

    ref: int | str
    version: int | None
    body: Mapping[str, Any]
    whole: bool = False
    apart: Mapping[str, Any] = field(default_factory=dict)

    @property
    def reason(self) -> str | None:
        """Why, in the words of the person."""
        said = self.body.get("reason")
        return str(said)[:LONGEST_REASON] if said else None


def create(database: Database, viewer: Viewer, layer_key: str, body: Mapping[str, Any]) -> Outcome:
    """A new feature; the same once more under the same uid changes nothing.

    Who may only mark here submits it for review.
    """
    with database.reading() as session:
        desk = layer_desk(session, viewer, layer_key)
    marks = not may(viewer, "edit", unit=desk.unit, town=viewer.town)
    require(viewer, "mark" if marks and may(viewer, "mark") else "edit", unit=desk.unit, town=viewer.town)
    draft = read_draft(body, desk, whole=True, nameless=marks)
    state = State(_shape(draft), {**draft.onto({}), "is_sample": False}, draft.visibility)
    row = _ready(desk, state)
    if not _stands(desk, row):
        state = replace(state, review=WAITING)
    uid = _uid(body)
    return _added(database, viewer, layer_key, state, prepare(desk.kind, [state], desk.towns, [uid]))


def revise(database: Database, viewer: Viewer, asked: Request) -> Outcome:
    """Change a feature; OutOfDate when others changed it since, with what differs and what can be merged.

    Legal fields of what stands are not written: they become a proposal for another person.
    """
    found, desk = _found(database, viewer, asked.ref)
    draft = read_draft(asked.body, desk, whole=asked.whole)
    draft = _spoken_out(draft, desk, found) if asked.whole else draft
    _refuse_unclean(asked.apart)
    draft = replace(draft, properties={**draft.properties, **asked.apart})
    check_version(database, viewer, found, asked.version, draft)
    legal = {} if found.state.review else proposals.legal_changes(found, draft.properties)
    row = _ready(desk, _changed(found, _without(draft, legal)))
    _require_there(viewer, found, row)
    try:
        return _revised(database, viewer, asked, found, row, legal)
    except OutOfDate:
        found, _ = _found(database, viewer, asked.ref)
        check_version(database, viewer, found, asked.version, draft)
        raise


def remove(database: Database, viewer: Viewer, asked: Request) -> Outcome:
    """Take a feature off the map; it stays in the recycle bin."""
    found, _ = _found(database, viewer, asked.ref)
    check_version(database, viewer, found, asked.version, Draft(None))
    with database.writing() as session:
        with edit.one_act(session, "remove", viewer, asked.reason) as act:
            edit.remove_feature(session, act, found.id, version=asked.version)
        session.commit()
    return Outcome(found.uid, act.id)


def _found(database: Database, viewer: Viewer, ref: int | str) -> tuple[Target, Desk]:
    with database.reading() as session:
        found = target(session, viewer, ref)
        require_edit(session, viewer, found)
        return found, desk_for(session, viewer, found)


# --- what is new -----------------------------------------------------------------------------------------


def _stands(desk: Desk, row: Row) -> bool:
    """Whether it stands at once; raises NotAllowed when the viewer may not even mark it there."""
    town, seen_by = _town(row), row.state.visibility
    if may(desk.viewer, "edit", unit=desk.unit, town=town, visibility=seen_by):
        return True
    deed = "mark" if may(desk.viewer, "mark") else "edit"
    require(desk.viewer, deed, unit=desk.unit, town=town, visibility=seen_by)
    return False


def _added(database: Database, viewer: Viewer, layer_key: str, state: State, prepared: Prepared) -> Outcome:
    with database.writing() as session:
        layer = query.layer_named(session, viewer, layer_key)
        if known := edit.known(session, prepared.uids[0]):
            return _same_again(session, viewer, known, layer.id, state)
        with edit.one_act(session, "mark" if state.review else "create", viewer) as act:
            made = edit.add_state(session, act, layer, prepared)
        session.commit()
    return Outcome(made, act.id, created=True)


def _same_again(session: Session, viewer: Viewer, known: edit.Known, layer_id: int, state: State) -> Outcome:
    """A phone that heard no answer sends once more; anything else under this uid is another feature."""
    same = known.layer_id == layer_id and known.first == replace(state, review=known.first.review)
    if same and maker_of(session, known.id).is_viewer(viewer):
        return Outcome(known.uid)
    raise Contested(
        f"标识为“{known.uid}”的图形已经存在，与这次提交的不同。"
        "要修改它，请打开它后编辑；这是另一个图形，请换一个标识。"
    )


def _uid(body: Mapping[str, Any]) -> str | None:
    said = body.get("id")
    if said is None:
        return None
    if not isinstance(said, str):
        raise InvalidValue(f"图形标识收到“{str(said)[:60]}”，应为 UUID。请改正，或留空由系统生成。")
    return checked_uid(said)


def _shape(draft: Draft) -> BaseGeometry:
    if draft.shape is None:
        raise InvalidValue("没有图形。请先在图上画出它。")
    return draft.shape


# --- what is changed -------------------------------------------------------------------------------------


def _revised(
    database: Database, viewer: Viewer, asked: Request, found: Target, row: Row, legal: dict[str, Any]
) -> Outcome:
    act_id, proposal = None, None
    with database.writing() as session:
        if row.state != found.state:
            what = "resubmit" if found.state.review else "edit"
            with edit.one_act(session, what, viewer, asked.reason) as act:
                edit.write_row(session, act, found.id, row, version=found.version)
            act_id = act.id
        if legal:
            proposal = proposals.propose(session, viewer, found, legal, asked.reason)
        session.commit()
    return Outcome(found.uid, act_id, proposal=proposal)


def _changed(found: Target, draft: Draft) -> State:
    """What was submitted or returned is submitted anew."""
    return State(
        found.state.shape if draft.shape is None else draft.shape,
        draft.onto(found.state.properties),
        draft.visibility if draft.says_visibility else found.state.visibility,
        WAITING if found.state.review else None,
    )


def _refuse_unclean(apart: Mapping[str, Any]) -> None:
    for value in apart.values():
        texts = value if isinstance(value, list) else [value]
        if not all(is_clean(text) for text in texts if isinstance(text, str)):
            raise InvalidValue("填写的内容含有不能保存的控制字符或残缺字符。请删除后重试。")


def _without(draft: Draft, legal: Mapping[str, Any]) -> Draft:
    return replace(draft, properties={k: v for k, v in draft.properties.items() if k not in legal})


def _spoken_out(draft: Draft, desk: Desk, found: Target) -> Draft:
    """With a removal for each field that the viewer may fill in and did not."""
    silent = [field.key for field in asked_for(desk.kind, desk.viewer, desk.unit)]
    removed = {key: None for key in silent if key in found.state.properties}
    return replace(draft, properties={**removed, **draft.properties}, says_visibility=True)


def check_version(
    database: Database, viewer: Viewer, found: Target, version: int | None, draft: Draft
) -> None:
    """Raises NeedsVersion without one, OutOfDate with what differs."""
    if version is None:
        raise NeedsVersion(
            "保存时没有说明依据的是第几版（If-Match），为免覆盖他人的修改，本次未保存。请刷新页面后重试。"
        )
    if version != found.version:
        raise OutOfDate(_stale(found, version), _details(database, viewer, found, version, draft))


def _stale(found: Target, version: int) -> str:
    return (
        f"“{found.name}”已由{found.last.who}修改（您依据的是第 {version} 版，现在是第 {found.version} 版）。"
        "本次未保存：没有冲突的字段可以直接合并，有冲突的请选择保留哪一个。"
    )


def _details(database: Database, viewer: Viewer, found: Target, version: int, draft: Draft) -> dict[str, Any]:
    with database.reading() as session:
        base = state_at_version(session, found.id, version)
    compared = merging.differences(found.kind, viewer, found.unit, draft, merging.Sides(base, found.state))
    theirs = {"version": found.version, "who": found.last.who, "at": found.last.at.isoformat()}
    now = merging.told(found.kind, viewer, found.unit, found.state)
    return {"yours": {"version": version}, "theirs": theirs | now, **compared}


def _require_there(viewer: Viewer, found: Target, row: Row) -> None:
    """Raises NotAllowed when it would move to where the viewer may not write, or become what he may not see."""
    deed = "mark" if found.state.review and not may(viewer, "edit") else "edit"
    require(viewer, deed, unit=found.unit, town=_town(row), visibility=row.state.visibility)


def _ready(desk: Desk, state: State) -> Row:
    return ready(desk.kind, [state], desk.towns)[0]


def _town(row: Row) -> str | None:
    town: str | None = row.feature["derived"].get("town")
    return town
