"""Where are the vertices of plain areas? Read from their WKB, without making a shape of each.

Most parcels are a polygon without holes. To make shapes of them, move those and take them apart again would cost
more than all else that is done to a parcel in a tile.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray

from layers.tiles.commands import Paths, Shapes
from layers.tiles.ragged import Flags, begins, spread
from layers.tiles.wire import Ints

_HEAD: Final = bytes([1, 3, 0, 0, 0, 1, 0, 0, 0])
"""Of WKB: little endian, a polygon, one ring; then come the number of its vertices and they themselves."""
_VERTICES_AT: Final = len(_HEAD) + 4
_VERTEX_BYTES: Final = 16


class Areas(NamedTuple):
    """Polygons of one ring each; the vertices of all of them end to end, and which of the features each one is."""

    xy: NDArray[np.float64]
    lengths: Ints
    features: Ints

    @classmethod
    def among(cls, wkb: Sequence[bytes]) -> Areas:
        """The plain areas among these shapes."""
        features = [row for row, each in enumerate(wkb) if each.startswith(_HEAD)]
        rings = [wkb[row][_VERTICES_AT:] for row in features]
        lengths = np.fromiter(map(len, rings), np.int64, len(rings)) // _VERTEX_BYTES
        xy = np.frombuffer(b"".join(rings), "<f8").reshape(-1, 2)
        return cls(xy, lengths, np.array(features, np.int64))

    def only(self, kept: Flags) -> Areas:
        """Without the others."""
        if kept.all():
            return self
        lengths = self.lengths[kept]
        xy = self.xy.take(spread(begins(self.lengths)[kept], lengths), axis=0)
        return Areas(xy, lengths, self.features[kept])

    def boxes(self) -> tuple[NDArray[np.float64], ...]:
        """The least x and y, and the largest x and y, of each."""
        starts = begins(self.lengths)
        x, y = self.xy.T
        least, most = np.minimum.reduceat, np.maximum.reduceat
        return least(x, starts), least(y, starts), most(x, starts), most(y, starts)

    def shapes(self) -> Shapes:
        """As polygons."""
        rings = shapely.linearrings(self.xy, indices=np.repeat(np.arange(len(self.lengths)), self.lengths))
        return np.asarray(shapely.polygons(rings), np.object_)

    def paths(self) -> Paths:
        """As the runs of vertices that are drawn, rounded to the grid."""
        each = np.arange(len(self.lengths))
        xy = np.rint(self.xy).astype(np.int64)
        return Paths(xy, begins(self.lengths), self.lengths, self.features, each)
