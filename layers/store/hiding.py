"""Which bulk acts are hidden as a whole? Undoing an import is one small write, and so is bringing it back."""

from __future__ import annotations

from sqlalchemy import Select, func, or_, select, update
from sqlalchemy.orm import Session

from layers.errors import Contested
from layers.store.tables import Act, Feature, HiddenAct, Layer


def is_hidden(session: Session, act_id: int) -> bool:
    """Whether nobody sees what this act brought."""
    return session.scalar(_open(act_id)) is not None


def hidden_by(session: Session, act_id: int) -> int | None:
    """The act whose undoing brings this one back."""
    found = session.scalar(_open(act_id))
    return None if found is None else found.since_act_id


def turned_by(session: Session, act_id: int) -> list[int]:
    """The acts that this one hid or brought back."""
    turned = or_(HiddenAct.since_act_id == act_id, HiddenAct.until_act_id == act_id)
    return list(session.scalars(select(HiddenAct.act_id).where(turned).order_by(HiddenAct.act_id)))


def layers_turned(session: Session, act_id: int) -> list[Layer]:
    """The layers that undoing this act as a whole would change."""
    acts = turned_by(session, act_id) or [act_id]
    ids = select(Feature.layer_id).where(Feature.act_id.in_(acts)).distinct()
    return list(session.scalars(select(Layer).where(or_(Layer.id.in_(ids), Layer.act_id.in_(acts)))))


def turn_back(session: Session, by: Act, act_id: int) -> int:
    """Undo an act as a whole: hide what it brought, show what it hid, hide what it showed; returns how many features."""
    turned = turned_by(session, act_id)
    if not turned:
        return hide(session, by, act_id)
    return sum(
        show(session, by, each) if is_hidden(session, each) else hide(session, by, each) for each in turned
    )


def hide(session: Session, by: Act, act_id: int) -> int:
    """Nobody sees what this act brought, from now on."""
    # Two who undo it at once: the second waits here, and finds it done.
    session.get_one(Act, act_id, with_for_update=True)
    if is_hidden(session, act_id):
        raise Contested("这次操作已经由他人撤销。请刷新后查看。", {"conflicts": []})
    session.add(HiddenAct(act_id=act_id, since_act_id=by.id))
    return _turned(session, act_id)


def show(session: Session, by: Act, act_id: int) -> int:
    """Everybody sees it again."""
    hidden = session.scalar(_open(act_id).with_for_update())
    if hidden is None:
        raise Contested("这次操作已经由他人恢复。请刷新后查看。", {"conflicts": []})
    hidden.until_act_id = by.id
    return _turned(session, act_id)


def _turned(session: Session, act_id: int) -> int:
    """The layers get a new version; how many features came or went."""
    session.flush()
    touched = select(Feature.layer_id).where(Feature.act_id == act_id).distinct()
    session.execute(
        update(Layer)
        .where(or_(Layer.id.in_(touched), Layer.act_id == act_id))
        .values(version=Layer.version + 1)
        .execution_options(synchronize_session=False)
    )
    counted = select(func.count()).select_from(Feature).where(Feature.act_id == act_id)
    return session.execute(counted).scalar_one()


def _open(act_id: int) -> Select[HiddenAct]:
    return select(HiddenAct).where(HiddenAct.act_id == act_id, HiddenAct.until_act_id.is_(None))
