"""Which features of a layer came and went since a moment?

Every act raises the version of the layers it touched by one. Where the acts that touched a layer since do not explain
its version, something else happened as well (an import was hidden, a field declared anew, towns were drawn otherwise),
and nothing is said.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple, TypeAlias

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from layers.rights import Viewer
from layers.store.seen import features_seen, hidden_acts, open_to_viewer, stands
from layers.store.tables import DONE, Act, Feature, FeatureVersion, Layer, StandIn

MOST_ACTS: Final = 500
MOST_FEATURES: Final = 2000
"""With more than this everything is counted as quickly."""

Told: TypeAlias = tuple[Mapping[str, Any], Mapping[str, Any]]
"""Properties, and what is derived."""


class Moment(NamedTuple):
    """The version of a layer, the newest act, and those before it that nobody saw yet."""

    version: int
    newest: int
    hidden: tuple[int, ...]


class Changes(NamedTuple):
    """What stands now and did not, and what stood and does no longer; a feature that changed is in both."""

    come: list[Told]
    gone: list[Told]


def moment(session: Session, layer: Layer) -> Moment:
    """That of a reading session."""
    newest = session.scalar(select(func.max(Act.id))) or 0
    return Moment(layer.version, newest, tuple(session.scalars(select(Act.id).where(Act.state != DONE))))


def changes_since(session: Session, viewer: Viewer, layer: Layer, before: Moment) -> Changes | None:
    """What changed of that which stands for this viewer; None where that cannot be told, or is very much."""
    acts = _acts_since(session, before)
    if len(acts) > MOST_ACTS or _are_moving(session, acts):
        return None
    earlier = _earlier(session, layer, acts)
    now = _now(session, layer, acts)
    if len(earlier) + len(now) > MOST_FEATURES:
        return None
    touching = {row.act_id for row in (*earlier, *now)} | {row.until_act_id for row in earlier}
    if len(touching & set(acts)) != layer.version - before.version:
        return None
    return Changes(_come(session, viewer, layer, acts), _gone(session, viewer, layer, acts))


def _acts_since(session: Session, before: Moment) -> Sequence[int]:
    """The acts that became visible since."""
    new = or_(Act.id > before.newest, Act.id.in_(before.hidden))
    return session.scalars(select(Act.id).where(Act.state == DONE, new).limit(MOST_ACTS + 1)).all()


def _are_moving(session: Session, acts: Sequence[int]) -> bool:
    """Whether one of them is still being carried over into its features."""
    return session.scalar(select(StandIn.act_id).where(StandIn.act_id.in_(acts)).limit(1)) is not None


def _now(session: Session, layer: Layer, acts: Sequence[int]) -> Sequence[Any]:
    written = select(Feature.act_id).where(Feature.layer_id == layer.id, Feature.act_id.in_(acts))
    return session.execute(written.limit(MOST_FEATURES + 1)).all()


def _earlier(session: Session, layer: Layer, acts: Sequence[int]) -> Sequence[Any]:
    ended = (
        select(FeatureVersion.act_id, FeatureVersion.until_act_id)
        .join(Feature, Feature.id == FeatureVersion.feature_id)
        .where(Feature.layer_id == layer.id, FeatureVersion.until_act_id.in_(acts))
    )
    return session.execute(ended.limit(MOST_FEATURES + 1)).all()


def _come(session: Session, viewer: Viewer, layer: Layer, acts: Sequence[int]) -> list[Told]:
    standing = [Feature.layer_id == layer.id, *features_seen(viewer), stands()]
    rows = session.execute(
        select(Feature.properties, Feature.derived).where(*standing, Feature.act_id.in_(acts))
    )
    return [(row.properties, row.derived) for row in rows]


def _gone(session: Session, viewer: Viewer, layer: Layer, acts: Sequence[int]) -> list[Told]:
    """How those that these acts changed stood before the first of them."""
    stood = [
        FeatureVersion.deleted.is_(False),
        FeatureVersion.review.is_(None),
        FeatureVersion.act_id.not_in(hidden_acts()),
        open_to_viewer(viewer, FeatureVersion.visibility),
    ]
    rows = session.execute(
        select(FeatureVersion.properties, FeatureVersion.derived)
        .join(Feature, Feature.id == FeatureVersion.feature_id)
        .where(
            Feature.layer_id == layer.id,
            FeatureVersion.until_act_id.in_(acts),
            FeatureVersion.act_id.not_in(acts),
            *stood,
        )
    )
    return [(row.properties, row.derived) for row in rows]
