"""How does a shape look inside a GeoPackage?

A header of 40 bytes (magic, flags, SRID, envelope) before the WKB. Ours always carries the envelope, points
too, so that the R-tree triggers never have to parse the shape.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from layers.crs import STORED

HEADER_BYTES: Final = 40
_HEADER: Final = np.dtype(
    [("magic", "S2"), ("version", "u1"), ("flags", "u1"), ("srid", "<i4"), ("envelope", "<f8", 4)]
)
_DOUBLE: Final = struct.Struct("<d")
_LITTLE_ENDIAN_WITH_ENVELOPE: Final = 0b011
_ENVELOPE_STARTS: Final = 8
CORNERS: Final = ("MinX", "MaxX", "MinY", "MaxY")
"""In the order of the envelope; the names that GeoPackage triggers call with ST_ in front."""


def to_blob(shape: BaseGeometry) -> bytes:
    """The bytes that go into the column."""
    return to_blobs([shape])[0]


def to_blobs(shapes: Sequence[BaseGeometry]) -> list[bytes]:
    """The same for many shapes at once."""
    column = np.array(shapes, object)
    headers = np.zeros(len(column), _HEADER)
    headers["magic"], headers["flags"], headers["srid"] = b"GP", _LITTLE_ENDIAN_WITH_ENVELOPE, STORED
    headers["envelope"] = shapely.bounds(column)[:, [0, 2, 1, 3]]
    packed = headers.tobytes()
    starts = range(0, len(packed), HEADER_BYTES)
    return [
        packed[at : at + HEADER_BYTES] + wkb for at, wkb in zip(starts, shapely.to_wkb(column), strict=True)
    ]


def from_blob(blob: bytes) -> BaseGeometry:
    """The shape in such bytes."""
    return shapely.from_wkb(blob[HEADER_BYTES:])


def corner(name: str) -> Callable[[bytes | None], float | None]:
    """A reader of one side of the envelope, for SQL."""
    start, unpack = _ENVELOPE_STARTS + 8 * CORNERS.index(name), _DOUBLE.unpack_from

    def read(blob: bytes | None) -> float | None:
        return None if blob is None else unpack(blob, start)[0]

    return read
