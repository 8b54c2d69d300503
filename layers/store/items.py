"""Which features of a layer stand on one page, where pages are turned while others edit?

A page begins after the feature with which the one before ended, so that nothing is left out or told twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from layers.crs import Bounds
from layers.filters import Filter, Nothing
from layers.rights import Viewer
from layers.store.engine import in_layer_bounds
from layers.store.filtering import filtered
from layers.store.found import FoundFeature, finding, read_features
from layers.store.seen import seen
from layers.store.tables import Act, Feature, Layer


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """bounds: what meets this box. where: what passes this filter. since, until: what was changed in this time, both
    moments included."""

    bounds: Bounds | None = None
    where: Filter = Nothing
    since: datetime | None = None
    until: datetime | None = None


@dataclass(frozen=True)
class Page:
    """matched: how many there are in all. after: where the next page begins, None on the last."""

    features: Sequence[FoundFeature]
    matched: int
    after: int | None


def page_of_items(
    session: Session,
    viewer: Viewer,
    layer: Layer,
    wanted: Wanted,
    *,
    limit: int,
    after: int = 0,
    offset: int = 0,
) -> Page:
    """One page in the order of arrival, after the feature with this number, and then past `offset` others."""
    conditions = _conditions(session, viewer, layer, wanted)
    ids = select(Feature.id).join(Layer).where(*conditions, Feature.id > after).order_by(Feature.id)
    found = session.scalars(ids.limit(limit + 1).offset(offset)).all()
    here = found[:limit]
    features = read_features(
        session, viewer, finding(viewer).where(Feature.id.in_(here)).order_by(Feature.id)
    )
    counted = select(func.count()).select_from(Feature).join(Layer).where(*conditions)
    more = len(found) > limit
    return Page(features, session.execute(counted).scalar_one(), here[-1] if more and here else None)


def _conditions(session: Session, viewer: Viewer, layer: Layer, wanted: Wanted) -> list[ColumnElement[bool]]:
    box: ColumnElement[bool] = (
        in_layer_bounds(Feature.shape, layer.id, wanted.bounds)
        if wanted.bounds
        else Feature.layer_id == layer.id
    )
    changed: list[Any] = [
        *([Act.at >= wanted.since] if wanted.since else []),
        *([Act.at <= wanted.until] if wanted.until else []),
    ]
    timed = [Feature.act_id.in_(select(Act.id).where(*changed))] if changed else []
    return [box, *seen(viewer), *filtered(session, viewer, layer, wanted.where), *timed]
