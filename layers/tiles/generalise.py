"""What of a shape can be seen at this zoom?

Whole shapes are simplified before they are cut, so that neighbouring tiles meet.
"""

from __future__ import annotations

import numpy as np
import shapely

from layers.tiles.commands import Shapes
from layers.tiles.mercator import UNITS_PER_PX
from layers.tiles.ragged import Flags

EXACT_FROM_Z = 14
TOLERANCE = 3.0
"""In tile units: 0.4 to 0.7 of a pixel, as tiles are shown at 512 to 1023 pixels."""


def generalised(shapes: Shapes, z: int) -> Shapes:
    """The shapes, in tile units, without what is too small to see at this zoom; exact from z 14 on."""
    if z >= EXACT_FROM_Z:
        return shapes
    tiny = _tiny_areas(shapes)
    out = shapes.copy()
    out[tiny] = _by_turns(shapes[tiny])
    out[~tiny] = simplified(shapes[~tiny])
    return out


def simplified(shapes: Shapes) -> Shapes:
    """Fewer vertices, none further than TOLERANCE from the old outline; areas stay valid and do not vanish."""
    out = shapely.simplify(shapes, TOLERANCE, preserve_topology=False)
    # Where an outline came to cross itself, GEOS repairs it by cutting pieces off.
    torn = shapely.is_empty(out) | (shapely.get_num_geometries(out) > shapely.get_num_geometries(shapes))
    out[torn] = shapely.simplify(shapes[torn], TOLERANCE, preserve_topology=True)
    return np.asarray(out, np.object_)


def _tiny_areas(shapes: Shapes) -> Flags:
    """Areas less than a pixel wide and high."""
    west, north, east, south = shapely.bounds(shapes).T
    small = (east - west < UNITS_PER_PX) & (south - north < UNITS_PER_PX)
    return np.asarray(small & (shapely.get_dimensions(shapes) == 2), np.bool_)


def _by_turns(areas: Shapes) -> Shapes:
    """One-pixel squares for so many of the areas that the painted area stays what it is; None for the others.

    A thousand fields of a tenth of a pixel must look like a hundred pixels, not like nothing.
    """
    squares_due = np.floor(np.cumsum(shapely.area(areas)) / UNITS_PER_PX**2)
    chosen = np.diff(squares_due, prepend=0) > 0
    west, north, east, south = shapely.bounds(areas[chosen]).T
    x, y, half = (west + east) / 2, (north + south) / 2, UNITS_PER_PX / 2
    out = np.full(len(areas), None, np.object_)
    out[chosen] = shapely.box(x - half, y - half, x + half, y + half)
    return out
