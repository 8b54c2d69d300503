"""What lies here, and what belongs to it?"""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Final

import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import ColumnElement, and_, false, select
from sqlalchemy.orm import Session

from layers.kinds.references import refs_of
from layers.rights import Viewer
from layers.store.engine import in_bounds, json_text
from layers.store.found import FoundFeature, finding, read_features
from layers.store.tables import Feature, Layer, Search
from layers.store.tied import tied
from layers.store.words import folded

NEAR_M: Final = 300.0
MOST_NEIGHBOURS: Final = 400
_METRES_PER_DEGREE: Final = 111_195.0


def at_point(
    session: Session, viewer: Viewer, lon: float, lat: float, tolerance_deg: float
) -> list[FoundFeature]:
    """What lies at a position or within the tolerance (degrees of longitude): points, lines, small areas first."""
    flat = math.cos(math.radians(lat))
    box = (lon - tolerance_deg, lat - tolerance_deg * flat, lon + tolerance_deg, lat + tolerance_deg * flat)
    near = read_features(session, viewer, finding(viewer).where(in_bounds(Feature.shape, box)))
    here = shapely.Point(lon, lat / flat)
    hit = [each for each in near if shapely.dwithin(_stretched(each.shape, 1, 1 / flat), here, tolerance_deg)]
    return sorted(hit, key=lambda each: (shapely.get_dimensions(each.shape), each.shape.area))


def related_to(session: Session, viewer: Viewer, feature: FoundFeature, limit: int) -> list[FoundFeature]:
    """What belongs to it: phases of the same project, the same name, what overlaps it or lies within 300 m."""
    flat = math.cos(math.radians(feature.bounds[1]))
    candidates = {
        each.id: each
        for statement in (_nearby(feature, flat), _namesakes(feature), *_same_project(feature))
        for each in read_features(session, viewer, finding(viewer).where(statement).limit(MOST_NEIGHBOURS))
        if each.id != feature.id and not each.declared.backdrop
    }
    metres = (_METRES_PER_DEGREE * flat, _METRES_PER_DEGREE)
    ranked = [(_closeness(feature, each, metres), each) for each in candidates.values()]
    best = sorted((rank, each.id) for rank, each in ranked if rank)
    return [candidates[id_] for _, id_ in best[:limit]]


def _nearby(feature: FoundFeature, flat: float) -> ColumnElement[bool]:
    west, south, east, north = feature.bounds
    up = NEAR_M / _METRES_PER_DEGREE
    return in_bounds(Feature.shape, (west - up / flat, south - up, east + up / flat, north + up))


def _namesakes(feature: FoundFeature) -> ColumnElement[bool]:
    return _is_named(feature.properties.get("name"))


def _same_project(feature: FoundFeature) -> Iterator[ColumnElement[bool]]:
    """In its own layer: the phases, and the project itself."""
    if "parent" not in feature.declared.by_key:
        return
    yield and_(
        Layer.key == feature.layer_key,
        tied(),
        json_text(Feature.properties, "parent").in_(_projects(feature)),
    )
    if parents := refs_of(feature.properties.get("parent")):
        yield and_(Layer.key == feature.layer_key, _is_named(parents[0].words))


def _is_named(name: object) -> ColumnElement[bool]:
    if not name:
        return false()
    return Feature.id.in_(select(Search.feature_id).where(Search.name == folded(str(name))))


def _closeness(
    feature: FoundFeature, other: FoundFeature, metres: tuple[float, float]
) -> tuple[int, float] | None:
    """Sorts the related ones; None for a stranger."""
    distance_m = float(shapely.distance(_stretched(feature.shape, *metres), _stretched(other.shape, *metres)))
    if feature.layer_key == other.layer_key and _projects(feature) & _projects(other):
        return 0, distance_m
    name = feature.properties.get("name")
    if name and name == other.properties.get("name"):
        return 1, distance_m
    return (2, distance_m) if distance_m <= NEAR_M else None


def _projects(feature: FoundFeature) -> set[str]:
    """What its phases call it, or what it calls its project."""
    parents = [ref.words for ref in refs_of(feature.properties.get("parent"))]
    return {str(name) for name in (*parents, feature.properties.get("name")) if name}


def _stretched(shape: BaseGeometry, x: float, y: float) -> BaseGeometry:
    return shapely.transform(shape, lambda coordinates: coordinates * (x, y))
