"""What lies in the recycle bin?"""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session

from layers.rights import Viewer
from layers.store.tables import Feature, Layer
from layers.store.targets import Target, targets


def deleted_features(session: Session, viewer: Viewer, layer_key: str | None, limit: int) -> list[Target]:
    """Features that were taken off the map, the latest first; of one layer or of all."""
    gone = select(Feature.id).where(Feature.deleted_at.is_not(None))
    if layer_key is not None:
        gone = gone.join(Layer, Layer.id == Feature.layer_id).where(Layer.key == layer_key)
    latest = list(session.scalars(gone.order_by(Feature.deleted_at.desc(), Feature.id.desc()).limit(limit)))
    found = {each.id: each for each in targets(session, viewer, Feature.id.in_(latest))}
    return [found[id_] for id_ in latest if id_ in found]
