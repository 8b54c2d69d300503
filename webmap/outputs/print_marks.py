"""How do squares, seals, shields and dots look on paper?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from layers.symbols.printed import PX_MM, PX_PT, SMALLEST_PT
from layers.symbols.vocabulary import Marker
from webmap.outputs.print_ink import Ink, Pen, Type
from webmap.outputs.print_paper import Box

WHITE: Final = "#FFFFFF"
SIZES_PX: Final = {"diamond": 17.0, "seal": 22.0, "dot": 7.0, "hexagon": 20.0, "pentagon": 20.0}
BADGE_PX: Final = 18.0
CORNERS: Final = {"hexagon": 6, "pentagon": 5, "triangle": 3}
SQUARE_EDGE_PT: Final = 0.55


def mark_size(ink: Ink, marker: Marker, text: str) -> tuple[float, float]:
    """Width and height in mm of what is no square."""
    side = SIZES_PX.get(marker.shape, BADGE_PX) * PX_MM
    if marker.shape == "shield":
        return ink.width(text, _letters(marker)) + 5 * PX_MM, 15 * PX_MM
    return side, side


def draw_squares(
    ink: Ink, marker: Marker, places: Sequence[tuple[float, float]], sides: Sequence[float]
) -> None:
    """Many of one class at once, each on a white ground."""
    x, y = np.array(places).T
    half = np.array(sides) / 2
    boxes = [shapely.box(x - each, y - each, x + each, y + each) for each in (half + 0.25, half)]
    edge = np.where(half < 1.2, 0.45, 0.9) if marker.hollow else None
    ink.draw(boxes[0], Pen(fill=WHITE))
    width = SQUARE_EDGE_PT if edge is None else float(edge.max())
    ink.draw(boxes[1], Pen(fill=marker.fill, edge=marker.edge, width_pt=width))
    _draw_signs(ink, marker, x, y, half)


def _draw_signs(ink: Ink, marker: Marker, x: np.ndarray, y: np.ndarray, half: np.ndarray) -> None:
    reach = half * 0.5
    if marker.mark == "dot":
        ink.draw(shapely.buffer(shapely.points(x, y), half * 0.36), Pen(fill=WHITE))
    strokes = {
        "x": [(x - reach, y - reach, x + reach, y + reach), (x - reach, y + reach, x + reach, y - reach)],
        "dash": [(x - reach, y, x + reach, y)],
    }.get(marker.mark, [])
    for x1, y1, x2, y2 in strokes:
        ends = np.stack([np.column_stack([x1, y1]), np.column_stack([x2, y2])], axis=1)
        ink.draw(np.array(shapely.linestrings(ends), object), Pen(edge=WHITE, width_pt=0.8))


def draw_mark(ink: Ink, marker: Marker, box: Box, text: str, *, hollow: bool = False) -> None:
    """Everything that is no square, in this box."""
    x, y = box.middle
    shape = _outline(marker, box)
    empty = hollow or marker.hollow
    ink.draw([shape], Pen(fill=WHITE, edge=WHITE, width_pt=1.8))
    ground = WHITE if empty else marker.fill
    width = 1.1 if marker.shape in ("seal", "dot") else 0.6
    ink.draw([shape], Pen(fill=ground, edge=marker.edge, width_pt=width))
    if text and marker.shape != "dot":
        ink.words(x, y, text, _letters(marker, hollow=empty))


def _letters(marker: Marker, *, hollow: bool = False) -> Type:
    if marker.shape == "shield":
        return Type(SMALLEST_PT, marker.edge, "bold")
    return Type(max(11.5 * PX_PT, SMALLEST_PT), marker.edge if hollow else WHITE, "bold")


def _outline(marker: Marker, box: Box) -> BaseGeometry:
    x, y = box.middle
    reach = box.width / 2
    if marker.shape == "diamond":
        return shapely.Polygon([(x, y + reach), (x + reach, y), (x, y - reach), (x - reach, y)])
    if marker.shape in ("dot", "circle"):
        return shapely.Point(x, y).buffer(reach, quad_segs=12)
    if marker.shape in CORNERS:
        turns = np.arange(CORNERS[marker.shape]) * 2 * np.pi / CORNERS[marker.shape] + np.pi / 2
        return shapely.Polygon(np.column_stack([x + reach * np.cos(turns), y + reach * np.sin(turns)]))
    round_by = (2.5 if marker.shape == "shield" else 4.5) * PX_MM
    return shapely.box(*box.grown(-round_by)).buffer(round_by, quad_segs=6)


def swatch_side(marker: Marker, high_mm: float) -> float:
    """The side of a symbol in a legend row."""
    return min(
        high_mm, SIZES_PX.get(marker.shape, BADGE_PX) * PX_MM if marker.shape != "square" else 12.5 * PX_MM
    )
