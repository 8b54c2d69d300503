"""Where do the rivers run?"""

from __future__ import annotations

from functools import cache

import shapely
from shapely.geometry import LineString, Point
from shapely.ops import substring

from making.county import outline
from making.drawing import Line, dice, grown, lengthened, smoothed, to_km
from making.drawing import Point as Coordinates
from making.sketch import drawn

BEYOND_BORDER_KM = 4.0

# From, to (degrees), and the water they join: invented, so that the county does not look dry.
TRIBUTARIES = (
    ((118.34, 35.72), (118.36, 35.59), "汶河"),
    ((118.23, 35.45), (118.27, 35.52), None),
    ((118.27, 35.52), (118.41, 35.565), "汶河"),
    ((118.62, 35.62), (118.535, 35.59), "沂河"),
    ((118.66, 35.47), (118.495, 35.44), "沂河"),
    ((118.30, 35.39), (118.40, 35.37), None),
    ((118.40, 35.37), (118.47, 35.36), "沂河"),
)


@cache
def river_line(name: str) -> LineString:
    """One of the two rivers that the sketch names, on the local plane, from source side to mouth side."""
    return dict(rivers())[name]


@cache
def rivers() -> tuple[tuple[str, LineString], ...]:
    """沂河 from border to border, 汶河 from the border to its mouth in the 沂河."""
    lines = {river.name: _river(river.name, river.line) for river in drawn("river")}
    lines["汶河"] = _up_to(lines["汶河"], lines["沂河"])
    return tuple((name, within_county(line)) for name, line in lines.items())


def tributaries() -> list[LineString]:
    """Small invented streams; two of them are drawn in two parts, the upper ending where the lower begins."""
    return [_tributary(number, *course) for number, course in enumerate(TRIBUTARIES)]


def nearest_on(line: LineString, point: Coordinates) -> Coordinates:
    """The point of the line that is nearest to this one."""
    nearest = line.interpolate(line.project(Point(point)))
    return nearest.x, nearest.y


def within_county(line: LineString) -> LineString:
    """The longest part of the line inside the county."""
    return LineString(max(shapely.get_parts(line.intersection(outline())), key=lambda part: part.length))


def _river(name: str, rough: Line) -> LineString:
    bends = smoothed(lengthened(rough, BEYOND_BORDER_KM), 1)
    return LineString(smoothed(grown(bends, 2, 0.06, dice(name)), 3))


def _up_to(line: LineString, other: LineString) -> LineString:
    """The line from its start to the first place where it meets the other."""
    mouth = min(line.project(meeting) for meeting in shapely.get_parts(line.intersection(other)))
    return LineString(substring(line, 0, mouth).coords)


def _tributary(number: int, source: Coordinates, mouth: Coordinates, joins: str | None) -> LineString:
    rough = [to_km(source), to_km(mouth)]
    if joins:
        rough[1] = nearest_on(river_line(joins), rough[1])
    return LineString(smoothed(grown(rough, 4, 0.2, dice(f"tributary {number}")), 2))
