"""What is wrong with a layer as it stands on the map? Checked for one viewer, and kept as a report."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Final

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from layers import clock
from layers.checks import (
    CHECKS,
    Crowd,
    Finding,
    Limits,
    Rows,
    alone,
    in_order,
    names_of,
    together,
    worst_first,
)
from layers.errors import InvalidValue
from layers.kinds import BOUNDARIES, LayerKind, kind_for
from layers.rights import Viewer, may_see
from layers.store import Database, quality, query
from layers.store.quality import Trouble

MOST_FEATURES: Final = 500_000
MOST_LISTED: Final = 2000
"""Findings of one check that a report lists; beyond that it only counts."""
SECONDS: Final = 1800.0
_NEEDED: Final = ("name", "aliases", "phase")

OnStep = Callable[[float, str], object]


@dataclass
class _Found:
    """Everything found so far, bounded. counts: check → how many; listed: (row, trouble), the first of each check."""

    counts: Counter[str] = field(default_factory=Counter)
    listed: list[Finding] = field(default_factory=list)

    def take(
        self, findings: Iterable[Finding], mine: np.ndarray[Any, np.dtype[np.bool_]], start: int = 0
    ) -> None:
        for each in findings:
            if mine[each.row + start]:
                self.counts[each.check] += 1
                if self.counts[each.check] <= MOST_LISTED:
                    self.listed.append(each._replace(row=each.row + start))


@dataclass
class _Layer:
    """The rows of a layer, with only what comparing them needs."""

    kind: LayerKind
    ids: list[int] = field(default_factory=list)
    shapes: list[np.ndarray[Any, np.dtype[np.object_]]] = field(default_factory=list)
    told: list[Mapping[str, Any]] = field(default_factory=list)
    mine: list[np.ndarray[Any, np.dtype[np.bool_]]] = field(default_factory=list)


def check_layer(
    database: Database,
    viewer: Viewer,
    key: str,
    limits: Limits,
    *,
    town: str | None = None,
    act: int | None = None,
    on_step: OnStep = lambda share, words: None,
) -> str:
    """Check what this viewer sees of a layer, and keep the report; its uid.

    town, act: only features that lie in this town, or that this act brought; they are compared with all others.
    on_step hears how far it is, and may raise to end it. Raises UnknownThing, InvalidValue.
    """
    found = _Found()
    with database.reading() as session:
        layer = query.layer_named(session, viewer, key)
        kind, version, layer_id = _seen_kind(kind_for(layer), viewer, layer.unit), layer.version, layer.id
        if town is not None and town not in quality.town_names(session, viewer):
            raise InvalidValue(f"没有乡镇街道“{town[:40]}”。请从列表中选择。")
        county = None if kind.key == BOUNDARIES else quality.county_shape(session, viewer)
        rows = _Layer(kind)
        for some in quality.features_to_check(session, viewer, layer):
            _take_slice(rows, found, some, limits, county, town, act)
            on_step(min(0.3, len(rows.ids) / MOST_FEATURES), f"已检查 {len(rows.ids):,} 个图形")
            if len(rows.ids) > MOST_FEATURES:
                raise InvalidValue(
                    f"图层“{layer.title}”超过 {MOST_FEATURES:,} 个图形。请选择一个乡镇街道，分别检查。"
                )
    unfinished = _compare(rows, found, limits, on_step)
    asked = {name: value for name, value in (("town", town), ("act", act)) if value is not None}
    told = {
        "features": int(sum(mine.sum() for mine in rows.mine)),
        "counts": {check.code: found.counts[check.code] for check in CHECKS if found.counts[check.code]},
        "unfinished": unfinished,
        "limits": limits.told(),
    }
    troubles = [_trouble(rows, each) for each in worst_first(found.listed)]
    on_step(0.98, "正在写入报告")
    with database.writing() as session:
        uid = quality.keep_report(session, viewer, layer_id, version, asked, told, troubles)
        session.commit()
    return uid


def _seen_kind(kind: LayerKind, viewer: Viewer, unit: str) -> LayerKind:
    """The kind with the fields that this viewer sees; the values of the others are not there for him."""
    seen = tuple(each for each in kind.fields if may_see(viewer, each.visibility, unit))
    return replace(kind, fields=tuple(each for each in seen if each.key not in kind.retired))


def _take_slice(
    rows: _Layer,
    found: _Found,
    some: quality.Slice,
    limits: Limits,
    county: BaseGeometry | None,
    town: str | None,
    act: int | None,
) -> None:
    kind = rows.kind
    properties = [
        {key: value for key, value in told.items() if key in kind.by_key} for told in some.properties
    ]
    mine = np.array(
        [
            (town is None or lies == town) and (act is None or brought == act)
            for lies, brought in zip(some.towns, some.acts, strict=True)
        ],
        bool,
    )
    ours = np.flatnonzero(mine)
    asked = Rows(kind, some.shapes[ours], [properties[at] for at in ours])
    findings = [
        each._replace(row=int(ours[each.row])) for each in alone(asked, limits, clock.today(), county)
    ]
    marks = np.concatenate([*rows.mine, mine])
    found.take(in_order(findings), marks, len(rows.ids))
    kept = {*_NEEDED, kind.code_field, *kind.apart_by}
    rows.ids += some.ids
    rows.shapes.append(some.shapes)
    rows.told += [{key: value for key, value in told.items() if key in kept} for told in properties]
    rows.mine.append(mine)


def _compare(rows: _Layer, found: _Found, limits: Limits, on_step: OnStep) -> list[str]:
    """What the rows are to each other; says what could not be compared."""
    if not rows.ids:
        return []
    shapes, mine = np.concatenate(rows.shapes), np.concatenate(rows.mine)
    shapes[~shapely.is_valid(shapes)] = None
    crowd = Crowd(Rows(rows.kind, shapes, rows.told), names_of(rows.kind.title, rows.told), mine)

    def step(share: float) -> None:
        on_step(0.3 + 0.65 * share, "正在与相邻图形比较")

    found.take(together(crowd, limits, seconds=SECONDS, on_step=step), mine)
    return crowd.unfinished


def _trouble(rows: _Layer, finding: Finding) -> Trouble:
    lon, lat = finding.spot or _middle(rows, finding.row)
    other = None if finding.other is None else rows.ids[finding.other]
    return Trouble(
        finding.check, rows.ids[finding.row], other, lon, lat, finding.field, finding.value, finding.reason
    )


def _middle(rows: _Layer, row: int) -> tuple[float, float]:
    for some in rows.shapes:
        if row < len(some):
            west, south, east, north = shapely.bounds(some[row]).tolist()
            return (west + east) / 2, (south + north) / 2
        row -= len(some)
    raise IndexError(row)
