"""How many values may one statement name? Longer lists go in slices."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, TypeVar

T = TypeVar("T")

SLICE: Final = 500


def in_slices(values: Sequence[T]) -> Iterator[Sequence[T]]:
    """The same values in their order, SLICE at a time."""
    return (values[start : start + SLICE] for start in range(0, len(values), SLICE))
