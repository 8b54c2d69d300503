"""What does a kind look like on the overlay, and in the legend?

The overlay (static/js/map/symbols.js) places markers, shields and labels for every renderer from these recipes.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from layers.symbols.maplibre import pattern_name
from layers.symbols.vocabulary import SQUARE_SIZES, Line, SymbolClass

if TYPE_CHECKING:
    from layers.kinds.base import LayerKind

LEGEND_ZOOM = 11
"""The zoom whose widths the legend shows."""


def recipe(kind: LayerKind) -> dict[str, Any]:
    """Markers, shields, labels and clustering of one kind, as JSON for the overlay."""
    return {
        "classes": {each.key: _placed(each) for each in kind.classes},
        "cluster": asdict(kind.cluster) if kind.cluster else None,
        "square_sizes": SQUARE_SIZES,
        "measure_word": kind.measure_word,
    }


def swatch(symbol: SymbolClass) -> dict[str, Any]:
    """What the legend paints for one class: its marker, else its lines, else its fill."""
    marker = symbol.marker or symbol.shield
    return {
        "marker": asdict(marker) if marker else None,
        "lines": [_legend_line(line) for line in symbol.lines if line.level > 0],
        "fills": [
            {
                "color": fill.color,
                "opacity": fill.opacity,
                "pattern": pattern_name(fill.pattern) if fill.pattern else None,
            }
            for fill in symbol.fills
        ],
    }


def _placed(symbol: SymbolClass) -> dict[str, Any]:
    return {
        "marker": asdict(symbol.marker) if symbol.marker else None,
        "shield": asdict(symbol.shield) if symbol.shield else None,
        "label": asdict(symbol.label) if symbol.label else None,
    }


def _legend_line(line: Line) -> dict[str, Any]:
    return {
        "color": line.color,
        "width": _width_at(line, LEGEND_ZOOM),
        "dash": line.dash,
        "opacity": line.opacity,
    }


def _width_at(line: Line, zoom: float) -> float:
    if not isinstance(line.width, tuple):
        return line.width
    known = [width for at, width in line.width if at <= zoom]
    return known[-1] if known else line.width[0][1]
