"""How does a layer of features become the bytes of a vector tile? (Mapbox Vector Tile 2.1)"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple, TypeAlias

import numpy as np
import shapely

from layers.tiles.commands import LINE, POINT, POLYGON, Commands, Shapes, commands_of, commands_of_points
from layers.tiles.ragged import Ragged, begins, joined
from layers.tiles.wire import (
    BYTES,
    VARINT,
    Ints,
    Numbers,
    bytes_field,
    double_field,
    key,
    number_field,
    varint_sizes,
    varints,
)

Scalar: TypeAlias = str | int | float | bool | None

EXTENT = 4096
_VERSION = 2
_ABSENT = -1

_LAYER = 3
_NAME, _FEATURE, _KEY, _VALUE, _EXTENT, _LAYER_VERSION = 1, 2, 3, 4, 5, 15
_ID, _TAGS, _TYPE, _GEOMETRY = key(1, VARINT), key(2, BYTES), key(3, VARINT), key(4, BYTES)
_STRING, _DOUBLE, _UNSIGNED, _SIGNED, _BOOL = 1, 3, 5, 6, 7
_INT_LIMIT = 1 << 63
_DOUBLE_FIELD = struct.Struct("<3sd")
_DOUBLE_HEAD = bytes_field(_VALUE, double_field(_DOUBLE, 0))[:3]


class Column(NamedTuple):
    """One attribute of many features: each distinct value once, encoded, and which of them each feature has."""

    values: list[bytes]
    codes: Ints

    @classmethod
    def of(cls, values: Sequence[Scalar]) -> Column:
        """Keeps 1, 1.0 and True apart; None is a feature without the attribute."""
        keys: Sequence[object] = values
        if len(set(map(type, values)) - {type(None)}) > 1:
            keys = [None if value is None else (type(value), value) for value in values]
        distinct = dict(zip(keys, values, strict=True))
        distinct.pop(None, None)
        code = {found: number for number, found in enumerate(distinct)} | {None: _ABSENT}
        codes = np.fromiter(map(code.__getitem__, keys), np.int64, len(keys))
        return cls(_value_fields(list(distinct.values())), codes)

    def take(self, rows: Ints) -> Column:
        """The attribute of these features only, in this order."""
        return self._replace(codes=self.codes[rows])


def encode_layer(
    name: str, shapes: Shapes, ids: Ints, columns: Mapping[str, Column], extent: int = EXTENT
) -> bytes:
    """One layer of a tile; b"" when nothing of any shape is left on the grid.

    Shapes are in units of the tile's grid, y down; ids are not negative; every column is as long as shapes.
    """
    kinds = shapely.get_dimensions(shapes) + 1
    drawn = [commands_of(shapes, kind) for kind in (POLYGON, LINE, POINT) if (kinds == kind).any()]
    return _encoded(name, [commands for commands in drawn if commands], ids, columns, extent)


def encode_points(name: str, xy: Ints, ids: Ints, columns: Mapping[str, Column]) -> bytes:
    """One layer of single points, given in whole units of the tile's grid; b"" when there are none."""
    drawn = commands_of_points(xy)
    return _encoded(name, [drawn] if drawn else [], ids, columns, EXTENT)


def _encoded(
    name: str, drawn: Sequence[Commands], ids: Ints, columns: Mapping[str, Column], extent: int
) -> bytes:
    if not drawn:
        return b""
    features = np.concatenate([commands.features for commands in drawn])
    tags, values = _tags([column.take(features) for column in columns.values()], len(features))
    body = (
        bytes_field(_NAME, name.encode())
        + varints(_features(ids[features].astype(np.uint64), tags, drawn))
        + b"".join(bytes_field(_KEY, column.encode()) for column in columns)
        + b"".join(values)
        + number_field(_EXTENT, extent)
        + number_field(_LAYER_VERSION, _VERSION)
    )
    return bytes_field(_LAYER, body)


def _tags(columns: Sequence[Column], features: int) -> tuple[Ragged, list[bytes]]:
    """For every feature pairs of key and value number; and the values that are used, each once."""
    numbers: dict[bytes, int] = {}
    pairs = np.empty((features, len(columns), 2), np.int64)
    for place, column in enumerate(columns):
        pairs[:, place, 0] = place
        pairs[:, place, 1] = _value_numbers(column, numbers)
    present = pairs[:, :, 1] != _ABSENT
    return Ragged(pairs[present].ravel().astype(np.uint64), 2 * present.sum(axis=1)), list(numbers)


def _value_numbers(column: Column, numbers: dict[bytes, int]) -> Ints:
    """Each feature's value as a number in the layer's list of values, which grows here."""
    counts = np.bincount(column.codes + 1, minlength=len(column.values) + 1)
    used = np.flatnonzero(counts[1:])
    number_of_code = np.full(len(column.values) + 1, _ABSENT)
    number_of_code[used] = [numbers.setdefault(column.values[code], len(numbers)) for code in used.tolist()]
    return number_of_code[column.codes]  # the last one answers for _ABSENT


def _value_fields(values: Sequence[Scalar]) -> list[bytes]:
    """Each as the field of the layer that holds it. Texts and doubles are many and have their own short way."""
    sorts = set(map(type, values))
    if sorts == {str}:
        texts = [str(value).encode() for value in values]
        return [_text_head(len(body)) + body for body in texts]
    if sorts == {float}:
        return [_DOUBLE_FIELD.pack(_DOUBLE_HEAD, value) for value in values]
    return [bytes_field(_VALUE, _value(value)) for value in values]


@lru_cache(maxsize=1000)
def _text_head(length: int) -> bytes:
    """What stands before a text of so many bytes."""
    field = bytes_field(_VALUE, bytes_field(_STRING, bytes(length)))
    return field[: len(field) - length]


def _value(value: Scalar) -> bytes:
    """A value message: text, truth, whole number or double."""
    if isinstance(value, str):
        return bytes_field(_STRING, value.encode())
    if isinstance(value, bool):
        return number_field(_BOOL, value)
    if isinstance(value, int) and 0 <= value < _INT_LIMIT:
        return number_field(_UNSIGNED, value)
    if isinstance(value, int) and -_INT_LIMIT <= value < 0:
        return number_field(_SIGNED, -2 * value - 1)
    return double_field(_DOUBLE, float(value or 0))


def _features(ids: Numbers, tags: Ragged, drawn: Sequence[Commands]) -> Numbers:
    """All feature messages of the layer as one run of varints: head, tags, type, drawing, feature by feature."""
    kinds = np.repeat([commands.kind for commands in drawn], [len(commands.features) for commands in drawn])
    drawing = joined([commands.drawing for commands in drawn])
    tag_bytes, drawing_bytes = _bytes_of_each(tags), _bytes_of_each(drawing)
    size = _length_prefixed(tag_bytes) + _length_prefixed(drawing_bytes) + 1 + varint_sizes(ids) + 2
    head = (key(_FEATURE, BYTES), size, _ID, ids, _TAGS, tag_bytes)
    tail = (_TYPE, kinds, _GEOMETRY, drawing_bytes)
    lengths = len(head) + tags.lengths + len(tail) + drawing.lengths
    out = np.empty(int(lengths.sum()), np.uint64)
    at = _write(out, begins(lengths), head)
    tags.place(out, at)
    at = _write(out, at + tags.lengths, tail)
    drawing.place(out, at)
    return out


def _bytes_of_each(rows: Ragged) -> Ints:
    return rows.sums(varint_sizes(rows.numbers))


def _length_prefixed(sizes: Ints) -> Ints:
    """With the field's key and its length in front."""
    return 1 + varint_sizes(sizes.astype(np.uint64)) + sizes


def _write(out: Numbers, at: Ints, numbers: Sequence[int | Ints | Numbers]) -> Ints:
    """Writes one number after the other for every feature; returns where each one's next number belongs."""
    for place, number in enumerate(numbers):
        out[at + place] = number
    return at + len(numbers)
