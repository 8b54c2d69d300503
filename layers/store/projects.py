"""Which projects are supervised, what did they report, and which photos came with it?"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from layers.kinds import LayerKind, kind_for
from layers.rights import Viewer
from layers.store import query
from layers.store.found import FoundFeature
from layers.store.tables import Attachment

LIGHT: Final = "light"


def projects(session: Session, viewer: Viewer) -> list[FoundFeature]:
    """Every feature with a light that this viewer may see and that stands, layer by layer."""
    found: list[FoundFeature] = []
    for layer in query.layer_rows(session, viewer):
        if is_supervised(kind_for(layer)):
            found += query.find_features(session, viewer, layer)
    return [each for each in found if each.derived.get(LIGHT) and not each.derived.get("review")]


def is_supervised(kind: LayerKind) -> bool:
    """Whether features of this kind can have a light."""
    return LIGHT in kind.derived_tiled


def photos_since(session: Session, ids: Sequence[int], since: datetime) -> dict[int, int]:
    """How many photos were attached to each of these features since then."""
    counted = (
        select(Attachment.feature_id, func.count())
        .where(
            Attachment.feature_id.in_(ids),
            Attachment.deleted_at.is_(None),
            Attachment.created_at >= since,
            Attachment.media_type.startswith("image/"),
        )
        .group_by(Attachment.feature_id)
    )
    return {row[0]: row[1] for row in session.execute(counted)}
