"""How much ground do these areas cover when what overlaps is counted once?

Only shapes that really overlap are united; all others bring the area that is stored. On the ellipsoid.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import NamedTuple, TypeAlias

import numpy as np
import shapely
from numpy.typing import NDArray

from layers.measure import areas_m2

Shapes: TypeAlias = NDArray[np.object_]


class NetArea(NamedTuple):
    """gross_m2: the sum of all areas; net_m2: what they cover together."""

    gross_m2: float
    net_m2: float


def net_area(shapes: Shapes) -> NetArea:
    """Of these areas (CGCS2000 degrees); points and lines cover nothing."""
    surfaces = shapes[shapely.get_dimensions(shapes) == 2]
    if not len(surfaces):
        return NetArea(0.0, 0.0)
    areas = areas_m2(surfaces)
    gross = float(areas.sum())
    doubled = 0.0
    for group in _overlapping(surfaces):
        united = shapely.union_all(surfaces[group])
        doubled += float(areas[group].sum()) - float(areas_m2([united])[0])
    return NetArea(gross, gross - max(doubled, 0.0))


def _overlapping(shapes: Shapes) -> Iterable[list[int]]:
    """Groups of shapes that hang together by overlaps; neighbours that only touch are strangers."""
    tree = shapely.STRtree(shapes)
    one, other = tree.query(shapes, predicate="intersects")
    one, other = one[one < other], other[one < other]
    shapely.prepare(shapes)
    inner = ~shapely.touches(shapes[one], shapes[other])
    parent = np.arange(len(shapes))
    for first, second in zip(one[inner].tolist(), other[inner].tolist(), strict=True):
        parent[_root(parent, first)] = _root(parent, second)
    groups: dict[int, list[int]] = defaultdict(list)
    for at in np.unique(np.concatenate([one[inner], other[inner]])).tolist():
        groups[_root(parent, at)].append(at)
    return groups.values()


def _root(parent: NDArray[np.int64], at: int) -> int:
    while parent[at] != at:
        parent[at] = parent[parent[at]]
        at = int(parent[at])
    return at
