"""How does a shape become the drawing commands of a vector tile?

A feature is drawn by a pen on the tile's grid of whole units: MoveTo, LineTo, ClosePath, each with a count,
then steps from where the pen stands (MVT 2.1, chapter 4.3). All shapes of one dimension are turned at once.
"""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

import numpy as np
import shapely
from numpy.typing import NDArray

from layers.tiles.ragged import Flags, Ragged, begins, first_of_each, numbered
from layers.tiles.wire import Ints, Numbers, zigzag

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

    def only(self, kept: Flags) -> Paths:
        """Without the other paths."""
        starts, lengths, features, parts = (of_each[kept] for of_each in self[1:])
        return Paths(self.xy, starts, lengths, features, parts)


def commands_of(shapes: Shapes, kind: int) -> Commands | None:
    """Draws the shapes of this kind (POINT, LINE or POLYGON, single and multi), in their order.

    Of a collection, only the parts of its highest dimension are drawn.
    """
    chosen = np.flatnonzero((shapely.get_dimensions(shapes) == kind - 1) & ~shapely.is_empty(shapes))
    if not len(chosen):
        return None
    paths = _drawable(_paths(shapes[chosen], kind), kind)
    if not len(paths.lengths):
        return None
    return _drawn(paths._replace(features=chosen[paths.features]), kind)


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
    return paths._replace(xy=paths.xy[np.flatnonzero(moved)], starts=begins(lengths), lengths=lengths)


def _rings(paths: Paths) -> Paths:
    """Rings with an area, without the closing vertex; exteriors of positive area, holes of negative.

    Positive is clockwise on the screen, as y runs down. A lost exterior takes its holes with it.
    """
    exterior = np.zeros(len(paths.lengths), bool)
    exterior[first_of_each(paths.parts)] = True
    areas = _twice_the_areas(paths)
    kept = (areas != 0) & (areas[exterior] != 0)[np.cumsum(exterior) - 1]
    rings = paths.only(kept)
    return _laid(rings._replace(lengths=rings.lengths - 1), backwards=((areas > 0) != exterior)[kept])


def _twice_the_areas(rings: Paths) -> Ints:
    """Twice the signed area of each closed ring by the surveyor's formula."""
    x, y = rings.xy.T
    crossed = np.zeros(len(x), np.int64)
    crossed[:-1] = x[:-1] * y[1:] - x[1:] * y[:-1]
    crossed[rings.starts + rings.lengths - 1] = 0
    areas: Ints = np.add.reduceat(crossed, rings.starts)
    return areas


def _laid(paths: Paths, backwards: Flags | None = None) -> Paths:
    """The same paths with their vertices end to end; those marked run backwards from their first vertex."""
    path, place = numbered(paths.lengths)
    if backwards is not None:
        place = np.where(backwards[path] & (place > 0), paths.lengths[path] - place, place)
    return paths._replace(xy=paths.xy[paths.starts[path] + place], starts=begins(paths.lengths))


def _drawn(paths: Paths, kind: int) -> Commands:
    """Paths whose vertices lie end to end as pen commands."""
    lengths = 2 * paths.lengths + _COMMANDS_PER_PATH[kind]
    numbers = np.empty(int(lengths.sum()), np.uint64)
    _write_commands(numbers, lengths, paths.lengths, kind)
    _write_steps(numbers, lengths, paths, kind)
    first = first_of_each(paths.features)
    return Commands(kind, paths.features[first], Ragged(numbers, np.add.reduceat(lengths, first)))


def _write_commands(out: Numbers, lengths: Ints, vertices: Ints, kind: int) -> None:
    """Points: MoveTo all. Lines: MoveTo the first, LineTo the others. Rings: the same, then ClosePath."""
    starts = begins(lengths)
    if kind == POINT:
        out[starts] = vertices << 3 | _MOVE_TO
        return
    out[starts] = _MOVE_ONCE
    out[starts + 3] = (vertices - 1) << 3 | _LINE_TO
    if kind == POLYGON:
        out[starts + lengths - 1] = _CLOSE_ONCE


def _write_steps(out: Numbers, lengths: Ints, paths: Paths, kind: int) -> None:
    """Two numbers for each vertex: after MoveTo, and for the later vertices of a path after LineTo."""
    path, place = numbered(paths.lengths)
    after_line_to = place > 0 if kind != POINT else 0
    at = begins(lengths)[path] + 1 + 2 * place + after_line_to
    steps = zigzag(_pen_steps(paths))
    out[at], out[at + 1] = steps[:, 0], steps[:, 1]


def _pen_steps(paths: Paths) -> Ints:
    """From each vertex to the next; the pen starts every feature at the tile's origin."""
    steps = np.diff(paths.xy, axis=0, prepend=np.zeros((1, 2), np.int64))
    heads = paths.starts[first_of_each(paths.features)]
    steps[heads] = paths.xy[heads]
    return steps
