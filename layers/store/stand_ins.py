"""How do thousands of features change at one moment, while nobody waits?

    act_id = start_bulk(database, "导入", who)
    stand_in_turns(database, act_id, changes)
    finish_bulk(database, act_id)

Each new state is written in turns as a further row of the pending act, which stands in for its feature once the act
is done: that is one small write. Then the states are carried over into the features themselves, again in turns, and
a reader sees the same before, in between and after. What a dead process left undone the next start carries over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, delete, select, update
from sqlalchemy.orm import Session, aliased

from layers import clock
from layers.errors import OutOfDate
from layers.store.engine import Database, insert_columns, new_ids, to_json
from layers.store.pace import Pace
from layers.store.rows import columns, new_uid
from layers.store.states import Row, in_transit, keep_versions
from layers.store.tables import DONE, Act, Attachment, AttachmentMove, Feature, Search, StandIn, table_of
from layers.store.wordbook import enter_words, forget_words

_TOLD: Final = 3
_CARRIED: Final = ("shape", "properties", "derived", "derived_until", "visibility", "review")


@dataclass(frozen=True)
class Change:
    """A feature, the version from which its new state was made, and that state. Off the map where it is deleted."""

    feature_id: int
    layer_id: int
    version: int
    row: Row


def stand_in_turns(
    database: Database,
    act_id: int,
    changes: Iterable[Change],
    on_turn: Callable[[int], object] = lambda count: None,
) -> int:
    """Write the new states under a pending act in turns that hold the lock for 0.2 s at most; returns how many."""
    count, pace = 0, Pace()
    for turn in pace.turns(iter(changes)):
        with database.writing(in_turns=True) as session, pace.measured():
            _write(session, act_id, turn)
            session.commit()
        count += len(turn)
        on_turn(count)
    return count


def refuse_overtaken(session: Session, act_id: int) -> None:
    """Raises OutOfDate when a feature of the pending act was changed since; the others are locked until its end."""
    ours = select(StandIn.feature_id).where(StandIn.act_id == act_id)
    session.execute(select(Feature.id).where(Feature.id.in_(ours)).order_by(Feature.id).with_for_update())
    moving = in_transit(session, ours)
    overtaken = select(Feature.properties).join(StandIn, StandIn.feature_id == Feature.id)
    changed = session.scalars(
        overtaken.where(StandIn.act_id == act_id, Feature.version != StandIn.version).order_by(Feature.id)
    ).all()
    if moving or changed:
        names = "、".join(f"“{told.get('name', '')}”" for told in changed[:_TOLD])
        which = f"（{names}{'等' if len(changed) > _TOLD else ''}）" if names else ""
        raise OutOfDate(
            f"其中 {max(len(changed), 1)} 个图形{which}在核对之后被他人修改。本次未改动任何数据，请重新核对后再做。"
        )


def carry_over(database: Database, act_id: int) -> None:
    """Bring the states of an act that is done into the features themselves, and take the stand-ins away."""
    pace = Pace()
    while _carry_some(database, act_id, pace):
        pass


def left_behind(session: Session) -> list[int]:
    """Acts that are done and not carried over: a process died on the way."""
    waiting = select(StandIn.act_id).join(Act, Act.id == StandIn.act_id).where(Act.state == DONE)
    return list(session.scalars(waiting.distinct().order_by(StandIn.act_id)))


def is_carried_over(session: Session, act_id: int) -> bool:
    """Whether nothing of the act is on its way any more."""
    return session.scalar(select(StandIn.act_id).where(StandIn.act_id == act_id).limit(1)) is None


# --- the pending act -----------------------------------------------------------------------------------


def _write(session: Session, act_id: int, turn: Sequence[Change]) -> None:
    staying = [change for change in turn if not change.row.state.deleted]
    ids = iter(new_ids(session, table_of(Feature), len(staying)))
    by = [None if change.row.state.deleted else next(ids) for change in turn]
    noted: dict[str, list[Any]] = {
        "feature_id": [change.feature_id for change in turn],
        "version": [change.version for change in turn],
        "by_id": by,
    }
    insert_columns(session, table_of(StandIn), noted, {"act_id": act_id})
    if staying:
        _write_states(session, act_id, staying, [id_ for id_ in by if id_ is not None])


def _write_states(session: Session, act_id: int, staying: Sequence[Change], ids: Sequence[int]) -> None:
    told = columns([{key: change.row.feature[key] for key in _CARRIED} for change in staying])
    own: dict[str, list[Any]] = {
        "id": list(ids),
        "uid": [new_uid() for _ in staying],
        "layer_id": [change.layer_id for change in staying],
        "version": [change.version + 1 for change in staying],
        "properties": list(map(to_json, told.pop("properties"))),
        "derived": list(map(to_json, told.pop("derived"))),
    }
    insert_columns(session, table_of(Feature), own | told, {"act_id": act_id, "created_at": clock.now()})
    enter_words(session, ids, columns([change.row.words for change in staying]))


# --- the act is done -----------------------------------------------------------------------------------


def _carry_some(database: Database, act_id: int, pace: Pace) -> bool:
    """Whether there was something left."""
    with database.writing(in_turns=True) as session, pace.measured():
        ids = list(session.scalars(_waiting(act_id).limit(pace.size)))
        if ids:
            _carry(session, session.get_one(Act, act_id), ids)
        session.commit()
    return bool(ids)


def _waiting(act_id: int) -> Select[int]:
    return select(StandIn.feature_id).where(StandIn.act_id == act_id).order_by(StandIn.feature_id)


def _carry(session: Session, act: Act, ids: Sequence[int]) -> None:
    for start in range(0, len(ids), 500):
        keep_versions(session, act, ids[start : start + 500])
    # In the order of their ids, and what lies before is gone: one bound says which.
    ours = (StandIn.act_id == act.id) & (StandIn.feature_id <= ids[-1])
    _move_states(session, act, ours)
    _move_words(session, ours)
    _remove_stand_ins(session, ours)


def _move_states(session: Session, act: Act, ours: ColumnElement[bool]) -> None:
    by, connection = aliased(Feature), session.connection()
    changed = {"act_id": act.id, "version": Feature.version + 1}
    connection.execute(
        update(Feature)
        .where(ours, Feature.id == StandIn.feature_id, by.id == StandIn.by_id)
        .values({key: getattr(by, key) for key in _CARRIED} | changed | {"deleted_at": None})
    )
    gone = select(StandIn.feature_id).where(ours, StandIn.by_id.is_(None))
    connection.execute(
        update(Feature).where(Feature.id.in_(gone)).values({**changed, "deleted_at": clock.now()})
    )


def _move_words(session: Session, ours: ColumnElement[bool]) -> None:
    connection = session.connection()
    before = select(StandIn.feature_id).where(ours)
    forget_words(session, before)
    moves = (AttachmentMove.from_feature_id, AttachmentMove.to_feature_id)
    for column in (Search.feature_id, Attachment.feature_id, *moves):
        to_which = {column.key: StandIn.feature_id}
        connection.execute(update(column.class_).where(ours, column == StandIn.by_id).values(to_which))


def _remove_stand_ins(session: Session, ours: ColumnElement[bool]) -> None:
    connection = session.connection()
    rows = select(StandIn.by_id).where(ours, StandIn.by_id.is_not(None))
    connection.execute(delete(Feature).where(Feature.id.in_(rows)))
    connection.execute(delete(StandIn).where(ours))
