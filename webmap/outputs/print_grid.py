"""Which coordinates stand around the map? Ticks of longitude and latitude, and of the kilometre grid, on the frame."""

from __future__ import annotations

import math
from collections.abc import Iterator
from typing import Final, Literal, NamedTuple

import numpy as np
import shapely

from webmap.outputs.print_ink import Ink, Pen, Type
from webmap.outputs.print_paper import Box, Sheet

INK: Final = "#16222E"
QUIET: Final = "#5B6876"
STEPS_S: Final = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600)
"""Seconds of arc between two ticks."""
STEPS_M: Final = (10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000, 20_000, 50_000)
_DEGREE_M: Final = 90_000
TICK_MM: Final = 1.6
CROSS_MM: Final = 1.5
Side = Literal["left", "bottom", "right", "top"]
ACROSS: Final[tuple[Side, Side]] = ("bottom", "top")
UPRIGHT: Final[tuple[Side, Side]] = ("left", "right")


class _Tick(NamedTuple):
    side: Side
    at: float
    words: str


def draw_grid(ink: Ink, sheet: Sheet) -> None:
    """The ticks with their numbers, outside the inner frame, where nothing of the map is covered."""
    taken: dict[Side, list[tuple[float, float]]] = {"left": [], "bottom": [], "right": [], "top": []}
    type_ = Type(7.0 * max(1.0, sheet.k**0.6), INK)
    for tick in _degrees(sheet):
        _tick(ink, sheet, tick, type_, taken, outward=True)
    quiet = Type(type_.size_pt, QUIET)
    for tick in _metres(sheet):
        _tick(ink, sheet, tick, quiet, taken, outward=False)


def draw_crosses(ink: Ink, sheet: Sheet) -> None:
    """Small crosses of the kilometre grid on the map."""
    easts, norths = _grid(sheet)
    low, per = sheet.plane(sheet.frame), 1000 / sheet.scale
    strokes = []
    for east in easts:
        for north in norths:
            x = sheet.frame.left + (east - low.left) * per
            y = sheet.frame.bottom + (north - low.bottom) * per
            strokes.append([(x - CROSS_MM, y), (x + CROSS_MM, y)])
            strokes.append([(x, y - CROSS_MM), (x, y + CROSS_MM)])
    if strokes:
        ink.draw(shapely.linestrings(strokes), Pen(edge="#8792A0", width_pt=0.43, opacity=0.75))


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
    frame = sheet.frame
    long = -TICK_MM if outward else TICK_MM
    edge = {"left": frame.left, "bottom": frame.bottom, "right": frame.right, "top": frame.top}[tick.side]
    inner = edge + (long if tick.side in ("left", "bottom") else -long) * (0.7 if outward else 1)
    if tick.side in ("bottom", "top"):
        return shapely.LineString([(tick.at, edge), (tick.at, inner)])
    return shapely.LineString([(edge, tick.at), (inner, tick.at)])


# --- longitude and latitude ----------------------------------------------------------------------------


def _degrees(sheet: Sheet) -> Iterator[_Tick]:
    west, south, east, north = sheet.bounds
    step = next(
        (each for each in STEPS_S if each / 3600 * _DEGREE_M * 1000 / sheet.scale >= 45 * sheet.k**0.5),
        STEPS_S[-1],
    )
    for number in _within(west, east, step / 3600):
        line = shapely.linestrings(
            [[(number * step / 3600, lat) for lat in np.linspace(south - 0.01, north + 0.01, 40)]]
        )
        for side in ACROSS:
            yield from _crossing(sheet, line, side, _angle(number * step, "E", step))
    for number in _within(south, north, step / 3600):
        line = shapely.linestrings(
            [[(lon, number * step / 3600) for lon in np.linspace(west - 0.01, east + 0.01, 40)]]
        )
        for side in UPRIGHT:
            yield from _crossing(sheet, line, side, _angle(number * step, "N", step))


def _within(low: float, high: float, step: float) -> range:
    return range(math.ceil(low / step), math.floor(high / step) + 1)


def _crossing(sheet: Sheet, line: np.ndarray, side: Side, words: str) -> Iterator[_Tick]:
    left, bottom, right, top = sheet.frame
    edges: dict[Side, list[tuple[float, float]]] = {
        "left": [(left, bottom), (left, top)],
        "bottom": [(left, bottom), (right, bottom)],
        "right": [(right, bottom), (right, top)],
        "top": [(left, top), (right, top)],
    }
    met = shapely.intersection(sheet.place(line)[0], shapely.LineString(edges[side]))
    for x, y in shapely.get_coordinates(met)[:1]:
        yield _Tick(side, float(x if side in ("bottom", "top") else y), words)


def _angle(seconds: int, letter: str, step: int) -> str:
    degrees, rest = divmod(seconds, 3600)
    minutes, left = divmod(rest, 60)
    small = f"{left:02}″" if step % 60 else ""
    return f"{degrees}°{minutes:02}′{small}{letter}"


# --- kilometres ------------------------------------------------------------------------------------------


def _metres(sheet: Sheet) -> Iterator[_Tick]:
    easts, norths = _grid(sheet)
    low, per = sheet.plane(sheet.frame), 1000 / sheet.scale
    for east in easts:
        at = sheet.frame.left + (east - low.left) * per
        for side in ACROSS:
            yield _Tick(side, at, f"{sheet.zone}{_km(east)}")
    for north in norths:
        at = sheet.frame.bottom + (north - low.bottom) * per
        for side in UPRIGHT:
            yield _Tick(side, at, _km(north))


def _grid(sheet: Sheet) -> tuple[list[float], list[float]]:
    """Easting and northing of the lines of the grid, in metres."""
    box = sheet.plane(sheet.frame)
    step = next((each for each in STEPS_M if each * 1000 / sheet.scale >= 24 * sheet.k**0.5), STEPS_M[-1])
    easts = [float(number * step) for number in _within(box.left, box.right, step)]
    return easts, [float(number * step) for number in _within(box.bottom, box.top, step)]


def _km(metres: float) -> str:
    return f"{metres / 1000:.3f}".rstrip("0").rstrip(".")
