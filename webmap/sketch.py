"""How are shapes drawn small on a page? As paths of an SVG: shapes, the outline of the county, marks."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray

from layers.crs import Bounds
from layers.kinds import BOUNDARIES
from layers.rights import Viewer
from layers.store import Database, query

MOST_SHAPES: Final = 3000
MOST_POINTS: Final = 60_000
DIGITS: Final = 6
WIDTH: Final = 640.0
HEIGHT: Final = 420.0
ROOM: Final = 0.12
LEAST_DEG: Final = 0.002
STRAY_DEG: Final = 1.0
"""No county is as wide; default."""
STRAY_TIMES: Final = 4
MANY: Final = 20
"""Of so many, a few that lie alone may be strays within the county too."""
DOT_PX: Final = 3.0
OUTLINE_DEG: Final = 0.001

Line = list[list[float]]


def light(shapes: NDArray[np.object_]) -> list[Line]:
    """The lines of shapes with few points, as JSON; one point is a line of its own."""
    there = shapes[~(shapely.is_missing(shapes) | shapely.is_empty(shapes))][:MOST_SHAPES]
    if not len(there):
        return []
    parts = shapely.get_parts(there)
    lines = np.concatenate([shapely.get_rings(parts), parts[shapely.get_dimensions(parts) < 2]])
    points = int(shapely.get_num_coordinates(lines).sum())
    if points > MOST_POINTS:
        box = shapely.total_bounds(lines)
        lines = shapely.simplify(lines, float(max(box[2] - box[0], box[3] - box[1])) / 800)
    return [line for each in lines if (line := _positions(each))]


def _positions(line: Any) -> Line:
    found: Line = np.round(shapely.get_coordinates(line), DIGITS).tolist()
    return [each for each in found if math.isfinite(each[0]) and math.isfinite(each[1])]


def county_lines(database: Database, viewer: Viewer) -> list[Line]:
    """The outline of the county."""
    with database.reading() as session:
        layers = [layer for layer in query.layer_rows(session, viewer) if layer.kind == BOUNDARIES]
        shapes: list[Any] = []
        for layer in layers:
            shapes += [each.shape for each in query.find_features(session, viewer, layer, limit=100)]
    if not shapes:
        return []
    return light(np.array([shapely.simplify(shapely.union_all(shapes), OUTLINE_DEG)], object))


def sketch(
    shapes: Sequence[Line],
    county: Sequence[Line],
    spots: Sequence[Sequence[float]] = (),
    *,
    whole: bool = False,
    together: bool = False,
) -> dict[str, Any]:
    """What a template draws. whole: the county is in the picture; else the shapes fill it.

    together: those that lie far from all others (an exchanged number, a wrong zone) stay outside the picture; `beyond`
    says how many.
    """
    marks = [[list(spot)] for spot in spots]
    lines = [*shapes, *(county if whole or not shapes else ()), *marks]
    far = _strays(lines) if together else [False] * len(lines)
    frame = _Frame(_box([line for line, strays in zip(lines, far, strict=True) if not strays]))
    return {
        # A shape and the spot on it are one.
        "beyond": max(sum(far[: len(shapes)]), sum(far[len(lines) - len(marks) :])),
        "width": WIDTH,
        "height": HEIGHT,
        "county": " ".join(frame.path(line) for line in county),
        "shapes": " ".join(frame.path(line) for line in shapes),
        "spots": [frame.at(spot) for spot in spots],
    }


class _Frame:
    """Degrees to pixels, true to shape."""

    def __init__(self, box: Bounds) -> None:
        west, south, east, north = box
        self._squeeze = math.cos(math.radians((south + north) / 2))
        wide = max(east - west, LEAST_DEG) * self._squeeze * (1 + ROOM)
        high = max(north - south, LEAST_DEG) * (1 + ROOM)
        self._scale = min(WIDTH / wide, HEIGHT / high)
        self._middle = (west + east) / 2, (south + north) / 2

    def at(self, place: Sequence[float]) -> tuple[float, float]:
        x = WIDTH / 2 + (place[0] - self._middle[0]) * self._squeeze * self._scale
        y = HEIGHT / 2 - (place[1] - self._middle[1]) * self._scale
        # What lies far outside the picture need not be drawn true.
        return round(min(max(x, -9999), 9999), 1), round(min(max(y, -9999), 9999), 1)

    def path(self, line: Line) -> str:
        """The line; a mere dot is drawn as a small square."""
        placed = [self.at(each) for each in line]
        xs, ys = [x for x, _ in placed], [y for _, y in placed]
        if max(xs) - min(xs) < DOT_PX and max(ys) - min(ys) < DOT_PX:
            x, y = placed[0]
            return f"M{x - 2} {y - 2}h4v4h-4z"
        return "M" + "L".join(f"{x} {y}" for x, y in placed)


def _strays(lines: list[Line]) -> list[bool]:
    """Which are farther from the middle than a county is wide and than most are, or than nine of ten of many?"""
    if not lines:
        return []
    middles = np.array([np.mean(line, axis=0) for line in lines])
    away = np.abs(middles - np.median(middles, axis=0)).max(axis=1)
    most = max(STRAY_DEG, STRAY_TIMES * float(np.median(away)))
    if len(lines) >= MANY:
        most = min(most, STRAY_TIMES * max(float(np.quantile(away, 0.9)), LEAST_DEG))
    return [far > most for far in away.tolist()]


def _box(lines: Sequence[Line]) -> Bounds:
    points = [point for line in lines for point in line]
    if not points:
        return 73.0, 18.0, 135.0, 54.0
    xs, ys = [x for x, _ in points], [y for _, y in points]
    return min(xs), min(ys), max(xs), max(ys)
