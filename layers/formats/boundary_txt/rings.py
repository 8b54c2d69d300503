"""Which points make a ring, and which rings make a shape? By closure, names and even-odd nesting, never by 圈号 alone."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from layers.formats.boundary_txt.lines import PointLine, numbered

_MOST_RINGS: Final = 1_000
_SAME_M, _CLOSE_M, _SPIKE_DEG = 0.001, 0.05, 1.0
_ENOUGH: Final = 3
_LOOSE: Final = 20
Position = tuple[float, float]
Areas = NDArray[np.object_]


@dataclass
class Ring:
    """The distinct points of a ring, each (east, north), with the line it stands in. closed: it was repeated."""

    label: str
    positions: list[Position] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    closed: bool = False


def rings_of(points: Sequence[PointLine], positions: Sequence[Position], same: float) -> list[Ring]:
    """The points split where 圈号 changes, where the first point re-appears, or where the numbering starts again.

    same: how near two points are one (1 mm in the units of the file).
    """
    rings: list[Ring] = []
    telling = len({point.name for point in points}) > 1
    for point, position in zip(points, positions, strict=True):
        ring = rings[-1] if rings else None
        if ring is None or ring.closed or _begins(ring, point, position, telling, same):
            ring = Ring(point.ring)
            rings.append(ring)
        if _closes(ring, point, position, telling, same):
            ring.closed = True
        else:
            ring.positions.append(position)
            ring.lines.append(point.line)
            ring.names.append(point.name)
    return rings


def _begins(ring: Ring, point: PointLine, position: Position, telling: bool, same: float) -> bool:
    if point.ring != ring.label:
        return True
    if not telling or _closes(ring, point, position, telling, same) or len(ring.positions) < _ENOUGH:
        return False
    number, before = numbered(point.name), numbered(ring.names[-1])
    again = number == 1 and before is not None and before > 1
    return again or (bool(point.name) and point.name == ring.names[0])


def _closes(ring: Ring, point: PointLine, position: Position, telling: bool, same: float) -> bool:
    # A closing point that carries the first one's name may be off by what rounding does.
    loose = _LOOSE if telling and ring.names and point.name == ring.names[0] else 1
    return len(ring.positions) >= _ENOUGH and _near(ring.positions[0], position, same * loose)


def _near(one: Position, other: Position, same: float) -> bool:
    return math.dist(one, other) <= same


# --- what is odd about a ring ----------------------------------------------------------------------------


def without_doubles(ring: Ring, same: float) -> Iterator[str]:
    """Take consecutive duplicates out, and say so."""
    keep = [0, *(at for at, two in enumerate(pairwise(ring.positions), 1) if not _near(*two, same))]
    for at in sorted(set(range(len(ring.positions))) - set(keep)):
        yield f"第 {ring.lines[at]} 行与上一点重复，已略过"
    ring.positions = [ring.positions[at] for at in keep]
    ring.lines = [ring.lines[at] for at in keep]
    ring.names = [ring.names[at] for at in keep]


def oddities_of(ring: Ring) -> Iterator[str]:
    """Spikes and points that lie closer than 5 cm, for rings in metres."""
    corners = np.array(ring.positions)
    to_next, to_last = np.roll(corners, -1, 0) - corners, np.roll(corners, 1, 0) - corners
    reach = np.hypot(*to_next.T)
    dot = (to_next * to_last).sum(axis=1)
    turn = np.degrees(np.arccos(np.clip(dot / (reach * np.roll(reach, 1)), -1, 1)))
    for at in np.flatnonzero(turn < _SPIKE_DEG):
        yield f"第 {ring.lines[at]} 行的 {ring.names[at] or '界址点'} 处夹角小于 1°（尖角）"
    for at in np.flatnonzero((reach < _CLOSE_M) & (reach > _SAME_M)):
        yield f"第 {ring.lines[at]} 行的 {ring.names[at] or '界址点'} 与下一点只相距 {reach[at]:.3f} 米"


# --- shapes ----------------------------------------------------------------------------------------------


def assembled(rings: Sequence[Ring]) -> BaseGeometry | str:
    """The area of these rings by even-odd nesting, or the sentence that says why there is none."""
    small = next((ring for ring in rings if len(set(ring.positions)) < _ENOUGH), None)
    if small is not None:
        return f"第 {small.lines[0]} 行起的圈 {small.label} 只有 {len(set(small.positions))} 个不同的点，至少要 3 个。请补全。"
    if len(rings) > _MOST_RINGS:
        return f"有 {len(rings):,} 个圈，最多 {_MOST_RINGS:,} 个。请拆分地块。"
    areas = np.array([shapely.Polygon(ring.positions) for ring in rings], object)
    if len(rings) == 1:
        return _one(areas[0])
    return _crossed(rings, areas) or _nested(areas)


def _crossed(rings: Sequence[Ring], areas: Areas) -> str:
    """Two rings that partly overlap, or are the same: even-odd would make a hole of it."""
    for at in np.flatnonzero(~shapely.is_valid(areas)).tolist():
        return f"圈 {rings[at].label}（第 {rings[at].lines[0]} 行起）自相交：{_place(areas[at])}。请改正界址点顺序。"
    one, other = shapely.STRtree(areas).query(areas, "intersects")
    one, other = one[one < other], other[one < other]
    same = shapely.equals(areas[one], areas[other])
    for at in np.flatnonzero(same | shapely.overlaps(areas[one], areas[other])).tolist():
        first, second = rings[int(one[at])], rings[int(other[at])]
        return (
            f"圈 {first.label}（第 {first.lines[0]} 行起）与圈 {second.label}（第 {second.lines[0]} 行起）"
            f"{'完全相同' if same[at] else '部分重叠'}。请改正其中一圈。"
        )
    return ""


def _place(area: BaseGeometry) -> str:
    """Where GEOS sees the trouble, X north first."""
    place = str(shapely.is_valid_reason(area)).partition("[")[2].rstrip("]").split()
    return f"在 X={float(place[1]):.3f}、Y={float(place[0]):.3f} 处" if len(place) == 2 else "位置不明"


def _nested(areas: Areas) -> BaseGeometry:
    """Depth by containment: even ones are outsides, odd ones holes of the smallest ring around them."""
    around: list[list[int]] = [[] for _ in areas]
    for inner, outer in shapely.STRtree(areas).query(areas, "within").T.tolist():
        if inner != outer:
            around[inner].append(outer)
    holes: dict[int, list[shapely.LinearRing]] = {
        at: [] for at, above in enumerate(around) if len(above) % 2 == 0
    }
    for at, above in enumerate(around):
        if at not in holes:
            holes[max(above, key=lambda outer: len(around[outer]))].append(areas[at].exterior)
    parts = [shapely.Polygon(areas[at].exterior, inside) for at, inside in holes.items()]
    return parts[0] if len(parts) == 1 else _one(shapely.MultiPolygon(parts))


def _one(shape: object) -> BaseGeometry:
    assert isinstance(shape, BaseGeometry)  # noqa: S101
    return shape
