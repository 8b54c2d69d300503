"""Are there shapes, parts of shapes or holes that are only crumbs?"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import shapely
from numpy.typing import NDArray

from layers.checks.declared import Limits
from layers.checks.finding import SHAPE, Finding, Shapes
from layers.checks.plane import LONGEST_DEGREE_M, Positions, middle_of, perimeters_m
from layers.crs import describe_point
from layers.measure import areas_m2

Places = NDArray[np.intp]


def part_findings(shapes: Shapes, areas: Positions, limits: Limits) -> Iterator[Finding]:
    """Slivers, tiny parts and tiny holes. areas: m² of each shape; only areas are looked at."""
    yield from _slivers(shapes, areas, limits)
    parts, row_of = shapely.get_parts(shapes, return_index=True)
    surfaces = shapely.get_dimensions(parts) == 2
    parts, row_of = parts[surfaces], row_of[surfaces]
    yield from _told("tiny_part", *tiny_parts(parts, row_of, limits), limits)
    yield from _told("tiny_hole", *tiny_holes(parts, row_of, limits), limits)


def tiny_parts(parts: Shapes, row_of: Places, limits: Limits) -> tuple[Shapes, Places, Positions]:
    """Parts that are crumbs beside a larger part of the same row, their rows and their m²."""
    several = np.bincount(row_of, minlength=1)[row_of] > 1 if len(row_of) else np.zeros(0, bool)
    parts, row_of = parts[several], row_of[several]
    areas = areas_m2(parts)
    tiny = areas < limits.tiny_m2
    has_large = np.zeros(int(row_of.max(initial=0)) + 1, bool)
    has_large[row_of[~tiny]] = True
    tiny &= has_large[row_of]
    return parts[tiny], row_of[tiny], areas[tiny]


def tiny_holes(parts: Shapes, row_of: Places, limits: Limits) -> tuple[Shapes, Places, Positions]:
    """Holes that are crumbs as areas, their rows and their m²."""
    pierced = np.flatnonzero(shapely.get_num_interior_rings(parts) > 0)
    rings, part_of = shapely.get_rings(parts[pierced], return_index=True)
    inner = np.append(False, np.diff(part_of) == 0)[: len(rings)]
    holes = shapely.polygons(rings[inner])
    rows = row_of[pierced][part_of[inner]]
    areas = areas_m2(holes)
    tiny = areas < limits.tiny_m2
    return holes[tiny], rows[tiny], areas[tiny]


def _slivers(shapes: Shapes, areas: Positions, limits: Limits) -> Iterator[Finding]:
    surfaces = np.flatnonzero(shapely.get_dimensions(shapes) == 2)
    # Nearly all are wide even if every degree of their border were as long as one at its longest.
    longest = shapely.length(shapes[surfaces]) * LONGEST_DEGREE_M
    surfaces = surfaces[2 * areas[surfaces] < limits.sliver_m * longest]
    areas, borders = areas[surfaces], perimeters_m(shapes[surfaces])
    widths = np.divide(2 * areas, borders, out=np.full(len(areas), np.inf), where=borders > 0)
    for at in np.flatnonzero(widths < limits.sliver_m):
        row = int(surfaces[at])
        yield Finding(
            "sliver",
            row,
            SHAPE,
            f"{widths[at]:.2f} 米宽",
            f"图形平均只有 {widths[at]:.2f} 米宽（小于 {limits.sliver_m:g} 米），面积 {areas[at]:.2f} ㎡。"
            "请核对它是不是碎屑，是则删除。",
            middle_of(shapes[row]),
        )


def _told(check: str, crumbs: Shapes, rows: Places, areas: Positions, limits: Limits) -> Iterator[Finding]:
    what = "碎片" if check == "tiny_part" else "洞"
    act = "去掉" if check == "tiny_part" else "填上"
    for row, first, count in zip(*np.unique(rows, return_index=True, return_counts=True), strict=True):
        spot, area = middle_of(crumbs[first]), float(areas[rows == row].sum())
        yield Finding(
            check,
            int(row),
            SHAPE,
            f"{count} 个",
            f"{describe_point(*spot)} 等处有 {count} 个小于 {limits.tiny_m2:g} ㎡ 的{what}，共 {area:.2f} ㎡。请{act}。",
            spot,
        )
