"""Which of the two numbers of a point is north, which is east, and in which zone? The values tell."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from layers import crs
from layers.formats.boundary_txt.lines import PointLine, Record

Sort = Literal["north", "east", "zoned", "lat", "lon"]
_NORTH: Final = (1_900_000.0, 6_000_000.0)
_EAST: Final = (100_000.0, 900_000.0)
_LAT, _LON = crs.CHINA[1::2], crs.CHINA[0::2]
_PAIRS: Final = {"north": ("east", "zoned"), "lat": ("lon",)}
_TITLES: Final = {"north": "X（北）", "east": "Y（东）", "zoned": "Y（东）", "lat": "纬度", "lon": "经度"}


@dataclass(frozen=True)
class Columns:
    """north_first: the usual order. zones: the prefixes in front of Y, most frequent first. degrees: no metres."""

    north_first: bool
    zones: tuple[int, ...]
    degrees: bool


def sort_of(value: float) -> Sort | None:
    """What a coordinate is by its size; latitudes and longitudes of China do not overlap either."""
    if not math.isfinite(value):
        return None
    zone, rest = divmod(value, 1_000_000)
    if _NORTH[0] <= value <= _NORTH[1]:
        return "north"
    if _EAST[0] <= value <= _EAST[1]:
        return "east"
    if crs.is_zone(int(zone)) and _EAST[0] <= rest <= _EAST[1]:
        return "zoned"
    if _LAT[0] <= value <= _LAT[1]:
        return "lat"
    return "lon" if _LON[0] <= value <= _LON[1] else None


def columns_of(records: Iterable[Record]) -> Columns | None:
    """What most points of the file say; None when none of them says anything."""
    orders: Counter[bool] = Counter()
    sorts: Counter[str] = Counter()
    zones: Counter[int] = Counter()
    for point in (point for record in records for point in record.points):
        pair = (sort_of(point.first), sort_of(point.second))
        if _fits(pair[0], pair[1]) or _fits(pair[1], pair[0]):
            orders[_fits(pair[0], pair[1])] += 1
            sorts["lat" if "lat" in pair else "north"] += 1
            zones.update(_zones(point))
    if not orders:
        return None
    order = orders.most_common(1)[0][0]
    return Columns(order, tuple(zone for zone, _ in zones.most_common()), sorts["lat"] > sorts["north"])


def faults_of(points: Sequence[PointLine], columns: Columns) -> Iterator[str]:
    """Points that do not fit what the file means: two northings, swapped ones, none at all."""
    for point in points:
        first, second = sort_of(point.first), sort_of(point.second)
        north, east = (first, second) if columns.north_first else (second, first)
        if not _fits(north, east):
            yield f"第 {point.line} 行：{_wrong(point, first, second)}"


def _fits(north: Sort | None, east: Sort | None) -> bool:
    return north is not None and east in _PAIRS.get(north, ())


def _zones(point: PointLine) -> Iterator[int]:
    for value in (point.first, point.second):
        if sort_of(value) == "zoned":
            yield int(value // 1_000_000)


def _wrong(point: PointLine, first: Sort | None, second: Sort | None) -> str:
    if first and first == second:
        return f"两个坐标都像{_TITLES[first]}（{point.first:.10g} 和 {point.second:.10g}）。请改正其中一个。"
    if first and second and (_fits(first, second) or _fits(second, first)):
        return "X、Y 的顺序与文件中其余的点相反。请交换这一行的两个坐标。"
    wrong = point.second if first else point.first
    return f"坐标 {wrong:.10g} 不在我国任何 X（北）、Y（东）或经纬度的范围内。请改正。"
