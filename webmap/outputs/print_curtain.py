"""How do two times of the map lie beside each other on paper? Each in its half, with a line and their words between."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

import shapely

from layers.symbols import screen
from layers.symbols.printed import PT_MM
from webmap.outputs.print_ink import Ink, Pen, Type
from webmap.outputs.print_paper import Box
from webmap.outputs.print_shapes import DrawnLayer

LINE_PT: Final = 1.4
EDGE: Final = "#FFFFFF"
TAG_PT: Final = 9.5


@dataclass(frozen=True)
class Beside:
    """What lies right of the curtain. x: where it hangs, in mm; words: of the left and of the right."""

    layers: Sequence[DrawnLayer]
    x: float
    words: tuple[str, str]


class Half(NamedTuple):
    """A part of the frame with what is drawn in it."""

    box: Box
    layers: Sequence[DrawnLayer]


def halves(frame: Box, layers: Sequence[DrawnLayer], beside: Beside | None) -> list[Half]:
    """The whole frame, or what lies left and right of the curtain."""
    if beside is None:
        return [Half(frame, layers)]
    x = min(max(beside.x, frame.left), frame.right)
    parts = [Half(frame._replace(right=x), layers), Half(frame._replace(left=x), beside.layers)]
    return [each for each in parts if each.box.width > 0]


def tags(ink: Ink, frame: Box, beside: Beside, k: float) -> list[Box]:
    """Where the words stand, left and right of the curtain at the top of the frame."""
    type_, high = _type(k), TAG_PT * k * PT_MM * 1.7
    wide = [ink.width(words, type_) + high for words in beside.words]
    top, gap = frame.top - high * 0.6, high * 0.35
    return [
        Box(beside.x - gap - wide[0], top - high, beside.x - gap, top),
        Box(beside.x + gap, top - high, beside.x + gap + wide[1], top),
    ]


def draw_curtain(ink: Ink, frame: Box, beside: Beside, k: float) -> None:
    """The line, and what lies on either side of it."""
    line = shapely.LineString([(beside.x, frame.bottom), (beside.x, frame.top)])
    for color, width in ((EDGE, 2.4 * LINE_PT), (screen.BRAND, LINE_PT)):
        ink.draw([line], Pen(edge=color, width_pt=width * k))
    for box, words in zip(tags(ink, frame, beside, k), beside.words, strict=True):
        ink.draw([shapely.box(*box)], Pen(fill=EDGE, edge=screen.BRAND, width_pt=0.6 * k))
        ink.words(*box.middle, words, _type(k))


def _type(k: float) -> Type:
    return Type(TAG_PT * k, screen.BRAND, "bold")
