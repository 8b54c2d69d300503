"""What does somebody else's reader find in a tile? Expected shapes are projected by PROJ, not by us."""

from __future__ import annotations

from typing import Any, NamedTuple

import mapbox_vector_tile
import numpy as np
import shapely
from mapbox_vector_tile.Mapbox import vector_tile_pb2
from numpy.typing import NDArray
from pyproj import Transformer
from shapely.geometry import shape
from shapely.geometry.base import BaseGeometry

EXTENT, BUFFER = 4096, 64
HALF_WORLD_M = 20037508.342789244
TO_WEB_MERCATOR = Transformer.from_crs("EPSG:4326", "EPSG:3857", always_xy=True)


class Drawn(NamedTuple):
    """One feature of a tile; `shape` in units of the tile's grid, y down."""

    id: int
    properties: dict[str, Any]
    shape: BaseGeometry


def read(tile: bytes) -> dict[str, list[Drawn]]:
    """The features of every layer."""
    found = mapbox_vector_tile.decode(tile, default_options={"y_coord_down": True})
    return {
        name: [Drawn(each["id"], each["properties"], shape(each["geometry"])) for each in layer["features"]]
        for name, layer in found.items()
    }


def by_id(tile: bytes, layer: str) -> dict[int, Drawn]:
    return {each.id: each for each in read(tile).get(layer, [])}


def raw(tile: bytes) -> Any:
    """The protobuf message as it is."""
    message = vector_tile_pb2.tile()
    message.ParseFromString(tile)
    return message


def raw_rings(feature: Any) -> list[NDArray[np.int64]]:
    """The rings of a polygon as the pen draws them, without the closing vertex."""
    numbers, pen = iter(feature.geometry), np.zeros(2, np.int64)
    rings: list[NDArray[np.int64]] = []
    ring: list[NDArray[np.int64]] = []
    for command in numbers:
        if command & 7 == 7:
            rings.append(np.array(ring))
            ring = []
            continue
        for _ in range(command >> 3):
            pen = np.add(pen, [_signed(next(numbers)), _signed(next(numbers))])
            ring.append(pen)
    assert not ring, "a ring is not closed"
    return rings


def _signed(number: int) -> int:
    return number // 2 if number % 2 == 0 else -(number + 1) // 2


def signed_area(ring: NDArray[np.int64]) -> float:
    """The surveyor's formula, as in chapter 4.3.4.4 of the specification."""
    x, y = ring.T
    return float(np.dot(x, np.roll(y, -1)) - np.dot(np.roll(x, -1), y)) / 2


def in_tile(geometry: BaseGeometry, z: int, x: int, y: int) -> BaseGeometry:
    """The whole shape, given in degrees, in units of this tile."""
    scale = 2**z * EXTENT

    def units(lon_lat: NDArray[np.float64]) -> NDArray[np.float64]:
        east, north = TO_WEB_MERCATOR.transform(lon_lat[:, 0], lon_lat[:, 1])
        across = (np.asarray(east) / HALF_WORLD_M + 1) / 2 * scale - x * EXTENT
        down = (1 - np.asarray(north) / HALF_WORLD_M) / 2 * scale - y * EXTENT
        return np.column_stack([across, down])

    return shapely.transform(geometry, units)


def in_window(geometry: BaseGeometry, z: int, x: int, y: int, buffer: int = BUFFER) -> BaseGeometry:
    """What of the shape lies in the buffered tile, in its units."""
    window = shapely.box(-buffer, -buffer, EXTENT + buffer, EXTENT + buffer)
    return shapely.intersection(in_tile(geometry, z, x, y), window)


def tile_of(lon: float, lat: float, z: int) -> tuple[int, int, int]:
    """The tile in which a position lies."""
    x, y = position(in_tile(shapely.Point(lon, lat), z, 0, 0))
    return z, int(x // EXTENT), int(y // EXTENT)


def position(point: BaseGeometry) -> tuple[float, float]:
    """x and y of a point."""
    ((x, y),) = shapely.get_coordinates(point).tolist()
    return x, y
