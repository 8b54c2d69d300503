"""Where is there room for one more thing, in the towns, in the seat and in the development zone?

Every invented thing outside the seat stands on a plot of its own; no plot touches another, a parcel, a road, a river
or a site. A new one belongs at the end of the table, so that the others stay where they are.
"""

from __future__ import annotations

import math
import random
from functools import cache

import shapely
from shapely import affinity
from shapely.geometry import Point, Polygon, box
from shapely.geometry.base import BaseGeometry

from making.county import Town, towns
from making.drawing import dice
from making.parcel_shapes import MU_PER_KM2, SEAT, open_ground, parcel_shapes
from making.scenic_sites import site_blocks
from making.seat import Block, blocks
from making.zone_shapes import zone_blocks

PLOTS = {
    "示例工业项目 1": ("大庄镇", 120),
    "示例工业项目 2": ("青驼镇", 85),
    "示例工业项目 3": ("苏村镇", 150),
    "示例工业项目 4": ("辛集镇", 60),
    "示例工业项目 5": ("湖头镇", 95),
    "示例工业项目 6": ("孙祖镇", 40),
    "示例农业项目 1": ("蒲汪镇", 620),
    "示例农业园区 1": ("双堠镇", 480),
    "示例种植基地 1": ("辛集镇", 360),
    "示例种植基地 2": ("依汶镇", 540),
    "示例养殖基地 1": ("张庄镇", 180),
    "示例休闲农业 1": ("铜井镇", 260),
    "示例小学项目": ("大庄镇", 45),
    "示例卫生院项目": ("青驼镇", 30),
    "示例文体中心项目": ("铜井镇", 25),
    "示例幼儿园清理整治": ("砖埠镇", 10),
    "示例矿山治理项目": ("孙祖镇", 210),
    "示例增减挂钩 1 拆旧区 甲": ("张庄镇", 42),
    "示例增减挂钩 1 拆旧区 乙": ("张庄镇", 33),
    "示例增减挂钩 1 建新区": ("大庄镇", 75),
    "示例增减挂钩 2 拆旧区": ("马牧池乡", 58),
    "示例增减挂钩 2 建新区": ("铜井镇", 58),
    "示例增减挂钩 3 拆旧区": ("岸堤镇", 36),
    "示例增减挂钩 3 建新区": ("依汶镇", 36),
    "示例工矿地复垦 1": ("青驼镇", 130),
    "示例工矿地复垦 2": ("苏村镇", 90),
    "示例低丘缓坡 1": ("双堠镇", 310),
    "示例村 1": ("岸堤镇", 120),
    "示例村 2": ("马牧池乡", 90),
    "示例村 3": ("依汶镇", 110),
    "示例村 4": ("孙祖镇", 100),
    "示例村 5": ("双堠镇", 100),
    "示例村 6": ("苏村镇", 120),
    "示例村 7": ("湖头镇", 90),
    "示例村 8": ("砖埠镇", 110),
}
"""Name → town and size in 亩."""

APART_KM = 0.3
REACH_KM = (3.4, 2.8)
ZONE_OF_WORKS = Polygon([(4.8, -2.0), (6.3, -1.75), (6.35, 1.35), (4.95, 1.55)])
"""开发区 (示意), on the local plane: the plan names it, and does not say where it ends."""
ZONE_COLUMNS, ZONE_ROWS = (0.18, 0.5, 0.82), (0.05, 0.18, 0.31, 0.44, 0.66, 0.79, 0.93)


@cache
def plots() -> dict[str, Polygon]:
    """The plot of every name in the table, on the local plane."""
    found: dict[str, Polygon] = {}
    for name, (town, area_mu) in PLOTS.items():
        found[name] = _plot(name, town, area_mu, list(found.values()))
    return found


@cache
def free_blocks() -> tuple[Block, ...]:
    """The blocks of the seat without a site, a renewal zone or a parcel, the middle of the town first."""
    used = [*site_blocks().values(), *zone_blocks()]
    parcels = shapely.union_all(parcel_shapes(SEAT))
    free = [block for block in blocks().values() if block not in used and not block.shape.intersects(parcels)]
    return tuple(sorted(free, key=lambda block: math.hypot(*block.at(0.5, 0.5))))


def zone_spots() -> list[Point]:
    """Places in the development zone, row by row from the south."""
    ground = Block(0, 0, list(ZONE_OF_WORKS.exterior.coords)[:4])
    return [Point(ground.at(across, up)) for up in ZONE_ROWS for across in ZONE_COLUMNS]


def blob(part: str, middle: tuple[float, float], radii: tuple[float, float]) -> Polygon:
    """An area with a grown edge around a point, on the local plane."""
    chance = dice(f"blob {part}")
    corners = [
        (
            middle[0] + radii[0] * chance.uniform(0.75, 1.15) * math.cos(turn * math.pi / 6),
            middle[1] + radii[1] * chance.uniform(0.75, 1.15) * math.sin(turn * math.pi / 6),
        )
        for turn in range(12)
    ]
    return Polygon(_rounded(corners))


def _rounded(ring: list[tuple[float, float]]) -> list[tuple[float, float]]:
    for _ in range(3):
        pairs = zip(ring, [*ring[1:], ring[0]], strict=True)
        ring = [
            (a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share)
            for a, b in pairs
            for share in (0.25, 0.75)
        ]
    return ring


def _plot(name: str, town_name: str, area_mu: float, others: list[Polygon]) -> Polygon:
    town = next(town for town in towns() if town.name == town_name)
    ground, chance = _room(town), dice(f"plot {name}")
    while True:
        plot = _rectangle(town, area_mu / MU_PER_KM2, chance)
        if ground.contains(plot) and all(plot.distance(other) > APART_KM for other in others):
            return plot


def _rectangle(town: Town, area_km2: float, chance: random.Random) -> Polygon:
    width = math.sqrt(area_km2 * chance.uniform(0.8, 1.6))
    height = area_km2 / width
    x = town.seat.x + chance.uniform(-1, 1) * REACH_KM[0] - width / 2
    y = town.seat.y + chance.uniform(-1, 1) * REACH_KM[1] - height / 2
    return affinity.rotate(box(x, y, x + width, y + height), chance.uniform(-20, 20))


@cache
def _room(town: Town) -> BaseGeometry:
    parcels = shapely.union_all(parcel_shapes(town.name)).buffer(0.1)
    room = open_ground(town).difference(parcels)
    shapely.prepare(room)
    return room
