"""Which deed of which person does a change belong to?"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from layers import clock
from layers.store.tables import DONE, PENDING, Act, Feature, Layer


@contextmanager
def one_act(session: Session, what: str, who: str, reason: str | None = None) -> Iterator[Act]:
    """Everything changed inside belongs to one act, done at the end; the caller commits."""
    act = new_act(session, what, who, reason)
    yield act
    finish_act(session, act)


def new_act(session: Session, what: str, who: str, reason: str | None) -> Act:
    """A pending act: nobody sees what it changes."""
    act = Act(what=what, who=who, at=clock.now(), reason=reason, state=PENDING, count=0)
    session.add(act)
    session.flush()
    return act


def finish_act(session: Session, act: Act) -> None:
    """The small write that makes an act visible; the layers it touched get a new version."""
    session.flush()
    touched = select(Feature.layer_id).where(Feature.act_id == act.id).distinct()
    count = select(func.count()).select_from(Feature).where(Feature.act_id == act.id)
    act.count = session.execute(count).scalar_one()
    act.state = DONE
    session.execute(
        update(Layer)
        .where(Layer.id.in_(touched))
        .values(version=Layer.version + 1)
        .execution_options(synchronize_session="fetch")
    )
    session.flush()
