"""Does a border cross itself, or is a shape unsound in another way?"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import shapely

from layers.checks.finding import SHAPE, Finding, Shapes
from layers.shapes import trouble_of


def crossing_findings(shapes: Shapes) -> Iterator[Finding]:
    """Shapes that are not sound, each with the first place of the trouble."""
    there = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    for row in np.flatnonzero(there & ~shapely.is_valid(shapes)).tolist():
        trouble, spot = trouble_of(shapes[row])
        yield Finding("self_intersection", row, SHAPE, "", f"图形{trouble}。请修正边界，或接受修复。", spot)
