"""What of a layer lies in this tile?"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import numpy as np
import shapely
from numpy.typing import NDArray

from layers.tiles.areas import Areas
from layers.tiles.attributes import Attributes
from layers.tiles.commands import Paths, Shapes
from layers.tiles.encode import EXTENT, encode_layer, encode_points
from layers.tiles.generalise import EXACT_FROM_Z, generalised
from layers.tiles.labels import label_points
from layers.tiles.mercator import BUFFER, UNITS_PER_PX, Tile
from layers.tiles.ragged import Flags

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
    areas, told = Areas.among(rows.wkb), Attributes.of(rows.columns)
    others = _without(rows.wkb, areas)
    seen, outlines = _seen(others, areas, tile, buffer)
    shapes = encode_layer(layer_key, seen, rows.ids, told, areas=outlines)
    return shapes + _labels(rows, layer_key, tile, others, told)


def label_layer(rows: TileRows, layer_key: str, tile: Tile) -> bytes:
    """Only the label points, for a tile whose shapes somebody else has drawn."""
    if not len(rows.ids):
        return b""
    shapes = np.asarray(shapely.from_wkb(rows.wkb), np.object_)
    return _labels(rows, layer_key, tile, shapes, Attributes.of(rows.columns))


def _without(wkb: Sequence[bytes], areas: Areas) -> Shapes:
    """The shapes, None for the plain areas."""
    shapes = np.full(len(wkb), None, np.object_)
    is_rest = np.ones(len(wkb), bool)
    is_rest[areas.features] = False
    if is_rest.any():
        shapes[is_rest] = shapely.from_wkb([wkb[row] for row in np.flatnonzero(is_rest).tolist()])
    return shapes


def _seen(others: Shapes, areas: Areas, tile: Tile, buffer: float) -> tuple[Shapes, Paths | None]:
    """What is seen, in tile units; apart from it the outlines of areas that are seen as they are."""
    shapes = shapely.transform(others, tile.units) if len(areas.features) < len(others) else others.copy()
    areas, outlines = areas._replace(xy=tile.units(areas.xy)), None
    if tile.z >= EXACT_FROM_Z and len(areas.features):
        inside, touching = _sides(areas.boxes(), buffer)
        areas, outlines = areas.only(touching & ~inside), areas.only(inside).paths()
    shapes[areas.features] = areas.shapes()
    return clipped(generalised(shapes, tile.z), buffer), outlines


def _labels(rows: TileRows, layer_key: str, tile: Tile, shapes: Shapes, told: Attributes) -> bytes:
    labels = label_points(tile, shapes, rows.anchors)
    own = told.take(labels.features).beside(labels.told)
    return encode_points(f"{layer_key}_points", labels.units, rows.ids[labels.features], own)


def _sides(boxes: Iterable[NDArray[np.float64]], buffer: float) -> tuple[Flags, Flags]:
    """Which of these boxes are wholly in the buffered tile, and which meet it."""
    west, north, east, south = boxes
    near, far = -buffer, EXTENT + buffer
    inside = (west >= near) & (north >= near) & (east <= far) & (south <= far)
    touching = (east >= near) & (south >= near) & (west <= far) & (north <= far)
    return inside, touching


def clipped(shapes: Shapes, buffer: float = BUFFER) -> Shapes:
    """What of each shape lies in the buffered tile; None where nothing does, or only a touch of the edge."""
    inside, touching = _sides(shapely.bounds(shapes).T, buffer)
    out = shapes.copy()
    out[touching & ~inside] = _within(shapes[touching & ~inside], -buffer, EXTENT + buffer)
    out[~touching | (shapely.get_dimensions(out) < shapely.get_dimensions(shapes))] = None
    return out


def _within(shapes: Shapes, near: float, far: float) -> Shapes:
    """What of each shape lies in this square."""
    out: Shapes = shapely.clip_by_rect(shapes, near, near, far, far)
    # Ten times as fast as an intersection, but it may leave a shape that crosses itself.
    doubtful = np.flatnonzero(~_enter_once(shapes, near, far))
    torn = doubtful[~shapely.is_valid(out[doubtful])]
    out[torn] = _intersection(shapes[torn], shapely.box(near, near, far, far))
    return out


def _enter_once(shapes: Shapes, near: float, far: float) -> Flags:
    """Which of them have a single ring that comes into the square once, so that what is left cannot cross itself.

    To find out that a clipped shape is sound costs more than to clip it.
    """
    xy, shape = shapely.get_coordinates(shapes, return_index=True)
    x, y = xy.T
    beyond = (x < near) | (x > far) << 1 | (y < near) << 2 | (y > far) << 3
    before, after, runs_on = beyond[:-1], beyond[1:], shape[1:] == shape[:-1]
    turns = np.bincount(shape[1:][runs_on & ((before == 0) != (after == 0))], minlength=len(shapes))
    # A side may cut through the square unless its ends lie beyond the same edge; a vertex on an edge may touch it.
    cuts = runs_on & (before != 0) & (after != 0) & (before & after == 0)
    is_plain = (shapely.get_type_id(shapes) == shapely.GeometryType.POLYGON) & (turns == 2)
    is_plain[shapely.get_num_interior_rings(shapes) > 0] = False
    is_plain[shape[1:][cuts]] = False
    is_plain[shape[((x == near) | (x == far) | (y == near) | (y == far))]] = False
    return np.asarray(is_plain, np.bool_)


def _intersection(shapes: Shapes, window: shapely.Polygon) -> Shapes:
    try:
        return np.asarray(shapely.intersection(shapes, window), np.object_)
    except shapely.GEOSException:
        # Valid in degrees, yet the straight edges of a sliver may cross in Web Mercator.
        return np.asarray(shapely.intersection(shapely.make_valid(shapes), window), np.object_)
