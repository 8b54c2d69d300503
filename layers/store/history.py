"""What has happened to a feature, and by which deed?"""

from __future__ import annotations

from sqlalchemy.orm import Session

from layers.store.states import State, state_of
from layers.store.tables import Feature, FeatureVersion


def state_at_version(session: Session, feature_id: int, version: int) -> State | None:
    """How the feature was in this version; None when there never was one."""
    feature = session.get(Feature, feature_id, populate_existing=True)
    if feature is not None and feature.version == version:
        return state_of(feature)
    before = session.get(FeatureVersion, (feature_id, version))
    return None if before is None else state_of(before)
