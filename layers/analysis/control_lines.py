"""What do the control lines say of a project? One row for every line that must be checked.

Also for those of which nothing is on the map: a line without data, or with data that do not cover the project, is
未检查, never free of conflict.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from layers.analysis.hits import Hit, largest, told
from layers.analysis.sizes import km_of, m2_of, mu_of, share_of
from layers.kinds.control_line import LINES
from layers.measure import areas_m2
from layers.rules.compliance import (
    LEVEL_WORDS,
    LINE_RULES,
    SLIVER_M2,
    STATUS_WORDS,
    LineRule,
    Status,
    status_of,
)
from layers.store.editions import Edition

NO_DATA: Final = "图上没有这类数据，或者您无权查看"
NOT_ALL: Final = "数据没有注明覆盖全县，未压盖的部分不能视为没有冲突"
BEYOND: Final = "项目有一部分在县界以外，本县数据不能说明"
NO_COUNTY: Final = "图上没有县界，无法判断数据是否覆盖项目"


Shapes = NDArray[np.object_]


@dataclass
class Lines:
    """The subjects, their sizes in m², the county, and in which editions lines are on the map."""

    shapes: Shapes
    sizes: NDArray[np.float64]
    county: BaseGeometry | None
    editions: Sequence[Edition]

    def rows(self, hits: Sequence[Hit]) -> list[dict[str, Any]]:
        """The gravest first; hits: on control lines only."""
        by_type: dict[str, list[Hit]] = {key: [] for key in LINES}
        types = _types_of(hits)
        for hit in hits:
            by_type.setdefault(types.get(hit.id, ""), []).append(hit)
        rows = [self._row(key, by_type[key]) for key in LINES]
        order = [Status.OVERLAP, Status.UNCHECKED, Status.CLEAR]
        grave = list(LEVEL_WORDS)
        return sorted(rows, key=lambda row: (order.index(row["status"]), grave.index(row["level"])))

    def _row(self, key: str, hits: Sequence[Hit]) -> dict[str, Any]:
        rule = LINE_RULES[key]
        known = [each for each in self.editions if each.line_type == key]
        inside = self._netm2_of(hits)
        whole = float(self.sizes.sum())
        counts = max(whole - inside, 0.0) if rule.outside else inside
        counts = counts if counts >= SLIVER_M2 else 0.0
        lines_m = sum(hit.length_m for hit in hits)
        why = "" if rule.outside and not counts else self._gap(known)
        # Outside of a boundary that is not known whole, nothing can be said.
        seen = 0.0 if rule.outside and why else counts + (0.0 if rule.outside else lines_m)
        seen += sum(1.0 for hit in hits if not rule.outside and hit.area_m2 == hit.length_m == 0)
        status = status_of(seen, complete=not why)
        size = seen and counts
        return {
            "key": key,
            "title": LINES[key],
            "status": status.value,
            "status_words": STATUS_WORDS[status],
            **_told_rule(rule),
            "area_mu": mu_of(size),
            "area_m2": m2_of(size),
            "share": share_of(size, whole),
            "length_km": km_of(lines_m) if not rule.outside else 0.0,
            "why": why,
            "editions": [_told_edition(each) for each in known],
            "objects": [told(hit, self.sizes) for hit in largest(hits) if not hit.is_sliver],
        }

    def _netm2_of(self, hits: Sequence[Hit]) -> float:
        """Each subject's area on lines of one type, counted once where they lie over one another."""
        total = 0.0
        for subject in {hit.subject for hit in hits}:
            pieces = [hit for hit in hits if hit.subject == subject and hit.area_m2 > 0 and not hit.is_sliver]
            if len(pieces) == 1:
                total += pieces[0].area_m2
            elif pieces:
                total += float(areas_m2([shapely.union_all([hit.shape for hit in pieces])])[0])
        return total

    def _gap(self, known: Sequence[Edition]) -> str:
        """Why finding nothing would prove nothing; empty where the data cover the subjects whole."""
        why = unproven(known, self.county)
        return why or ("" if bool(np.all(shapely.covers(self.county, self.shapes))) else BEYOND)


def unproven(known: Sequence[Edition], county: BaseGeometry | None) -> str:
    """Why data of one line prove nothing anywhere in the county; empty where they cover it whole."""
    if not known:
        return NO_DATA
    if not any(each.coverage == "county" for each in known):
        return NOT_ALL
    return NO_COUNTY if county is None else ""


def _types_of(hits: Sequence[Hit]) -> dict[int, str]:
    return {
        hit.id: str(hit.feature.properties.get("line_type", "")) for hit in hits if hit.feature is not None
    }


def _told_rule(rule: LineRule) -> dict[str, Any]:
    return {
        "level": rule.level.value,
        "level_words": LEVEL_WORDS[rule.level],
        "words": rule.words,
        "basis": rule.basis,
        "outside": rule.outside,
    }


def _told_edition(each: Edition) -> dict[str, Any]:
    return {
        "layer": each.layer_title,
        "approval_no": each.approval_no,
        "data_version": each.data_version,
        "data_day": each.data_day,
        "coverage": each.coverage,
        "count": each.count,
    }
