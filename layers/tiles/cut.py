"""What of a layer lies in this tile?"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import shapely

from layers.tiles.commands import Shapes
from layers.tiles.encode import EXTENT, Column, encode_layer, encode_points
from layers.tiles.generalise import generalised
from layers.tiles.labels import label_points
from layers.tiles.mercator import BUFFER, UNITS_PER_PX, Tile

if TYPE_CHECKING:
    from layers.kinds import LayerKind
    from layers.store.query import TileRows

_SCREENS_A_TILE = 2
"""A tile of zoom z is shown from Leaflet's zoom z + 1 up to z + 2, at twice its size."""


def buffer_of(kind: LayerKind, z: int) -> float:
    """How far beyond its tile of zoom z a shape is kept, in units: a wide line reaches across the edge."""
    reach_px = kind.widest_px(z + 1 + _SCREENS_A_TILE / 2) / 2 / _SCREENS_A_TILE
    return max(BUFFER, math.ceil(reach_px * UNITS_PER_PX) + BUFFER / 2)


def cut_tile(rows: TileRows, layer_key: str, tile: Tile, buffer: float = BUFFER) -> bytes:
    """The tile's two layers: the shapes as `<key>`, their label points as `<key>_points`; b"" for nothing.

    buffer: what lies up to so many units beyond the tile is kept, so that edges and wide lines meet.
    """
    if not len(rows.ids):
        return b""
    shapes, columns = _shapes(rows), _columns(rows)
    seen = clipped(generalised(shapely.transform(shapes, tile.units), tile.z), buffer)
    return encode_layer(layer_key, seen, rows.ids, columns) + _labels(rows, layer_key, tile, shapes, columns)


def label_layer(rows: TileRows, layer_key: str, tile: Tile) -> bytes:
    """Only the label points, for a tile whose shapes somebody else has drawn."""
    if not len(rows.ids):
        return b""
    return _labels(rows, layer_key, tile, _shapes(rows), _columns(rows))


def _shapes(rows: TileRows) -> Shapes:
    return np.asarray(shapely.from_wkb(rows.wkb), np.object_)


def _columns(rows: TileRows) -> dict[str, Column]:
    """Those that say something: of many fields a few are filled in."""
    said = {name: values for name, values in rows.columns.items() if values.count(None) < len(values)}
    return {name: Column.of(values) for name, values in said.items()}


def _labels(rows: TileRows, layer_key: str, tile: Tile, shapes: Shapes, columns: dict[str, Column]) -> bytes:
    labels = label_points(tile, shapes, rows.anchors)
    taken = {name: column.take(labels.features) for name, column in columns.items()}
    return encode_points(
        f"{layer_key}_points", labels.units, rows.ids[labels.features], taken | labels.columns
    )


def clipped(shapes: Shapes, buffer: float = BUFFER) -> Shapes:
    """What of each shape lies in the buffered tile; None where nothing does, or only a touch of the edge."""
    west, north, east, south = shapely.bounds(shapes).T
    near, far = -buffer, EXTENT + buffer
    inside = (west >= near) & (north >= near) & (east <= far) & (south <= far)
    touching = (east >= near) & (south >= near) & (west <= far) & (north <= far)
    out = shapes.copy()
    out[touching & ~inside] = _within(shapes[touching & ~inside], near, far)
    out[~touching | (shapely.get_dimensions(out) < shapely.get_dimensions(shapes))] = None
    return out


def _within(shapes: Shapes, near: float, far: float) -> Shapes:
    """What of each shape lies in this square."""
    out: Shapes = shapely.clip_by_rect(shapes, near, near, far, far)
    # Ten times as fast as an intersection, but it may leave a shape that crosses itself.
    torn = ~shapely.is_valid(out)
    out[torn] = _intersection(shapes[torn], shapely.box(near, near, far, far))
    return out


def _intersection(shapes: Shapes, window: shapely.Polygon) -> Shapes:
    try:
        return np.asarray(shapely.intersection(shapes, window), np.object_)
    except shapely.GEOSException:
        # Valid in degrees, yet the straight edges of a sliver may cross in Web Mercator.
        return np.asarray(shapely.intersection(shapely.make_valid(shapes), window), np.object_)
