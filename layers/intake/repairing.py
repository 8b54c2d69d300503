"""Which shapes of a file are put right before they go onto the map? Only those whose repair a person accepted."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
from shapely.geometry.base import BaseGeometry

from layers.checks import BY_CODE, REPAIR_ORDER, REPAIRABLE, Limits, repaired_shape, shape_findings
from layers.errors import InvalidValue
from layers.intake.rows import SHAPE, RowProblem
from layers.measure import area_m2, rounded_mu
from layers.shapes import CheckedShapes, Shapes

ALL: Final = "all"
CROSSING: Final = "self_intersection"


@dataclass(frozen=True)
class Accepted:
    """What a person has accepted. sorts: all repairs of these checks; rows: check → rows, from 1."""

    sorts: frozenset[str] = frozenset()
    rows: Mapping[str, frozenset[int]] = field(default_factory=dict)

    def takes(self, check: str, row: int) -> bool:
        """Whether this repair of this row (from 1) was accepted."""
        return check in self.sorts or row in self.rows.get(check, ())

    def any_of(self, check: str) -> bool:
        return check in self.sorts or bool(self.rows.get(check))

    def told(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "sorts": sorted(self.sorts),
            "rows": {key: sorted(rows) for key, rows in self.rows.items() if rows},
        }


NOTHING_ACCEPTED: Final = Accepted()


def accepted(told: Mapping[str, Any] | None) -> Accepted:
    """What `Accepted.told` wrote down."""
    if not told:
        return NOTHING_ACCEPTED
    rows = {str(key): frozenset(map(int, listed)) for key, listed in told.get("rows", {}).items()}
    return Accepted(frozenset(told.get("sorts", ())), rows)


def accepted_sorts(codes: Iterable[str]) -> Accepted:
    """All repairs of these checks; raises InvalidValue for what has none. “all” means every one."""
    wanted = set(codes)
    if wrong := wanted - {ALL, *REPAIRABLE}:
        right = "、".join(f"{code}（{BY_CODE[code].title}）" for code in REPAIRABLE)
        raise InvalidValue(f"没有“{sorted(wrong)[0][:40]}”这种修复，应为 {ALL}（全部）或：{right}。")
    return Accepted(frozenset(REPAIRABLE if ALL in wanted else wanted))


@dataclass
class Mended:
    """What was repaired. checks, before: row (from 1) → what was repaired, and the shape as it came."""

    checks: dict[int, list[str]] = field(default_factory=dict)
    before: dict[int, BaseGeometry] = field(default_factory=dict)
    told: list[RowProblem] = field(default_factory=list)


def mend(checked: CheckedShapes, came: Shapes, said: Accepted, limits: Limits) -> Mended:
    """Carry out what was accepted, in place. came: the shapes before anything was done to them."""
    mended = Mended()
    for at, trouble in checked.accepted.items():
        _note(mended, CROSSING, at, came[at], checked.shapes[at], f"图形{trouble}")
    for check in (check for check in REPAIR_ORDER if said.any_of(check)):
        _mend_sort(mended, checked, check, said, limits)
    mended.told.sort(key=lambda problem: problem.row)
    return mended


def _mend_sort(mended: Mended, checked: CheckedShapes, check: str, said: Accepted, limits: Limits) -> None:
    good = np.ones(len(checked.shapes), bool)
    good[list(checked.problems)] = False
    places = np.flatnonzero(good)
    for found in shape_findings(checked.shapes[places], limits):
        at = int(places[found.row])
        if found.check != check or not said.takes(check, at + 1):
            continue
        shape = repaired_shape(check, checked.shapes[at], limits)
        title = BY_CODE[check].title
        if shape is None:
            reason = f"{title}未能自动修复，图形未改动。请在原软件中修正。"
            mended.told.append(RowProblem(at + 1, SHAPE, found.value, reason, check, found.spot))
            continue
        before, checked.shapes[at] = checked.shapes[at], shape
        _note(mended, check, at, before, shape, f"{title} {found.value}")


def _note(mended: Mended, check: str, at: int, before: BaseGeometry, after: BaseGeometry, what: str) -> None:
    row, area = at + 1, area_m2(after)
    mended.checks.setdefault(row, []).append(check)
    mended.before.setdefault(row, before)
    now = f"，现面积 {rounded_mu(area)} 亩" if area else ""
    reason = (
        f"{what}，已按您的选择修复（{BY_CODE[check].repair.split('；')[0]}）{now}。原图形随本次导入留存。"
    )
    point = after.representative_point()
    mended.told.append(RowProblem(row, SHAPE, "", reason, check, (point.x, point.y), "done"))
