"""What of a layer lies in this tile?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import shapely

from layers.tiles.commands import Shapes
from layers.tiles.encode import EXTENT, Column, encode_layer, encode_points
from layers.tiles.generalise import generalised
from layers.tiles.labels import label_points
from layers.tiles.mercator import BUFFER, Tile

if TYPE_CHECKING:
    from layers.store.query import TileRows

_WINDOW = shapely.box(-BUFFER, -BUFFER, EXTENT + BUFFER, EXTENT + BUFFER)


def cut_tile(rows: TileRows, layer_key: str, tile: Tile) -> bytes:
    """The tile's two layers: the shapes as `<key>`, their label points as `<key>_points`; b"" for nothing."""
    shapes = np.asarray(shapely.from_wkb(rows.wkb), np.object_)
    columns = {name: Column.of(values) for name, values in rows.columns.items()}
    seen = clipped(generalised(shapely.transform(shapes, tile.units), tile.z))
    return encode_layer(layer_key, seen, rows.ids, columns) + _labels(rows, layer_key, tile, shapes, columns)


def _labels(rows: TileRows, layer_key: str, tile: Tile, shapes: Shapes, columns: dict[str, Column]) -> bytes:
    labels = label_points(tile, shapes, rows.anchors)
    taken = {name: column.take(labels.features) for name, column in columns.items()}
    return encode_points(
        f"{layer_key}_points", labels.units, rows.ids[labels.features], taken | labels.columns
    )


def clipped(shapes: Shapes) -> Shapes:
    """What of each shape lies in the buffered tile; None where nothing does, or only a touch of the edge."""
    west, north, east, south = shapely.bounds(shapes).T
    near, far = -BUFFER, EXTENT + BUFFER
    inside = (west >= near) & (north >= near) & (east <= far) & (south <= far)
    touching = (east >= near) & (south >= near) & (west <= far) & (north <= far)
    out = shapes.copy()
    out[touching & ~inside] = _intersection(shapes[touching & ~inside])
    out[~touching | (shapely.get_dimensions(out) < shapely.get_dimensions(shapes))] = None
    return out


def _intersection(shapes: Shapes) -> Shapes:
    try:
        return np.asarray(shapely.intersection(shapes, _WINDOW), np.object_)
    except shapely.GEOSException:
        # Valid in degrees, yet the straight edges of a sliver may cross in Web Mercator.
        return np.asarray(shapely.intersection(shapely.make_valid(shapes), _WINDOW), np.object_)
