"""What is odd about the rows of a file, each for itself and among what is on the map already?"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray

from layers import clock, crs
from layers.checks import REPAIRABLE, Crowd, Finding, Limits, Rows, alone, in_order, names_of, together
from layers.intake.rows import RowProblem
from layers.kinds import BOUNDARIES, LayerKind
from layers.rights import Viewer
from layers.shapes import Shapes
from layers.store import Database, quality, query

MOST_TOGETHER: Final = 10_000
"""Files of more rows are compared with their neighbours after they are on the map, by a job."""
MOST_BESIDE: Final = 50_000
SECONDS: Final = 15.0
MOST_TOLD: Final = 2000
"""Findings of one check that are told row by row; beyond that only how many."""
_AROUND_DEG: Final = 0.003
_SLICE: Final = 1000
"""Rows looked at together: their positions stay in the processor's cache."""
_AT_ONCE: Final = 2
"""Threads that look: GEOS and NumPy work side by side, what Python does waits its turn."""
_FOLLOWS: Final = "与相邻图形的比较（重叠、缝隙、重复）在导入后进行，见“数据质检”"


@dataclass
class Oddities:
    """counts: check → how many rows have it; follows: neighbours are compared later."""

    warnings: list[RowProblem] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)
    follows: bool = False

    def take(self, findings: Sequence[Finding]) -> None:
        for each in findings:
            self.counts[each.check] += 1
            if self.counts[each.check] <= MOST_TOLD:
                offered = "offered" if each.check in REPAIRABLE else ""
                self.warnings.append(
                    RowProblem(
                        each.row + 1, each.field, each.value, each.reason, each.check, each.spot, offered
                    )
                )


def oddities(
    database: Database,
    viewer: Viewer,
    kind: LayerKind,
    layer: str | None,
    shapes: Shapes,
    properties: Sequence[Mapping[str, Any]],
    *,
    sound: Sequence[int],
    areas: NDArray[np.float64],
    limits: Limits,
    areas_compared: bool,
) -> Oddities:
    """Everything that the checks find. sound: rows (from 0) whose shape can be stored; the others have no shape here.
    areas: m² of each.

    layer: the key of the one they go into; None where it is yet to be made.
    """
    found = Oddities()
    mine = np.full(len(shapes), None, object)
    mine[list(sound)] = shapes[list(sound)]
    found.take(list(_alone(database, viewer, Rows(kind, mine, properties), areas, limits, areas_compared)))
    if len(shapes) > MOST_TOGETHER:
        found.follows = True
        found.notes.append(_FOLLOWS)
    else:
        _compare(found, database, viewer, layer, Rows(kind, mine, properties), limits)
    found.warnings.sort(key=lambda problem: problem.row)
    return found


def _alone(
    database: Database,
    viewer: Viewer,
    rows: Rows,
    areas: NDArray[np.float64],
    limits: Limits,
    areas_compared: bool,
) -> Iterator[Finding]:
    with database.reading() as session:
        county = None if rows.kind.key == BOUNDARIES else quality.county_shape(session, viewer)
    today = clock.today()

    def look(starts: Iterable[int]) -> list[Finding]:
        # GEOS prepares a shape when it is first asked about it, which two threads must not do to the same one.
        own = county and shapely.from_wkb(shapely.to_wkb(county))
        found: list[Finding] = []
        for start in starts:
            part = slice(start, start + _SLICE)
            some = Rows(rows.kind, rows.shapes[part], rows.properties[part])
            told = in_order(alone(some, limits, today, own, values=False, areas=areas[part]))
            found += [each._replace(row=each.row + start) for each in told]
        return found

    shares = np.array_split(np.arange(0, len(rows), _SLICE), _AT_ONCE)
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        looked = pool.map(look, [share.tolist() for share in shares if len(share)])
        for each in itertools.chain.from_iterable(looked):
            # A 界址点 TXT has told of its areas while it was read.
            if not (areas_compared and each.check == "area_differs"):
                yield each


def _compare(
    found: Oddities, database: Database, viewer: Viewer, layer: str | None, rows: Rows, limits: Limits
) -> None:
    there = _beside(database, viewer, layer, rows.shapes)
    if len(there) > MOST_BESIDE:
        found.follows = True
        found.notes.append(_FOLLOWS)
        return
    shapes = np.concatenate([rows.shapes, np.array([each.shape for each in there] + [None], object)[:-1]])
    told = [*rows.properties, *(each.properties for each in there)]
    mine = np.arange(len(shapes)) < len(rows)
    crowd = Crowd(Rows(rows.kind, shapes, told), names_of(rows.kind.title, told), mine, replaces=True)
    found.take(in_order(together(crowd, limits, seconds=SECONDS)))
    found.notes += crowd.unfinished


def _beside(
    database: Database, viewer: Viewer, layer: str | None, shapes: Shapes
) -> list[query.FoundFeature]:
    """What stands on the map around the rows of the file."""
    box = shapely.total_bounds(shapes)
    if layer is None or not np.isfinite(box).all():
        return []
    west, south, east, north = box.tolist()
    with database.reading() as session:
        row = query.layer_named(session, viewer, layer)
        around = crs.padded((west, south, east, north), _AROUND_DEG)
        return query.find_features(session, viewer, row, bounds=around, limit=MOST_BESIDE + 1)
