"""In which years do the things of a layer come to stand? What its kind's lifetime says, counted over the layer."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from layers.kinds.lifetime import Lifetime
from layers.rights import Viewer, sight
from layers.store.engine import json_text
from layers.store.kept import kept
from layers.store.past import features_then
from layers.store.seen import features_seen, stands
from layers.store.tables import Feature, Layer


@dataclass(frozen=True)
class Calendar:
    """years: how many come to stand in each; undated: how many are planned for no year."""

    years: dict[int, int]
    undated: int


def calendar(session: Session, viewer: Viewer, layer: Layer, lifetime: Lifetime) -> Calendar:
    """Of what this viewer may see."""
    if viewer.at is not None:
        return _counted(_then(session, viewer, layer), lifetime)
    place = ("calendar", layer.id, sight(viewer))
    return kept(
        session, place, layer.version, lambda: _counted(_groups(session, viewer, layer, lifetime), lifetime)
    )


def _groups(
    session: Session, viewer: Viewer, layer: Layer, lifetime: Lifetime
) -> Iterator[tuple[Mapping[str, Any], int]]:
    values = [json_text(Feature.properties, key).label(key) for key in lifetime.fields]
    grouped = select(func.count(), *values).where(
        Feature.layer_id == layer.id, *features_seen(viewer), stands()
    )
    for count, *said in session.execute(grouped.group_by(*(each.name for each in values))):
        yield dict(zip(lifetime.fields, said, strict=True)), count


def _then(session: Session, viewer: Viewer, layer: Layer) -> Iterator[tuple[Mapping[str, Any], int]]:
    then = features_then(viewer, layer)
    for row in session.execute(select(then.c.properties).where(then.c.review.is_(None))):
        yield row.properties, 1


def _counted(groups: Iterator[tuple[Mapping[str, Any], int]], lifetime: Lifetime) -> Calendar:
    years: Counter[int] = Counter()
    undated = 0
    for said, count in groups:
        if lifetime.undated(said):
            undated += count
        elif (year := lifetime.year(said)) is not None:
            years[year] += count
    return Calendar(dict(sorted(years.items())), undated)
