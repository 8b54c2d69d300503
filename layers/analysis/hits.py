"""Which features of a layer meet these shapes, and what do they share? Areas on areas, lines and points on anything."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry
from sqlalchemy.orm import Session

from layers.analysis.overlay import overlay, pairs
from layers.analysis.sizes import km_of, m2_of, mu_of, share_of
from layers.measure import length_m
from layers.rights import Viewer
from layers.rules.compliance import SLIVER_M2
from layers.store import query
from layers.store.found import FoundFeature, found_by_id

MOST_OBJECTS: Final = 2000
"""Objects that are listed by name, the largest first; totals count all of them."""
_SLICE: Final = 500

Shapes = NDArray[np.object_]


@dataclass
class Hit:
    """A piece that a subject shares with a feature. length_m: where one of them is a line; both 0 for a point.

    subject: its place. feature: what the viewer may see of it; not read for the smallest of very many.
    """

    subject: int
    id: int
    shape: BaseGeometry
    area_m2: float
    length_m: float = 0.0
    feature: FoundFeature | None = None

    @property
    def is_sliver(self) -> bool:
        """Smaller than the tolerance."""
        return 0 < self.area_m2 < SLIVER_M2


def hits_in(session: Session, viewer: Viewer, key: str, shapes: Shapes) -> list[Hit]:
    """What of this layer meets the shapes (CGCS2000 degrees)."""
    layer = query.layer_named(session, viewer, key)
    west, south, east, north = (float(side) for side in shapely.total_bounds(shapes))
    there = query.outlines(session, viewer, layer, (west, south, east, north))
    if not len(there.ids):
        return []
    flat = shapely.get_dimensions(there.shapes) == 2
    solid = shapely.get_dimensions(shapes) == 2
    return [
        *_areas(np.flatnonzero(solid), np.flatnonzero(flat), shapes, there),
        *_lines_and_points(np.flatnonzero(solid), np.flatnonzero(~flat), shapes, there),
        *_lines_and_points(np.flatnonzero(~solid), np.arange(len(flat)), shapes, there),
    ]


def name_hits(session: Session, viewer: Viewer, hits: Sequence[Hit]) -> None:
    """Read the features that were hit."""
    wanted = list(dict.fromkeys(hit.id for hit in hits))
    known: dict[int, FoundFeature] = {}
    for start in range(0, len(wanted), _SLICE):
        known |= found_by_id(session, viewer, wanted[start : start + _SLICE])
    for hit in hits:
        hit.feature = known.get(hit.id)


def largest(hits: Sequence[Hit]) -> list[Hit]:
    """The largest, in an order that does not change from run to run."""
    return sorted(hits, key=lambda hit: (-hit.area_m2, -hit.length_m, hit.subject, hit.id))[:MOST_OBJECTS]


def _areas(mine: Any, theirs: Any, shapes: Shapes, there: query.Outlines) -> Iterator[Hit]:
    found = overlay(shapes[mine], there.shapes[theirs])
    for first, second, piece, size in zip(*found, strict=True):
        yield Hit(int(mine[first]), int(there.ids[theirs[second]]), piece, float(size))


def _lines_and_points(mine: Any, theirs: Any, shapes: Shapes, there: query.Outlines) -> Iterator[Hit]:
    left, right = pairs(shapes[mine], there.shapes[theirs])
    pieces = shapely.intersection(shapes[mine[left]], there.shapes[theirs[right]])
    for first, second, piece in zip(left, right, pieces, strict=True):
        subject, other = int(mine[first]), int(theirs[second])
        is_point = 0 in (shapely.get_dimensions(shapes[subject]), shapely.get_dimensions(there.shapes[other]))
        metres = _length_m(piece)
        if metres > 0 or is_point:
            yield Hit(subject, int(there.ids[other]), piece, 0.0, metres)


def _length_m(piece: BaseGeometry) -> float:
    """Of its lines; what only touches has none."""
    return sum(length_m(part) for part in shapely.get_parts(piece))


def told(hit: Hit, sizes: NDArray[np.float64]) -> dict[str, Any]:
    """A hit as a row of a result. sizes: of the subjects, in m²."""
    feature = hit.feature
    said = feature.properties if feature else {}
    return {
        "subject": hit.subject,
        "uid": feature.uid if feature else None,
        "name": feature.name if feature else "（未列名）",
        "layer": feature.layer_title if feature else "",
        "sort": feature.declared.symbol_class(str(feature.derived.get("symbol"))).title if feature else "",
        "sample": bool(said.get("is_sample")),
        "area_mu": mu_of(hit.area_m2),
        "area_m2": m2_of(hit.area_m2),
        "share": share_of(hit.area_m2, float(sizes[hit.subject])),
        "length_km": km_of(hit.length_m),
        **{key: said.get(key) for key in ("approval_no", "data_version", "data_day")},
    }
