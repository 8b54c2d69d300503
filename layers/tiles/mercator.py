"""Where on which tile does a position fall?

World positions run from 0 to 1, x east and y south from the north-west corner of Web Mercator, which takes
latitude as if on a sphere. CGCS2000 degrees count as WGS 84 degrees here: they differ by decimetres.
"""

from __future__ import annotations

import math
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from layers.crs import Bounds
from layers.tiles.encode import EXTENT

Positions: TypeAlias = NDArray[np.float64]


BUFFER = 64
SCREEN_PX = 512
"""A tile is shown at 512 to 1023 CSS pixels."""
UNITS_PER_PX = EXTENT / SCREEN_PX
_LAST_LATITUDE = 85.0511287798066


def world(lon_lat: Positions) -> Positions:
    """Degrees, one row (lon, lat) for each position, as world positions."""
    out = np.empty_like(lon_lat)
    out[:, 0] = lon_lat[:, 0] / 360 + 0.5
    latitude = np.radians(np.clip(lon_lat[:, 1], -_LAST_LATITUDE, _LAST_LATITUDE))
    out[:, 1] = 0.5 - np.log(np.tan(np.pi / 4 + latitude / 2)) / (2 * np.pi)
    return out


def tiles_under(bounds: Bounds, z: int) -> list[Tile]:
    """All tiles of a zoom that touch (west, south, east, north) in degrees, column by column."""
    west, south, east, north = bounds
    corners = np.floor(world(np.array([(west, north), (east, south)])) * 2**z)
    (left, top), (right, bottom) = np.clip(corners, 0, 2**z - 1).astype(int).tolist()
    return [Tile(z, x, y) for x in range(left, right + 1) for y in range(top, bottom + 1)]


class Tile(NamedTuple):
    """The square of the world in column x and row y of zoom z."""

    z: int
    x: int
    y: int

    def units(self, lon_lat: Positions) -> Positions:
        """Degrees as units of this tile's grid."""
        return self.units_of_world(world(lon_lat))

    def units_of_world(self, positions: Positions) -> Positions:
        """World positions as units of this tile's grid."""
        return (positions * 2.0**self.z - (self.x, self.y)) * EXTENT

    def owns(self, positions: Positions) -> NDArray[np.bool_]:
        """Which world positions are in this tile and no other: its north and west edges belong to it."""
        return np.asarray((np.floor(positions * 2.0**self.z) == (self.x, self.y)).all(axis=1))

    def bounds(self, buffer: float = BUFFER) -> Bounds:
        """(west, south, east, north) in degrees, with a buffer of so many units on every side."""
        margin = buffer / EXTENT
        west, east = (self._longitude(self.x + shift) for shift in (-margin, 1 + margin))
        north, south = (self._latitude(self.y + shift) for shift in (-margin, 1 + margin))
        return west, south, east, north

    def _longitude(self, column: float) -> float:
        return column / 2.0**self.z * 360 - 180

    def _latitude(self, row: float) -> float:
        return math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * row / 2.0**self.z))))
