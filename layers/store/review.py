"""What waits for a reviewer, and what was decided?"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import and_, select, update
from sqlalchemy.orm import Session

from layers.rights import Viewer
from layers.store.tables import Act, Attachment, Feature, ReviewNote
from layers.store.targets import Target, targets


class Returned(NamedTuple):
    """Why a feature was given back to who submitted it."""

    who: str
    at: datetime
    reason: str | None


def last_return(session: Session, feature_id: int) -> Returned | None:
    """The latest one."""
    found = session.execute(
        select(Act.who, Act.at, ReviewNote.reason)
        .join(Act, Act.id == ReviewNote.act_id)
        .where(ReviewNote.feature_id == feature_id, ReviewNote.decision == "return")
        .order_by(ReviewNote.id.desc())
        .limit(1)
    ).one_or_none()
    return None if found is None else Returned(*found)


def note(
    session: Session, act: Act, feature_id: int, decision: str, reason: str | None, into: int | None
) -> None:
    """Keep what was decided beside the act that did it."""
    session.add(
        ReviewNote(
            feature_id=feature_id, act_id=act.id, decision=decision, reason=reason, into_feature_id=into
        )
    )


def move_attachments(session: Session, from_id: int, into_id: int) -> None:
    """The photos of what was merged belong to what it was merged into."""
    moved = update(Attachment).where(Attachment.feature_id == from_id).values(feature_id=into_id)
    session.execute(moved.execution_options(synchronize_session=False))


def in_review(session: Session, viewer: Viewer) -> list[Target]:
    """All that was submitted or returned and that this viewer may see, in the order in which it came."""
    return targets(session, viewer, and_(Feature.review.is_not(None), Feature.deleted_at.is_(None)))
