"""Which symbols can a kind declare? The master list that every carrier compiles.

Colours are the browse palette. Zooms are Leaflet zooms. Sizes are CSS pixels; a width may grow with zoom.
MapLibre layers (maplibre.py) and the overlay recipe (overlay.py) are derived, never written by hand.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Mark = Literal["", "x", "dash", "dot"]
Stops = tuple[tuple[float, float], ...]
"""(zoom, pixels) pairs; between them the width grows exponentially, as the ground does."""


@dataclass(frozen=True, kw_only=True)
class Pattern:
    """A hatch: parallel lines, crossed lines or dots on a tile of `tile` pixels."""

    kind: Literal["lines", "cross", "dots"]
    color: str
    tile: int
    width: float
    angle: int = 45
    background: str | None = None


@dataclass(frozen=True, kw_only=True)
class Fill:
    """The inside of a polygon: a flat colour or a pattern."""

    color: str = ""
    opacity: float = 1.0
    pattern: Pattern | None = None
    from_zoom: float = 0


@dataclass(frozen=True, kw_only=True)
class Line:
    """An edge or a line. dash: in widths. factor: the width is multiplied by the value of a tile field.
    offset: pixels to the right of the line's direction, which is the inside of a polygon.

    level places it among all layers: 0 under everything, 1 ground, 2 edges, 3 roads and rivers, 4 on top.
    """

    color: str
    width: float | Stops
    dash: tuple[float, ...] = ()
    opacity: float = 1.0
    blur: float = 0
    shift: tuple[float, float] = (0, 0)
    offset: float = 0
    factor: tuple[str, Mapping[str, float]] | None = None
    from_zoom: float = 0
    level: int = 2
    round_ends: bool = True

    def widest_px(self, zoom: float) -> float:
        """Its width at the next stop from this zoom on, which is at least the width that is drawn."""
        if not isinstance(self.width, tuple):
            return self.width
        return next((width for at, width in self.width if at >= zoom), self.width[-1][1])


@dataclass(frozen=True, kw_only=True)
class Marker:
    """A symbol that the overlay places at the label point.

    text_from / hollow_from: tile fields that give a seal its character, or make it hollow.
    sized: the square grows with the area in 亩.
    """

    shape: Literal["square", "diamond", "seal", "hexagon", "pentagon", "triangle", "circle", "dot", "shield"]
    fill: str = "#FFFFFF"
    edge: str = "#16222E"
    mark: Mark = ""
    hollow: bool = False
    text: str = ""
    text_from: str = ""
    hollow_from: str = ""
    sized: bool = False
    from_zoom: float = 0
    until_zoom: float = 30


@dataclass(frozen=True, kw_only=True)
class Label:
    """Text placed by the overlay. priority: 1 first; along: turned with the line; dot: starts beside a dot."""

    priority: int
    size: float
    color: str
    weight: int = 400
    face: Literal["hei", "song"] = "hei"
    italic: bool = False
    spacing: float = 0
    from_zoom: float = 0
    along: bool = False
    halo: float = 3.6
    text_from: str = "label"


@dataclass(frozen=True, kw_only=True)
class Cluster:
    """Many symbols of one place become one below a zoom: a donut of shares, or one symbol with a count."""

    style: Literal["donut", "count"]
    by: str
    over: int
    below_zoom: float = 13


@dataclass(frozen=True, kw_only=True)
class SymbolClass:
    """One row of the legend: every feature of a kind belongs to exactly one.

    quiet: the row shows only when something is in it. part: its features lie within others of the layer and do
    not count in the layer's totals.
    """

    key: str
    title: str
    fills: tuple[Fill, ...] = ()
    lines: tuple[Line, ...] = ()
    marker: Marker | None = None
    shield: Marker | None = None
    label: Label | None = None
    quiet: bool = False
    part: bool = False
    legend: bool = True


@dataclass(frozen=True, kw_only=True)
class Group:
    """One heading of the layer panel."""

    key: str
    title: str
    color: str
    total: Literal["area", "length", "count"] = "count"
    word: str = "个"


SQUARE_SIZES: tuple[tuple[float, float], ...] = ((0, 7), (20, 9.5), (50, 12.5), (100, 16))
"""(from 亩, pixels): the square of a parcel at county scale."""
