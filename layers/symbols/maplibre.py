"""What does a kind look like in a MapLibre GL style?

Fills and lines only: squares, seals, shields and all text are placed by the overlay. A feature's `symbol` in the
tile chooses its class. Leaflet's zoom z is MapLibre's z - 1.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from layers.symbols.order import Part, in_order
from layers.symbols.vocabulary import Fill, Line, Pattern, Stops, SymbolClass

if TYPE_CHECKING:
    from layers.kinds.base import LayerKind

SOURCE = "county"
GROUND = 2
"""The exponential base with which widths grow between stops: 2 doubles a level, as the ground does."""
ROUNDED_FROM_PX = 2.5
"""Of a thinner line nobody sees whether its corners are round, and round ones take four triangles more each."""

StyleLayer = dict[str, Any]


def style_layers(layers: Sequence[tuple[str, LayerKind]]) -> list[StyleLayer]:
    """All style layers of these layers (key, kind), bottom first."""
    return [_compiled(part) for part in in_order(layers)]


def patterns(kinds: Iterable[LayerKind]) -> dict[str, dict[str, Any]]:
    """The hatches of these kinds by name; the browser paints them on a canvas."""
    used = (fill.pattern for kind in kinds for each in kind.classes for fill in each.fills)
    return {pattern_name(pattern): vars(pattern).copy() for pattern in used if pattern}


def pattern_name(pattern: Pattern) -> str:
    """A name that says everything about the pattern, so that equal ones are painted once."""
    return f"hatch-{hashlib.sha256(repr(pattern).encode()).hexdigest()[:8]}"


def _compiled(part: Part) -> StyleLayer:
    key = part.layer
    if isinstance(part.look, Fill):
        return _fill_layer(f"{key}/{part.symbol.key}/fill{part.number}", key, part.symbol, part.look)
    return _line_layer(f"{key}/{part.symbol.key}/line{part.number}", key, part.symbol, part.look)


def _base(name: str, key: str, symbol: SymbolClass, from_zoom: float) -> StyleLayer:
    layer: StyleLayer = {
        "id": name,
        "source": SOURCE,
        "source-layer": key,
        "metadata": {"layer": key, "class": symbol.key},
    }
    return layer | ({"minzoom": from_zoom - 1} if from_zoom else {})


def _fill_layer(name: str, key: str, symbol: SymbolClass, fill: Fill) -> StyleLayer:
    polygons = ["all", ["==", ["get", "symbol"], symbol.key], ["==", ["geometry-type"], "Polygon"]]
    look = {"fill-pattern": pattern_name(fill.pattern)} if fill.pattern else {"fill-color": fill.color}
    paint = {**look, "fill-opacity": fill.opacity, "fill-antialias": not _is_edged(symbol, fill)}
    return {**_base(name, key, symbol, fill.from_zoom), "type": "fill", "filter": polygons, "paint": paint}


def _is_edged(symbol: SymbolClass, fill: Fill) -> bool:
    """Whether a line covers the steps of the edge: then nobody need draw every edge once more to smooth it."""
    return any(
        line.opacity == 1
        and not (line.dash or line.blur or line.offset or any(line.shift) or line.factor)
        and line.from_zoom <= fill.from_zoom
        and min(_widths(line)) >= 1
        for line in symbol.lines
    )


def _line_layer(name: str, key: str, symbol: SymbolClass, line: Line) -> StyleLayer:
    paint: dict[str, Any] = {
        "line-color": line.color,
        "line-width": _width(line),
        "line-opacity": line.opacity,
    }
    if line.dash:
        paint["line-dasharray"] = list(line.dash)
    if line.blur:
        paint["line-blur"] = line.blur
    if line.offset:
        paint["line-offset"] = line.offset
    if any(line.shift):
        paint["line-translate"] = list(line.shift)
    layout = {
        "line-cap": "round" if line.round_ends and not line.dash else "butt",
        "line-join": "miter" if _widest(line) < ROUNDED_FROM_PX else "round",
    }
    return {
        **_base(name, key, symbol, line.from_zoom),
        "type": "line",
        "filter": ["==", ["get", "symbol"], symbol.key],
        "layout": layout,
        "paint": paint,
    }


def _widest(line: Line) -> float:
    """In CSS pixels, at any zoom."""
    return max(_widths(line)) * max(line.factor[1].values() if line.factor else [1.0])


def _widths(line: Line) -> list[float]:
    return [width for _, width in line.width] if isinstance(line.width, tuple) else [line.width]


def _width(line: Line) -> Any:
    if not isinstance(line.width, tuple):
        return _times(line, line.width)
    return ["interpolate", ["exponential", GROUND], ["zoom"], *_stops(line, line.width)]


def _stops(line: Line, stops: Stops) -> list[Any]:
    return [part for zoom, width in stops for part in (zoom - 1, _times(line, width))]


def _times(line: Line, width: float) -> Any:
    if line.factor is None:
        return width
    key, factors = line.factor
    return ["*", width, ["match", ["get", key], *(part for pair in factors.items() for part in pair), 1]]
