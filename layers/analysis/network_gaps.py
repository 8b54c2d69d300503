"""Where is the network broken? Ends that stop short of a road, and roads that nothing leads to; metres of a plane."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely

from layers.analysis.network import Flags, Lines, Network

NEAR_M: Final = 300.0
"""Ends that stop so near to another road are told."""


@dataclass(frozen=True)
class LooseEnd:
    """An end of one line that stops short of another: rows of the input, metres, place in the plane."""

    row: int
    other: int
    short_m: float
    x: float
    y: float


@dataclass(frozen=True)
class Island:
    """Lines that hang together and with nothing else: rows of the input, metres, a place in the plane."""

    rows: tuple[int, ...]
    length_m: float
    x: float
    y: float


def loose_ends(net: Network, open_: Flags, near_m: float = NEAR_M) -> list[LooseEnd]:
    """Dead ends with another road within reach, the shortest gap first."""
    u, v, part = net.u[open_], net.v[open_], net.part[open_]
    dead = np.flatnonzero(np.bincount(np.concatenate([u, v]), minlength=net.size) == 1)
    if not len(dead):
        return []
    own = np.full(net.size, -1)
    own[u], own[v] = part, part
    there = np.unique(part)
    tree = shapely.STRtree(net.parts[there])
    spots: Lines = np.atleast_1d(np.asarray(shapely.points(net.xy[dead]), object))
    end, found = tree.query(spots, predicate="dwithin", distance=near_m)
    short = np.atleast_1d(shapely.distance(spots[end], net.parts[there[found]]))
    best: dict[int, LooseEnd] = {}
    for at in np.argsort(short):
        node, other = int(dead[end[at]]), int(there[found[at]])
        if other != own[node] and node not in best and short[at] > 0:
            x, y = net.xy[node]
            rows = int(net.row_of[own[node]]), int(net.row_of[other])
            best[node] = LooseEnd(*rows, float(short[at]), float(x), float(y))
    return list(best.values())


def islands(net: Network, open_: Flags) -> list[Island]:
    """What does not hang together with the longest piece of the network, the longest first."""
    if not open_.any():
        return []
    of_edge = net.components(open_)[net.u]
    lengths = np.bincount(of_edge[open_], weights=net.length_m[open_])
    main = int(np.argmax(lengths))
    names = [int(each) for each in np.unique(of_edge[open_]) if each != main]
    return [_island(net, open_ & (of_edge == each)) for each in sorted(names, key=lambda at: -lengths[at])]


def _island(net: Network, edges: Flags) -> Island:
    x, y = net.xy[net.u[np.flatnonzero(edges)[0]]]
    rows = tuple(sorted({int(row) for row in net.row[edges]}))
    return Island(rows, float(net.length_m[edges].sum()), float(x), float(y))
