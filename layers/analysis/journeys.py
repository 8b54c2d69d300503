"""How many minutes is it from one place to another? Shortest times over the edges that are open; pure, in metres.

A place lies beside the network and reaches the nearest point of several lines straight, at the speed of `access`; two
places near each other also reach one another so. Which lines those are does not depend on what is open.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from scipy.sparse import csr_array
from scipy.sparse.csgraph import dijkstra

from layers.analysis.network import Flags, Indices, Lines, Network, Numbers

MINUTES: Final = 0.06
"""Minutes for a metre at one km/h."""
LINES_OF_A_PLACE: Final = 5
_LEAST: Final = 1e-9
"""Of a way between two places that are one: no way at all would be written 0."""


@dataclass(frozen=True)
class Approaches:
    """From places straight to lines: place, row of the line, metres; and from place to place."""

    place: Indices
    row: Indices
    metres: Numbers
    one: Indices
    other: Indices
    between_m: Numbers


@dataclass(frozen=True)
class Graph:
    """Ways that are open, in minutes. Nodes of the network come first, then the places."""

    matrix: csr_array
    nodes: int

    def minutes_from(self, places: Indices) -> Numbers:
        """From each of these places to every node and place; infinite where no way leads."""
        return np.asarray(dijkstra(self.matrix, directed=False, indices=self.nodes + places))

    def minutes_from_nearest(self, places: Indices) -> Numbers:
        """From the nearest of these places to every node and place."""
        found = dijkstra(self.matrix, directed=False, indices=self.nodes + places, min_only=True)
        return np.asarray(found)


def approaches(places: Lines, lines: Lines, reached: Flags, *, first: Flags, most_m: float) -> Approaches:
    """The lines that each place may reach. reached: lines to be reached at all; first: those that stand before works."""
    pairs = {pair for among in (reached, reached & first) for pair in _nearest(places, lines, among, most_m)}
    told = np.array(sorted(pairs), np.intp).reshape(-1, 2)
    metres = shapely.distance(places[told[:, 0]], lines[told[:, 1]])
    one, other = shapely.STRtree(places).query(places, predicate="dwithin", distance=most_m)
    pair = one < other
    one, other = one[pair], other[pair]
    return Approaches(
        told[:, 0], told[:, 1], metres, one, other, shapely.distance(places[one], places[other])
    )


def graph(net: Network, kmh: Numbers, near: Approaches, access_kmh: float, count: int) -> Graph:
    """kmh: speed on each input line, 0 where it is closed; count: of places. net.stops are those of `near`."""
    speed = kmh[net.row]
    open_ = speed > 0
    usable = kmh[near.row] > 0
    u = np.concatenate([net.u[open_], net.stops[usable], net.size + near.one])
    v = np.concatenate([net.v[open_], net.size + near.place[usable], net.size + near.other])
    minutes = np.concatenate(
        [
            net.length_m[open_] / speed[open_] * MINUTES,
            near.metres[usable] / access_kmh * MINUTES,
            near.between_m / access_kmh * MINUTES,
        ]
    )
    return Graph(_quickest(u, v, minutes, net.size + count), net.size)


def _quickest(u: Indices, v: Indices, minutes: Numbers, size: int) -> csr_array:
    """Of several ways between the same two nodes the quickest; a sparse matrix would add them up."""
    low, high = np.minimum(u, v), np.maximum(u, v)
    order = np.lexsort((minutes, high, low))
    low, high, minutes = low[order], high[order], np.maximum(minutes[order], _LEAST)
    kept = np.ones(len(low), bool)
    kept[1:] = (np.diff(low) != 0) | (np.diff(high) != 0)
    kept &= low != high
    return csr_array((minutes[kept], (low[kept], high[kept])), shape=(size, size))


def _nearest(places: Lines, lines: Lines, among: Flags, most_m: float) -> list[tuple[int, int]]:
    rows = np.flatnonzero(among)
    place, found = shapely.STRtree(lines[rows]).query(places, predicate="dwithin", distance=most_m)
    metres = shapely.distance(places[place], lines[rows[found]])
    order = np.lexsort((rows[found], metres, place))
    place, found = place[order], found[order]
    rank = np.arange(len(place)) - np.searchsorted(place, place)
    kept = rank < LINES_OF_A_PLACE
    return list(zip(place[kept].tolist(), rows[found[kept]].tolist(), strict=True))
