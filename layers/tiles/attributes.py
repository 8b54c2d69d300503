"""What do the features of a tile's layer say, and how is that written so that each value is there once?"""

from __future__ import annotations

import struct
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple, TypeAlias, cast

import numpy as np

from layers.tiles.ragged import Ragged
from layers.tiles.wire import Ints, bytes_field, double_field, number_field

Scalar: TypeAlias = str | int | float | bool | None

VALUE: Final = 4
"""The field of a layer that holds a value."""
_STRING, _DOUBLE, _UNSIGNED, _SIGNED, _BOOL = 1, 3, 5, 6, 7
_ABSENT: Final = -1
_INT_LIMIT: Final = 1 << 63
_DOUBLE_FIELD: Final = struct.Struct("<3sd")
_DOUBLE_HEAD: Final = bytes_field(VALUE, double_field(_DOUBLE, 0))[:3]


class Attributes(NamedTuple):
    """Columns of many features: all their values once, encoded, and a row of numbers of values for each feature."""

    names: tuple[str, ...]
    values: list[bytes]
    codes: Ints

    @classmethod
    def of(cls, columns: Mapping[str, Sequence[Scalar]]) -> Attributes:
        """Keeps 1, 1.0 and True apart; None is a feature without the attribute, and all None is no column at all."""
        numbers: dict[bytes, int] = {}
        told = {name: _codes(values, numbers) for name, values in columns.items()}
        said = {name: codes for name, codes in told.items() if codes is not None}
        return cls(tuple(said), list(numbers), np.stack([*said.values()], 1) if said else _NO_CODES)

    def take(self, rows: Ints) -> Attributes:
        """Of these features only, in this order."""
        return self._replace(codes=self.codes.take(rows, axis=0)) if self.names else self

    def beside(self, other: Attributes) -> Attributes:
        """The columns of both, of the same features."""
        if not self.names or not other.names:
            return self if self.names else other
        numbers = {value: number for number, value in enumerate(self.values)}
        renumbered = [numbers.setdefault(value, len(numbers)) for value in other.values]
        theirs = np.array([*renumbered, _ABSENT])[other.codes]
        return Attributes(self.names + other.names, list(numbers), np.hstack([self.codes, theirs]))

    def tags(self, features: int) -> tuple[Ragged, list[bytes]]:
        """For every feature pairs of the numbers of key and value; and the values that are used, each once."""
        used = np.zeros(len(self.values) + 1, bool)
        used[self.codes.ravel()] = True  # the last one is _ABSENT
        chosen = np.flatnonzero(used[:-1])
        pairs = np.empty((features, len(self.names), 2), np.uint64)
        pairs[:, :, 0] = np.arange(len(self.names))
        pairs[:, :, 1] = (np.cumsum(used) - 1)[self.codes] if self.names else 0
        present = self.codes != _ABSENT if self.names else np.zeros((features, 0), bool)
        told = [self.values[number] for number in chosen.tolist()]
        return Ragged(pairs[present].ravel(), 2 * present.sum(axis=1)), told


_NO_CODES: Final[Ints] = np.empty((0, 0), np.int64)
NOTHING_SAID: Final = Attributes.of({})


def _codes(values: Sequence[Scalar], numbers: dict[bytes, int]) -> Ints | None:
    """Each feature's value as its number among all values, which grow here; None where nothing is said."""
    sorts = set(map(type, values)) - {type(None)}
    if not sorts:
        return None
    keys: Sequence[Any] = values
    if len(sorts) > 1:
        keys = [None if value is None else (type(value), value) for value in values]
    distinct = dict.fromkeys(keys)
    distinct.pop(None, None)
    fields = _value_fields([key[1] for key in distinct] if len(sorts) > 1 else list(distinct), sorts)
    found = [numbers.setdefault(field, len(numbers)) for field in fields]
    code: dict[object, int] = dict(zip(distinct, found, strict=True))
    code[None] = _ABSENT
    return np.fromiter(map(code.__getitem__, keys), np.int64, len(keys))


def _value_fields(values: list[Scalar], sorts: set[type]) -> list[bytes]:
    """Each as the field of the layer that holds it. Texts and doubles are many and have their own short way."""
    if sorts == {str}:
        texts = list(map(str.encode, cast("list[str]", values)))
        return [_text_head(len(body)) + body for body in texts]
    if sorts == {float}:
        return [_DOUBLE_FIELD.pack(_DOUBLE_HEAD, value) for value in values]
    return [bytes_field(VALUE, _value(value)) for value in values]


@lru_cache(maxsize=1000)
def _text_head(length: int) -> bytes:
    """What stands before a text of so many bytes."""
    field = bytes_field(VALUE, bytes_field(_STRING, bytes(length)))
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
