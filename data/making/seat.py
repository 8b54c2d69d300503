"""Where are the streets of the seat, and which blocks lie between them?

A street grid (示意) around the crossing of the two highways, which run through the seat as its middle streets.
Crossings are a little out of line, the outer blocks are cut to a rounded town, and no street crosses
the river. A place in the grid is (column, row); column 4 and row 6 are the highways.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cache

from shapely.geometry import LineString, Polygon

from making.drawing import Line, Point, dice
from making.waters import river_line

COLUMNS_KM = (-2.3, -1.78, -1.22, -0.45, 0.0, 0.56, 1.12, 1.66, 2.22, 2.74)
ROWS_KM = (-3.05, -2.5, -2.02, -1.5, -1.0, -0.52, 0.0, 0.5, 1.02, 1.55, 2.0, 2.44, 2.92)
HIGHWAY_COLUMN, HIGHWAY_ROW = 4, 6
MAIN_COLUMNS, MAIN_ROWS = (1, 4, 7), (2, 6, 9)
ZHENGYANG_COLUMN, GAP_ROWS = 3, (9, 11)
CLOCKWISE = math.radians(4)
JITTER_KM = 0.035
TOWN_CENTRE, TOWN_RADII = (0.25, -0.1), (2.75, 3.3)
RIVER_BANK_KM = 0.26
MAIN_HALF_WIDTH_KM, SIDE_HALF_WIDTH_KM = 0.034, 0.022


@dataclass(frozen=True)
class Block:
    """The ground between four streets; corners run south-west, south-east, north-east, north-west."""

    column: int
    row: int
    corners: list[Point]

    @property
    def shape(self) -> Polygon:
        return Polygon(self.corners)

    def at(self, across: float, up: float) -> Point:
        """The point at these shares of the block's width and height."""
        weights = ((1 - across) * (1 - up), across * (1 - up), across * up, (1 - across) * up)
        weighted = list(zip(weights, self.corners, strict=True))
        # Exactly rounded, so that every Python draws the same: sum() adds otherwise since 3.12.
        easting, northing = (
            math.fsum(weight * corner[axis] for weight, corner in weighted) for axis in (0, 1)
        )
        return easting, northing


@dataclass(frozen=True)
class Street:
    """A street of the seat, end to end. Zhengyang road is the one the plan names."""

    line: LineString
    north_south: bool
    zhengyang: bool = False


@cache
def blocks() -> dict[tuple[int, int], Block]:
    """All blocks of the seat by (column, row), south-west first."""
    places = [(column, row) for row in range(len(ROWS_KM) - 1) for column in range(len(COLUMNS_KM) - 1)]
    drawn = {place: _block(*place) for place in places if _in_town(*place)}
    dry = {place: block for place, block in drawn.items() if _dry(block)}
    return {place: block for place, block in dry.items() if _neighbours(place, dry) >= 2}


def streets() -> list[Street]:
    """All streets except the two highways, columns first."""
    columns = [column for column in range(len(COLUMNS_KM)) if column != HIGHWAY_COLUMN]
    rows = [row for row in range(len(ROWS_KM)) if row != HIGHWAY_ROW]
    return [street for column in columns for street in _column_streets(column)] + [
        street for row in rows for street in _row_streets(row)
    ]


def highway_through_town(*, north_south: bool) -> Line:
    """The highway's way through the seat, from north to south or from west to east."""
    if north_south:
        return [crossing(HIGHWAY_COLUMN, row) for row in reversed(range(len(ROWS_KM)))]
    return [crossing(column, HIGHWAY_ROW) for column in range(len(COLUMNS_KM))]


def missing_link() -> Line:
    """The stretch of Zhengyang road that is not there (断头路), from south to north."""
    return [crossing(ZHENGYANG_COLUMN, row) for row in range(GAP_ROWS[0], GAP_ROWS[1] + 1)]


def zhengyang_road() -> Line:
    """Zhengyang road south of its missing link, from the highway northward."""
    return [crossing(ZHENGYANG_COLUMN, row) for row in range(HIGHWAY_ROW, GAP_ROWS[0] + 1)]


@cache
def crossing(column: int, row: int) -> Point:
    """Where a column street meets a row street; highways are straight."""
    chance = dice(f"crossing {column} {row}")
    east = COLUMNS_KM[column] + (0 if column == HIGHWAY_COLUMN else chance.uniform(-JITTER_KM, JITTER_KM))
    north = ROWS_KM[row] + (0 if row == HIGHWAY_ROW else chance.uniform(-JITTER_KM, JITTER_KM))
    return _turned(east, north)


def _turned(east: float, north: float) -> Point:
    cos, sin = math.cos(CLOCKWISE), math.sin(CLOCKWISE)
    return east * cos + north * sin, north * cos - east * sin


def _in_town(column: int, row: int) -> bool:
    east = (COLUMNS_KM[column] + COLUMNS_KM[column + 1]) / 2 - TOWN_CENTRE[0]
    north = (ROWS_KM[row] + ROWS_KM[row + 1]) / 2 - TOWN_CENTRE[1]
    wobble = dice(f"edge of town {column} {row}").uniform(-0.1, 0.1)
    out: float = abs(east / TOWN_RADII[0]) ** 2.6 + abs(north / TOWN_RADII[1]) ** 2.6
    return out < 1 + wobble


def _neighbours(place: tuple[int, int], there: dict[tuple[int, int], Block]) -> int:
    column, row = place
    return sum(
        beside in there
        for beside in ((column - 1, row), (column + 1, row), (column, row - 1), (column, row + 1))
    )


def _dry(block: Block) -> bool:
    return bool(block.shape.distance(river_line("汶河")) > RIVER_BANK_KM)


def _block(column: int, row: int) -> Block:
    """The ground inside the four crossings, half a street away from each of the four streets."""
    outer = Block(
        column,
        row,
        [crossing(column + east, row + north) for east, north in ((0, 0), (1, 0), (1, 1), (0, 1))],
    )
    width = COLUMNS_KM[column + 1] - COLUMNS_KM[column]
    height = ROWS_KM[row + 1] - ROWS_KM[row]
    left = _half_width(column in MAIN_COLUMNS) / width
    right = 1 - _half_width(column + 1 in MAIN_COLUMNS) / width
    bottom = _half_width(row in MAIN_ROWS) / height
    top = 1 - _half_width(row + 1 in MAIN_ROWS) / height
    inner = ((left, bottom), (right, bottom), (right, top), (left, top))
    return Block(column, row, [outer.at(*share) for share in inner])


def _half_width(main: bool) -> float:
    return MAIN_HALF_WIDTH_KM if main else SIDE_HALF_WIDTH_KM


def _column_streets(column: int) -> list[Street]:
    stretches = [(row, row + 1) for row in range(len(ROWS_KM) - 1)]
    kept = [_beside_block((column - 1, low), (column, low)) for low, _ in stretches]
    if column == ZHENGYANG_COLUMN:
        kept = [
            keep and not GAP_ROWS[0] <= low < GAP_ROWS[1]
            for keep, (low, _) in zip(kept, stretches, strict=True)
        ]
    lines = _joined([(crossing(column, low), crossing(column, high)) for low, high in stretches], kept)
    return [Street(line, True, column == ZHENGYANG_COLUMN) for line in lines]


def _row_streets(row: int) -> list[Street]:
    stretches = [(column, column + 1) for column in range(len(COLUMNS_KM) - 1)]
    kept = [_beside_block((left, row - 1), (left, row)) for left, _ in stretches]
    lines = _joined([(crossing(left, row), crossing(right, row)) for left, right in stretches], kept)
    return [Street(line, False) for line in lines]


def _beside_block(*places: tuple[int, int]) -> bool:
    return any(place in blocks() for place in places)


def _joined(stretches: list[tuple[Point, Point]], kept: list[bool]) -> list[LineString]:
    """The stretches that are there, joined where one continues the other."""
    lines: list[Line] = []
    for (start, end), keep in zip(stretches, kept, strict=True):
        if not keep:
            continue
        if lines and lines[-1][-1] == start:
            lines[-1].append(end)
        else:
            lines.append([start, end])
    return [LineString(line) for line in lines]
