"""How is a shape put right, once a person has agreed? Each repair does one thing, and nothing is moved."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

import numpy as np
import shapely
from shapely import GeometryType
from shapely.geometry import LineString, Polygon
from shapely.geometry.base import BaseGeometry

from layers.checks.declared import Limits
from layers.checks.parts import tiny_holes, tiny_parts
from layers.checks.plane import Positions, lengths_m
from layers.checks.rings import chains_of, spikes

_MOST_ROUNDS: Final = 20


def repaired_shape(check: str, shape: BaseGeometry, limits: Limits) -> BaseGeometry | None:
    """The shape after the repair of this check; None where nothing sound would be left or nothing changes."""
    found = _REPAIRS[check](shape, limits)
    if found is None or shapely.is_empty(found) or not shapely.is_valid(found):
        return None
    return None if shapely.equals_exact(found, shape) else found


def _without_dense(shape: BaseGeometry, limits: Limits) -> BaseGeometry | None:
    return _rebuilt(shape, lambda at, closed: _thinned(at, closed, limits))


def _without_spikes(shape: BaseGeometry, limits: Limits) -> BaseGeometry | None:
    return _rebuilt(shape, lambda at, closed: _blunted(at, closed, limits))


def _without_tiny_parts(shape: BaseGeometry, limits: Limits) -> BaseGeometry | None:
    parts = shapely.get_parts(shape)
    crumbs, _, _ = tiny_parts(parts, np.zeros(len(parts), np.intp), limits)
    gone = {id(each) for each in crumbs}
    return _joined(shape, [each for each in parts if id(each) not in gone])


def _without_tiny_holes(shape: BaseGeometry, limits: Limits) -> BaseGeometry | None:
    return _joined(shape, [_filled(part, limits) for part in shapely.get_parts(shape)])


def _filled(part: BaseGeometry, limits: Limits) -> BaseGeometry:
    outside, *holes = shapely.get_rings(part)
    one, nobody = np.array([part], object), np.zeros(1, np.intp)
    tiny = {hole.wkb for hole in shapely.get_exterior_ring(tiny_holes(one, nobody, limits)[0])}
    return Polygon(outside, [hole for hole in holes if hole.wkb not in tiny])


_REPAIRS: Final[dict[str, Callable[[BaseGeometry, Limits], BaseGeometry | None]]] = {
    "dense_vertices": _without_dense,
    "spike": _without_spikes,
    "tiny_part": _without_tiny_parts,
    "tiny_hole": _without_tiny_holes,
}
"""In the order in which they are done: a spike may show only when its tip is one vertex."""
ORDER: Final = tuple(_REPAIRS)


# --- borders ---------------------------------------------------------------------------------------------

_Mend = Callable[[Positions, bool], Positions | None]


def _rebuilt(shape: BaseGeometry, mend: _Mend) -> BaseGeometry | None:
    """Each border mended; a hole or part of which nothing is left goes."""
    parts = [_part(each, mend) for each in shapely.get_parts(shape)]
    return _joined(shape, [each for each in parts if each is not None])


def _part(part: BaseGeometry, mend: _Mend) -> BaseGeometry | None:
    if shapely.get_dimensions(part) == 2:
        rings = [mend(shapely.get_coordinates(ring)[:-1], True) for ring in shapely.get_rings(part)]
        if rings[0] is None:
            return None
        outside, *holes = [each for each in rings if each is not None]
        return Polygon(outside, holes)
    if shapely.get_dimensions(part) == 1:
        line = mend(shapely.get_coordinates(part), False)
        return None if line is None else LineString(line)
    return part


def _joined(shape: BaseGeometry, parts: list[BaseGeometry]) -> BaseGeometry | None:
    """Parts as a shape of the same sort as before."""
    if not parts:
        return None
    kind = int(shapely.get_type_id(shape))
    several: dict[int, Any] = {
        GeometryType.MULTIPOLYGON: shapely.multipolygons,
        GeometryType.MULTILINESTRING: shapely.multilinestrings,
        GeometryType.MULTIPOINT: shapely.multipoints,
    }
    if kind in several:
        joined: BaseGeometry = several[kind](parts)
        return joined
    return parts[0]


def _thinned(at: Positions, closed: bool, limits: Limits) -> Positions | None:
    """Without vertices that are nearer to the last one kept than the limit; the ends of a line stay."""
    kept = list(_apart(at, limits.spacing_m))
    if not closed:
        if kept[-1] != len(at) - 1:
            kept = [*(kept[:-1] if len(kept) > 1 else kept), len(at) - 1]
        return at[kept] if len(kept) > 1 else None
    while len(kept) > 1 and lengths_m(at[kept[-1:]], at[:1])[0] < limits.spacing_m:
        kept.pop()
    return at[kept] if len(kept) >= 3 else None


def _apart(at: Positions, spacing_m: float) -> Iterator[int]:
    near = np.append(False, lengths_m(at[:-1], at[1:]) < spacing_m)
    last = 0
    for place, doubtful in enumerate(near.tolist()):
        # Only a run of near vertices needs a look back to the last that was kept.
        if doubtful and lengths_m(at[last : last + 1], at[place : place + 1])[0] < spacing_m:
            continue
        last = place
        yield place


def _blunted(at: Positions, closed: bool, limits: Limits) -> Positions | None:
    """Without the tips of spikes, again and again until there is none."""
    for _ in range(_MOST_ROUNDS):
        ring = shapely.linearrings(at) if closed else shapely.linestrings(at)
        lines = np.array([ring], object)
        tips, _ = spikes(chains_of(lines, np.array([closed])), limits)
        if not len(tips):
            return at
        thinned = _thinned(np.delete(at, tips, axis=0), closed, limits)
        if thinned is None:
            return None
        at = thinned
    return at
