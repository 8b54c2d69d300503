"""What does land lie on that a project should keep away from? Control lines by their rules, other layers by their shapes.

A line without data, or whose data do not cover the parcel, is 未检查 and never free of conflict.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from layers.analysis.conflict import county_shape
from layers.analysis.control_lines import unproven
from layers.analysis.hits import Hit, hits_in, name_hits
from layers.analysis.overlay import overlay
from layers.analysis.siting_needs import Needs
from layers.analysis.sizes import mu_of, share_of
from layers.kinds import kind_for
from layers.kinds.control_line import LINES
from layers.measure import areas_m2
from layers.rights import Viewer
from layers.rules.compliance import LEVEL_WORDS, LINE_RULES, SLIVER_M2, Level
from layers.rules.siting import Overlap, Score, avoid_score
from layers.store import query
from layers.store.editions import CONTROL_LINE, editions

Shapes = NDArray[np.object_]
Ids = NDArray[np.int64]
MOST_TOLD: Final = 12
"""Overlaps that a row of the list names, the gravest and largest first."""


class Avoided:
    """The lines and layers that a person wants to keep away from."""

    def __init__(self, session: Session, viewer: Viewer, needs: Needs) -> None:
        self._session, self._viewer, self._needs = session, viewer, needs
        self._county = county_shape(session, viewer) if needs.avoid_lines else None
        self._editions = editions(session, viewer) if needs.avoid_lines else []

    @property
    def asked(self) -> bool:
        return bool(self._needs.avoid_lines or self._needs.avoid_layers)

    def scores(self, shapes: Shapes, ids: Ids) -> list[Score]:
        """One for each shape (CGCS2000 degrees); ids: their features, which do not lie on themselves."""
        found: list[list[Overlap]] = [[] for _ in shapes]
        unchecked: list[list[str]] = [[] for _ in shapes]
        if not len(shapes):
            return []
        sizes = areas_m2(shapes)
        for line in self._needs.avoid_lines:
            self._lay_line(line, shapes, sizes, found, unchecked)
        for key in self._needs.avoid_layers:
            self._lay_layer(key, shapes, ids, sizes, found, unchecked)
        order = [sorted(each, key=lambda overlap: (not overlap.grave, -overlap.share)) for each in found]
        return [avoid_score(*each) for each in zip(order, unchecked, strict=True)]

    def _lay_line(
        self,
        line: str,
        shapes: Shapes,
        sizes: NDArray[np.float64],
        found: list[list[Overlap]],
        unchecked: list[list[str]],
    ) -> None:
        rule = LINE_RULES[line]
        known = [each for each in self._editions if each.line_type == line]
        why = unproven(known, self._county)
        proven = np.zeros(len(shapes), bool) if why else shapely.covers(self._county, shapes)
        inside = shared_m2(shapes, self._areas_of(line))
        counts = np.maximum(sizes - inside, 0) if rule.outside else inside
        for place in range(len(shapes)):
            # Outside of a boundary that is not known whole, nothing can be said.
            clear = counts[place] < SLIVER_M2
            if not clear and (proven[place] or not rule.outside):
                share = float(counts[place] / sizes[place]) if sizes[place] else 0.0
                words = "以外" if rule.outside else ""
                found[place].append(Overlap(LINES[line] + words, share, rule.level is Level.RED))
            # Wholly inside of a boundary is inside, however little of it is known.
            if not proven[place] and not (rule.outside and clear):
                unchecked[place].append(LINES[line])

    def _areas_of(self, line: str) -> Shapes:
        found: list[Any] = []
        for layer in query.layer_rows(self._session, self._viewer):
            if layer.kind == CONTROL_LINE:
                where = query.read_filter(self._session, self._viewer, layer, f"line_type.any.{line}")
                found += [
                    feature.shape
                    for feature in query.find_features(self._session, self._viewer, layer, where=where)
                ]
        areas = np.empty(len(found), object)
        areas[:] = found
        return areas[shapely.get_dimensions(areas) == 2] if found else areas

    def _lay_layer(
        self,
        key: str,
        shapes: Shapes,
        ids: Ids,
        sizes: NDArray[np.float64],
        found: list[list[Overlap]],
        unchecked: list[list[str]],
    ) -> None:
        layer = query.layer_named(self._session, self._viewer, key)
        if not query.count_features(self._session, self._viewer, layer):
            for each in unchecked:
                each.append(f"{layer.title}（没有数据）")
            return
        pieces = _by_subject(hits_in(self._session, self._viewer, key, shapes), ids)
        for place, hits in pieces.items():
            crossed = any(hit.area_m2 == 0 for hit in hits)
            # A line or a point takes no area, and still lies there.
            share = 1.0 if crossed else float(_net_m2(hits) / sizes[place])
            found[place].append(Overlap(layer.title, min(share, 1.0), words="（穿过）" if crossed else ""))


@dataclass
class Lying:
    """What lies on each of some parcels: rows of the list, and the lines of which nothing can be said."""

    of: list[list[dict[str, Any]]]
    unchecked: list[dict[str, str]]


def overlaps_of(session: Session, viewer: Viewer, shapes: Shapes, ids: Ids) -> Lying:
    """What the parcels of the list lie on, of everything the viewer may see, whether or not it was to be avoided."""
    told: list[list[dict[str, Any]]] = [[] for _ in shapes]
    sizes = areas_m2(shapes)
    for layer in query.layer_rows(session, viewer):
        if kind_for(layer).backdrop:
            continue
        hits = [
            hit
            for hit in hits_in(session, viewer, layer.key, shapes)
            if hit.id != ids[hit.subject] and not hit.is_sliver
        ]
        if layer.kind == CONTROL_LINE:
            name_hits(session, viewer, hits)
        for place, title, grouped in _grouped(layer.title, hits):
            told[place].append(_told(title, grouped, float(sizes[place])))
    grave = list(LEVEL_WORDS)
    order = [
        sorted(each, key=lambda row: (grave.index(row["level"]) if row["level"] else 9, -row["area_mu"]))
        for each in told
    ]
    return Lying([each[:MOST_TOLD] for each in order], _unchecked(session, viewer))


def shared_m2(shapes: Shapes, areas: Shapes) -> NDArray[np.float64]:
    """How much of each shape lies on the areas, counted once where these lie over one another."""
    inside = np.zeros(len(shapes))
    if not len(areas) or not len(shapes):
        return inside
    found = overlay(shapes, areas)
    pieces: dict[int, list[int]] = defaultdict(list)
    for row, place in enumerate(found.first.tolist()):
        pieces[place].append(row)
    for place, rows in pieces.items():
        if len(rows) == 1:
            inside[place] = found.areas_m2[rows[0]]
        else:
            inside[place] = areas_m2([shapely.union_all(found.shapes[rows])])[0]
    return inside


def _net_m2(hits: Sequence[Hit]) -> float:
    if len(hits) == 1:
        return hits[0].area_m2
    return float(areas_m2([shapely.union_all([hit.shape for hit in hits])])[0])


def _by_subject(hits: Sequence[Hit], ids: Ids) -> dict[int, list[Hit]]:
    found: dict[int, list[Hit]] = defaultdict(list)
    for hit in hits:
        if hit.id != ids[hit.subject] and not hit.is_sliver:
            found[hit.subject].append(hit)
    return found


def _grouped(layer_title: str, hits: Sequence[Hit]) -> list[tuple[int, tuple[str, str | None], list[Hit]]]:
    """By parcel, and control lines by their type; what counts outside of a line is no overlap."""
    found: dict[tuple[int, str], list[Hit]] = defaultdict(list)
    for hit in hits:
        line = str(hit.feature.properties.get("line_type", "")) if hit.feature else ""
        found[hit.subject, line].append(hit)
    rows: list[tuple[int, tuple[str, str | None], list[Hit]]] = []
    for (place, line), grouped in found.items():
        rule = LINE_RULES.get(line)
        if rule is None:
            rows.append((place, (layer_title, None), grouped))
        elif not rule.outside:
            rows.append((place, (LINES[line], rule.level.value), grouped))
    return rows


def _told(title: tuple[str, str | None], hits: Sequence[Hit], size_m2: float) -> dict[str, Any]:
    words, level = title
    areas = [hit for hit in hits if hit.area_m2 > 0]
    shared = _net_m2(areas) if areas else 0.0
    return {
        "title": words,
        "level": level,
        "level_words": LEVEL_WORDS[Level(level)] if level else "",
        "count": len({hit.id for hit in hits}),
        "area_mu": mu_of(shared),
        "share": share_of(shared, size_m2) if shared else None,
    }


def _unchecked(session: Session, viewer: Viewer) -> list[dict[str, str]]:
    """The lines of which finding nothing proves nothing."""
    known, county = editions(session, viewer), county_shape(session, viewer)
    whys = {key: unproven([each for each in known if each.line_type == key], county) for key in LINES}
    return [{"title": LINES[key], "why": why} for key, why in whys.items() if why]
