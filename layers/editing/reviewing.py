"""A second person decides: what a collector submitted, and changes of legal fields. 复核人 ≠ 编辑人.

Approved it stands; returned it waits for its author with the reason; merged it goes into a feature that stands.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Final, NamedTuple

from sqlalchemy.orm import Session

from layers.editing.desk import desk_for
from layers.errors import Contested, InvalidValue, NotAllowed
from layers.rights import Viewer, may, require
from layers.store import Database, attachment_moves, edit, proposals, review
from layers.store.proposals import APPROVED, REFUSED, WITHDRAWN
from layers.store.states import Row, State, ready, taken_away, towns_now
from layers.store.tables import RETURNED, WAITING, Act, Proposal
from layers.store.targets import Target, maker_of, require_edit, target

APPROVE, RETURN, MERGE = "approve", "return", "merge"
_DECISIONS: Final = {APPROVE: "通过", RETURN: "退回", MERGE: "并入"}


@dataclass(frozen=True)
class Decision:
    """What a reviewer decides. reason: needed for a return. into: the uid of the feature it is merged into."""

    what: str
    reason: str | None = None
    into: str | None = None


class Decided(NamedTuple):
    """uid: the feature that stands for it now. act: None when nothing on the map changed."""

    uid: str
    act: int | None


class _Case(NamedTuple):
    """What is decided, with what follows, made ready before anything is written."""

    found: Target
    rows: dict[int, Row]
    versions: dict[int, int]
    into: Target | None = None


def decide(database: Database, viewer: Viewer, ref: int | str, decision: Decision) -> Decided:
    """Decide on what waits: a mark, or else the proposal on a feature that stands."""
    _check(decision)
    with database.reading() as session:
        found = target(session, viewer, ref)
        require(viewer, "review", unit=found.unit, visibility=found.visibility, town=found.town)
        waits = found.state.review is not None
        proposed = None if waits else proposals.open_proposal(session, found.id)
        if not waits and proposed is None:
            raise Contested(f"“{found.name}”没有等待审核的内容，可能已由他人处理。请刷新后查看。")
        case = _mark_case(session, viewer, found, decision) if waits else None
    if case is not None:
        return _decided(database, viewer, case, decision)
    return _decided_proposal(database, viewer, found, decision)


def _check(decision: Decision) -> None:
    if decision.what not in _DECISIONS:
        allowed = "、".join(f"{code}（{word}）" for code, word in _DECISIONS.items())
        raise InvalidValue(f"审核决定收到“{decision.what[:40]}”，应为以下之一：{allowed}。请改正。")
    if decision.what == MERGE and not decision.into:
        raise InvalidValue("并入时须指明并入哪一个图形（into）。请先在图上选定它。")


# --- what was submitted ------------------------------------------------------------------------------------


def _mark_case(session: Session, viewer: Viewer, found: Target, decision: Decision) -> _Case:
    require(viewer, "review", unit=found.unit, visibility=found.visibility, town=found.town)
    if decision.what == RETURN and not decision.reason:
        raise InvalidValue("退回时请写明原因，提交的人才知道该改什么。")
    if maker_of(session, found.id).is_viewer(viewer):
        raise NotAllowed("不能审核自己提交的内容。请由本单位另一位审核人员处理。")
    return _CASES[decision.what](session, viewer, found, decision)


def _approved(session: Session, viewer: Viewer, found: Target, decision: Decision) -> _Case:
    return _case(session, found, replace(found.state, review=None))


def _returned(session: Session, viewer: Viewer, found: Target, decision: Decision) -> _Case:
    return _case(session, found, replace(found.state, review=RETURNED))


def _merged(session: Session, viewer: Viewer, found: Target, decision: Decision) -> _Case:
    """What stands keeps what it says; the mark fills its blanks and goes."""
    into = target(session, viewer, decision.into or "")
    if into.layer_id != found.layer_id or into.state.review or into.id == found.id:
        raise InvalidValue(f"“{into.name}”不能并入：应为同一图层里已经生效的图形。请另选一个。")
    require_edit(session, viewer, into)
    case = _case(session, into, replace(into.state, properties=_filled(into, found)))
    return _Case(
        found,
        case.rows | {found.id: taken_away(found.state)},
        case.versions | {found.id: found.version},
        into,
    )


_CASES: Final[Mapping[str, Callable[[Session, Viewer, Target, Decision], _Case]]] = {
    APPROVE: _approved,
    RETURN: _returned,
    MERGE: _merged,
}


def _filled(into: Target, found: Target) -> dict[str, Any]:
    """Blanks only, and nothing that a second person must see."""
    legal = {field.key for field in into.kind.fields if field.legal}
    brought = {key: value for key, value in found.state.properties.items() if key not in legal}
    return {**brought, **into.state.properties}


def _case(session: Session, found: Target, state: State) -> _Case:
    (row,) = ready(found.kind, [state], towns_now(session, found.kind.key))
    return _Case(found, {found.id: row}, {found.id: found.version})


def _decided(database: Database, viewer: Viewer, case: _Case, decision: Decision) -> Decided:
    with database.writing() as session:
        with edit.one_act(session, decision.what, viewer, decision.reason) as act:
            edit.write_rows(session, act, case.rows, case.versions)
            into = case.into.id if case.into else None
            review.note(session, act, case.found.id, decision.what, decision.reason, into)
            if into:
                attachment_moves.give_all(session, act, case.found.id, into)
        session.commit()
    return Decided((case.into or case.found).uid, act.id)


# --- legal fields ------------------------------------------------------------------------------------------


def _decided_proposal(database: Database, viewer: Viewer, found: Target, decision: Decision) -> Decided:
    with database.reading() as session:
        towns = desk_for(session, viewer, found).towns
    with database.writing() as session:
        waiting = proposals.open_proposal(session, found.id, locked=True)
        if waiting is None:
            raise Contested(f"“{found.name}”的修改已由他人复核。请刷新后查看。")
        act = None
        if decision.what == APPROVE:
            _require_second(viewer, found, waiting)
            (row,) = ready(found.kind, [_with(found, waiting)], towns)
            act = _approve(session, viewer, found, waiting, row)
            proposals.close(waiting, viewer, APPROVED, decision.reason, act.id)
        else:
            _refuse(viewer, found, waiting, decision)
        session.commit()
    return Decided(found.uid, act.id if act else None)


def _require_second(viewer: Viewer, found: Target, waiting: Proposal) -> None:
    require(viewer, "review", unit=found.unit, visibility=found.visibility, town=found.town)
    if proposals.author_of(waiting).is_viewer(viewer):
        raise NotAllowed(
            "权属与期限字段的修改须由另一人复核，不能复核自己提出的修改。请本单位另一位审核人员处理。"
        )


def _with(found: Target, waiting: Proposal) -> State:
    """Raises Contested when the fields were changed since it was proposed."""
    stored = found.state.properties
    changed = [key for key, value in waiting.before.items() if stored.get(key) != value]
    if changed:
        titles = "、".join(found.kind.by_key[key].title for key in changed if key in found.kind.by_key)
        raise Contested(f"提出修改之后，{titles}又有变化，不能直接通过。请退回，由提出人按现值重新修改。")
    merged = {**stored, **waiting.after}
    return replace(found.state, properties={key: value for key, value in merged.items() if value is not None})


def _approve(session: Session, viewer: Viewer, found: Target, waiting: Proposal, row: Row) -> Act:
    reason = "；".join(filter(None, [f"{waiting.who}提出", waiting.reason]))
    with edit.one_act(session, "approve_legal", viewer, reason) as act:
        edit.write_rows(session, act, {found.id: row}, {found.id: found.version})
    return act


def _refuse(viewer: Viewer, found: Target, waiting: Proposal, decision: Decision) -> None:
    """By who may review, with a reason; or by the author, who thinks better of it."""
    if decision.what == MERGE:
        raise InvalidValue("权属与期限字段的修改只能通过或退回。请改选。")
    if proposals.author_of(waiting).is_viewer(viewer):
        proposals.close(waiting, viewer, WITHDRAWN, decision.reason)
        return
    require(viewer, "review", unit=found.unit, visibility=found.visibility, town=found.town)
    if not decision.reason:
        raise InvalidValue("退回时请写明原因，提出修改的人才知道该改什么。")
    proposals.close(waiting, viewer, REFUSED, decision.reason)


# --- what waits --------------------------------------------------------------------------------------------


def waiting_for(session: Session, viewer: Viewer) -> dict[str, Any]:
    """What waits for this viewer: to be reviewed, to be checked as a second person, to be corrected."""
    require(viewer, "mark" if may(viewer, "mark") else "review")
    submitted = review.in_review(session, viewer)
    proposed = proposals.all_open(session, viewer)
    own = [each for each in submitted if maker_of(session, each.id).is_viewer(viewer)]
    pending = [each for each in submitted if _is_mine_to_review(viewer, each) and each not in own]
    to_check = [
        proposals.told(waiting, viewer, found) | _told(found)
        for found, waiting in proposed
        if may(viewer, "review", unit=found.unit, town=found.town)
        and not proposals.author_of(waiting).is_viewer(viewer)
    ]
    returned = [each for each in own if each.state.review == RETURNED]
    told = {
        "pending": [_told(each) | _by(session, each) for each in pending if each.state.review == WAITING],
        "proposals": to_check,
        "returned": [_told(each) | _returned_why(session, each) for each in returned],
        "submitted": [_told(each) for each in own if each.state.review == WAITING],
    }
    counts = {key: len(told[key]) for key in ("pending", "proposals", "returned")}
    return {"counts": counts | {"total": sum(counts.values())}, **told}


def _is_mine_to_review(viewer: Viewer, found: Target) -> bool:
    return may(viewer, "review", unit=found.unit, visibility=found.visibility, town=found.town)


def _told(found: Target) -> dict[str, Any]:
    west, south, east, north = found.state.shape.bounds
    return {
        "uid": found.uid,
        "name": found.name,
        "layer": found.layer_key,
        "kind": found.kind.title,
        "version": found.version,
        "town": found.town,
        "bounds": [west, south, east, north],
    }


def _by(session: Session, found: Target) -> dict[str, Any]:
    maker = maker_of(session, found.id)
    return {"who": maker.who, "at": maker.at.isoformat()}


def _returned_why(session: Session, found: Target) -> dict[str, Any]:
    why = review.last_return(session, found.id)
    return {"by": why.who, "at": why.at.isoformat(), "reason": why.reason} if why else {}
