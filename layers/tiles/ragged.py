"""How do rows of unequal length lie in one array?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from layers.tiles.wire import Ints, Numbers

Flags: TypeAlias = NDArray[np.bool_]


class Ragged(NamedTuple):
    """Rows of numbers laid end to end; `lengths` says how many belong to each row."""

    numbers: Numbers
    lengths: Ints

    def sums(self, of_each: Ints) -> Ints:
        """For every row the sum of one figure per number, e.g. its size in bytes."""
        totals = np.append(0, np.cumsum(of_each))
        ends = np.cumsum(self.lengths)
        return np.asarray(totals[ends] - totals[ends - self.lengths], np.int64)


def joined(parts: Sequence[Ragged]) -> Ragged:
    """The rows of all parts, one part after the other."""
    return Ragged(np.concatenate([p.numbers for p in parts]), np.concatenate([p.lengths for p in parts]))


def spread(starts: Ints, lengths: Ints) -> Ints:
    """start, start + 1, … for every row, end to end."""
    return np.repeat(starts - begins(lengths), lengths) + np.arange(int(lengths.sum()))


def numbered(lengths: Ints) -> tuple[Ints, Ints]:
    """For every number of rows of these lengths: which row it is in, and its place there, from 0."""
    return np.repeat(np.arange(len(lengths)), lengths), spread(np.zeros_like(lengths), lengths)


def begins(lengths: Ints) -> Ints:
    """Where each row begins when rows of these lengths are laid end to end."""
    return np.cumsum(lengths) - lengths


def first_of_each(rising: Ints) -> Ints:
    """Where each run of equal numbers begins."""
    return np.flatnonzero(np.append(True, rising[1:] != rising[:-1])) if len(rising) else rising
