"""Where does the county end, and which town is where?

Towns are drawn as the cells nearest to their seats, with grown borders. All borders and the outline are cut into
one network before areas are made of it, so neighbours share every vertex and the towns tile the county exactly.
"""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from functools import cache

import shapely
from shapely.geometry import LineString, MultiLineString, MultiPoint, Point, Polygon, box
from shapely.geometry.base import BaseGeometry

from making.drawing import DECIMALS, Line, dice, grown, smoothed, tidy, to_degrees
from making.sketch import Drawn, drawn

TINTS = 4
SHORT_BORDER_KM = 0.5


@dataclass(frozen=True)
class Town:
    """A town: `shape` in degrees, `area` is the same on the local plane; `tint` differs from all neighbours'."""

    name: str
    code: str
    seat: Point
    shape: BaseGeometry
    tint: int

    @property
    def short_name(self) -> str:
        return self.name.removesuffix("街道").removesuffix("镇").removesuffix("乡")


@cache
def outline() -> Polygon:
    """The county on the local plane: the sketch's rough outline, grown and smoothed."""
    rough = drawn("outline")[0].line
    ring = smoothed(grown(rough, 4, 0.15, dice("outline 6")), 2)
    return Polygon(max(shapely.get_parts(Polygon(ring).buffer(0)), key=lambda part: part.area))


@cache
def towns() -> tuple[Town, ...]:
    """All towns in the order of the sketch; together they are the county, without gap or overlap."""
    seats = drawn("town")
    shapes = _areas(seats)
    tints = _tints(shapes)
    return tuple(
        Town(seat.name, seat.facts["code"], Point(seat.point), shape, tint)
        for seat, shape, tint in zip(seats, shapes, tints, strict=True)
    )


def county_shape() -> BaseGeometry:
    """The county in degrees: exactly the union of its towns."""
    return tidy(shapely.coverage_union_all([town.shape for town in towns()]))


def _areas(seats: list[Drawn]) -> list[BaseGeometry]:
    lines = MultiLineString([outline().exterior, *_borders(seats)])
    network = shapely.unary_union(to_degrees(lines), grid_size=10**-DECIMALS)
    county = to_degrees(outline())
    faces = [
        face
        for face in shapely.get_parts(shapely.polygonize([network]))
        if county.covers(face.representative_point())
    ]
    return [tidy(area) for area in _gathered(faces, [to_degrees(Point(seat.point)) for seat in seats])]


def _borders(seats: list[Drawn]) -> list[LineString]:
    points = MultiPoint([seat.point for seat in seats])
    cells = shapely.voronoi_polygons(points, extend_to=box(-60, -60, 60, 60), only_edges=True)
    chance = dice("town borders 3")
    edges = sorted(tuple(sorted(edge.coords)) for edge in shapely.get_parts(cells))
    return [LineString(_border([start, end], chance)) for start, *_, end in edges]


def _border(edge: Line, chance: random.Random) -> Line:
    if math.dist(*edge) < SHORT_BORDER_KM:
        return edge
    return smoothed(grown(edge, 4, 0.14, chance), 2)


def _gathered(faces: list[BaseGeometry], seats: list[Point]) -> list[BaseGeometry]:
    """One area per seat: the face that holds it, and the slivers that share their longest border with it."""
    areas = [next(face for face in faces if face.contains(seat)) for seat in seats]
    slivers = [face for face in faces if not any(face.contains(seat) for seat in seats)]
    while slivers:
        sliver = max(slivers, key=lambda face: max(_shared_length(face, area) for area in areas))
        slivers.remove(sliver)
        home = max(range(len(areas)), key=lambda number: _shared_length(sliver, areas[number]))
        areas[home] = shapely.coverage_union_all([areas[home], sliver])
    return areas


def _shared_length(one: BaseGeometry, other: BaseGeometry) -> float:
    return one.boundary.intersection(other.boundary).length


def _tints(shapes: list[BaseGeometry]) -> list[int]:
    neighbours = [
        [j for j, other in enumerate(shapes) if j != i and _shared_length(shape, other) > 0]
        for i, shape in enumerate(shapes)
    ]
    found = _coloured([], neighbours)
    if found is None:
        raise ValueError("four tints do not suffice for these towns")
    return found


def _coloured(tints: list[int], neighbours: list[list[int]]) -> list[int] | None:
    """The tints so far, completed; every town starts its trial at another tint, so that all four are used."""
    town = len(tints)
    if town == len(neighbours):
        return tints
    for trial in range(TINTS):
        tint = (town + trial) % TINTS
        if all(tints[other] != tint for other in neighbours[town] if other < town):
            found = _coloured([*tints, tint], neighbours)
            if found is not None:
                return found
    return None
