"""How far is each of many shapes from the nearest of some lines? In metres of the ellipsoid, all at once.

Measured on the conformal chart, where lengths are too long by a factor that depends on the latitude alone: true to a
thousandth within some kilometres.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from layers.measure import conformal, stretch

LARGE_M: Final = 1000.0
"""Shapes that reach farther from their middle are asked about as they are."""
_SLICE: Final = 10_000
_ROUNDING_M: Final = 1e-3

Shapes = NDArray[np.object_]
Places = NDArray[np.intp]


class Nearest(NamedTuple):
    """For each shape: the distance in metres, and the place of the nearest line."""

    metres: NDArray[np.float64]
    lines: NDArray[np.intp]


def nearest(shapes: Shapes, lines: Sequence[BaseGeometry]) -> Nearest | None:
    """shapes, lines: CGCS2000 degrees; of areas among the lines their borders count. None where there are no lines."""
    pieces, of = _pieces(lines)
    if not len(pieces):
        return None
    if not len(shapes):
        return Nearest(np.zeros(0), np.zeros(0, np.intp))
    charted = np.asarray(shapely.transform(shapes, conformal), object)
    latitudes = shapely.bounds(shapes)[:, [1, 3]].mean(axis=1)
    far, piece = _nearest_pieces(charted, pieces)
    return Nearest(far / stretch(latitudes), of[piece])


def _nearest_pieces(shapes: Shapes, pieces: Shapes) -> tuple[NDArray[np.float64], Places]:
    """For each shape how far its nearest piece is, and which it is."""
    tree, far, piece = shapely.STRtree(pieces), np.zeros(len(shapes)), np.zeros(len(shapes), np.intp)
    reach = _reach(shapes)
    large = np.flatnonzero(reach > LARGE_M)
    (mine, theirs), distances = tree.query_nearest(shapes[large], return_distance=True, all_matches=False)
    far[large[mine]], piece[large[mine]] = distances, theirs
    small = np.flatnonzero(reach <= LARGE_M)
    for start in range(0, len(small), _SLICE):
        some = small[start : start + _SLICE]
        far[some], piece[some] = _by_their_middles(shapes[some], reach[some], pieces, tree)
    return far, piece


def _by_their_middles(
    shapes: Shapes, reach: NDArray[np.float64], pieces: Shapes, tree: shapely.STRtree
) -> tuple[NDArray[np.float64], Places]:
    """The same of small shapes. A point is quicker to ask about: a piece that is nearer to a shape than the one that is
    nearest to its middle lies no farther from the middle than that distance and the shape's own reach."""
    middles = shapely.centroid(shapes)
    at, beside = tree.query_nearest(middles, all_matches=False)
    most = np.zeros(len(shapes))
    most[at] = shapely.distance(shapes[at], pieces[beside])
    mine, theirs = tree.query(middles, predicate="dwithin", distance=most + reach + _ROUNDING_M)
    distances = shapely.distance(shapes[mine], pieces[theirs])
    order = np.lexsort((theirs, distances, mine))
    first = order[np.flatnonzero(np.diff(mine[order], prepend=-1))]
    return distances[first], theirs[first]


def _reach(shapes: Shapes) -> NDArray[np.float64]:
    """How far the vertices of each shape are from its middle at most."""
    positions, row_of = shapely.get_coordinates(shapes, return_index=True)
    middles = shapely.get_coordinates(shapely.centroid(shapes))
    away = np.hypot(*(positions - middles[row_of]).T)
    return np.asarray(np.maximum.reduceat(away, np.flatnonzero(np.diff(row_of, prepend=-1))))


def _pieces(lines: Sequence[BaseGeometry]) -> tuple[Shapes, NDArray[np.intp]]:
    """Every stretch between two vertices, charted, and the line it is of: a tree of short pieces is quick to ask."""
    found: list[Shapes] = []
    of: list[NDArray[np.intp]] = []
    for place, line in enumerate(lines):
        bare = line.boundary if shapely.get_dimensions(line) == 2 else line
        for part in shapely.get_parts(bare):
            positions = conformal(shapely.get_coordinates(part))
            if len(positions) == 1:
                found.append(np.array([shapely.Point(positions[0])], object))
            else:
                pairs = np.stack([positions[:-1], positions[1:]], axis=1)
                found.append(np.asarray(shapely.linestrings(pairs), object))
            of.append(np.full(len(found[-1]), place, np.intp))
    if not found:
        return np.zeros(0, object), np.zeros(0, np.intp)
    return np.concatenate(found), np.concatenate(of)
