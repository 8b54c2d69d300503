"""What of a big layer is in a tile that is seen from afar? Its overview; until that is made, how densely it lies."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Final

import numpy as np
import shapely
from sqlalchemy.orm import Session

from layers.kinds import kind_for
from layers.kinds.base import TileField
from layers.rights import Viewer
from layers.store import overviews, query
from layers.store.query import TileRows
from layers.store.tables import Layer
from layers.tiles.attributes import Attributes
from layers.tiles.commands import Shapes
from layers.tiles.encode import EXTENT, encode_layer, encode_points
from layers.tiles.labels import label_points
from layers.tiles.mercator import UNITS_PER_PX, Positions, Tile, world
from layers.tiles.pieces import Pieces, in_one, unpacked
from layers.tiles.pyramid import FROM_Z, is_ready
from layers.tiles.wire import Ints

DENSITY_PX: Final = 8
"""How far apart the squares stand that tell the density."""
_SIDES: Final = (0.35, 0.95)
"""The smallest and the largest of them, as a share of that."""
_FIRST_ID: Final = 1 << 40
"""Above the ids of features: such a square is nobody's card."""
_SYMBOL: Final = (TileField("symbol", "derived"),)


def far_layer(
    session: Session, viewer: Viewer, layer: Layer, fields: Sequence[TileField], tile: Tile
) -> bytes:
    """The tile's layers of a big layer; b"" where nothing of it lies."""
    # What stood on a past day was never worked out beforehand.
    if viewer.at is not None or not is_ready(session, layer):
        return _density(query.spot_rows(session, viewer, layer, tile.bounds(0), _SYMBOL), layer, tile)
    kept = overviews.pieces_of(session, layer.id, (tile.z, tile.x, tile.y), FROM_Z)
    if not kept:
        return b""
    pieces = in_one(tile, [(Tile(*place), unpacked(content)) for place, content in kept])
    ids = np.unique(pieces.features[pieces.features > 0])
    rows = query.chosen_rows(session, viewer, layer, ids.tolist(), fields)
    return _shown(rows, pieces, layer.key, tile)


def _shown(rows: TileRows, pieces: Pieces, key: str, tile: Tile) -> bytes:
    """Each piece as the first of its features that this viewer may see; without one, it is not there."""
    if not len(rows.ids):
        return b""
    places = np.searchsorted(rows.ids, pieces.features).clip(max=len(rows.ids) - 1)
    seen = rows.ids[places] == pieces.features
    there = np.flatnonzero(seen.any(axis=1))
    of = places[there, seen[there].argmax(axis=1)]
    told = Attributes.of(rows.columns)
    shapes = encode_layer(key, pieces.shapes[there], rows.ids[of], told.take(of))
    return shapes + _symbols(rows, of[pieces.own[there]], told, key, tile)


def _symbols(rows: TileRows, of: Ints, told: Attributes, key: str, tile: Tile) -> bytes:
    """The label points of the features that are seen by themselves."""
    own = np.unique(of)
    labels = label_points(tile, np.asarray(shapely.points(rows.anchors[own]), np.object_), rows.anchors[own])
    marked = own[labels.features]
    return encode_points(f"{key}_points", labels.units, rows.ids[marked], told.take(marked))


def _density(rows: TileRows, layer: Layer, tile: Tile) -> bytes:
    """For each spot and symbol a square, the larger the more features stand there."""
    grain = DENSITY_PX * UNITS_PER_PX
    spots = np.floor(tile.units_of_world(world(rows.anchors)) / grain).astype(np.int64)
    inside = np.all((spots >= 0) & (spots < EXTENT / grain), axis=1)
    counted: Counter[tuple[int, int, str]] = Counter(
        (x, y, symbol)
        for (x, y), symbol, here in zip(spots.tolist(), rows.columns["symbol"], inside.tolist(), strict=True)
        if here and symbol is not None
    )
    if not counted:
        return b""
    middles = (np.array([(x, y) for x, y, _ in counted]) + 0.5) * grain
    told = Attributes.of({"symbol": [symbol for _, _, symbol in counted]})
    ids = np.arange(len(counted), dtype=np.int64) + _FIRST_ID
    if kind_for(layer).geometry == "point":
        return encode_points(f"{layer.key}_points", middles.astype(np.int64), ids, told)
    return encode_layer(layer.key, _squares(middles, np.array([*counted.values()]), grain), ids, told)


def _squares(middles: Positions, counts: Ints, grain: float) -> Shapes:
    least, most = _SIDES
    half = grain / 2 * (least + (most - least) * np.sqrt(counts / counts.max()))
    x, y = middles.T
    return np.asarray(shapely.box(x - half, y - half, x + half, y + half), np.object_)
