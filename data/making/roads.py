"""Where do the roads of today run, and where those of the plan?"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from shapely.geometry import LineString
from shapely.geometry import Point as Spot

from making.drawing import Line, Point, lengthened, smoothed, to_km
from making.seat import highway_through_town, missing_link
from making.sketch import drawn, drawn_named
from making.waters import BEYOND_BORDER_KM, nearest_on, within_county

SEAT_RADIUS_KM = 4.0
NORTH_RING = ((118.436, 35.588), (118.463, 35.592), (118.490, 35.590), (118.509, 35.583))

# A planned road ends on these roads (start, end); None: it ends where the sketch says.
JOINS = {
    "229省道改线": ("229省道（现状）", "229省道（现状）"),
    "336省道改线": ("336省道（现状）", "336省道（现状）"),
    "西外环北联竹泉马泉（一号工程）": ("336省道改线", None),
    "通临沂快速通道（二号工程）": ("336省道改线", None),
}


@cache
def road_line(name: str) -> LineString:
    """A road of the sketch on the local plane."""
    if name.endswith("（现状）"):
        return _highway_of_the_seat(name)
    if name == "正阳路断头路":
        return LineString(missing_link())
    road = drawn_named("road", name)
    if road.facts["road_class"] == "高速":
        return within_county(_smooth(lengthened(road.line, BEYOND_BORDER_KM)))
    return _smooth(_joined(road.line, *JOINS.get(name, (None, None))))


def north_ring() -> LineString:
    """The invented northern part that closes the ring of planned roads around the seat."""
    rough = [to_km(point) for point in NORTH_RING]
    return _smooth(_joined(rough, "西外环北联竹泉马泉（一号工程）", "229省道改线"))


def connection(start: str, points: Sequence[Point]) -> LineString:
    """An invented road that leaves another; points in degrees, the first of them near that road."""
    rough = [to_km(point) for point in points]
    return _smooth(_joined(rough, start, None))


def existing_names() -> list[str]:
    """The roads of the sketch that are there today."""
    return [road.name for road in drawn("road") if road.facts["state"] == "现状"]


def _highway_of_the_seat(name: str) -> LineString:
    """The sketch's highway, with the middle street of the seat in place of its points there."""
    rough = drawn_named("road", name).line
    far = [Spot(point).distance(Spot(0, 0)) > SEAT_RADIUS_KM for point in rough]
    before, after = far.index(False), len(far) - far[::-1].index(False)
    street = highway_through_town(north_south="229" in name)
    return within_county(_smooth(lengthened([*rough[:before], *street, *rough[after:]], BEYOND_BORDER_KM)))


def _smooth(line: Line) -> LineString:
    return LineString(smoothed(line, 3))


def _joined(line: Line, start: str | None, end: str | None) -> Line:
    """The line with its ends moved onto the roads it joins."""
    first = nearest_on(road_line(start), line[0]) if start else line[0]
    last = nearest_on(road_line(end), line[-1]) if end else line[-1]
    return [first, *line[1:-1], last]
