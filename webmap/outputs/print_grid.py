"""Which coordinates stand around the map? Ticks of longitude and latitude, and of the kilometre grid, on the frame."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Final, Literal, NamedTuple, cast

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from layers.symbols import screen
from webmap.outputs.print_ink import Ink, Pen, Type
from webmap.outputs.print_paper import Box, GridKind, Sheet

INK: Final = screen.INK
QUIET: Final = screen.INK_3
STEPS_S: Final = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600)
"""Seconds of arc between two ticks."""
STEPS_M: Final = (10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000)
_DEGREE_M: Final = 90_000
TICK_MM: Final = 1.6
CROSS_MM: Final = 1.5
STEEPEST: Final = 0.7
"""A line is named on the sides that it meets at more than about 45°: the sine of the angle."""
Side = Literal["left", "bottom", "right", "top"]


class _Line(NamedTuple):
    """A line of the grid on the paper, and what is written where it meets the frame."""

    shape: BaseGeometry
    words: str


class _Tick(NamedTuple):
    """Where a line meets a side: at mm along it, the line running that way (right, up; inwards)."""

    side: Side
    at: float
    words: str
    inwards: tuple[float, float]


def draw_grid(ink: Ink, sheet: Sheet, kind: GridKind) -> None:
    """The ticks with their numbers, outside the inner frame, where nothing of the map is covered."""
    taken: dict[Side, list[tuple[float, float]]] = {"left": [], "bottom": [], "right": [], "top": []}
    type_ = Type(7.0 * max(1.0, sheet.k**0.6), INK)
    if kind in ("both", "degrees"):
        for tick in _ticks(sheet, [*meridians(sheet), *parallels(sheet)]):
            _tick(ink, sheet, tick, type_, taken, outward=True)
    if kind in ("both", "metres"):
        quiet = Type(type_.size_pt, QUIET if kind == "both" else INK)
        for tick in _ticks(sheet, [*eastings(sheet), *northings(sheet)]):
            _tick(ink, sheet, tick, quiet, taken, outward=False)


def draw_crosses(ink: Ink, sheet: Sheet, kind: GridKind) -> None:
    """Small crosses on the map where two lines meet: of the kilometre grid, or of longitude and latitude."""
    if kind == "none":
        return
    degrees = kind == "degrees"
    upright = meridians(sheet) if degrees else eastings(sheet)
    across = parallels(sheet) if degrees else northings(sheet)
    strokes = [
        shapely.intersection(line.shape, shapely.Point(spot).buffer(CROSS_MM))
        for one in upright
        for other in across
        for spot in shapely.get_coordinates(shapely.intersection(one.shape, other.shape))
        for line in (one, other)
    ]
    if strokes:
        ink.draw(strokes, Pen(edge="#8792A0", width_pt=0.43, opacity=0.75))


def _tick(
    ink: Ink,
    sheet: Sheet,
    tick: _Tick,
    type_: Type,
    taken: dict[Side, list[tuple[float, float]]],
    *,
    outward: bool,
) -> None:
    width = ink.width(tick.words, type_) + 2
    start, end = tick.at - width / 2, tick.at + width / 2
    low, high = _extent(sheet.frame, tick.side)
    x, y, turn = _middle(sheet, tick)
    ink.draw([_mark(sheet, tick, outward=outward)], Pen(edge=type_.color, width_pt=0.5))
    if start < low or end > high or any(start < b and end > a for a, b in taken[tick.side]):
        return
    taken[tick.side].append((start, end))
    ink.words(x, y, tick.words, type_, turn=turn)


def _extent(frame: Box, side: Side) -> tuple[float, float]:
    return (frame.left, frame.right) if side in ("bottom", "top") else (frame.bottom, frame.top)


def _middle(sheet: Sheet, tick: _Tick) -> tuple[float, float, float]:
    frame, outer = sheet.frame, sheet.outer
    if tick.side == "bottom":
        return tick.at, (frame.bottom + outer.bottom) / 2, 0
    if tick.side == "top":
        return tick.at, (frame.top + outer.top) / 2, 0
    if tick.side == "left":
        return (frame.left + outer.left) / 2, tick.at, 90
    return (frame.right + outer.right) / 2, tick.at, 90


def _mark(sheet: Sheet, tick: _Tick, *, outward: bool) -> shapely.LineString:
    """A short piece of the line itself: it shows how the grid runs."""
    x, y = _on(sheet.frame, tick)
    long = -TICK_MM * 0.7 if outward else TICK_MM
    right, up = tick.inwards
    return shapely.LineString([(x, y), (x + right * long, y + up * long)])


def _on(frame: Box, tick: _Tick) -> tuple[float, float]:
    if tick.side in ("bottom", "top"):
        return tick.at, frame.bottom if tick.side == "bottom" else frame.top
    return frame.left if tick.side == "left" else frame.right, tick.at


# --- where lines meet the frame ------------------------------------------------------------------------


def _ticks(sheet: Sheet, lines: Sequence[_Line]) -> Iterator[_Tick]:
    for line in lines:
        for side, edge in _edges(sheet.frame).items():
            yield from _crossing(line, side, edge, sheet.frame)


def _edges(frame: Box) -> dict[Side, shapely.LineString]:
    left, bottom, right, top = frame
    return {
        "left": shapely.LineString([(left, bottom), (left, top)]),
        "bottom": shapely.LineString([(left, bottom), (right, bottom)]),
        "right": shapely.LineString([(right, bottom), (right, top)]),
        "top": shapely.LineString([(left, top), (right, top)]),
    }


def _crossing(line: _Line, side: Side, edge: shapely.LineString, frame: Box) -> Iterator[_Tick]:
    for x, y in shapely.get_coordinates(shapely.intersection(line.shape, edge))[:1]:
        inside = shapely.intersection(line.shape, shapely.box(*frame))
        along = _direction(inside, x, y)
        flat = side in ("bottom", "top")
        if abs(along[1] if flat else along[0]) >= STEEPEST:
            yield _Tick(side, float(x if flat else y), line.words, along)


def _direction(inside: BaseGeometry, x: float, y: float) -> tuple[float, float]:
    """Of length one, from where the line comes in."""
    places = shapely.get_coordinates(inside)
    if np.hypot(*(places[0] - (x, y))) > np.hypot(*(places[-1] - (x, y))):
        places = places[::-1]
    right, up = (places[-1] - places[0]) / max(np.hypot(*(places[-1] - places[0])), 1e-9)
    return float(right), float(up)


# --- longitude and latitude ----------------------------------------------------------------------------


def meridians(sheet: Sheet) -> list[_Line]:
    """Lines of longitude over the sheet."""
    west, south, east, north = sheet.bounds
    step, lats = _seconds(sheet), np.linspace(south - 0.01, north + 0.01, 40)
    return [
        _Line(_curve(sheet, [(number * step / 3600, lat) for lat in lats]), _angle(number * step, "E", step))
        for number in _within(west, east, step / 3600)
    ]


def parallels(sheet: Sheet) -> list[_Line]:
    """Lines of latitude over the sheet."""
    west, south, east, north = sheet.bounds
    step, lons = _seconds(sheet), np.linspace(west - 0.01, east + 0.01, 40)
    return [
        _Line(_curve(sheet, [(lon, number * step / 3600) for lon in lons]), _angle(number * step, "N", step))
        for number in _within(south, north, step / 3600)
    ]


def _seconds(sheet: Sheet) -> int:
    room = 45 * sheet.k**0.5
    return next(
        (each for each in STEPS_S if each / 3600 * _DEGREE_M * 1000 / sheet.scale >= room), STEPS_S[-1]
    )


def _curve(sheet: Sheet, degrees: list[tuple[float, float]]) -> BaseGeometry:
    return cast("BaseGeometry", sheet.place(shapely.linestrings([degrees]))[0])


def _within(low: float, high: float, step: float) -> range:
    return range(math.ceil(low / step), math.floor(high / step) + 1)


def _angle(seconds: int, letter: str, step: int) -> str:
    degrees, rest = divmod(seconds, 3600)
    minutes, left = divmod(rest, 60)
    small = f"{left:02}″" if step % 60 else ""
    return f"{degrees}°{minutes:02}′{small}{letter}"


# --- kilometres ------------------------------------------------------------------------------------------


def eastings(sheet: Sheet) -> list[_Line]:
    """Lines of the kilometre grid that run north, named with the zone in front."""
    box, step = sheet.plane, _metres(sheet)
    return [
        _straight(sheet, [(east, box.bottom), (east, box.top)], f"{sheet.zone}{_km(east)}")
        for east in (number * step for number in _within(box.left, box.right, step))
    ]


def northings(sheet: Sheet) -> list[_Line]:
    """Lines of the kilometre grid that run east."""
    box, step = sheet.plane, _metres(sheet)
    return [
        _straight(sheet, [(box.left, north), (box.right, north)], _km(north))
        for north in (number * step for number in _within(box.bottom, box.top, step))
    ]


def _straight(sheet: Sheet, metres: list[tuple[float, float]], words: str) -> _Line:
    return _Line(shapely.LineString(sheet.on_paper(np.array(metres, float))), words)


def _metres(sheet: Sheet) -> int:
    return next((each for each in STEPS_M if each * 1000 / sheet.scale >= 24 * sheet.k**0.5), STEPS_M[-1])


def _km(metres: float) -> str:
    return f"{metres / 1000:.3f}".rstrip("0").rstrip(".")
