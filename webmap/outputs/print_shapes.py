"""How do fills, hatches and lines of the kinds come on paper?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import shapely

from layers.kinds import LayerKind
from layers.symbols.order import Part, in_order
from layers.symbols.printed import PX_MM, PX_PT, THINNEST_PT, is_drawn, width_pt
from layers.symbols.vocabulary import Fill, Line, Pattern
from webmap.outputs.print_ink import Ink, Pen, Shapes

DOT_SEGMENTS: Final = 4
QUIET: Final = 0.42


@dataclass(frozen=True, kw_only=True)
class DrawnLayer:
    """The features of a layer that touch the sheet. shapes: on the paper, in mm; symbols, labels, values: of each.

    opacity: how strongly it shows; quiet: classes that only stand behind what the sheet is about, without names;
    filled: whether its areas have a colour (the ground has none over a base map).
    """

    key: str
    title: str
    kind: LayerKind
    shapes: Shapes
    symbols: Sequence[str]
    labels: Sequence[str]
    values: Sequence[dict[str, Any]]
    opacity: float = 1.0
    quiet: frozenset[str] = frozenset()
    filled: bool = True

    def strength(self, symbol: str) -> float:
        """How opaque a class is."""
        return self.opacity * (QUIET if symbol in self.quiet else 1)

    def only(self, places: Sequence[int]) -> DrawnLayer:
        """Some of its features."""
        return replace(
            self,
            shapes=self.shapes[list(places)],
            symbols=[self.symbols[at] for at in places],
            labels=[self.labels[at] for at in places],
            values=[self.values[at] for at in places],
        )

    def of_class(self, symbol: str) -> list[int]:
        """The places of the features of a class."""
        return [at for at, each in enumerate(self.symbols) if each == symbol]


def draw_shapes(ink: Ink, layers: Sequence[DrawnLayer], zoom: float) -> None:
    """Everything but symbols and names, bottom first."""
    by_key = {layer.key: layer for layer in layers}
    for part in in_order([(layer.key, layer.kind) for layer in layers]):
        layer = by_key[part.layer]
        chosen = layer.of_class(part.symbol.key)
        if isinstance(part.look, Fill) and not layer.filled:
            continue
        if chosen and is_drawn(part.look, zoom):
            ink.strength = layer.strength(part.symbol.key)
            _draw(ink, part, layer, chosen, zoom)
    ink.strength = 1.0


def _draw(ink: Ink, part: Part, layer: DrawnLayer, chosen: list[int], zoom: float) -> None:
    if isinstance(part.look, Fill):
        fill(ink, layer.shapes[chosen], part.look)
        return
    for factor, some in _by_factor(part.look, layer, chosen):
        line(ink, layer.shapes[some], part.look, width_pt(part.look, zoom, factor))


def _by_factor(look: Line, layer: DrawnLayer, chosen: list[int]) -> Iterator[tuple[float, list[int]]]:
    if look.factor is None:
        yield 1.0, chosen
        return
    key, factors = look.factor
    told = {at: factors.get(str(layer.values[at].get(key)), 1.0) for at in chosen}
    for factor in sorted(set(told.values())):
        yield factor, [at for at in chosen if told[at] == factor]


def fill(ink: Ink, shapes: Shapes, look: Fill) -> None:
    """A flat colour, or a hatch over its own ground."""
    areas = shapes[shapely.get_dimensions(shapes) == 2]
    if look.pattern is None:
        ink.draw(areas, Pen(fill=look.color, opacity=look.opacity))
        return
    if look.pattern.background:
        ink.draw(areas, Pen(fill=look.pattern.background))
    hatched = _hatch(areas, look.pattern)
    width = max(look.pattern.width * PX_PT, THINNEST_PT)
    if look.pattern.kind == "dots":
        ink.draw(hatched, Pen(fill=look.pattern.color))
    else:
        ink.draw(hatched, Pen(edge=look.pattern.color, width_pt=width))


def line(ink: Ink, shapes: Shapes, look: Line, width: float) -> None:
    """width: in points."""
    moved = shapes
    if look.offset:
        moved = _inside(shapes, look.offset * PX_MM)
    pen = Pen(
        edge=look.color,
        width_pt=width,
        dash=look.dash,
        opacity=look.opacity,
        round_ends=look.round_ends and not look.dash,
    )
    ink.draw(moved, pen)


def _inside(shapes: Shapes, by_mm: float) -> Shapes:
    """To the right of a line, which is the inside of an area."""
    areas = shapely.get_dimensions(shapes) == 2
    moved = shapes.copy()
    moved[areas] = shapely.boundary(shapely.buffer(shapes[areas], -by_mm, join_style="mitre"))
    moved[~areas] = shapely.offset_curve(shapes[~areas], -by_mm)
    return moved


def _hatch(areas: Shapes, pattern: Pattern) -> Shapes:
    """The lines or dots of a hatch, cut out by each area; those of neighbours meet."""
    step = pattern.tile * PX_MM
    make = _dots if pattern.kind == "dots" else _lines
    whole = [make(each.bounds, pattern, step) for each in areas if not each.is_empty]
    some = areas[~shapely.is_empty(areas)]
    return np.asarray(shapely.intersection(np.array(whole, object), some), object)


def _lines(bounds: tuple[float, ...], pattern: Pattern, step: float) -> shapely.MultiLineString:
    slopes = [pattern.angle, pattern.angle - 90] if pattern.kind == "cross" else [pattern.angle]
    return shapely.MultiLineString([each for slope in slopes for each in _slanted(bounds, slope, step)])


def _slanted(bounds: tuple[float, ...], slope: float, step: float) -> Iterator[list[tuple[float, float]]]:
    left, bottom, right, top = bounds
    along = np.array([np.cos(np.radians(slope)), np.sin(np.radians(slope))])
    across = np.array([-along[1], along[0]])
    corners = np.array([(left, bottom), (left, top), (right, bottom), (right, top)])
    near, far = (corners @ across).min(), (corners @ across).max()
    start, end = (corners @ along).min(), (corners @ along).max()
    for number in range(int(np.ceil(near / step)), int(far // step) + 1):
        low, high = across * number * step + along * start, across * number * step + along * end
        yield [(float(low[0]), float(low[1])), (float(high[0]), float(high[1]))]


def _dots(bounds: tuple[float, ...], pattern: Pattern, step: float) -> shapely.MultiPolygon:
    left, bottom, right, top = bounds
    columns = np.arange(np.ceil(left / step), right // step + 1) * step
    rows = np.arange(np.ceil(bottom / step), top // step + 1) * step
    spots = shapely.points(*(each.ravel() for each in np.meshgrid(columns, rows)))
    discs = shapely.buffer(spots, pattern.width * PX_MM, quad_segs=DOT_SEGMENTS)
    return shapely.MultiPolygon(list(np.atleast_1d(np.array(discs, object))))
