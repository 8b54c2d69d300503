"""How do lines become a network? Snapped at their ends, split where they cross or meet; pure, in metres of a plane.

The topology is built once from all roads, open or not: what a year opens or closes only changes which edges may be
used, so that closing a road never opens another way. Two lines that cross are joined, except where one of them is
grade-separated (`apart`, expressways): that one is joined where the end of another line lies on it, as a ramp does.
A line that crosses itself is not joined there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

Numbers = NDArray[np.float64]
Indices = NDArray[np.intp]
Flags = NDArray[np.bool_]
Lines = NDArray[np.object_]

SNAP_M: Final = 20.0
SAME_M: Final = 0.01
"""Cuts of a line nearer to each other than this are one."""


@dataclass(frozen=True)
class Network:
    """Nodes and the edges between them, column by column.

    parts: the simple lines, row_of: of which input line each is. u, v: nodes of an edge; part: its line, start and end
    along it (plane metres); length_m: with the stretch of its line. stops: the node of every place that was asked for.
    """

    xy: Numbers
    parts: Lines
    row_of: Indices
    u: Indices
    v: Indices
    part: Indices
    start: Numbers
    end: Numbers
    length_m: Numbers
    stops: Indices

    @property
    def row(self) -> Indices:
        """Of which input line each edge is."""
        return self.row_of[self.part]

    @property
    def size(self) -> int:
        """How many nodes."""
        return len(self.xy)

    def components(self, open_: Flags) -> Indices:
        """A number for each node: the same where open edges lead from one to the other."""
        ends = coo_array(
            (np.ones(int(open_.sum())), (self.u[open_], self.v[open_])), shape=(self.size, self.size)
        )
        return np.asarray(connected_components(ends, directed=False)[1], np.intp)

    def shapes(self) -> Lines:
        """The line of each edge."""
        return _pieces(self.parts[self.part], self.start, self.end)


def build(
    lines: Lines,
    *,
    stretch: Numbers,
    apart: Flags,
    snap_m: float = SNAP_M,
    stops: Sequence[tuple[int, shapely.Point]] = (),
) -> Network:
    """lines: in plane metres; stretch: true length of each by its length in the plane; stops: (line, place near it)."""
    parts, row_of = shapely.get_parts(lines, return_index=True)
    kept = shapely.length(parts) > SAME_M
    parts, row_of = parts[kept], row_of[kept]
    cuts = _Cuts(parts)
    cuts.cross(apart[row_of])
    cuts.join_ends(snap_m)
    asked = [cuts.at_place(row_of, row, place) for row, place in stops]
    return cuts.network(row_of, stretch, asked)


class _Cuts:
    """Where lines are cut, and which cuts are one place."""

    def __init__(self, parts: Lines) -> None:
        self.parts = parts
        self.lengths = shapely.length(parts)
        self.tree = shapely.STRtree(parts)
        count = len(parts)
        # The first two cuts of line i are its ends: items 2i and 2i + 1.
        self._of: list[Indices] = [np.repeat(np.arange(count), 2)]
        self._at: list[Numbers] = [np.column_stack([np.zeros(count), self.lengths]).ravel()]
        self._links: list[tuple[Indices, Indices]] = []
        self._count = 2 * count

    def cross(self, apart: Flags) -> None:
        """Join lines where they cross, unless one passes over the other."""
        one, other = self.tree.query(self.parts, predicate="intersects")
        wanted = (one < other) & ~apart[one] & ~apart[other]
        one, other = one[wanted], other[wanted]
        met = shapely.intersection(self.parts[one], self.parts[other])
        pieces, pair_of = shapely.get_parts(met, return_index=True)
        # Of a stretch that two lines share, both ends are common.
        shared = shapely.get_dimensions(pieces) == 1
        points = np.concatenate(
            [
                pieces[~shared],
                shapely.get_point(pieces[shared], 0),
                shapely.get_point(pieces[shared], -1),
            ]
        )
        pair = np.concatenate([pair_of[~shared], pair_of[shared], pair_of[shared]])
        self._join(points, one[pair], other[pair])

    def join_ends(self, snap_m: float) -> None:
        """Join each end of a line to the lines that it reaches."""
        if not len(self.parts):
            return
        ends = np.column_stack([shapely.get_point(self.parts, 0), shapely.get_point(self.parts, -1)]).ravel()
        end, line = self.tree.query(ends, predicate="dwithin", distance=snap_m)
        foreign = line != end // 2
        end, line = end[foreign], line[foreign]
        along = shapely.line_locate_point(self.parts[line], ends[end])
        # An end that nearly meets an end is that end.
        along = np.where(along <= snap_m, 0.0, along)
        along = np.where(along >= self.lengths[line] - snap_m, self.lengths[line], along)
        self._links.append((end, self._add(line, along)))

    def at_place(self, row_of: Indices, row: int, place: shapely.Point) -> int:
        """Cut the line of this row at the point nearest to the place; the number of the cut."""
        own = np.flatnonzero(row_of == row)
        nearest = own[int(np.argmin(shapely.distance(self.parts[own], place)))]
        along = shapely.line_locate_point(self.parts[nearest], place)
        return int(self._add(np.array([nearest]), np.array([along]))[0])

    def network(self, row_of: Indices, stretch: Numbers, asked: Sequence[int]) -> Network:
        of, at = np.concatenate(self._of), np.concatenate(self._at)
        order = np.lexsort((at, of))
        # Cuts of one line that lie together are one place too.
        near = (np.diff(of[order]) == 0) & (np.diff(at[order]) <= SAME_M)
        links = [*self._links, (order[:-1][near], order[1:][near])]
        node_of = self._nodes(links)
        first, last = order[:-1], order[1:]
        edge = (of[first] == of[last]) & ~near
        first, last = first[edge], last[edge]
        part, start, end = of[first], at[first], at[last]
        xy = np.zeros((int(node_of.max(initial=-1)) + 1, 2))
        xy[node_of] = shapely.get_coordinates(shapely.line_interpolate_point(self.parts[of], at))
        return Network(
            xy=xy,
            parts=self.parts,
            row_of=row_of,
            u=node_of[first],
            v=node_of[last],
            part=part,
            start=start,
            end=end,
            length_m=(end - start) * stretch[row_of[part]],
            stops=node_of[np.array(asked, np.intp)],
        )

    def _join(self, points: Lines, one: Indices, other: Indices) -> None:
        first = self._add(one, shapely.line_locate_point(self.parts[one], points))
        second = self._add(other, shapely.line_locate_point(self.parts[other], points))
        self._links.append((first, second))

    def _add(self, of: Indices, at: Numbers) -> Indices:
        self._of.append(np.asarray(of, np.intp))
        self._at.append(np.asarray(at, np.float64))
        first = self._count
        self._count += len(of)
        return np.arange(first, self._count)

    def _nodes(self, links: Sequence[tuple[Indices, Indices]]) -> Indices:
        one = np.concatenate([each[0] for each in links])
        other = np.concatenate([each[1] for each in links])
        same = coo_array((np.ones(len(one)), (one, other)), shape=(self._count, self._count))
        return np.asarray(connected_components(same, directed=False)[1], np.intp)


def _pieces(lines: Lines, start: Numbers, end: Numbers) -> Lines:
    """Each line from one distance along it to the other."""
    found = np.empty(len(lines), object)
    for at, (line, low, high) in enumerate(zip(lines, start, end, strict=True)):
        positions = shapely.get_coordinates(line)
        along = np.concatenate([[0.0], np.cumsum(np.hypot(*np.diff(positions, axis=0).T))])
        inside = positions[(along > low) & (along < high)]
        ends = shapely.get_coordinates(shapely.line_interpolate_point(line, [low, high]))
        found[at] = shapely.LineString([ends[0], *inside, ends[1]])
    return found
