"""Which rows may a viewer see? Every statement of the store that reads for somebody starts here."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, Select, and_, or_, select, union_all
from sqlalchemy.orm import aliased

from layers import clock
from layers.errors import NotAllowed, NotSignedIn
from layers.rights import Viewer, seen_by, sensitive_unit
from layers.store.tables import DONE, Act, Feature, HiddenAct, Layer, StandIn


def seen(viewer: Viewer, *, deleted: bool = False) -> list[ColumnElement[bool]]:
    """What holds for every feature this viewer may see; for a statement with Feature and Layer.

    deleted: those that were taken off the map are among them.
    """
    there = [] if deleted else [Feature.deleted_at.is_(None)]
    return [*there, *_open_features(viewer), *layers_seen(viewer)]


def layers_seen(viewer: Viewer) -> list[ColumnElement[bool]]:
    """What holds for every layer this viewer may see."""
    return [
        _open_to(viewer, Layer.visibility, Layer.unit == sensitive_unit(viewer)),
        or_(Layer.act_id.is_(None), Layer.act_id.not_in(hidden_acts(viewer.at))),
        Layer.archived_at.is_(None),
        Layer.deleted_at.is_(None),
    ]


def features_seen(viewer: Viewer) -> list[ColumnElement[bool]]:
    """What holds for the features of such a layer that this viewer may see."""
    return [Feature.deleted_at.is_(None), *_open_features(viewer)]


def _open_features(viewer: Viewer) -> list[ColumnElement[bool]]:
    return [
        open_to_viewer(viewer, Feature.visibility),
        Feature.act_id.not_in(hidden_acts()),
        Feature.id.not_in(replaced()),
        *([] if is_insider(viewer) else [stands()]),
    ]


def is_insider(viewer: Viewer) -> bool:
    """Whether this viewer sees what waits for review, and who changed what."""
    return viewer.audience != "public"


def require_insider(viewer: Viewer) -> None:
    """Raises NotSignedIn or NotAllowed for who sees only what is public: who works in the offices is not."""
    if is_insider(viewer):
        return
    if viewer.role is None:
        raise NotSignedIn("修改记录和历史地图只供内部人员查看。请用工作账号登录后再看。")
    raise NotAllowed("您的账号不能查看业务数据的修改记录和历史地图。请联系数据的主管单位。")


def stands() -> ColumnElement[bool]:
    """What neither waits for review nor was returned. Few do, and the column lies behind the large ones."""
    return Feature.id.not_in(select(Feature.id).where(Feature.review.is_not(None)))


def open_to_viewer(viewer: Viewer, visibility: Any) -> ColumnElement[bool]:
    """What a feature of such a layer, or an earlier version of it, says of who may see it."""
    return or_(visibility.is_(None), _open_to(viewer, visibility, _in_own_layer(viewer)))


def _open_to(viewer: Viewer, visibility: Any, is_own: ColumnElement[bool]) -> ColumnElement[bool]:
    """What everybody of this audience sees, and what is sensitive in a layer of the own unit."""
    plain: ColumnElement[bool] = visibility.in_(seen_by(viewer))
    if sensitive_unit(viewer) is None:
        return plain
    return or_(plain, and_(visibility == "sensitive", is_own))


def _in_own_layer(viewer: Viewer) -> ColumnElement[bool]:
    return Feature.layer_id.in_(select(Layer.id).where(Layer.unit == sensitive_unit(viewer)))


def replaced(at: date | None = None) -> Select[int]:
    """Features for which another row stands, now or at the end of that day, until it is carried over into them."""
    by, since = select(StandIn.feature_id), [Act.state == DONE]
    if at is not None:
        since.append(Act.at < day_end(at))
    return by.join(Act, Act.id == StandIn.act_id).where(*since)


def hidden_acts(at: date | None = None) -> CompoundSelect[int]:
    """Acts whose rows nobody sees now, or saw at the end of that day."""
    # Few acts are not done or undone, so it is cheaper to know those than to look every act up.
    undone = (
        select(HiddenAct.act_id).where(HiddenAct.until_act_id.is_(None)) if at is None else _undone_then(at)
    )
    return union_all(select(Act.id).where(Act.state != DONE), undone)


def _undone_then(day: date) -> Select[int]:
    since, until, end = aliased(Act), aliased(Act), day_end(day)
    return (
        select(HiddenAct.act_id)
        .join(since, since.id == HiddenAct.since_act_id)
        .outerjoin(until, until.id == HiddenAct.until_act_id)
        .where(since.at < end, or_(HiddenAct.until_act_id.is_(None), until.at >= end))
    )


def day_end(day: date) -> datetime:
    """The moment with which the county's next day begins, in UTC."""
    return datetime.combine(day + timedelta(days=1), time(), clock.timezone()).astimezone(UTC)
