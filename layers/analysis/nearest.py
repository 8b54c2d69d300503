"""How far is each of many shapes from the nearest of some lines? In metres of the ellipsoid, all at once.

Measured on the conformal chart, where lengths are too long by a factor that depends on the latitude alone: true to a
thousandth within some kilometres.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from layers.measure import conformal, stretch

Shapes = NDArray[np.object_]


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
    tree = shapely.STRtree(pieces)
    charted = np.asarray(shapely.transform(shapes, conformal), object)
    (mine, theirs), far = tree.query_nearest(charted, return_distance=True, all_matches=False)
    order = np.argsort(mine, kind="stable")
    middles = shapely.bounds(shapes)[:, [1, 3]].mean(axis=1)
    return Nearest(far[order] / stretch(middles), of[theirs[order]])


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
