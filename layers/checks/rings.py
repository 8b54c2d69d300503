"""Are there spikes, or vertices on top of each other, in the borders?"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import GeometryType

from layers.checks.declared import Limits
from layers.checks.finding import SHAPE, Finding, Shapes, Spot
from layers.checks.plane import Positions, border_lines, lengths_m, steps_m
from layers.crs import describe_point

Places = NDArray[np.intp]
_NONE = -1


@dataclass(frozen=True)
class Chains:
    """The vertices of many borders without the closing one, and who comes before and after each (-1: nobody)."""

    at: Positions
    chain: Places
    before: Places
    after: Places

    def only(self, kept: NDArray[np.bool_], closed: NDArray[np.bool_]) -> Chains:
        """Without some of the vertices; closed: for each chain, whether its ends meet."""
        return self if kept.all() else _chains(self.at[kept], self.chain[kept], closed)

    @cached_property
    def steps_m(self) -> Positions:
        """East and north from each vertex to the next one; of no meaning where there is none."""
        return steps_m(self.at, self.at[self.after])


def ring_findings(shapes: Shapes, limits: Limits) -> Iterator[Finding]:
    """Spikes and vertices that are too dense, one finding of each sort for a row at most."""
    lines, row_of = border_lines(shapes)
    closed = _closed(lines)
    chains = chains_of(lines, closed)
    close = close_pairs(chains, limits)
    yield from _dense(chains, row_of, close, limits)
    yield from _spikes(chains.only(~_second(chains, close), closed), row_of, limits)


def chains_of(lines: Shapes, closed: NDArray[np.bool_]) -> Chains:
    """The vertices of these lines and rings."""
    at, line_of = shapely.get_coordinates(lines, return_index=True)
    ends = np.append(np.diff(line_of) != 0, True)[: len(at)]
    kept = ~(ends & closed[line_of])
    return _chains(at[kept], line_of[kept], closed)


def close_pairs(chains: Chains, limits: Limits) -> NDArray[np.bool_]:
    """Of each vertex: whether the next one is nearer than the limit."""
    lengths = np.hypot(*chains.steps_m.T)
    return np.asarray((chains.after != _NONE) & (lengths < limits.spacing_m))


def spikes(chains: Chains, limits: Limits) -> tuple[Places, Positions]:
    """The vertices at which a border turns back, and the angles there in degrees."""
    inner = np.flatnonzero((chains.before != _NONE) & (chains.after != _NONE))
    one, other = -chains.steps_m[chains.before[inner]], chains.steps_m[inner]
    turned = np.abs(one[:, 0] * other[:, 1] - one[:, 1] * other[:, 0])
    along = (one * other).sum(axis=1)
    sharp = np.flatnonzero((along > 0) & (turned < along * math.tan(math.radians(limits.spike_deg))))
    return inner[sharp], np.degrees(np.arctan2(turned[sharp], along[sharp]))


def _dense(chains: Chains, row_of: Places, close: NDArray[np.bool_], limits: Limits) -> Iterator[Finding]:
    found = np.flatnonzero(close)
    if not len(found):
        return
    gaps = lengths_m(chains.at[found], chains.at[chains.after[found]])
    rows = row_of[chains.chain[found]]
    for row, first, count, least in _each_row(rows, gaps):
        spot = _spot(chains, found[first])
        many = f"等 {count} 处" if count > 1 else ""
        what = "重合" if least == 0 else f"最近只隔 {least:.3f} 米"
        yield Finding(
            "dense_vertices",
            row,
            SHAPE,
            f"{count} 处",
            f"{describe_point(*spot)} {many}相邻顶点{what}（应不小于 {limits.spacing_m:g} 米）。请去掉多余的顶点。",
            spot,
        )


def _spikes(chains: Chains, row_of: Places, limits: Limits) -> Iterator[Finding]:
    found, angles = spikes(chains, limits)
    rows = row_of[chains.chain[found]]
    for row, first, count, sharpest in _each_row(rows, angles):
        spot = _spot(chains, found[first])
        many = f"等 {count} 处" if count > 1 else ""
        yield Finding(
            "spike",
            row,
            SHAPE,
            f"{count} 处",
            f"{describe_point(*spot)} {many}有尖刺（夹角 {sharpest:.2f}°，小于 {limits.spike_deg:g}°）。"
            "请去掉刺尖的顶点。",
            spot,
        )


def _each_row(rows: Places, values: NDArray[np.float64]) -> Iterator[tuple[int, int, int, float]]:
    """Each row, where it comes first, how often it comes, and the least of its values."""
    if not len(rows):
        return
    there, first, which, count = np.unique(rows, return_index=True, return_inverse=True, return_counts=True)
    least = np.full(len(there), np.inf)
    np.minimum.at(least, which, values)
    yield from zip(there.tolist(), first.tolist(), count.tolist(), least.tolist(), strict=True)


def _closed(lines: Shapes) -> NDArray[np.bool_]:
    return np.asarray(shapely.get_type_id(lines) == GeometryType.LINEARRING)


def _second(chains: Chains, close: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """The second of each pair that is too close; a chain of which too little would be left keeps all."""
    second = np.zeros(len(close), bool)
    second[chains.after[close]] = True
    left = np.bincount(chains.chain, ~second, minlength=int(chains.chain.max(initial=0)) + 1)
    return np.asarray(second & (left[chains.chain] >= 3))


def _chains(at: Positions, chain: Places, closed: NDArray[np.bool_]) -> Chains:
    count = len(at)
    order = np.arange(count)
    starts = np.append(True, np.diff(chain) != 0)[:count]
    ends = np.append(np.diff(chain) != 0, True)[:count]
    before, after = order - 1, order + 1
    firsts, lasts = order[starts], order[ends]
    ring = closed[chain[firsts]] if count else np.zeros(0, bool)
    before[firsts] = np.where(ring, lasts, _NONE)
    after[lasts] = np.where(ring, firsts, _NONE)
    return Chains(at, chain, before, after)


def _spot(chains: Chains, vertex: int) -> Spot:
    x, y = chains.at[vertex].tolist()
    return x, y
