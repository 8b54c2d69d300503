"""How far does one get in so many minutes? Areas from the network and the speed beside it; pure, in metres of a plane.

From every open road one may leave on either side at the speed of `access`, for at most as far as a place may lie from a
road. The minutes are worked out on a grid and the areas are cut from it, so that a longer time never reaches less, and an
opened road never either.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.ndimage import distance_transform_edt
from scipy.sparse import csr_array, hstack, vstack
from scipy.sparse.csgraph import dijkstra
from shapely.geometry.base import BaseGeometry

from layers.analysis.journeys import MINUTES
from layers.analysis.network import Flags, Indices, Network, Numbers

MOST_CELLS: Final = 70_000
FINEST_M: Final = 100.0
MOST_SEEDS: Final = 4_000
Values = NDArray[np.float64]
_LEAST: Final = 1e-9
_STEPS: Final = ((1, 0), (0, 1), (1, 1), (-1, 1), (2, 1), (1, 2), (-1, 2), (-2, 1))


@dataclass(frozen=True)
class Seeds:
    """Places on the network with the minutes until one is there."""

    xy: Numbers
    minutes: Numbers


def seeds(net: Network, minutes: Numbers, kmh: Numbers, left: Flags, spacing_m: float) -> Seeds:
    """Along all edges that one may leave (`left`, by input line). minutes: of each node; kmh: of each input line."""
    usable = (kmh[net.row] > 0) & left[net.row]
    usable &= np.isfinite(minutes[net.u]) | np.isfinite(minutes[net.v])
    edges = np.flatnonzero(usable)
    spacing = max(spacing_m, float(net.length_m[edges].sum()) / MOST_SEEDS)
    steps = np.maximum(np.ceil(net.length_m[edges] / spacing).astype(int), 1)
    edge = np.repeat(edges, steps + 1)
    share = np.concatenate([np.linspace(0, 1, step + 1) for step in steps]) if len(steps) else np.zeros(0)
    along = net.start[edge] + share * (net.end[edge] - net.start[edge])
    xy = shapely.get_coordinates(shapely.line_interpolate_point(net.parts[net.part[edge]], along))
    pace = net.length_m[edge] / kmh[net.row[edge]] * MINUTES
    there = np.minimum(minutes[net.u[edge]] + share * pace, minutes[net.v[edge]] + (1 - share) * pace)
    return Seeds(xy, there)


class Grid:
    """Squares of a box (west, south, east, north; metres), over which one goes at the speed of `access`.

    Ways lead to the sixteen squares around, so that no distance is more than 3 % too long. pace: minutes a metre.
    """

    def __init__(self, box: tuple[float, float, float, float], access_kmh: float, most_m: float) -> None:
        west, south, east, north = box
        area_m2 = max((east - west) * (north - south), 1.0)
        self.cell_m = max(FINEST_M, math.sqrt(area_m2 / MOST_CELLS))
        self.x = np.arange(west - self.cell_m, east + 2 * self.cell_m, self.cell_m)
        self.y = np.arange(south - self.cell_m, north + 2 * self.cell_m, self.cell_m)
        self.pace, self.most_m = MINUTES / access_kmh, most_m
        self._ways = self._between()

    @property
    def shape(self) -> tuple[int, int]:
        return len(self.y), len(self.x)

    def minutes(self, found: Seeds, longest: float) -> Values:
        """Until one is in each square; more than `longest` where it takes longer, or is too far from every road."""
        count = len(self.x) * len(self.y)
        cells, minutes = self._beside(found)
        first = _earliest(cells, minutes, count)
        reached = np.flatnonzero(np.isfinite(first))
        ways = vstack(
            [self._ways, csr_array((first[reached] + _LEAST, reached, [0, len(reached)]), (1, count))]
        )
        ways = hstack([ways, csr_array((count + 1, 1))], "csr")
        told = dijkstra(ways, indices=np.array([count]), limit=longest + self.pace * 4 * self.cell_m)[
            0, :count
        ]
        far = distance_transform_edt(~np.isfinite(first.reshape(self.shape))) * self.cell_m > self.most_m
        return np.where(far, 2 * longest, np.minimum(told.reshape(self.shape), 2 * longest))

    def _beside(self, found: Seeds) -> tuple[Indices, Numbers]:
        """The four corners around each seed, and when one is there."""
        column = np.searchsorted(self.x, found.xy[:, 0]) - 1
        row = np.searchsorted(self.y, found.xy[:, 1]) - 1
        inside = (column >= 0) & (column < len(self.x) - 1) & (row >= 0) & (row < len(self.y) - 1)
        inside &= np.isfinite(found.minutes)
        cells, minutes = [], []
        for right, up in ((0, 0), (1, 0), (0, 1), (1, 1)):
            at = column[inside] + right, row[inside] + up
            metres = np.hypot(self.x[at[0]] - found.xy[inside, 0], self.y[at[1]] - found.xy[inside, 1])
            cells.append(at[1] * len(self.x) + at[0])
            minutes.append(found.minutes[inside] + metres * self.pace)
        return np.concatenate(cells), np.concatenate(minutes)

    def _between(self) -> csr_array:
        numbers = np.arange(len(self.x) * len(self.y)).reshape(self.shape)
        ends, starts, minutes = [], [], []
        for right, up in _STEPS:
            low, high = max(0, -right), numbers.shape[1] - max(0, right)
            start = numbers[: numbers.shape[0] - up, low:high].ravel()
            starts.append(start)
            ends.append(numbers[up:, low + right : high + right].ravel())
            minutes.append(np.full(len(start), math.hypot(right, up) * self.cell_m * self.pace))
        one, other, way = np.concatenate(starts), np.concatenate(ends), np.concatenate(minutes)
        there = np.concatenate([one, other]), np.concatenate([other, one])
        return csr_array((np.concatenate([way, way]), there), (numbers.size, numbers.size))

    def areas(self, minutes: Values, limits: Sequence[float]) -> list[BaseGeometry]:
        """What is reached within each of these minutes."""
        from contourpy import FillType, contour_generator

        cut = contour_generator(self.x, self.y, minutes, fill_type=FillType.OuterOffset)
        return [_area(cut.filled(-1.0, limit)) for limit in limits]


def _earliest(cells: Indices, minutes: Numbers, count: int) -> Numbers:
    found = np.full(count, np.inf)
    np.minimum.at(found, cells, minutes)
    return found


def _area(told: Any) -> BaseGeometry:
    polygons: list[BaseGeometry] = []
    for points, offsets in zip(*told, strict=True):
        rings = [points[start:end] for start, end in pairwise(offsets)]
        polygons.append(shapely.Polygon(rings[0], rings[1:]))
    return (
        shapely.union_all(shapely.make_valid(np.array(polygons, object))) if polygons else shapely.Polygon()
    )
