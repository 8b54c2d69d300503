"""Where do the invented renewal zones lie, and how are they cut into phases?

Ten zones fill a block of the seat each, two lie beside the seats of 铜井镇 and 大庄镇. A zone is the union of its
phases, which share their borders exactly.
"""

from __future__ import annotations

import math
from functools import cache
from itertools import pairwise

from shapely.geometry import Polygon

from making.county import towns
from making.drawing import Point as Coordinates
from making.drawing import dice
from making.scenic_sites import site_blocks
from making.seat import Block, blocks

ZONES_IN_SEAT = 10
OUTER_ZONES = {"铜井镇": (0.45, 0.35, 0.62, 0.5), "大庄镇": (0.4, 0.3, 0.7, 0.45)}
"""Town → from its seat to the zone's middle (east, north), width and height, in km."""
OUTER_ANGLE = math.radians(8)
SETBACK = 0.04


@cache
def zone_blocks() -> tuple[Block, ...]:
    """The blocks of the seat that are renewal zones, south-west first; no two of them side by side."""
    free = [block for block in blocks().values() if block not in site_blocks().values()]
    dice("zone blocks").shuffle(free)
    chosen: list[Block] = []
    for block in free:
        if len(chosen) < ZONES_IN_SEAT and not any(_side_by_side(block, other) for other in chosen):
            chosen.append(block)
    return tuple(sorted(chosen, key=lambda block: (block.row, block.column)))


@cache
def zone_grounds() -> tuple[tuple[str, Block], ...]:
    """Town and ground of every zone, those of the seat first."""
    return tuple(("界湖街道", block) for block in zone_blocks()) + tuple(
        (town, _outer_ground(town)) for town in OUTER_ZONES
    )


@cache
def outer_zone_shapes() -> dict[str, Polygon]:
    """The zones outside the seat, by town."""
    return {town: _outer_ground(town).shape for town in OUTER_ZONES}


def cut_into(ground: Block, shares: tuple[float, ...]) -> list[Polygon]:
    """The ground cut across into parts of these shares of its width, from west to east."""
    edges = [SETBACK + (1 - 2 * SETBACK) * math.fsum(shares[:number]) for number in range(len(shares) + 1)]
    low, high = SETBACK, 1 - SETBACK
    return [
        Polygon([ground.at(*place) for place in ((west, low), (east, low), (east, high), (west, high))])
        for west, east in pairwise(edges)
    ]


def _side_by_side(one: Block, other: Block) -> bool:
    return abs(one.column - other.column) + abs(one.row - other.row) <= 1


def _outer_ground(town_name: str) -> Block:
    seat = next(town.seat for town in towns() if town.name == town_name)
    east, north, width, height = OUTER_ZONES[town_name]
    middle = (seat.x + east, seat.y + north)
    right, top = width / 2, height / 2
    corners = ((-right, -top), (right, -top), (right, top), (-right, top))
    return Block(0, 0, [_placed(corner, middle) for corner in corners])


def _placed(corner: Coordinates, middle: Coordinates) -> Coordinates:
    cos, sin = math.cos(OUTER_ANGLE), math.sin(OUTER_ANGLE)
    return middle[0] + corner[0] * cos - corner[1] * sin, middle[1] + corner[0] * sin + corner[1] * cos
