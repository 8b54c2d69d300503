"""Does a shape lie in the county? Crossing the border between two projection zones is no trouble."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from layers.checks.declared import Limits
from layers.checks.finding import SHAPE, Finding, Shapes
from layers.checks.plane import middle_of
from layers.crs import describe_point
from layers.measure import areas_m2, half_up, length_m, mu


def outside_findings(shapes: Shapes, county: BaseGeometry, limits: Limits) -> Iterator[Finding]:
    """Shapes that are not wholly in the county; shapes must be sound."""
    shapely.prepare(county)
    there = ~(shapely.is_missing(shapes) | shapely.is_empty(shapes))
    for row in np.flatnonzero(there & ~shapely.covers(county, shapes)).tolist():
        shape = shapes[row]
        if not shapely.intersects(county, shape):
            spot = middle_of(shape)
            reason = (
                f"图形全部在县域之外（{describe_point(*spot)}）。请检查坐标系和坐标，或确认它不属于本县。"
            )
            yield Finding("outside_county", row, SHAPE, "全部", reason, spot)
        elif told := _part_outside(shapely.difference(shape, county), limits):
            amount, spot = told
            reason = f"图形有 {amount} 在县域之外（如{describe_point(*spot)}）。请核对界线。"
            yield Finding("outside_county", row, SHAPE, amount, reason, spot)


def _part_outside(outside: BaseGeometry, limits: Limits) -> tuple[str, tuple[float, float]] | None:
    if shapely.get_dimensions(outside) == 2:
        area = float(areas_m2([outside])[0])
        return (f"{half_up(mu(area), 4)} 亩", middle_of(outside)) if area > limits.overlap_m2 else None
    length = length_m(outside)
    return (f"{half_up(length / 1000, 3)} 公里", middle_of(outside)) if length > 1 else None
