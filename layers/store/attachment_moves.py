"""Which photos did an act take off a feature or give to another, and how do they go back?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from layers import clock
from layers.errors import Contested, OutOfDate
from layers.store.tables import Act, Attachment, AttachmentMove

MOST_OF_A_FEATURE: Final = 200
WAY_BACK: Final = timedelta(days=30)
"""So long after it was removed a photo can be put back; WEBMAP_PRUNE_DAYS keeps its files at least as long."""


@dataclass(frozen=True)
class Move:
    """What an act did with one attachment. is_there: nobody has moved, removed or put it back since.

    is_late: it was removed so long ago that its files may go.
    """

    attachment_id: int
    name: str
    from_feature_id: int
    to_feature_id: int
    removed_before: bool
    removed_after: bool
    is_there: bool
    is_late: bool


@dataclass(frozen=True)
class PhotoStep:
    """What an act did with one attachment of a feature. what: a key of PHOTO_STEPS. may_return: it can be put back."""

    act_id: int
    name: str
    what: str
    may_return: bool = False


PHOTO_STEPS: Final = {
    "added": "添加",
    "removed": "删除",
    "restored": "恢复",
    "came": "并入",
    "left": "移走",
}


def take_off(session: Session, act: Act, row: Attachment) -> None:
    """Off its feature."""
    _move(session, act, row, row.feature_id, removed=True)


def give_all(session: Session, act: Act, from_id: int, into_id: int) -> None:
    """The photos of what was merged belong to what it was merged into."""
    standing = select(Attachment).where(Attachment.feature_id == from_id, Attachment.deleted_at.is_(None))
    for row in session.scalars(standing.order_by(Attachment.id)):
        _move(session, act, row, into_id, removed=False)


def moves_of(session: Session, act_id: int) -> list[Move]:
    """All that an act did, with how it is now."""
    asked = (
        select(AttachmentMove, Attachment)
        .join(Attachment, Attachment.id == AttachmentMove.attachment_id)
        .where(AttachmentMove.act_id == act_id)
        .order_by(AttachmentMove.id)
        .execution_options(populate_existing=True)
    )
    return [_told(move, row) for move, row in session.execute(asked)]


def photo_steps(session: Session, feature_id: int) -> list[PhotoStep]:
    """All that happened to the attachments of a feature, also of those that are elsewhere now, in the order of time."""
    here = or_(AttachmentMove.from_feature_id == feature_id, AttachmentMove.to_feature_id == feature_id)
    asked = select(AttachmentMove, Attachment).join(Attachment, Attachment.id == AttachmentMove.attachment_id)
    pairs = session.execute(asked.where(here).order_by(AttachmentMove.id))
    moved: list[tuple[AttachmentMove, Attachment]] = [(move, row) for move, row in pairs]
    first = {row.id: move for move, row in reversed(moved)}
    standing = session.scalars(select(Attachment).where(Attachment.feature_id == feature_id))
    rows = {row.id: row for row in (*standing, *(row for _, row in moved))}
    began = [row for id_, row in sorted(rows.items()) if _began(feature_id, first.get(id_))]
    added = [PhotoStep(row.act_id, row.name, "added") for row in began]
    return added + [_step(feature_id, move, row) for move, row in moved]


def put_back(session: Session, act: Act, moves: Sequence[Move]) -> None:
    """Each to where it was. OutOfDate when somebody moved one meanwhile, Contested when a feature has no room."""
    if not all(move.is_there for move in _fresh(session, moves)):
        raise OutOfDate("照片刚刚被其他人改动，没有撤销。请刷新后重试。")
    for move in moves:
        row = session.get_one(Attachment, move.attachment_id)
        _move(session, act, row, move.from_feature_id, removed=move.removed_before)
    session.flush()
    for feature_id in {move.from_feature_id for move in moves}:
        if count_of(session, feature_id) > MOST_OF_A_FEATURE:
            raise Contested(
                f"这个图形的附件已满 {MOST_OF_A_FEATURE} 个，放不下恢复的照片。请先删除不需要的附件再撤销。"
            )


def count_of(session: Session, feature_id: int) -> int:
    """How many attachments stand on a feature."""
    there = (Attachment.feature_id == feature_id, Attachment.deleted_at.is_(None))
    return session.execute(select(func.count()).select_from(Attachment).where(*there)).scalar_one()


def _step(feature_id: int, move: AttachmentMove, row: Attachment) -> PhotoStep:
    told = _told(move, row)
    back = move.removed_after and not move.removed_before and told.is_there and not told.is_late
    return PhotoStep(move.act_id, row.name, _what(feature_id, move), back)


def _began(feature_id: int, first: AttachmentMove | None) -> bool:
    """Whether it was attached to this feature, not to one whose photos came here."""
    return first is None or first.from_feature_id == feature_id


def _what(feature_id: int, move: AttachmentMove) -> str:
    if move.from_feature_id != move.to_feature_id:
        return "came" if move.to_feature_id == feature_id else "left"
    return "removed" if move.removed_after else "restored"


def _fresh(session: Session, moves: Sequence[Move]) -> list[Move]:
    """The same moves with how their attachments are at this moment, locked where the database has such locks."""
    ids = [move.attachment_id for move in moves]
    asked = select(Attachment).where(Attachment.id.in_(ids)).with_for_update()
    rows = {row.id: row for row in session.scalars(asked.execution_options(populate_existing=True))}
    return [_told(move, rows[move.attachment_id]) for move in moves]


def _told(move: AttachmentMove | Move, row: Attachment) -> Move:
    removed = row.deleted_at
    return Move(
        attachment_id=row.id,
        name=row.name,
        from_feature_id=move.from_feature_id,
        to_feature_id=move.to_feature_id,
        removed_before=move.removed_before,
        removed_after=move.removed_after,
        is_there=(row.feature_id, removed is not None) == (move.to_feature_id, move.removed_after),
        is_late=removed is not None and removed < clock.now() - WAY_BACK,
    )


def _move(session: Session, act: Act, row: Attachment, to_id: int, *, removed: bool) -> None:
    session.add(
        AttachmentMove(
            attachment_id=row.id,
            act_id=act.id,
            from_feature_id=row.feature_id,
            to_feature_id=to_id,
            removed_before=row.deleted_at is not None,
            removed_after=removed,
        )
    )
    row.feature_id = to_id
    row.deleted_at = clock.now() if removed else None
