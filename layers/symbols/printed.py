"""What does a kind look like on paper?

A pixel of the screen is PX_PT points on paper, so that a sheet shows what a screen shows whose ground is as dense.
Nothing is thinner or smaller than can be printed and read: lines of .15 mm, letters of 7 points.
"""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING, Final

from layers.symbols.vocabulary import SQUARE_SIZES, Fill, Line, Marker, SymbolClass

if TYPE_CHECKING:
    from layers.kinds.base import LayerKind

PX_PT: Final = 0.6
PT_MM: Final = 25.4 / 72
PX_MM: Final = PX_PT * PT_MM
THINNEST_PT: Final = 0.43
SMALLEST_PT: Final = 7.0
_WORLD_M: Final = 2 * math.pi * 6378137 / 256
"""Metres of a pixel at the equator at zoom 0."""


def zoom_of(scale: float, lat: float) -> float:
    """The zoom whose ground is as dense as that of a sheet of 1 : scale at this latitude."""
    return math.log2(_WORLD_M * math.cos(math.radians(lat)) / (scale * PX_MM / 1000))


def width_pt(line: Line, zoom: float, factor: float = 1) -> float:
    """How wide a line is at a zoom."""
    return max(width_px(line, zoom) * factor * PX_PT, THINNEST_PT)


def width_px(line: Line, zoom: float) -> float:
    """Between two stops the width grows as the ground does."""
    if not isinstance(line.width, tuple):
        return line.width
    stops = line.width
    if zoom <= stops[0][0]:
        return stops[0][1]
    for (low, thin), (high, thick) in itertools.pairwise(stops):
        if zoom <= high:
            share = (2 ** (zoom - low) - 1) / (2 ** (high - low) - 1)
            return thin + (thick - thin) * share
    return stops[-1][1]


def is_drawn(look: Fill | Line | Marker, zoom: float) -> bool:
    """Whether paper shows it: blurred shadows are for screens."""
    if isinstance(look, Marker):
        return look.from_zoom <= zoom < look.until_zoom
    if isinstance(look, Line) and look.blur:
        return False
    return look.from_zoom <= zoom


def size_pt(px: float) -> float:
    """The size of letters."""
    return max(px * PX_PT, SMALLEST_PT)


def square_mm(marker: Marker, area_mu: float) -> float:
    """The side of a square; sized ones grow with the area in 亩."""
    sizes = [px for least, px in SQUARE_SIZES if area_mu >= least] if marker.sized else []
    return (sizes[-1] if sizes else SQUARE_SIZES[2][1]) * PX_MM


def legend_title(kind: LayerKind, symbol: SymbolClass) -> str:
    """Under which words the legend shows this class; "" where it has none of its own and shares none."""
    if symbol.legend or any(each.legend and each.title == symbol.title for each in kind.classes):
        return symbol.title
    return ""


def is_visible(symbol: SymbolClass, zoom: float) -> bool:
    """Whether anything of the class but its name is drawn at this zoom."""
    markers = [each for each in (symbol.marker, symbol.shield) if each]
    looks: list[Fill | Line | Marker] = [*symbol.fills, *symbol.lines, *markers]
    return any(is_drawn(look, zoom) for look in looks)
