"""Which rows may a viewer see? Every statement of the store that reads for somebody starts here."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, Select, and_, or_, select

from layers.rights import Viewer, seen_by, sensitive_unit
from layers.store.tables import DONE, Act, Feature, Layer


def seen(viewer: Viewer) -> list[ColumnElement[bool]]:
    """What holds for every feature this viewer may see; for a statement with Feature and Layer."""
    return [*features_seen(viewer), *layers_seen(viewer)]


def layers_seen(viewer: Viewer) -> list[ColumnElement[bool]]:
    """What holds for every layer this viewer may see."""
    return [
        _open_to(viewer, Layer.visibility, Layer.unit == sensitive_unit(viewer)),
        or_(Layer.act_id.is_(None), Layer.act_id.not_in(_hidden_acts())),
    ]


def features_seen(viewer: Viewer) -> list[ColumnElement[bool]]:
    """What holds for the features of such a layer that this viewer may see."""
    return [
        Feature.deleted_at.is_(None),
        or_(Feature.visibility.is_(None), _open_to(viewer, Feature.visibility, _in_own_layer(viewer))),
        Feature.act_id.not_in(_hidden_acts()),
    ]


def _open_to(viewer: Viewer, visibility: Any, is_own: ColumnElement[bool]) -> ColumnElement[bool]:
    """What everybody of this audience sees, and what is sensitive in a layer of the own unit."""
    plain: ColumnElement[bool] = visibility.in_(seen_by(viewer))
    if sensitive_unit(viewer) is None:
        return plain
    return or_(plain, and_(visibility == "sensitive", is_own))


def _in_own_layer(viewer: Viewer) -> ColumnElement[bool]:
    return Feature.layer_id.in_(select(Layer.id).where(Layer.unit == sensitive_unit(viewer)))


def _hidden_acts() -> Select[int]:
    # Few acts are not done, so it is cheaper to know those than to look every act up.
    return select(Act.id).where(Act.state != DONE)
