"""Do areas of a layer lie on each other, or leave a crack between them?

Clean borders are told from others by the coverage check of GEOS, block by block; only what is left is cut.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.errors import GEOSException
from shapely.geometry.base import BaseGeometry

from layers.checks.declared import Limits
from layers.checks.finding import Shapes, Spot
from layers.checks.plane import Plane, middle_of
from layers.measure import areas_m2

Places = NDArray[np.intp]
Marks = NDArray[np.bool_]

BLOCK: Final = 2000
CUT_AT_ONCE: Final = 64
CRACKS_AT_ONCE: Final = 300
MANY_VERTICES: Final = 5000
"""Larger shapes are not shown to the coverage check; they are compared with all that they meet."""
HEAVY_CUT: Final = 1_000_000
"""Vertices of one times vertices of the other: such a cut may take long, so it comes last."""
MOST_CUTS: Final = 3_000_000
TOUCH_M: Final = 0.01


class Overlap(NamedTuple):
    """Two areas that lie on each other, so many m²; share: of the smaller of the two."""

    one: int
    other: int
    area_m2: float
    share: float
    spot: Spot


class Crack(NamedTuple):
    """A gap between two areas, so many m² and so wide on the average."""

    one: int
    other: int
    area_m2: float
    width_m: float
    spot: Spot


class Step(NamedTuple):
    """So much of the work is done, from 0 to 1."""

    share: float


class TooMany(NamedTuple):
    """So many areas lie on each other that not all were compared."""


Event = Overlap | Crack | Step | TooMany


@dataclass(frozen=True)
class Areas:
    """What is compared. group: only areas of one group are (below 0: never). mine: of a pair, one must be.

    tag: two of the same tag (0 and above) are one thing before and after, and are not compared.
    """

    shapes: Shapes
    group: Places
    mine: Marks
    tag: Places

    def only(self, rows: Places) -> Areas:
        return Areas(self.shapes[rows], self.group[rows], self.mine[rows], self.tag[rows])


def neighbour_events(areas: Areas, limits: Limits) -> Iterator[Event]:
    """Overlaps and cracks, and how far the work is. Shapes: sound areas in CGCS2000 degrees."""
    wanted = [
        rows for group in np.unique(areas.group[areas.group >= 0]) if len(rows := _rows(areas, group)) > 1
    ]
    total, done = max(sum(map(len, wanted)), 1), 0
    for rows in wanted:
        if areas.mine[rows].any():
            for event in _Group(areas.only(rows), limits).events():
                yield _placed(event, rows, done / total, len(rows) / total)
        done += len(rows)


def _rows(areas: Areas, group: int) -> Places:
    return np.flatnonzero(areas.group == group)


def _placed(event: Event, rows: Places, done: float, share: float) -> Event:
    if isinstance(event, Step):
        return Step(done + share * event.share)
    if isinstance(event, TooMany):
        return event
    return event._replace(one=int(rows[event.one]), other=int(rows[event.other]))


class _Group:
    """Areas that must not lie on each other."""

    def __init__(self, areas: Areas, limits: Limits) -> None:
        self.areas, self.limits = areas, limits
        self.plane = Plane(areas.shapes)
        self.flat = self.plane.to(areas.shapes)
        self.tree = shapely.STRtree(self.flat)
        self.sizes = shapely.get_num_coordinates(self.flat)
        self.doubtful = self.sizes > MANY_VERTICES
        self.cuts = 0
        self.heavy: list[tuple[int, int]] = []

    def events(self) -> Iterator[Event]:
        order = _packed(self.flat)
        yield from self._find_doubtful(order)
        doubtful = order[self.doubtful[order]]
        yield from self._overlaps(doubtful)
        if self.limits.gap_m > 0:
            yield from self._cracks(doubtful)
        yield from self._cut(self.heavy)
        yield Step(1.0)

    # --- which borders do not fit ---------------------------------------------------------------------

    def _find_doubtful(self, order: Places) -> Iterator[Event]:
        for start in range(0, len(order), BLOCK):
            block = order[start : start + BLOCK]
            around = self._around(block)
            if self.areas.mine[around].any():
                block, around = block[~self.doubtful[block]], around[self.sizes[around] <= MANY_VERTICES]
                shown = np.concatenate([block, np.setdiff1d(around, block)])
                edges = shapely.coverage_invalid_edges(self.flat[shown], gap_width=self.limits.gap_m)
                self.doubtful[block] = ~shapely.is_empty(edges[: len(block)])
            yield Step(0.4 * start / len(order))

    def _around(self, block: Places) -> Places:
        """These and all that come near them."""
        near = np.zeros(len(self.flat), bool)
        for some in _slices(block, CUT_AT_ONCE):
            near[self.tree.query(self.flat[some], predicate="dwithin", distance=self.limits.gap_m)[1]] = True
        near[block] = True
        return np.flatnonzero(near)

    # --- what lies on each other ----------------------------------------------------------------------

    def _overlaps(self, doubtful: Places) -> Iterator[Event]:
        for number, some in enumerate(_slices(doubtful, CUT_AT_ONCE)):
            one, other = self.tree.query(self.flat[some])
            pairs = self._worth_it(some[one], other)
            self.cuts += len(pairs)
            if self.cuts > MOST_CUTS:
                yield TooMany()
                return
            weights = self.sizes[pairs].astype(float).prod(axis=1) if len(pairs) else np.zeros(0)
            self.heavy += [(int(a), int(b)) for a, b in pairs[weights > HEAVY_CUT]]
            yield from self._cut_all(pairs[weights <= HEAVY_CUT])
            yield Step(0.4 + 0.3 * number * CUT_AT_ONCE / len(doubtful))

    def _worth_it(self, one: Places, other: Places) -> NDArray[np.intp]:
        """Each pair once, of which one at least is asked about."""
        areas = self.areas
        wanted = (one != other) & ~(self.doubtful[other] & (other < one))
        wanted &= areas.mine[one] | areas.mine[other]
        wanted &= ~((areas.tag[one] == areas.tag[other]) & (areas.tag[one] >= 0))
        return np.column_stack([one[wanted], other[wanted]])

    def _cut(self, pairs: list[tuple[int, int]]) -> Iterator[Event]:
        for pair in pairs:
            yield from self._cut_all(np.array([pair], np.intp))

    def _cut_all(self, pairs: NDArray[np.intp]) -> Iterator[Event]:
        if not len(pairs):
            return
        one, other = self.areas.shapes[pairs[:, 0]], self.areas.shapes[pairs[:, 1]]
        try:
            common = shapely.intersection(one, other)
        except GEOSException:
            if len(pairs) > 1:
                for each in pairs:
                    yield from self._cut_all(each[None])
            return
        found = np.flatnonzero(shapely.get_dimensions(common) == 2)
        sizes = areas_m2(common[found])
        large = sizes > self.limits.overlap_m2
        found, sizes = found[large], sizes[large]
        smaller = np.minimum(areas_m2(one[found]), areas_m2(other[found]))
        for at, size, whole in zip(found.tolist(), sizes.tolist(), smaller.tolist(), strict=True):
            pair = pairs[at].tolist()
            yield Overlap(
                pair[0], pair[1], size, min(size / whole, 1.0) if whole else 1.0, middle_of(common[at])
            )

    # --- what leaves a crack --------------------------------------------------------------------------

    def _cracks(self, doubtful: Places) -> Iterator[Event]:
        for number, block in enumerate(_slices(doubtful, CRACKS_AT_ONCE)):
            around = self._around(block)
            if self.areas.mine[around].any() and int(self.sizes[around].sum()) <= HEAVY_CUT:
                yield from self._cracks_beside(block, around)
            yield Step(0.7 + 0.3 * number * CRACKS_AT_ONCE / len(doubtful))

    def _cracks_beside(self, block: Places, around: Places) -> Iterator[Event]:
        try:
            filled = _cracks_of(shapely.union_all(self.flat[around]), self.limits.gap_m)
        except GEOSException:
            return
        cracks = shapely.get_parts(filled)
        cracks = cracks[shapely.area(cracks) > self.limits.gap_m2]
        if not len(cracks):
            return
        at, beside = self.tree.query(cracks, predicate="dwithin", distance=TOUCH_M)
        ours = set(block.tolist())
        for place, crack in enumerate(cracks):
            rows = np.sort(beside[at == place])
            owners = rows[self.doubtful[rows]]
            # Each crack is told where the first of its neighbours is looked at.
            if len(rows) > 1 and len(owners) and int(owners[0]) in ours and self.areas.mine[rows].any():
                yield self._crack(crack, rows)

    def _crack(self, crack: BaseGeometry, rows: Places) -> Crack:
        one, other = self._along(crack, rows)
        round_ = self.plane.back(np.array([crack], object))
        width = 2 * float(shapely.area(crack)) / float(shapely.length(crack))
        return Crack(one, other, float(areas_m2(round_)[0]), width, middle_of(round_[0]))

    def _along(self, crack: BaseGeometry, rows: Places) -> list[int]:
        """The two that it runs along, one of them asked about; further ones only touch its ends."""
        if len(rows) > 2:
            touched = shapely.intersection(shapely.boundary(crack), shapely.buffer(self.flat[rows], TOUCH_M))
            rows = rows[np.argsort(-shapely.length(touched).round(3), kind="stable")]
        mine = self.areas.mine[rows]
        pair = [int(rows[0]), int(rows[1] if mine[0] or mine[1] else rows[np.argmax(mine)])]
        return sorted(pair)


def _cracks_of(whole: BaseGeometry, width_m: float) -> BaseGeometry:
    """What is narrower than this between parts of a shape: grown and shrunk again, it is closed."""
    grown = shapely.buffer(whole, width_m / 2, join_style="mitre")
    closed = shapely.buffer(grown, -width_m / 2, join_style="mitre")
    cracks: BaseGeometry = shapely.difference(closed, whole)
    return cracks


def _slices(rows: Places, size: int) -> Iterator[Places]:
    return (rows[start : start + size] for start in range(0, len(rows), size))


def _packed(shapes: Shapes) -> Places:
    """An order in which near ones come near each other: stripes from west to east, each from south to north."""
    boxes = shapely.bounds(shapes)
    x, y = boxes[:, 0] + boxes[:, 2], boxes[:, 1] + boxes[:, 3]
    stripes = max(1, math.isqrt(len(shapes) // BLOCK + 1))
    by_x = np.argsort(x, kind="stable")
    parts = [part[np.argsort(y[part], kind="stable")] for part in np.array_split(by_x, stripes)]
    return np.concatenate(parts)
