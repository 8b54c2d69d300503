"""Which rows may a viewer see? Every statement of the store that reads for somebody starts here."""

from __future__ import annotations

from sqlalchemy import ColumnElement, Select, or_, select

from layers.rights import Viewer, seen_by
from layers.store.tables import DONE, Act, Feature, Layer


def seen(viewer: Viewer) -> list[ColumnElement[bool]]:
    """What holds for every feature this viewer may see; for a statement with Feature and Layer."""
    return [*features_seen(viewer), *layers_seen(viewer)]


def layers_seen(viewer: Viewer) -> list[ColumnElement[bool]]:
    """What holds for every layer this viewer may see."""
    return [
        Layer.visibility.in_(seen_by(viewer)),
        or_(Layer.act_id.is_(None), Layer.act_id.not_in(_hidden_acts())),
    ]


def features_seen(viewer: Viewer) -> list[ColumnElement[bool]]:
    """What holds for the features of such a layer that this viewer may see."""
    return [
        Feature.deleted_at.is_(None),
        or_(Feature.visibility.is_(None), Feature.visibility.in_(seen_by(viewer))),
        Feature.act_id.not_in(_hidden_acts()),
    ]


def _hidden_acts() -> Select[int]:
    # Few acts are not done, so it is cheaper to know those than to look every act up.
    return select(Act.id).where(Act.state != DONE)
