"""Which symbols and names stand on the sheet, and where? What matters more finds its place first."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from layers.symbols.printed import PT_MM, PX_MM, PX_PT, is_drawn, size_pt, square_mm
from layers.symbols.vocabulary import Label, Marker
from webmap.outputs.print_crowds import Crowd, crowds_of
from webmap.outputs.print_fonts import Face
from webmap.outputs.print_ink import Ink, Pen, Type
from webmap.outputs.print_marks import draw_mark, draw_squares, mark_size
from webmap.outputs.print_paper import Box
from webmap.outputs.print_room import Room, around, centred
from webmap.outputs.print_shapes import DrawnLayer
from webmap.outputs.print_things import Thing, longest, things_of

HALO: Final = "#FCFBF7"
GAP_MM: Final = 0.7
LINE_HIGH: Final = 1.1
"""Words are so many times as high as their letters."""
SHARES: Final = (0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8)
"""Where along a line its name or shield may stand."""
ASIDE_MM: Final = (5.0, 7.5, 10.0, 13.0, 16.0, 20.0, 25.0, 31.0)
"""How far a symbol moves aside, with a leader to its place."""
CLOSE: Final = 1
"""A dot moves only so many steps: it tells where a place is."""
DIRECTIONS: Final = 12
COUNT_PX: Final = 14
COUNT_HALO_PX: Final = 3.4
STEEP: Final = 50
"""Degrees from which on words along a line are read downwards."""
LONG_ENOUGH: Final = 1.2
"""A line carries words along it when it is so many times as long as they are."""


def draw_names(ink: Ink, layers: Sequence[DrawnLayer], zoom: float, frame: Box, taken: Sequence[Box]) -> None:
    """Squares first, then seals and shields with their names; taken: where the furniture stands."""
    room = Room(frame.grown(-0.8))
    for box in taken:
        room.take(box)
    things = [thing for layer in layers for thing in things_of(layer, zoom, frame)]
    for layer in layers:
        _draw_squares(ink, layer, [each for each in things if each.layer is layer], zoom)
    crowds = list(crowds_of(ink, things, zoom))
    counted = {each for crowd in crowds for each in crowd.places}
    everything: list[Thing | Crowd] = [*things, *crowds]
    writer = _Writer(ink, room, zoom)
    for each in sorted(everything, key=lambda each: each.priority):
        if isinstance(each, Crowd):
            writer.count(each)
        elif each.place not in counted:
            writer.place(each)
    writer.write()


def _draw_squares(ink: Ink, layer: DrawnLayer, things: Sequence[Thing], zoom: float) -> None:
    # The last class of a kind is the least: the first lies on top.
    for symbol in reversed(layer.kind.classes):
        marker = symbol.marker
        own = [each for each in things if each.symbol is symbol]
        if own and marker and marker.shape == "square" and is_drawn(marker, zoom):
            sides = [square_mm(marker, each.area_mu) for each in own]
            ink.strength = layer.strength(symbol.key)
            draw_squares(ink, marker, [each.spot for each in own], sides)
    ink.strength = 1.0


class _Writer:
    """Finds places one after the other; names are written when all stand, above every symbol."""

    def __init__(self, ink: Ink, room: Room, zoom: float) -> None:
        self._ink, self._room, self._zoom = ink, room, zoom
        self._names: list[tuple[float, float, str, Type, float]] = []
        self._leaders: list[tuple[float, Callable[[], None]]] = []
        self._marks: list[tuple[float, Callable[[], None]]] = []
        """What is drawn when all stand, each with its strength."""
        self._shields: set[tuple[str, str]] = set()

    def place(self, thing: Thing) -> None:
        symbol = thing.symbol
        own = self._mark(thing, symbol.marker)
        if symbol.key in thing.layer.quiet:
            return
        if symbol.shield and is_drawn(symbol.shield, self._zoom):
            self._shield(thing, symbol.shield)
        if symbol.label and symbol.label.from_zoom <= self._zoom:
            self._name(thing, symbol.label, own)

    def count(self, crowd: Crowd) -> None:
        """One symbol for all of them, and beside it how many they are."""
        first, marker = crowd.members[0], crowd.marker
        box = self._stand(crowd.spot, marker, marker.text, first.layer.strength(first.symbol.key))
        color = first.symbol.label.color if first.symbol.label else marker.edge
        type_ = Type(size_pt(COUNT_PX), color, "bold", HALO, COUNT_HALO_PX * PX_PT / 2)
        width, height = self._ink.width(crowd.words, type_), type_.size_pt * PT_MM * LINE_HIGH
        beside = [each for each in around(box, width, height, GAP_MM) if self._room.is_free(each)]
        for place in beside[:1]:
            self._room.take(place)
            self._names.append((*place.middle, crowd.words, type_, 0))

    def write(self) -> None:
        """Leaders beneath every symbol, names above."""
        for strength, draw in (*self._leaders, *self._marks):
            self._ink.strength = strength
            draw()
        self._ink.strength = 1.0
        for x, y, words, type_, turn in self._names:
            self._ink.words(x, y, words, type_, turn=turn)

    # --- symbols ---

    def _mark(self, thing: Thing, marker: Marker | None) -> Box | None:
        """The box of its symbol; None for what has none of its own."""
        if marker is None or not is_drawn(marker, self._zoom):
            return None
        x, y = thing.spot
        if marker.shape == "square":
            side = square_mm(marker, thing.area_mu)
            return centred(x, y, side, side)
        text = thing.words(marker.text_from) if marker.text_from else ""
        hollow = bool(thing.layer.values[thing.at].get(marker.hollow_from)) if marker.hollow_from else False
        strength = thing.layer.strength(thing.symbol.key)
        return self._stand((x, y), marker, text or marker.text, strength, hollow=hollow)

    def _stand(
        self, spot: tuple[float, float], marker: Marker, text: str, strength: float, *, hollow: bool = False
    ) -> Box:
        """Where it belongs, or aside with a leader."""
        width, height = mark_size(self._ink, marker, text)
        box = self._aside(*spot, width, height, is_dot=marker.shape == "dot")
        if box.middle != spot and math.dist(box.middle, spot) > width / 2:
            self._leaders.append((strength, partial(self._leader, spot, box, marker.edge)))
        self._marks.append((strength, partial(draw_mark, self._ink, marker, box, text, hollow=hollow)))
        self._room.take(box)
        return box

    def _aside(self, x: float, y: float, width: float, height: float, *, is_dot: bool) -> Box:
        """Its own place, else a free one near it; nothing is left out of a map, so at last its own place again."""
        own = centred(x, y, width, height)
        if self._room.is_free(own):
            return own
        for away in ASIDE_MM[: CLOSE if is_dot else None]:
            for number in range(DIRECTIONS):
                turn = 2 * math.pi * number / DIRECTIONS
                box = centred(x + away * math.cos(turn), y + away * math.sin(turn), width, height)
                if self._room.is_free(box.grown(0.3)):
                    return box
        return own

    def _leader(self, spot: tuple[float, float], box: Box, color: str) -> None:
        self._ink.draw([shapely.LineString([spot, box.middle])], Pen(edge=HALO, width_pt=1.8))
        self._ink.draw([shapely.LineString([spot, box.middle])], Pen(edge=color, width_pt=0.6))
        self._ink.draw([shapely.Point(spot).buffer(0.5)], Pen(fill=color, edge=HALO, width_pt=0.4))

    def _shield(self, thing: Thing, marker: Marker) -> None:
        """The number of a road once, where the road has room for it."""
        text = thing.words(marker.text_from)
        told = (thing.layer.key, text)
        if not text or told in self._shields or shapely.get_dimensions(thing.shape) != 1:
            return
        width, height = mark_size(self._ink, marker, text)
        for x, y, _ in _along(longest(thing.shape)):
            box = centred(x, y, width, height)
            if self._room.is_free(box.grown(0.6)):
                self._marks.append((1.0, partial(draw_mark, self._ink, marker, box, text)))
                self._room.take(box)
                self._shields.add(told)
                return

    # --- names ---

    def _name(self, thing: Thing, label: Label, own: Box | None) -> None:
        words = thing.words(label.text_from)
        if not words:
            return
        is_line = shapely.get_dimensions(thing.shape) == 1
        type_ = _type(label)
        if is_line and label.along:
            self._name_along(longest(thing.shape), words, label, type_)
            return
        air = label.spacing * PX_MM * (len(words) - 1)
        width, height = self._ink.width(words, type_) + air, type_.size_pt * PT_MM * LINE_HIGH
        for box in self._places(thing, own, width, height, is_line=is_line):
            if self._room.is_free(box):
                self._room.take(box)
                self._names += self._spaced(box, words, label, type_)
                return

    def _spaced(
        self, box: Box, words: str, label: Label, type_: Type
    ) -> list[tuple[float, float, str, Type, float]]:
        """With air between the signs where the label has it."""
        x, y = box.middle
        if not label.spacing:
            return [(x, y, words, type_, 0)]
        wide = [self._ink.width(each, type_) for each in words]
        starts = np.cumsum([0.0, *(each + label.spacing * PX_MM for each in wide[:-1])])
        return [
            (box.left + float(start) + each / 2, y, word, type_, 0)
            for start, each, word in zip(starts, wide, words, strict=True)
        ]

    def _places(
        self, thing: Thing, own: Box | None, width: float, height: float, *, is_line: bool
    ) -> Iterator[Box]:
        if is_line:
            for x, y, _ in _along(longest(thing.shape)):
                yield from list(around(centred(x, y, 2.2, 2.2), width, height, GAP_MM))[:4]
        elif own is None:
            x, y = thing.spot
            yield centred(x, y, width, height)
            yield from around(centred(x, y, 1.2, 1.2), width, height, GAP_MM)
        else:
            yield from around(own, width, height, GAP_MM)

    def _name_along(self, line: BaseGeometry, words: str, label: Label, type_: Type) -> None:
        """Sign by sign along a line, read from left to right, or downwards where it is steep."""
        high = type_.size_pt * PT_MM
        step = high + label.spacing * PX_MM
        if line.length < step * len(words) * LONG_ENOUGH:
            return
        for share in SHARES:
            signs = _signs(line, share, step, len(words))
            boxes = [centred(x, y, high, high) for x, y, _ in signs]
            if signs and self._room.are_free(boxes):
                for box in boxes:
                    self._room.take(box)
                self._names += [
                    (x, y, word, type_, turn) for word, (x, y, turn) in zip(words, signs, strict=True)
                ]
                return


def _signs(line: BaseGeometry, share: float, step: float, count: int) -> list[tuple[float, float, float]]:
    reach = (count - 1) / 2 * step
    middle = min(max(line.length * share, reach), line.length - reach)
    signs = [_course(line, middle + (at * step - reach), step / 2) for at in range(count)]
    steep = abs(_course(line, middle, reach)[2]) > STEEP
    in_order = signs[0][1] >= signs[-1][1] if steep else signs[0][0] <= signs[-1][0]
    read = signs if in_order else signs[::-1]
    return [(x, y, turn - math.copysign(90, turn) if steep else turn) for x, y, turn in read]


def _along(line: BaseGeometry) -> Iterator[tuple[float, float, float]]:
    for share in SHARES:
        yield _course(line, line.length * share, 2)


def _course(line: BaseGeometry, distance: float, reach: float) -> tuple[float, float, float]:
    """A place on a line, and how much it rises there, -90° to 90°."""
    near, far = (line.interpolate(max(0.0, distance + each)) for each in (-reach, reach))
    spot: Any = line.interpolate(distance)
    turn = math.degrees(math.atan2(far.y - near.y, far.x - near.x))
    return spot.x, spot.y, (turn + 90) % 180 - 90


def _type(label: Label) -> Type:
    face: Face = "song" if label.face == "song" else "bold" if label.weight >= 600 else "hei"
    return Type(size_pt(label.size), label.color, face, HALO, label.halo * PX_PT / 2)
