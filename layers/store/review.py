"""What waits for a reviewer, and what was decided?"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import and_, select
from sqlalchemy.orm import Session

from layers.rights import Viewer
from layers.store.tables import Act, Feature, ReviewNote
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


def merged_by(session: Session, act_id: int) -> int | None:
    """Id of the mark that a reviewer merged by this act, or by the one that it takes back; None: it merged none."""
    asked: int | None = act_id
    while asked is not None:
        merged = (ReviewNote.act_id == asked, ReviewNote.into_feature_id.is_not(None))
        if found := session.scalar(select(ReviewNote.feature_id).where(*merged)):
            return found
        asked = session.scalar(select(Act.undoes_act).where(Act.id == asked))
    return None


def in_review(session: Session, viewer: Viewer) -> list[Target]:
    """All that was submitted or returned and that this viewer may see, in the order in which it came."""
    return targets(session, viewer, and_(Feature.review.is_not(None), Feature.deleted_at.is_(None)))
