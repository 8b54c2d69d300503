"""How do numbers become protobuf bytes?

All numbers of a message go through numpy at once: a protobuf key below 16, a length, a packed value and an
id are all varints, so a whole layer of features is one array of numbers.
"""

from __future__ import annotations

import struct
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

Ints: TypeAlias = NDArray[np.int64]
Numbers: TypeAlias = NDArray[np.uint64]

VARINT, FIXED64, BYTES = 0, 1, 2
_SINGLE_BYTES = [bytes([number]) for number in range(0x80)]


def key(field: int, wire_type: int) -> int:
    """The number that announces a field."""
    return field << 3 | wire_type


def varint_sizes(numbers: Numbers) -> Ints:
    """How many bytes each number takes: one for every seven bits."""
    sizes = np.ones(len(numbers), np.int64)
    longer = np.flatnonzero(numbers >= 0x80)
    rest = numbers[longer]
    while len(longer):
        sizes[longer] += 1
        rest = rest >> np.uint64(7)
        more = rest >= 0x80
        longer, rest = longer[more], rest[more]
    return sizes


def varints(numbers: Numbers) -> bytes:
    """All numbers as varints, end to end: low seven bits first, the top bit says that more follow."""
    sizes = varint_sizes(numbers)
    ends = np.cumsum(sizes)
    out = np.empty(int(ends[-1]) if len(ends) else 0, np.uint8)
    starts = ends - sizes
    out[starts] = numbers.astype(np.uint8)
    longer = np.flatnonzero(sizes > 1)
    at, rest = starts[longer], numbers[longer]
    while len(rest):
        out[at] |= 0x80
        rest, at = rest >> np.uint64(7), at + 1
        out[at] = rest.astype(np.uint8)
        more = rest >= 0x80
        rest, at = rest[more], at[more]
    return out.tobytes()


def varint(number: int) -> bytes:
    """One number as a varint."""
    if number < 0x80:
        return _SINGLE_BYTES[number]
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


def number_field(field: int, number: int) -> bytes:
    """A field that holds an unsigned number."""
    return varint(key(field, VARINT)) + varint(number)


def double_field(field: int, number: float) -> bytes:
    """A field that holds a 64-bit float."""
    return varint(key(field, FIXED64)) + struct.pack("<d", number)


def bytes_field(field: int, body: bytes) -> bytes:
    """A field that holds text (UTF-8) or another message."""
    return varint(key(field, BYTES)) + varint(len(body)) + body


def zigzag(numbers: Ints) -> Numbers:
    """Signed numbers as unsigned ones of the same magnitude: 0, -1, 1, -2 become 0, 1, 2, 3."""
    return (numbers << 1 ^ numbers >> 63).astype(np.uint64)
