"""What follows from a feature's shape, its properties and the day?

Nothing here is ever typed in. Size, anchor and bounds follow from the shape; symbol, label and the kind's own
values follow from the properties and change with the days; the town is where the anchor lies.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from layers.kinds import LayerKind
from layers.measure import areas_m2, half_up, length_m, rounded_areas, rounded_km

Shapes = NDArray[np.object_]
FROM_SHAPE = ("area_m2", "area_mu", "length_m", "length_km", "anchor", "bounds")
_DEGREE_DIGITS = 7


class Derivation(NamedTuple):
    """What the column `derived` holds, and the first day on which it may be wrong."""

    values: dict[str, Any]
    until: date | None


class Towns:
    """Which town contains a position?"""

    def __init__(self, names: Sequence[str], shapes: Sequence[BaseGeometry]) -> None:
        self._names = list(names)
        self._shapes: Shapes = np.array(shapes, object)
        shapely.prepare(self._shapes)
        self._tree = shapely.STRtree(self._shapes)

    def of(self, anchors: NDArray[np.float64]) -> list[str | None]:
        """For each (lon, lat) the name of its town; None outside all of them."""
        points, towns = self._tree.query(shapely.points(anchors))
        lon, lat = anchors[points].T
        inside = shapely.intersects_xy(self._shapes[towns], lon, lat)
        found = dict(zip(points[inside][::-1], towns[inside][::-1], strict=True))
        return [self._names[found[row]] if row in found else None for row in range(len(anchors))]


def derive(
    kind: LayerKind,
    shapes: Sequence[BaseGeometry],
    properties: Sequence[Mapping[str, Any]],
    towns: Towns,
    today: date,
    reviews: Sequence[str | None] = (),
    areas: Sequence[float] | None = None,
) -> list[Derivation]:
    """What follows for features that are written now, column by column. reviews: none stands for all of them.

    areas: in m², where they have been measured already.
    """
    column: Shapes = np.array(shapes, object)
    anchors = anchors_of(column)
    boxes = shapely.bounds(column).round(_DEGREE_DIGITS).tolist()
    sizes = _sizes(column, areas_m2(column).tolist() if areas is None else areas)
    there = zip(sizes, anchors.tolist(), boxes, towns.of(anchors), strict=True)
    facts: list[dict[str, Any]] = [
        {**size, "anchor": anchor, "bounds": box, "town": town} for size, anchor, box, town in there
    ]
    for told, review in zip(facts, reviews, strict=False):
        if review:
            told["review"] = review
    return [_derivation(kind, *pair, today) for pair in zip(properties, facts, strict=True)]


def on_the_day(
    kind: LayerKind, properties: Mapping[str, Any], stored: Mapping[str, Any], today: date
) -> Derivation:
    """What follows today for a feature whose stored derivation is due; shape and town are as they were."""
    facts = {key: stored[key] for key in (*FROM_SHAPE, "town", "review") if key in stored}
    return _derivation(kind, properties, facts, today)


def anchors_of(shapes: Shapes) -> NDArray[np.float64]:
    """Where the symbol and the label stand: inside a polygon, half way along a line."""
    dimensions = shapely.get_dimensions(shapes)
    points: Shapes = shapely.centroid(shapes)
    for row in np.flatnonzero(dimensions == 1):
        points[row] = _half_way(shapes[row])
    outside = (dimensions != 1) & ~shapely.intersects(shapes, points)
    points[outside] = shapely.point_on_surface(shapes[outside])
    return shapely.get_coordinates(points).round(_DEGREE_DIGITS)


def _half_way(line: BaseGeometry) -> BaseGeometry:
    """On the longest part, when there are several."""
    longest: BaseGeometry = max(shapely.get_parts(line), key=lambda part: part.length)
    return longest.interpolate(0.5, normalized=True)


def _sizes(shapes: Shapes, areas: Sequence[float]) -> list[dict[str, float | None]]:
    """On the ellipsoid, and the same in the units that people read."""
    dimensions = shapely.get_dimensions(shapes).tolist()
    rounded = zip(*rounded_areas(areas), strict=True)
    return [_size(*each) for each in zip(shapes, rounded, dimensions, strict=True)]


def _size(shape: BaseGeometry, area: tuple[float, float], dimension: int) -> dict[str, float | None]:
    if dimension == 2:
        return {"area_m2": area[0], "area_mu": area[1]}
    if dimension == 1:
        length = float(half_up(length_m(shape), 2))
        return {"length_m": length, "length_km": rounded_km(length)}
    return {}


def _derivation(
    kind: LayerKind, properties: Mapping[str, Any], facts: Mapping[str, Any], today: date
) -> Derivation:
    values, until = kind.derive(properties, today)
    town = properties.get("town") or facts.get("town")
    told = {**facts, **values, "town": town, "label": kind.label_of(properties)}
    told["symbol"] = kind.symbol_of(properties, told)
    # A missing value is no key: the databases do not agree on what null in JSON is.
    if None in told.values():
        told = {key: value for key, value in told.items() if value is not None}
    return Derivation(told, until)
