"""Which rows may a viewer see? Every statement of the store that reads for somebody starts here."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, and_, or_, select, union_all

from layers.errors import NotAllowed, NotSignedIn
from layers.rights import Viewer, seen_by, sensitive_unit
from layers.store.tables import DONE, Act, Feature, HiddenAct, Layer


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
        or_(Layer.act_id.is_(None), Layer.act_id.not_in(_hidden_acts())),
        Layer.archived_at.is_(None),
        Layer.deleted_at.is_(None),
    ]


def features_seen(viewer: Viewer) -> list[ColumnElement[bool]]:
    """What holds for the features of such a layer that this viewer may see."""
    return [Feature.deleted_at.is_(None), *_open_features(viewer)]


def _open_features(viewer: Viewer) -> list[ColumnElement[bool]]:
    return [
        or_(Feature.visibility.is_(None), _open_to(viewer, Feature.visibility, _in_own_layer(viewer))),
        Feature.act_id.not_in(_hidden_acts()),
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


def _open_to(viewer: Viewer, visibility: Any, is_own: ColumnElement[bool]) -> ColumnElement[bool]:
    """What everybody of this audience sees, and what is sensitive in a layer of the own unit."""
    plain: ColumnElement[bool] = visibility.in_(seen_by(viewer))
    if sensitive_unit(viewer) is None:
        return plain
    return or_(plain, and_(visibility == "sensitive", is_own))


def _in_own_layer(viewer: Viewer) -> ColumnElement[bool]:
    return Feature.layer_id.in_(select(Layer.id).where(Layer.unit == sensitive_unit(viewer)))


def _hidden_acts() -> CompoundSelect[int]:
    # Few acts are not done or undone, so it is cheaper to know those than to look every act up.
    undone = select(HiddenAct.act_id).where(HiddenAct.until_act_id.is_(None))
    return union_all(select(Act.id).where(Act.state != DONE), undone)
