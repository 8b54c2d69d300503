"""What waits for a reviewer, and what was decided?"""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from layers.store.tables import Act, ReviewNote


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
