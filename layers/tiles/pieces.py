"""How is a tile of an overview kept: its shapes, and the features that each may stand for?"""

from __future__ import annotations

import io
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import shapely

from layers.tiles.commands import Shapes
from layers.tiles.encode import EXTENT
from layers.tiles.mercator import Positions, Tile
from layers.tiles.ragged import Flags
from layers.tiles.wire import Ints


class Pieces(NamedTuple):
    """Shapes in tile units. features: row by row the ids that a shape may stand for, best first, then NOBODY.

    own: it is the feature's own shape, so that its symbol or label stands there too.
    """

    shapes: Shapes
    features: Ints
    own: Flags


def packed(pieces: Pieces) -> bytes:
    """As bytes, without pickle; b"" for nothing."""
    if not len(pieces.shapes):
        return b""
    written = [bytes(each) for each in shapely.to_wkb(pieces.shapes, output_dimension=2)]
    out = io.BytesIO()
    np.savez_compressed(
        out,
        wkb=np.frombuffer(b"".join(written), np.uint8),
        lengths=np.array([len(each) for each in written], np.int64),
        features=pieces.features,
        own=pieces.own,
    )
    return out.getvalue()


def unpacked(content: bytes) -> Pieces:
    """What `packed` made bytes of."""
    with np.load(io.BytesIO(content), allow_pickle=False) as kept:
        ends = np.cumsum(kept["lengths"])
        wkb = kept["wkb"].tobytes()
        written = [wkb[end - length : end] for end, length in zip(ends, kept["lengths"], strict=True)]
        return Pieces(np.asarray(shapely.from_wkb(written), np.object_), kept["features"], kept["own"])


def in_one(tile: Tile, kept: Sequence[tuple[Tile, Pieces]]) -> Pieces:
    """The pieces of several tiles as they lie in one that holds them all."""
    if len(kept) == 1 and kept[0][0] == tile:
        return kept[0][1]
    moved = [shapely.transform(pieces.shapes, _Into(tile, place)) for place, pieces in kept]
    return Pieces(
        np.concatenate(moved),
        np.concatenate([pieces.features for _, pieces in kept]),
        np.concatenate([pieces.own for _, pieces in kept]),
    )


class _Into:
    """From the units of one tile to those of a larger one."""

    def __init__(self, tile: Tile, place: Tile) -> None:
        self._across = 2.0 ** (place.z - tile.z)
        self._corner = np.array([place.x - tile.x * self._across, place.y - tile.y * self._across])

    def __call__(self, units: Positions) -> Positions:
        return np.asarray((units / EXTENT + self._corner) * EXTENT / self._across)
