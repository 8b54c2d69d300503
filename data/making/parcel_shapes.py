"""Where do the invented parcels lie, and what is their shape?

In the seat a parcel stands in a corner of a block, along its streets; in a town it is a turned rectangle near the
seat of the town. No parcel touches another, a river, a road, a site or a renewal zone.
"""

from __future__ import annotations

import math
import random
from functools import cache

import shapely
from shapely import affinity
from shapely.geometry import Point, Polygon
from shapely.geometry.base import BaseGeometry
from shapely.ops import unary_union

from making.county import Town, towns
from making.drawing import Point as Coordinates
from making.drawing import dice, from_degrees
from making.roads import north_ring, road_line
from making.scenic_sites import site_blocks, site_points
from making.seat import Block, blocks
from making.sketch import drawn
from making.waters import rivers, tributaries
from making.zone_shapes import outer_zone_shapes, zone_blocks

SEAT = "界湖街道"
PARCELS_OF_TOWNS = {
    SEAT: 46,
    "岸堤镇": 6,
    "孙祖镇": 6,
    "双堠镇": 7,
    "青驼镇": 11,
    "张庄镇": 9,
    "砖埠镇": 7,
    "大庄镇": 12,
    "辛集镇": 9,
    "蒲汪镇": 7,
    "湖头镇": 7,
    "苏村镇": 10,
    "铜井镇": 10,
    "依汶镇": 9,
    "马牧池乡": 4,
}
MU_PER_KM2 = 1500
SMALLEST_MU, LARGEST_MU = 8, 260
USUAL_MU = {True: 105, False: 40}
SPREAD = {True: 0.55, False: 0.75}
CUT_CORNERS = 0.4
CLEAR_KM = {
    "main river": 0.32,
    "stream": 0.08,
    "road": 0.09,
    "site": 0.22,
    "seat": 0.4,
    "border": 0.25,
    "parcel": 0.05,
}


@cache
def parcel_shapes(town_name: str) -> tuple[Polygon, ...]:
    """The parcels of a town on the local plane."""
    town = next(town for town in towns() if town.name == town_name)
    chance = dice(f"parcels {town_name}")
    if town_name == SEAT:
        return tuple(_in_block(block, chance) for block in _free_blocks(chance))
    return tuple(_in_town(town, PARCELS_OF_TOWNS[town_name], chance))


def _free_blocks(chance: random.Random) -> list[Block]:
    """As many blocks as there are parcels, taken from those without a site or a zone, south-west first."""
    taken = [*site_blocks().values(), *zone_blocks()]
    free = [block for block in blocks().values() if block not in taken]
    return sorted(chance.sample(free, PARCELS_OF_TOWNS[SEAT]), key=lambda block: (block.row, block.column))


def _in_block(block: Block, chance: random.Random) -> Polygon:
    """A parcel in one corner of the block, its edges along the streets."""
    area_km2 = _area_mu(True, chance) / MU_PER_KM2
    across, up = _shares(block, area_km2, chance.uniform(0.7, 1.4))
    ring = _cut([(0, 0), (across, 0), (across, up), (0, up)], chance)
    east, north = chance.random() < 0.5, chance.random() < 0.5
    ring = [(1 - x if east else x, 1 - y if north else y) for x, y in ring]
    return Polygon([block.at(*place) for place in ring])


def _shares(block: Block, area_km2: float, aspect: float) -> tuple[float, float]:
    """How much of the block's width and height such an area takes."""
    share = min(area_km2 / block.shape.area, 0.88)
    across = min(max(math.sqrt(share * aspect), share / 0.95), 0.95)
    return across, share / across


def _in_town(town: Town, count: int, chance: random.Random) -> list[Polygon]:
    parcels: list[Polygon] = []
    ground = open_ground(town)
    shapely.prepare(ground)
    street_angle = chance.uniform(-25, 25)
    while len(parcels) < count:
        parcel = _rectangle(_near(town.seat, chance), street_angle + chance.gauss(0, 5), chance)
        if ground.contains(parcel) and all(parcel.distance(other) > CLEAR_KM["parcel"] for other in parcels):
            parcels.append(parcel)
    return parcels


def _near(seat: Point, chance: random.Random) -> Coordinates:
    return chance.gauss(seat.x, 1.9), chance.gauss(seat.y, 1.6)


def _rectangle(middle: Coordinates, angle: float, chance: random.Random) -> Polygon:
    area_km2 = _area_mu(False, chance) / MU_PER_KM2
    width = math.sqrt(area_km2 * chance.uniform(0.7, 1.9))
    height = area_km2 / width
    corner = (middle[0] - width / 2, middle[1] - height / 2)
    ring = _cut([(0, 0), (width, 0), (width, height), (0, height)], chance)
    return affinity.rotate(affinity.translate(Polygon(ring), *corner), angle)


def _area_mu(in_seat: bool, chance: random.Random) -> float:
    area = math.exp(chance.gauss(math.log(USUAL_MU[in_seat]), SPREAD[in_seat]))
    return min(max(area, SMALLEST_MU), LARGEST_MU)


def _cut(ring: list[Coordinates], chance: random.Random) -> list[Coordinates]:
    """The rectangle, now and then with its far corner cut off."""
    if chance.random() > CUT_CORNERS:
        return ring
    first, right, far, top = ring
    cut = chance.uniform(0.15, 0.35)
    below = (far[0], far[1] - (far[1] - right[1]) * cut)
    beside = (far[0] - (far[0] - top[0]) * cut, far[1])
    return [first, right, below, beside, top]


def open_ground(town: Town) -> BaseGeometry:
    """The town without its border strip and without everything that a parcel keeps clear of."""
    return from_degrees(town.shape).buffer(-CLEAR_KM["border"]).difference(_in_the_way())


@cache
def _in_the_way() -> BaseGeometry:
    roads = [road_line(road.name) for road in drawn("road")] + [north_ring()]
    strips = [
        *(line.buffer(CLEAR_KM["main river"]) for _, line in rivers()),
        *(line.buffer(CLEAR_KM["stream"]) for line in tributaries()),
        *(line.buffer(CLEAR_KM["road"]) for line in roads),
        *(Point(place).buffer(CLEAR_KM["site"]) for place in site_points().values()),
        *(town.seat.buffer(CLEAR_KM["seat"]) for town in towns()),
        *(shape.buffer(CLEAR_KM["parcel"]) for shape in outer_zone_shapes().values()),
    ]
    return unary_union(strips)
