"""How does a layer of features become the bytes of a vector tile? (Mapbox Vector Tile 2.1)"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import shapely

from layers.tiles.attributes import NOTHING_SAID, Attributes
from layers.tiles.commands import (
    LINE,
    POINT,
    POLYGON,
    Commands,
    Paths,
    Shapes,
    commands_of,
    commands_of_points,
)
from layers.tiles.ragged import Flags, Ragged, begins, joined, spread
from layers.tiles.wire import (
    BYTES,
    VARINT,
    Ints,
    Numbers,
    bytes_field,
    key,
    number_field,
    varint_sizes,
    varints,
)

EXTENT = 4096
_VERSION = 2

_LAYER = 3
_NAME, _FEATURE, _KEY, _EXTENT, _LAYER_VERSION = 1, 2, 3, 5, 15
_ID, _TAGS, _TYPE, _GEOMETRY = key(1, VARINT), key(2, BYTES), key(3, VARINT), key(4, BYTES)


def encode_layer(
    name: str,
    shapes: Shapes,
    ids: Ints,
    told: Attributes,
    extent: int = EXTENT,
    areas: Paths | None = None,
) -> bytes:
    """One layer of a tile; b"" when nothing of any shape is left on the grid.

    Shapes are in units of the tile's grid, y down; ids are not negative; there are as many of both as rows of `told`.
    areas: the outlines of features that have no shape here, on the grid already.
    """
    kinds = shapely.get_dimensions(shapes) + 1
    drawn = [commands_of(shapes, kind) for kind in (LINE, POINT) if (kinds == kind).any()]
    if areas is not None or (kinds == POLYGON).any():
        drawn.insert(0, commands_of(shapes, POLYGON, areas))
    return _encoded(name, [commands for commands in drawn if commands], ids, told, extent)


def encode_points(name: str, xy: Ints, ids: Ints, told: Attributes = NOTHING_SAID) -> bytes:
    """One layer of single points, given in whole units of the tile's grid; b"" when there are none."""
    drawn = commands_of_points(xy)
    return _encoded(name, [drawn] if drawn else [], ids, told, EXTENT)


def _encoded(name: str, drawn: Sequence[Commands], ids: Ints, told: Attributes, extent: int) -> bytes:
    if not drawn:
        return b""
    features = np.concatenate([commands.features for commands in drawn])
    tags, values = told.take(features).tags(len(features))
    body = (
        bytes_field(_NAME, name.encode())
        + varints(_features(ids[features].astype(np.uint64), tags, drawn))
        + b"".join(bytes_field(_KEY, column.encode()) for column in told.names)
        + b"".join(values)
        + number_field(_EXTENT, extent)
        + number_field(_LAYER_VERSION, _VERSION)
    )
    return bytes_field(_LAYER, body)


def _features(ids: Numbers, tags: Ragged, drawn: Sequence[Commands]) -> Numbers:
    """All feature messages of the layer as one run of varints: head, tags, type, drawing, feature by feature."""
    kinds = np.repeat([commands.kind for commands in drawn], [len(commands.features) for commands in drawn])
    drawing = joined([commands.drawing for commands in drawn])
    tag_bytes, drawing_bytes = _bytes_of_each(tags), _bytes_of_each(drawing)
    size = _length_prefixed(tag_bytes) + _length_prefixed(drawing_bytes) + 1 + varint_sizes(ids) + 2
    head = (key(_FEATURE, BYTES), size, _ID, ids, _TAGS, tag_bytes)
    tail = (_TYPE, kinds, _GEOMETRY, drawing_bytes)
    before = len(head) + tags.lengths + len(tail)
    lengths = before + drawing.lengths
    out = np.empty(int(lengths.sum()), np.uint64)
    starts = begins(lengths)
    _write(out, starts, head)
    out[spread(starts + len(head), tags.lengths)] = tags.numbers
    _write(out, starts + before - len(tail), tail)
    out[_second_of_each(before, drawing.lengths)] = drawing.numbers
    return out


def _second_of_each(ones: Ints, others: Ints) -> Flags:
    """Of runs of so many that alternate with runs of so many others, where the others are."""
    runs = np.stack([ones, others], axis=1).ravel()
    return np.repeat(np.arange(len(runs)) % 2 == 1, runs)


def _bytes_of_each(rows: Ragged) -> Ints:
    return rows.sums(varint_sizes(rows.numbers))


def _length_prefixed(sizes: Ints) -> Ints:
    """With the field's key and its length in front."""
    return 1 + varint_sizes(sizes.astype(np.uint64)) + sizes


def _write(out: Numbers, at: Ints, numbers: Sequence[int | Ints | Numbers]) -> None:
    """Writes one number after the other for every feature."""
    for place, number in enumerate(numbers):
        out[at + place] = number
