"""What stands on the sheet with a symbol of its own or a name, and where does it really stand?"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

import shapely
from shapely.geometry.base import BaseGeometry

from layers.symbols.printed import is_drawn
from layers.symbols.vocabulary import SymbolClass
from webmap.outputs.print_paper import Box
from webmap.outputs.print_shapes import DrawnLayer

LEAST_PRIORITY: Final = 9


class Thing(NamedTuple):
    """A feature with a symbol of its own or a name."""

    layer: DrawnLayer
    at: int
    symbol: SymbolClass
    shape: BaseGeometry
    priority: int

    @property
    def area_mu(self) -> float:
        return float(self.layer.values[self.at].get("area_mu") or 0)

    @property
    def place(self) -> tuple[str, int]:
        """Which one it is on the sheet."""
        return self.layer.key, self.at

    @property
    def spot(self) -> tuple[float, float]:
        """Where its symbol stands: within an area, in the middle of a line."""
        return _spot(self.shape)

    def words(self, text_from: str) -> str:
        value = self.layer.values[self.at].get(text_from)
        return "" if value is None else str(value)


def things_of(layer: DrawnLayer, zoom: float, frame: Box) -> Iterator[Thing]:
    """Of a layer, within the frame."""
    window = shapely.box(*frame)
    for symbol in layer.kind.classes:
        if not _speaks(symbol, zoom):
            continue
        priority = symbol.label.priority if symbol.label else LEAST_PRIORITY
        for at in layer.of_class(symbol.key):
            shape = shapely.intersection(layer.shapes[at], window)
            if not shape.is_empty:
                yield Thing(layer, at, symbol, shape, priority)


def _speaks(symbol: SymbolClass, zoom: float) -> bool:
    marks = [each for each in (symbol.marker, symbol.shield) if each]
    return symbol.label is not None or any(is_drawn(each, zoom) for each in marks)


def _spot(shape: BaseGeometry) -> tuple[float, float]:
    if shapely.get_dimensions(shape) == 1:
        middle: BaseGeometry = longest(shape).interpolate(0.5, normalized=True)
    else:
        middle = shapely.point_on_surface(shape)
    return float(shapely.get_x(middle)), float(shapely.get_y(middle))


def longest(shape: BaseGeometry) -> Any:
    """The longest line of a shape."""
    merged = shapely.line_merge(shape) if shape.geom_type == "MultiLineString" else shape
    parts = [each for each in shapely.get_parts(merged) if shapely.get_dimensions(each) == 1]
    return max(parts, key=lambda each: float(shapely.length(each)))
