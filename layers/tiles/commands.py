"""How does a shape become the drawing commands of a vector tile?

A feature is drawn by a pen on the tile's grid of whole units: MoveTo, LineTo, ClosePath, each with a count,
then steps from where the pen stands (MVT 2.1, chapter 4.3). All shapes of one dimension are turned at once.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, TypeAlias

import numpy as np
import shapely
from numpy.typing import NDArray

from layers.tiles.ragged import Flags, Ragged, begins, first_of_each
from layers.tiles.wire import Ints, zigzag

Shapes: TypeAlias = NDArray[np.object_]

POINT, LINE, POLYGON = 1, 2, 3
_COMMANDS_PER_PATH = {POINT: 1, LINE: 2, POLYGON: 3}
_MOVE_TO, _LINE_TO, _CLOSE_PATH = 1, 2, 7
_MOVE_ONCE = 1 << 3 | _MOVE_TO
_CLOSE_ONCE = 1 << 3 | _CLOSE_PATH


class Commands(NamedTuple):
    """The drawing of each feature of one kind; a feature of which nothing is left on the grid has no row."""

    kind: int
    features: Ints
    drawing: Ragged


class Paths(NamedTuple):
    """The runs of vertices of many features: a set of points, a line, or a ring.

    `starts` and `lengths` say where in `xy` each path is; rings of the same polygon have the same `parts`.
    """

    xy: Ints
    starts: Ints
    lengths: Ints
    features: Ints
    parts: Ints

    def only(self, kept: Flags | Ints) -> Paths:
        """Without the other paths; in the order of their places, where those are given."""
        starts, lengths, features, parts = (of_each[kept] for of_each in self[1:])
        return Paths(self.xy, starts, lengths, features, parts)


def commands_of(shapes: Shapes, kind: int, others: Paths | None = None) -> Commands | None:
    """Draws the shapes of this kind (POINT, LINE or POLYGON, single and multi), in their order.

    Of a collection, only the parts of its highest dimension are drawn. others: paths of features that have no shape
    here, drawn among them.
    """
    chosen = np.flatnonzero((shapely.get_dimensions(shapes) == kind - 1) & ~shapely.is_empty(shapes))
    found = [others] if others is not None and len(others.lengths) else []
    if len(chosen):
        paths = _paths(shapes[chosen], kind)
        found.append(paths._replace(features=chosen[paths.features]))
    if not found:
        return None
    drawn = _drawable(found[0] if len(found) == 1 else _together(*found), kind)
    return _drawn(drawn, kind) if len(drawn.lengths) else None


def commands_of_points(xy: Ints) -> Commands | None:
    """Draws one point for each row of whole units."""
    if not len(xy):
        return None
    each = np.arange(len(xy))
    return _drawn(Paths(xy, each, np.ones_like(each), each, each), POINT)


def _paths(shapes: Shapes, kind: int) -> Paths:
    """The vertices, rounded to the grid."""
    parts, features = _parts(shapes, kind)
    if kind == POINT:
        return _point_sets(parts, features)
    # A polygon without holes is its ring: most are, and taking them apart costs as much as drawing them.
    if kind == LINE or not shapely.get_num_interior_rings(parts).any():
        return _runs(parts, features, np.arange(len(parts)))
    rings, of_part = shapely.get_rings(parts, return_index=True)
    return _runs(rings, features[of_part], of_part)


def _parts(shapes: Shapes, kind: int) -> tuple[Shapes, Ints]:
    """The single shapes of this kind, and to which of the shapes each belongs."""
    single = shapely.get_type_id(shapes) <= shapely.GeometryType.POLYGON
    if single.all():
        return shapes, np.arange(len(shapes))
    # Most shapes are single, and a copy of each would cost as much as drawing it.
    alone, several = np.flatnonzero(single), np.flatnonzero(~single)
    parts, of_several = shapely.get_parts(shapes[several], return_index=True)
    right = (shapely.get_dimensions(parts) == kind - 1) & ~shapely.is_empty(parts)
    features = np.concatenate([alone, several[of_several[right]]])
    order = np.argsort(features, kind="stable")
    return np.concatenate([shapes[alone], parts[right]])[order], features[order]


def _point_sets(points: Shapes, features: Ints) -> Paths:
    starts = first_of_each(features)
    lengths = np.diff(np.append(starts, len(features)))
    return Paths(_rounded(points), starts, lengths, features[starts], features[starts])


def _runs(lines: Shapes, features: Ints, parts: Ints) -> Paths:
    lengths = shapely.get_num_coordinates(lines).astype(np.int64)
    return Paths(_rounded(lines), begins(lengths), lengths, features, parts)


def _rounded(shapes: Shapes) -> Ints:
    return np.rint(shapely.get_coordinates(shapes)).astype(np.int64)


def _together(one: Paths, other: Paths) -> Paths:
    return Paths(
        np.concatenate([one.xy, other.xy]),
        np.concatenate([one.starts, other.starts + len(one.xy)]),
        np.concatenate([one.lengths, other.lengths]),
        np.concatenate([one.features, other.features]),
        np.concatenate([one.parts, other.parts + one.parts[-1] + 1]),
    )


def _drawable(paths: Paths, kind: int) -> Paths:
    """What the rounding left: no vertex twice in a row, nothing collapsed, rings the right way round."""
    if kind == POINT:
        return paths
    paths = _without_repeats(paths)
    if kind == LINE:
        return _laid(paths.only(paths.lengths > 1))
    return _rings(paths)


def _without_repeats(paths: Paths) -> Paths:
    """Each vertex of a path differs from the one before it."""
    x, y = paths.xy.T
    moved = np.ones(len(x), bool)
    moved[1:] = (x[1:] != x[:-1]) | (y[1:] != y[:-1])
    moved[paths.starts] = True
    lengths = np.add.reduceat(moved, paths.starts, dtype=np.int64)
    return paths._replace(
        xy=paths.xy.take(np.flatnonzero(moved), axis=0), starts=begins(lengths), lengths=lengths
    )


def _rings(paths: Paths) -> Paths:
    """Rings with an area, without the closing vertex; exteriors of positive area, holes of negative.

    Positive is clockwise on the screen, as y runs down. A lost exterior takes its holes with it.
    """
    exterior = np.zeros(len(paths.lengths), bool)
    exterior[first_of_each(paths.parts)] = True
    areas = _twice_the_areas(paths)
    kept = (areas != 0) & (areas[exterior] != 0)[np.cumsum(exterior) - 1]
    backwards = (areas > 0) != exterior
    order = np.flatnonzero(kept)
    order = order[np.argsort(paths.features[order], kind="stable")]
    rings = paths.only(order)
    return _laid(rings._replace(lengths=rings.lengths - 1), backwards[order])


def _twice_the_areas(rings: Paths) -> Ints:
    """Twice the signed area of each closed ring by the surveyor's formula."""
    x, y = rings.xy.T
    crossed = np.zeros(len(x), np.int64)
    crossed[:-1] = x[:-1] * y[1:] - x[1:] * y[:-1]
    crossed[rings.starts + rings.lengths - 1] = 0
    areas: Ints = np.add.reduceat(crossed, rings.starts)
    return areas


def _laid(paths: Paths, backwards: Flags | None = None) -> Paths:
    """The same paths with their vertices end to end; those marked run backwards, from what follows their last vertex."""
    starts, steps = paths.starts, np.ones(len(paths.lengths), np.int64)
    if backwards is not None:
        starts, steps = np.where(backwards, starts + paths.lengths, starts), np.where(backwards, -1, 1)
    firsts = begins(paths.lengths)
    # The place of each vertex as the sum of the steps to it, where a new path is one large step.
    places = np.repeat(steps, paths.lengths)
    lasts = starts + steps * (paths.lengths - 1)
    places[firsts] = starts - np.append(0, lasts[:-1])
    return paths._replace(xy=paths.xy.take(np.cumsum(places), axis=0), starts=firsts)


def _drawn(paths: Paths, kind: int) -> Commands:
    """Paths whose vertices lie end to end as pen commands."""
    lengths = 2 * paths.lengths + _COMMANDS_PER_PATH[kind]
    numbers = np.empty(int(lengths.sum()), np.uint64)
    is_step = np.ones(len(numbers), bool)
    for places, command in _commands(lengths, paths.lengths, kind):
        numbers[places], is_step[places] = command, False
    numbers[is_step] = zigzag(_pen_steps(paths)).ravel()
    first = first_of_each(paths.features)
    return Commands(kind, paths.features[first], Ragged(numbers, np.add.reduceat(lengths, first)))


def _commands(lengths: Ints, vertices: Ints, kind: int) -> Iterator[tuple[Ints, Ints | int]]:
    """Places and commands. Points: MoveTo all. Lines: MoveTo the first, LineTo the others. Rings: the same, then ClosePath."""
    starts = begins(lengths)
    if kind == POINT:
        yield starts, vertices << 3 | _MOVE_TO
        return
    yield starts, _MOVE_ONCE
    yield starts + 3, (vertices - 1) << 3 | _LINE_TO
    if kind == POLYGON:
        yield starts + lengths - 1, _CLOSE_ONCE


def _pen_steps(paths: Paths) -> Ints:
    """From each vertex to the next; the pen starts every feature at the tile's origin."""
    steps = np.diff(paths.xy, axis=0, prepend=np.zeros((1, 2), np.int64))
    heads = paths.starts[first_of_each(paths.features)]
    steps[heads] = paths.xy[heads]
    return steps
