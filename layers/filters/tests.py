"""What can be asked of one value? The few tests to which every operator comes down.

A missing value passes no test but Not. On a list of values OneOf and Has ask whether any of them passes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from shapely.geometry import Polygon

Plain: TypeAlias = str | float | int | bool


@dataclass(frozen=True)
class OneOf:
    """The value is one of these."""

    values: tuple[Plain, ...]


@dataclass(frozen=True)
class Range:
    """A number or a day (2024-06-30) between two ends, both belonging to it unless they are open; None has no end."""

    low: str | float | None = None
    high: str | float | None = None
    low_open: bool = False
    high_open: bool = False


@dataclass(frozen=True)
class Has:
    """The text holds these words, letter by letter."""

    words: str


@dataclass(frozen=True)
class Filled:
    """There is a value."""


@dataclass(frozen=True)
class AnyOf:
    """One of these tests is passed."""

    tests: tuple[Test, ...]


@dataclass(frozen=True)
class Not:
    """The test is not passed."""

    test: Test


@dataclass(frozen=True)
class Drawn:
    """The shape meets this one (CGCS2000 degrees), or lies wholly inside it."""

    shape: Polygon
    inside: bool


@dataclass(frozen=True)
class Near:
    """The shape is not farther than so many metres from a feature of the layer with this key."""

    layer: str
    metres: float


Test: TypeAlias = OneOf | Range | Has | Filled | AnyOf | Not | Drawn | Near


def is_spatial(test: Test) -> bool:
    """Whether it asks about the shape."""
    return isinstance(test.test if isinstance(test, Not) else test, Drawn | Near)
