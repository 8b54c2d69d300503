"""How does a rough line become one that looks grown?

Everything is drawn on a local plane in kilometres (x east, y north, origin at the crossing of the seat's two
highways) and turned into CGCS2000 degrees, rounded to 1e-6 (about 0.1 m), at the very end.
"""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from itertools import pairwise
from typing import TypeVar

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

Point = tuple[float, float]
Line = list[Point]
Shape = TypeVar("Shape", bound=BaseGeometry)

ORIGIN = (118.463, 35.552)
KM_PER_DEGREE = (111.32 * math.cos(math.radians(35.55)), 110.95)
DECIMALS = 6


def dice(part: str) -> random.Random:
    """The chance of one part of the sample; each part has its own, so that none disturbs another."""
    return random.Random(f"371321 {part}")  # noqa: S311 (invented shapes, nothing secret)


def to_km(point: Sequence[float]) -> Point:
    """A point in degrees, on the local plane."""
    return (point[0] - ORIGIN[0]) * KM_PER_DEGREE[0], (point[1] - ORIGIN[1]) * KM_PER_DEGREE[1]


def to_degrees(shape: Shape) -> Shape:
    """A shape of the local plane in degrees, every coordinate rounded."""
    return shapely.transform(shape, _degrees)


def from_degrees(shape: Shape) -> Shape:
    """A shape in degrees, on the local plane."""
    return shapely.transform(shape, lambda lon_lat: (lon_lat - ORIGIN) * KM_PER_DEGREE)


def grown(line: Line, depth: int, rough: float, chance: random.Random) -> Line:
    """The line with every segment broken `depth` times at a point moved aside by up to `rough` of its length."""
    points = [line[0]]
    for start, end in pairwise(line):
        points += _broken(start, end, depth, rough, chance)
    return points


def smoothed(line: Line, times: int) -> Line:
    """The line with its corners cut (Chaikin); a closed line stays closed, an open one keeps its ends."""
    for _ in range(times):
        line = _corners_cut(line)
    return line


def lengthened(line: Line, km: float) -> Line:
    """The line carried on straight for so many kilometres at both ends."""
    return [_beyond(line[1], line[0], km), *line, _beyond(line[-2], line[-1], km)]


def tidy(shape: Shape) -> Shape:
    """The same shape written in one way only: canonical start, outer rings counter-clockwise."""
    return shapely.orient_polygons(shapely.normalize(shape))


def _degrees(xy: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.round(xy / KM_PER_DEGREE + ORIGIN, DECIMALS)


def _broken(start: Point, end: Point, depth: int, rough: float, chance: random.Random) -> Line:
    if depth == 0:
        return [end]
    aside = chance.uniform(-rough, rough)
    dx, dy = end[0] - start[0], end[1] - start[1]
    middle = (start[0] + dx / 2 - dy * aside, start[1] + dy / 2 + dx * aside)
    before = _broken(start, middle, depth - 1, rough, chance)
    return before + _broken(middle, end, depth - 1, rough, chance)


def _corners_cut(line: Line) -> Line:
    cut = [point for start, end in pairwise(line) for point in _quarters(start, end)]
    return [*cut, cut[0]] if line[0] == line[-1] else [line[0], *cut, line[-1]]


def _quarters(start: Point, end: Point) -> Line:
    return [_between(start, end, 0.25), _between(start, end, 0.75)]


def _between(start: Point, end: Point, share: float) -> Point:
    return start[0] + (end[0] - start[0]) * share, start[1] + (end[1] - start[1]) * share


def _beyond(before: Point, end: Point, km: float) -> Point:
    return _between(before, end, 1 + km / math.dist(before, end))
