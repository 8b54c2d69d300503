"""Which squares of the map does a file carry, so that its scenes can be seen and looked into without a server?

Of small layers all squares down to DEEPEST, wherever a scene looks. A layer of many features comes as far down as
its share of the file allows: further in, its coarser squares are drawn larger.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from layers import tiles
from layers.crs import Bounds
from layers.tiles import Tile

SHALLOWEST: Final = 6
DEEPEST: Final = 12
"""A unit of such a tile is about 2 m."""
SHARE_BYTES: Final = 1_200_000
"""So much of one source, packed; about a quarter of a file that goes into a mail."""
MOST_TILES: Final = 3000
AROUND: Final = 0.15
"""Of the view, on every side: screens are wider than scenes."""


@dataclass
class Squares:
    """The squares of one source: by address, and down to which zoom they are all there."""

    deepest: int = SHALLOWEST
    tiles: dict[Tile, bytes] = field(default_factory=dict)
    packed_bytes: int = 0


def squares(
    cut: Callable[[Tile], bytes],
    views: Sequence[Bounds],
    *,
    deepest: int = DEEPEST,
    share_bytes: int = SHARE_BYTES,
) -> Squares:
    """The tiles of one source under these views, level after level until the share is used up.

    cut: makes one; views: in degrees.
    """
    found = Squares()
    for z in range(SHALLOWEST, deepest + 1):
        level: dict[Tile, bytes] = {}
        places = sorted({place for view in views for place in _under(view, z)})
        if len(found.tiles) + len(places) > MOST_TILES:
            break
        size = found.packed_bytes
        for place in places:
            content = cut(place)
            if content:
                level[place] = content
                size += len(gzip.compress(content, 4))
            if size > share_bytes and z > SHALLOWEST:
                return found
        found.tiles |= level
        found.packed_bytes, found.deepest = size, z
    return found


def told(tilejson: Mapping[str, Any], address: str, found: Squares) -> dict[str, Any]:
    """TileJSON of what is carried. address: with {z}, {x} and {y}."""
    return {**tilejson, "tiles": [address], "minzoom": SHALLOWEST, "maxzoom": found.deepest}


def _under(view: Bounds, z: int) -> list[Tile]:
    """The tiles of a level that a view and what is around it touch."""
    west, south, east, north = view
    aside, up = (east - west) * AROUND, (north - south) * AROUND
    return tiles.tiles_under((west - aside, south - up, east + aside, north + up), z)
