"""Which control lines does the sample show? All invented: no real line is drawn, quoted or approximated.

Two of them stand around the 北寨 tombs because the plan speaks of their protection; they are rectangles set off from
the sketch's point, not the published zones.
"""

from __future__ import annotations

from typing import Any

import shapely
from shapely import affinity
from shapely.geometry import LineString, Point, Polygon, box
from shapely.geometry.base import BaseGeometry

from making.county import outline
from making.records import Record, from_the_plan, placed
from making.scenic_sites import site_points
from making.seat import blocks
from making.spots import blob
from making.waters import river_line

TITLES = {
    "basic_farmland": "永久基本农田",
    "eco_redline": "生态保护红线",
    "town_boundary": "城镇开发边界",
    "farmland": "耕地",
    "river_zone": "河道管理范围",
    "water_source": "水源保护区",
    "public_forest": "公益林",
    "mineral": "压覆矿产",
    "geohazard": "地质灾害易发区",
    "power_corridor": "高压走廊",
}
MANAGED_BY = {
    "eco_redline": "自然资源和规划局",
    "river_zone": "水利局",
    "water_source": "生态环境分局",
    "heritage_core": "文化和旅游局",
    "heritage_control": "文化和旅游局",
}
BLOBS: tuple[tuple[str, tuple[float, float], tuple[float, float]], ...] = (
    ("basic_farmland", (5.6, -9.6), (1.5, 2.6)),
    ("basic_farmland", (-9.6, -8.2), (3.2, 1.5)),
    ("basic_farmland", (12.6, -0.2), (1.9, 1.4)),
    ("basic_farmland", (-13.2, 4.2), (1.7, 1.0)),
    ("eco_redline", (-19.2, 16.6), (3.6, 1.7)),
    ("eco_redline", (-20.6, -5.2), (2.9, 1.8)),
    ("town_boundary", (4.3, -13.4), (1.5, 1.2)),
    ("town_boundary", (-1.5, 7.6), (1.2, 0.9)),
    ("farmland", (2.0, -17.6), (2.0, 1.2)),
    ("water_source", (-25.4, 11.4), (2.2, 1.1)),
    ("public_forest", (-6.2, 12.8), (1.7, 1.3)),
    ("mineral", (-14.0, -15.6), (1.6, 1.1)),
    ("geohazard", (-17.6, 2.0), (1.3, 0.9)),
)
"""Sort, middle and radii on the local plane."""

CORRIDOR = ((-22.0, -13.5), (-14.0, -6.5), (-4.5, -5.6), (7.6, -5.8), (14.5, -7.4))
CORRIDOR_HALF_KM, RIVER_ZONE_KM, GROWTH_KM = 0.04, 0.3, 0.35
HERITAGE_KM = {"heritage_core": (0.36, 0.3), "heritage_control": (0.8, 0.66)}
HERITAGE_OFFSET_KM = (0.06, 0.04)
NO_REAL_LINE = "示例控制线，虚构，不代表任何已批复的控制线，不得用于审查。"


def control_lines() -> list[Record]:
    """Every sort at least once; numbered where there are several."""
    drawn = [*_blobs(), ("town_boundary", _around_the_seat()), *_strips()]
    counted: dict[str, int] = {}
    records = []
    for sort, shape in drawn:
        counted[sort] = counted.get(sort, 0) + 1
        records.append(_line(sort, f"示例{TITLES[sort]} {counted[sort]}", shape, len(records) + 1))
    return [*records, *_heritage(len(records))]


def _blobs() -> list[tuple[str, BaseGeometry]]:
    return [
        (sort, blob(f"{sort} {number}", middle, radii).intersection(outline().buffer(-0.3)))
        for number, (sort, middle, radii) in enumerate(BLOBS)
    ]


def _around_the_seat() -> Polygon:
    """The blocks of the seat and what lies between them, with a strip to grow into."""
    grown: Polygon = shapely.union_all([block.shape for block in blocks().values()]).buffer(GROWTH_KM)
    return Polygon(grown.exterior).simplify(0.03)


def _strips() -> list[tuple[str, BaseGeometry]]:
    inside = outline().buffer(-0.2)
    river = river_line("沂河").simplify(0.05).buffer(RIVER_ZONE_KM).intersection(inside)
    corridor = LineString(CORRIDOR).buffer(CORRIDOR_HALF_KM, cap_style="flat").intersection(inside)
    return [("river_zone", _largest(river)), ("power_corridor", _largest(corridor))]


def _largest(shape: BaseGeometry) -> BaseGeometry:
    return max(shapely.get_parts(shape), key=lambda part: part.area)


def _line(sort: str, name: str, shape: BaseGeometry, number: int) -> Record:
    return placed(name, shape, line_type=sort, **_edition(sort, number), note=NO_REAL_LINE)


def _edition(sort: str, number: int) -> dict[str, Any]:
    return {
        "approval_no": f"示例文号〔2022〕{number:03}号",
        "approved_on": "2022-09-30",
        "data_version": "示例版 2022-1",
        "data_day": "2022-10-31",
        "coverage": "part",
        "managing_unit": MANAGED_BY.get(sort, "自然资源和规划局"),
    }


def _heritage(number: int) -> list[Record]:
    x, y = site_points()["北寨墓群（国保）"]
    middle = Point(x + HERITAGE_OFFSET_KM[0], y + HERITAGE_OFFSET_KM[1])
    inner, outer = (_rectangle(middle, *HERITAGE_KM[sort]) for sort in HERITAGE_KM)
    return [
        _of_beizhai("heritage_core", "北寨墓群保护范围（示意）", inner, number + 1),
        _of_beizhai("heritage_control", "北寨墓群建设控制地带（示意）", outer.difference(inner), number + 2),
    ]


def _rectangle(middle: Point, width: float, height: float) -> Polygon:
    west, south = middle.x - width / 2, middle.y - height / 2
    return affinity.rotate(box(west, south, west + width, south + height), 6, origin=middle)


def _of_beizhai(sort: str, name: str, shape: BaseGeometry, number: int) -> Record:
    facts = from_the_plan("旅游", "北寨国保作用的发挥", line_type=sort, heritage_site="北寨墓群（国保）")
    note = "范围为示意矩形，文号与版本为示例，不代表公布的保护范围。"
    return placed(name, shape, **facts | _edition(sort, number) | {"note": note})
