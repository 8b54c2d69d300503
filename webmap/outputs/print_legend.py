"""What does the legend of a sheet say? Exactly the classes that are seen within its frame."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

import numpy as np
import shapely

from layers.kinds import BOUNDARIES
from layers.kinds.groups import GROUPS
from layers.symbols import screen
from layers.symbols.printed import PT_MM, is_drawn, is_visible, legend_title, width_pt
from layers.symbols.vocabulary import Fill, SymbolClass
from webmap.outputs.print_curtain import Half
from webmap.outputs.print_ink import Ink, Pen, Type
from webmap.outputs.print_marks import draw_mark, draw_squares, mark_size, swatch_side
from webmap.outputs.print_paper import Box
from webmap.outputs.print_room import centred
from webmap.outputs.print_shapes import DrawnLayer, fill, line

TITLE: Final = "图例"
QUIET: Final = screen.INK_3
PAPER: Final = "#FFFFFF"
BASE: Final = next(each.title for each in GROUPS if each.key == "base")
SHARES: Final = (0.62, 0.4, 0.26)
"""How much of the height of the frame it may take; the lower it is, the more columns it has."""


class Row(NamedTuple):
    """A class as the legend shows it, or the heading of what follows (symbol None)."""

    words: str
    symbol: SymbolClass | None = None


_Placed = tuple[list[list[Row]], Box]
"""The columns of a legend, and where it stands."""


def rows(parts: Sequence[Half], zoom: float) -> list[Row]:
    """Headings and classes, in the order of the layers, of all parts of the frame; what lies beneath everything comes last."""
    found: dict[str, dict[str, Row]] = {}
    for part in parts:
        window = shapely.box(*part.box)
        for layer in part.layers:
            heading = BASE if layer.kind.backdrop else layer.title
            told = found.setdefault(heading, {})
            for row in _classes(layer, zoom, window):
                told.setdefault(row.words, row)
    headings = sorted(found, key=lambda each: each == BASE)
    return [row for heading in headings if found[heading] for row in (Row(heading), *found[heading].values())]


def _classes(layer: DrawnLayer, zoom: float, window: shapely.Polygon) -> Iterator[Row]:
    # Of a boundary only its line is seen: the ground it encloses is no sign of it.
    lines = shapely.boundary(layer.shapes) if layer.kind.key == BOUNDARIES else layer.shapes
    seen = shapely.intersects(lines, window)
    told: set[str] = set()
    for symbol in layer.kind.classes:
        words = legend_title(layer.kind, symbol)
        here = any(seen[at] for at in layer.of_class(symbol.key))
        if here and words and words not in told and is_visible(symbol, zoom):
            told.add(words)
            yield Row(words, symbol)


class Legend:
    """The legend in a corner of a frame, in as many columns as it needs: lower right, unless another hides less."""

    def __init__(
        self, ink: Ink, rows: Sequence[Row], zoom: float, frame: Box, k: float, parts: Sequence[Half] = ()
    ) -> None:
        self._ink, self._zoom, self._k = ink, zoom, k
        self._type = Type(7.6 * k**0.75)
        self._heading = Type(7.6 * k**0.75, QUIET, "bold")
        self._high = self._type.size_pt * PT_MM * 1.75
        self._swatch = self._high * 1.55
        shapes = [_in_columns(rows, max(6, int(frame.height * share / self._high))) for share in SHARES]
        boxes = [(columns, box) for columns in shapes for box in self._boxes(columns, frame)]
        self._columns, self.box = _hiding_least(boxes, parts)

    def draw(self) -> None:
        if not self._columns:
            return
        self._ink.draw([shapely.box(*self.box)], Pen(fill=PAPER, edge=screen.INK, width_pt=0.43))
        x, top = self.box.left + self._pad, self.box.top - self._pad
        title = Type(9.5 * self._k**0.75, face="song")
        self._ink.words(x, top - self._high * 0.5, TITLE, title, align="left")
        for column in self._columns:
            y = top - self._high * 1.65
            for row in column:
                self._row(x, y, row)
                y -= self._high
            x += self._width(column) + self._pad * 1.4

    @property
    def _pad(self) -> float:
        return self._high * 0.55

    def _boxes(self, columns: Sequence[Sequence[Row]], frame: Box) -> list[Box]:
        """Where it may stand, the usual place first; above on the right stands north."""
        if not columns:
            return [Box(frame.right, frame.bottom, frame.right, frame.bottom)]
        width = sum(self._width(each) for each in columns) + self._pad * (2 + 1.4 * (len(columns) - 1))
        high = (max(len(each) for each in columns) + 1.2) * self._high + 2 * self._pad
        left, right = frame.left + width, frame.right - width
        low, top = frame.bottom + high, frame.top - high
        return [
            Box(right, frame.bottom, frame.right, low),
            Box(frame.left, frame.bottom, left, low),
            Box(frame.left, top, left, frame.top),
        ]

    def _width(self, column: Sequence[Row]) -> float:
        return max(
            self._ink.width(row.words, self._type) + (self._swatch * 1.25 if row.symbol else 0)
            for row in column
        )

    def _row(self, x: float, y: float, row: Row) -> None:
        if row.symbol is None:
            self._ink.words(x, y, row.words, self._heading, align="left")
            return
        box = centred(x + self._swatch / 2, y, self._swatch, self._high * 0.66)
        self._paint(row.symbol, box)
        self._ink.words(x + self._swatch * 1.25, y, row.words, self._type, align="left")

    def _paint(self, symbol: SymbolClass, box: Box) -> None:
        marker = symbol.marker
        if marker and is_drawn(marker, self._zoom):
            side = swatch_side(marker, self._high * 0.8)
            if marker.shape == "square":
                draw_squares(self._ink, marker, [box.middle], [side])
                return
            width, height = mark_size(self._ink, marker, marker.text)
            draw_mark(
                self._ink, marker, centred(*box.middle, min(width, side), min(height, side)), marker.text
            )
            return
        self._paint_shape(symbol, box)

    def _paint_shape(self, symbol: SymbolClass, box: Box) -> None:
        fills = [each for each in symbol.fills if is_drawn(each, self._zoom)]
        lines = [each for each in symbol.lines if is_drawn(each, self._zoom) and each.level > 0]
        is_area = bool(fills) and not any(each.level in (1, 3) for each in lines)
        shape = shapely.box(*box) if is_area else shapely.LineString(_middle(box))
        shapes = np.array([shape], object)
        for each in fills if is_area else ():
            fill(self._ink, shapes, Fill(color=each.color, opacity=each.opacity, pattern=each.pattern))
        for stroke in lines:
            line(self._ink, shapes, stroke, min(width_pt(stroke, self._zoom), box.height / PT_MM))


def _hiding_least(boxes: Sequence[_Placed], parts: Sequence[Half]) -> _Placed:
    """The first that hides nothing, else the first of those that hide least."""
    costs: list[tuple[int, float]] = []
    for placed in boxes:
        costs.append(_hidden(parts, placed[1]))
        if not any(costs[-1]):
            return placed
    return boxes[costs.index(min(costs))]


def _hidden(parts: Sequence[Half], box: Box) -> tuple[int, float]:
    """How many features it would cover, then how much of the ground below them, in mm²."""
    window = shapely.box(*box)
    layers = [layer for part in parts for layer in part.layers]
    features = [layer.shapes for layer in layers if not layer.kind.backdrop]
    ground = [layer.shapes for layer in layers if layer.kind.backdrop]
    count = sum(int(shapely.intersects(shapes, window).sum()) for shapes in features)
    area = sum(float(shapely.area(shapely.intersection(shapes, window)).sum()) for shapes in ground)
    return count, round(area, 3)


def _middle(box: Box) -> list[tuple[float, float]]:
    _, y = box.middle
    return [(box.left, y), (box.right, y)]


def _in_columns(rows: Sequence[Row], most: int) -> list[list[Row]]:
    """Of about equal length; a heading never stands last."""
    count = -(-len(rows) // most)
    each = -(-len(rows) // count) if count else 0
    columns: list[list[Row]] = []
    left = list(rows)
    while left:
        end = each if len(left) > each else len(left)
        if end < len(left) and left[end - 1].symbol is None:
            end += 1
        columns.append(left[:end])
        left = left[end:]
    return columns
