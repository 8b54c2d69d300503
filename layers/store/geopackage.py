"""How does a shape look inside a GeoPackage?

A header of 40 bytes (magic, flags, SRID, envelope) before the WKB. Ours always carries the envelope, points
too, so that the R-tree triggers never have to parse the shape.
"""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import Final

import shapely
from shapely.geometry.base import BaseGeometry

from layers.crs import STORED

HEADER_BYTES: Final = 40
_HEADER: Final = struct.Struct("<2sBBi4d")
_DOUBLE: Final = struct.Struct("<d")
_LITTLE_ENDIAN_WITH_ENVELOPE: Final = 0b011
_ENVELOPE_STARTS: Final = 8
CORNERS: Final = ("MinX", "MaxX", "MinY", "MaxY")
"""In the order of the envelope; the names that GeoPackage triggers call with ST_ in front."""


def to_blob(shape: BaseGeometry) -> bytes:
    """The bytes that go into the column."""
    west, south, east, north = shape.bounds
    header = _HEADER.pack(b"GP", 0, _LITTLE_ENDIAN_WITH_ENVELOPE, STORED, west, east, south, north)
    return header + bytes(shapely.to_wkb(shape))


def from_blob(blob: bytes) -> BaseGeometry:
    """The shape in such bytes."""
    return shapely.from_wkb(blob[HEADER_BYTES:])


def corner(name: str) -> Callable[[bytes | None], float | None]:
    """A reader of one side of the envelope, for SQL."""
    start = _ENVELOPE_STARTS + 8 * CORNERS.index(name)

    def read(blob: bytes | None) -> float | None:
        return None if blob is None else float(_DOUBLE.unpack_from(blob, start)[0])

    return read
