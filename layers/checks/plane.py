"""How far is it in metres, near enough for a tolerance? A plane around one latitude; reported areas never use it."""

from __future__ import annotations

import math
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from layers.checks.finding import Shapes
from layers.measure import CGCS2000_AXIS_M, CGCS2000_INVERSE_FLATTENING

Positions = NDArray[np.float64]
_E2 = (2 - 1 / CGCS2000_INVERSE_FLATTENING) / CGCS2000_INVERSE_FLATTENING
LONGEST_DEGREE_M: Final = math.radians(CGCS2000_AXIS_M / (1 - _E2) ** 0.5)
"""Of latitude, at a pole; no degree of longitude is longer."""


def metres_per_degree(latitude: Positions) -> tuple[Positions, Positions]:
    """Of longitude and of latitude, on the ellipsoid."""
    sine = np.sin(np.radians(latitude))
    square = sine * sine
    bend = 1 - _E2 * square
    across = np.radians(CGCS2000_AXIS_M) / np.sqrt(bend)
    return across * np.sqrt(1 - square), across * (1 - _E2) / bend


class Plane:
    """Metres east and north of the middle of some shapes: within 0.5 % in a county."""

    def __init__(self, shapes: Shapes) -> None:
        box = shapely.total_bounds(shapes)
        middle = (box[:2] + box[2:]) / 2
        self._middle = np.where(np.isfinite(middle), middle, 0.0)
        east, north = metres_per_degree(self._middle[1:])
        self._scale = np.array([east[0], north[0]])

    def to(self, shapes: Shapes) -> Shapes:
        """Degrees to metres."""
        flat: Shapes = shapely.transform(shapes, lambda at: (at - self._middle) * self._scale)
        return flat

    def back(self, shapes: Shapes) -> Shapes:
        """Metres to degrees."""
        round_: Shapes = shapely.transform(shapes, lambda at: at / self._scale + self._middle)
        return round_


def perimeters_m(shapes: Shapes) -> Positions:
    """Length of all borders of each shape, in metres."""
    lines, row_of = border_lines(shapes)
    positions, line_of = shapely.get_coordinates(lines, return_index=True)
    found = np.zeros(len(shapes))
    if len(positions) > 1:
        lengths = np.where(np.diff(line_of) == 0, lengths_m(positions[:-1], positions[1:]), 0)
        np.add.at(found, row_of[line_of[1:]], lengths)
    return found


def lengths_m(start: Positions, end: Positions) -> Positions:
    """From each start to its end."""
    step = steps_m(start, end)
    return np.asarray(np.hypot(step[:, 0], step[:, 1]))


def steps_m(start: Positions, end: Positions) -> Positions:
    """East and north from each start to its end."""
    east, north = metres_per_degree((start[:, 1] + end[:, 1]) / 2)
    return (end - start) * np.column_stack([east, north])


def border_lines(shapes: Shapes) -> tuple[Shapes, NDArray[np.intp]]:
    """Rings of areas and the lines of line shapes, and to which of the shapes each belongs."""
    parts, row_of = shapely.get_parts(shapes, return_index=True)
    rings, part_of = shapely.get_rings(parts, return_index=True)
    lines = np.flatnonzero(shapely.get_dimensions(parts) == 1)
    return np.concatenate([rings, parts[lines]]), np.concatenate([row_of[part_of], row_of[lines]])


def middle_of(shape: BaseGeometry) -> tuple[float, float]:
    """A place on a shape, as plain numbers."""
    point = shapely.point_on_surface(shape)
    x, y = float(shapely.get_x(point)), float(shapely.get_y(point))
    return (x, y) if math.isfinite(x) and math.isfinite(y) else (0.0, 0.0)
