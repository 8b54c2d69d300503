"""Which areas do parcels make up together that are too small to be seen one by one?

The tile is looked at through a grid of cells. A cell belongs to a group of areas (one symbol, one audience) when its
middle lies in one of them; some of those that no middle meets are added, so that as much is painted as there is. The cells
of a group that touch are one region, with a smoothed outline.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from layers.tiles.commands import Shapes
from layers.tiles.encode import EXTENT
from layers.tiles.mercator import BUFFER, UNITS_PER_PX
from layers.tiles.wire import Ints

GRAINS_PX: Final = (2, 4, 8)
"""The width of a cell; the first that makes few enough regions."""
MOST_REGIONS: Final = 3000
STAND_INS: Final = 6
"""How many of its features a region remembers: it is shown as long as one of them is."""
NOBODY: Final = -1
_MIDDLE: Final = (0.507, 0.493)
"""Beside the very middle, through which the borders of a regular pattern may run."""
_SMOOTHING: Final = 0.8
"""Of a cell: takes the steps from an outline and leaves its corners."""


class Regions(NamedTuple):
    """Areas in tile units; row by row the places of the features that each may stand for, then NOBODY."""

    shapes: Shapes
    features: Ints


def regions(areas: Shapes, groups: Ints) -> Regions:
    """The regions that these areas (tile units) make up, group by group."""
    if not len(areas):
        return Regions(np.empty(0, np.object_), np.empty((0, STAND_INS), np.int64))
    for grain in GRAINS_PX:
        found = _at_grain(areas, groups, grain * UNITS_PER_PX)
        if len(found.shapes) <= MOST_REGIONS:
            break
    return found


def _at_grain(areas: Shapes, groups: Ints, grain: float) -> Regions:
    window = _Window(areas, grain)
    features, cells = _painted(areas, groups, window)
    parts = [_of_group(areas, features[own], cells[own], window) for own in _each(groups[features])]
    if not parts:
        return Regions(np.empty(0, np.object_), np.empty((0, STAND_INS), np.int64))
    return Regions(*(np.concatenate(column) for column in zip(*parts, strict=True)))


class _Window:
    """The cells of the buffered tile that areas may meet, numbered row by row."""

    def __init__(self, areas: Shapes, grain: float) -> None:
        self.grain = grain
        count = int((EXTENT + 2 * BUFFER) / grain)
        west, north, east, south = shapely.total_bounds(areas)
        self.first_x, last_x = (self._place(side, count) for side in (west, east))
        self.first_y, last_y = (self._place(side, count) for side in (north, south))
        self.columns, self.rows = last_x - self.first_x + 1, last_y - self.first_y + 1

    def _place(self, unit: float, count: int) -> int:
        return int(np.clip((unit + BUFFER) // self.grain, 0, count - 1))

    @property
    def middles(self) -> NDArray[np.float64]:
        """Of all cells."""
        x = (self.first_x + np.arange(self.columns) + _MIDDLE[0]) * self.grain - BUFFER
        y = (self.first_y + np.arange(self.rows) + _MIDDLE[1]) * self.grain - BUFFER
        return np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)

    def cells_of(self, positions: NDArray[np.float64]) -> Ints:
        """In which cell each position is; NOBODY outside."""
        x, y = np.floor((positions + BUFFER) / self.grain).astype(np.int64).T
        x, y = x - self.first_x, y - self.first_y
        inside = (x >= 0) & (y >= 0) & (x < self.columns) & (y < self.rows)
        return np.where(inside, y * self.columns + x, NOBODY)

    def squares(self, cells: Ints) -> Shapes:
        x = (self.first_x + cells % self.columns) * self.grain - BUFFER
        y = (self.first_y + cells // self.columns) * self.grain - BUFFER
        return np.asarray(shapely.box(x, y, x + self.grain, y + self.grain), np.object_)


def _painted(areas: Shapes, groups: Ints, window: _Window) -> tuple[Ints, Ints]:
    """Pairs of a feature and a cell of its group, each cell once for every group."""
    middles = shapely.points(window.middles)
    cells, met = shapely.STRtree(areas).query(middles, predicate="intersects")
    features, cells = _with_missed(areas, groups, window, met.astype(np.int64), cells.astype(np.int64))
    _, first = np.unique(np.stack([groups[features], cells]), axis=1, return_index=True)
    return features[first], cells[first]


def _with_missed(
    areas: Shapes, groups: Ints, window: _Window, features: Ints, cells: Ints
) -> tuple[Ints, Ints]:
    """And of the areas that no middle met so many, evenly, that each group paints what it covers; one at least."""
    missed = np.setdiff1d(np.arange(len(areas)), features)
    places = window.cells_of(shapely.get_coordinates(shapely.centroid(areas[missed])))
    missed, places = missed[places != NOBODY], places[places != NOBODY]
    chosen = [features], [cells]
    for group in np.unique(groups[missed]):
        met, own = groups[features] == group, groups[missed] == group
        covered = shapely.area(areas[missed[own]]).sum() + shapely.area(areas[np.unique(features[met])]).sum()
        painted = len(np.unique(cells[met]))
        lacking = max(int(covered / window.grain**2) - painted, 0 if painted else 1)
        order = np.flatnonzero(own)[np.argsort(places[own], kind="stable")]
        some = order[np.linspace(0, len(order) - 1, min(lacking, len(order))).astype(np.int64)]
        chosen[0].append(missed[some])
        chosen[1].append(places[some])
    return np.concatenate(chosen[0]), np.concatenate(chosen[1])


def _each(keys: Ints) -> list[NDArray[np.bool_]]:
    return [keys == key for key in np.unique(keys)]


def _of_group(areas: Shapes, features: Ints, cells: Ints, window: _Window) -> tuple[Shapes, Ints]:
    squares = window.squares(cells)
    parts = shapely.get_parts(shapely.coverage_union_all(squares))
    _, part = shapely.STRtree(parts).query(shapely.centroid(squares), predicate="intersects")
    return _smooth(parts, window.grain), _largest(areas, features, part.astype(np.int64), len(parts))


def _smooth(parts: Shapes, grain: float) -> Shapes:
    smooth = np.asarray(shapely.coverage_simplify(parts, grain * _SMOOTHING), np.object_)
    return np.where(shapely.is_valid(smooth) & ~shapely.is_empty(smooth), smooth, parts)


def _largest(areas: Shapes, features: Ints, part: Ints, count: int) -> Ints:
    """For each part its largest features."""
    met = np.unique(np.stack([part, features]), axis=1)
    order = np.lexsort([-shapely.area(areas[met[1]]), met[0]])
    part, features = met[0][order], met[1][order]
    rank = np.arange(len(part)) - np.searchsorted(part, part)
    found = np.full((count, STAND_INS), NOBODY, np.int64)
    few = rank < STAND_INS
    found[part[few], rank[few]] = features[few]
    return found
