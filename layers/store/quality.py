"""What is to be checked of a layer, and what did checks find?

A report is read by whoever sees the same data as the one who asked for it; what a reader sees no longer drops out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, Select, delete, func, insert, or_, select
from sqlalchemy.orm import Session, aliased

from layers import clock
from layers.errors import UnknownThing
from layers.kinds import BOUNDARIES
from layers.rights import Viewer, sight
from layers.store.engine import json_text, wkb
from layers.store.rows import new_uid
from layers.store.seen import layers_seen, seen
from layers.store.tables import Feature, Layer, QualityFinding, QualityReport, table_of

SLICE: Final = 5000
MOST_KEPT: Final = 10
"""Reports of a layer that are kept for readers of one sight."""


class Slice(NamedTuple):
    """Some features of a layer, column by column; shapes in CGCS2000 degrees."""

    ids: list[int]
    acts: list[int]
    towns: list[str | None]
    properties: list[Mapping[str, Any]]
    shapes: NDArray[np.object_]


@dataclass(frozen=True)
class Trouble:
    """A finding as it is kept."""

    check: str
    feature_id: int
    other_id: int | None
    lon: float | None
    lat: float | None
    field: str
    value: str
    reason: str


@dataclass(frozen=True)
class ToldTrouble:
    """A finding as a reader sees it, with who has it. place: its number in the report, from 1."""

    place: int
    check: str
    uid: str
    name: str
    other_uid: str | None
    other_name: str | None
    lon: float | None
    lat: float | None
    field: str
    value: str
    reason: str


@dataclass(frozen=True)
class Report:
    """A report as a reader sees it. outdated: the layer has changed since."""

    id: int
    uid: str
    layer_key: str
    layer_title: str
    kind: str
    unit: str
    who: str
    at: datetime
    asked: dict[str, Any]
    told: dict[str, Any]
    outdated: bool


def features_to_check(session: Session, viewer: Viewer, layer: Layer) -> Iterator[Slice]:
    """All standing features of a layer that this viewer may see, slice by slice in the order of their ids."""
    after = 0
    while rows := session.execute(_slice(viewer, layer, after)).all():
        ids, acts, towns, properties, shapes = map(list, zip(*rows, strict=True))
        yield Slice(ids, acts, towns, properties, np.asarray(shapely.from_wkb(shapes), object))
        after = ids[-1]


def county_shape(session: Session, viewer: Viewer) -> Any:
    """The area of the county: its own boundary, else all its towns; None where there is neither."""
    for level in ("county", "town"):
        there = json_text(Feature.properties, "level") == level, Layer.kind == BOUNDARIES
        wanted = select(Feature.shape).join(Layer).where(*there, *seen(viewer)).order_by(Feature.id)
        if shapes := list(session.scalars(wanted)):
            return shapely.union_all(shapes)
    return None


def town_names(session: Session, viewer: Viewer) -> list[str]:
    """The towns to which a check may be narrowed down."""
    name = json_text(Feature.properties, "name")
    there = json_text(Feature.properties, "level") == "town", Layer.kind == BOUNDARIES
    wanted = select(name).join(Layer).where(*there, *seen(viewer)).order_by(Feature.id)
    return [each for each in session.scalars(wanted) if each]


def keep_report(
    session: Session,
    viewer: Viewer,
    layer_id: int,
    layer_version: int,
    asked: dict[str, Any],
    told: dict[str, Any],
    troubles: Sequence[Trouble],
) -> str:
    """Write a report down, and say its uid; the oldest of this layer and sight go."""
    report = QualityReport(
        uid=new_uid(),
        layer_id=layer_id,
        layer_version=layer_version,
        sight=_sight(viewer),
        who=viewer.name,
        account_id=viewer.account,
        at=clock.now(),
        asked=asked,
        told=told,
    )
    session.add(report)
    session.flush()
    rows = [
        {"report_id": report.id, "place": place, "check_code": each.check}
        | {name: getattr(each, name) for name in Trouble.__dataclass_fields__ if name != "check"}
        for place, each in enumerate(troubles, 1)
    ]
    if rows:
        session.connection().execute(insert(table_of(QualityFinding)), rows)
    _drop_old(session, viewer, layer_id)
    return report.uid


def reports(session: Session, viewer: Viewer, *, layer: str | None = None, limit: int = 50) -> list[Report]:
    """Reports that this viewer may read, of one layer or of all, the newest first."""
    wanted = _readable(viewer).order_by(QualityReport.id.desc()).limit(limit)
    return _reports(session, wanted if layer is None else wanted.where(Layer.key == layer))


def report_of(session: Session, viewer: Viewer, uid: str) -> Report:
    """The report with this uid; UnknownThing when there is none that this viewer may read."""
    found = _reports(session, _readable(viewer).where(QualityReport.uid == uid[:36]))
    if not found:
        raise UnknownThing("没有这份质检报告，或者您无权查看。请在“数据质检”页重新检查。")
    return found[0]


def troubles_of(
    session: Session,
    viewer: Viewer,
    report: Report,
    *,
    check: str | None = None,
    limit: int | None = None,
    offset: int = 0,
) -> list[ToldTrouble]:
    """Findings about features that this viewer sees now, in the order of the report."""
    other = aliased(Feature)
    wanted = (
        select(
            QualityFinding.place,
            QualityFinding.check_code.label("check"),
            Feature.uid,
            json_text(Feature.properties, "name").label("name"),
            other.uid.label("other_uid"),
            json_text(other.properties, "name").label("other_name"),
            QualityFinding.lon,
            QualityFinding.lat,
            QualityFinding.field,
            QualityFinding.value,
            QualityFinding.reason,
        )
        .join(Feature, Feature.id == QualityFinding.feature_id)
        .join(Layer, Layer.id == Feature.layer_id)
        .outerjoin(other, other.id == QualityFinding.other_id)
        .where(*_of_report(viewer, report, check))
        .order_by(QualityFinding.place)
        .limit(limit)
        .offset(offset)
    )
    return [ToldTrouble(**row._asdict()) for row in session.execute(wanted)]


def count_troubles(session: Session, viewer: Viewer, report: Report, check: str | None = None) -> int:
    """How many findings `troubles_of` has in all."""
    counted = (
        select(func.count())
        .select_from(QualityFinding)
        .join(Feature, Feature.id == QualityFinding.feature_id)
        .join(Layer, Layer.id == Feature.layer_id)
        .where(*_of_report(viewer, report, check))
    )
    return session.execute(counted).scalar_one()


def _slice(viewer: Viewer, layer: Layer, after: int) -> Select[Any]:
    return (
        select(
            Feature.id,
            Feature.act_id,
            json_text(Feature.derived, "town"),
            Feature.properties,
            wkb(Feature.shape),
        )
        .join(Layer)
        .where(Feature.layer_id == layer.id, Feature.review.is_(None), Feature.id > after, *seen(viewer))
        .order_by(Feature.id)
        .limit(SLICE)
    )


def _of_report(viewer: Viewer, report: Report, check: str | None) -> list[ColumnElement[bool]]:
    of_check = [] if check is None else [QualityFinding.check_code == check]
    mine = QualityFinding.report_id == report.id
    others = select(QualityFinding.other_id).where(mine, QualityFinding.other_id.is_not(None))
    # Whoever sees one of a pair no longer does not hear of the other either.
    in_sight = select(Feature.id).join(Layer).where(Feature.id.in_(others), *seen(viewer)).correlate(None)
    return [
        mine,
        *of_check,
        or_(QualityFinding.other_id.is_(None), QualityFinding.other_id.in_(in_sight)),
        *seen(viewer),
    ]


def _readable(viewer: Viewer) -> Select[Any]:
    return (
        select(
            QualityReport.id,
            QualityReport.uid,
            Layer.key.label("layer_key"),
            Layer.title.label("layer_title"),
            Layer.kind,
            Layer.unit,
            QualityReport.who,
            QualityReport.at,
            QualityReport.asked,
            QualityReport.told,
            (Layer.version != QualityReport.layer_version).label("outdated"),
        )
        .join(Layer, Layer.id == QualityReport.layer_id)
        .where(QualityReport.sight == _sight(viewer), *layers_seen(viewer))
    )


def _reports(session: Session, wanted: Select[Any]) -> list[Report]:
    return [Report(**row._asdict()) for row in session.execute(wanted)]


def _drop_old(session: Session, viewer: Viewer, layer_id: int) -> None:
    ours = QualityReport.layer_id == layer_id, QualityReport.sight == _sight(viewer)
    newest = select(QualityReport.id).where(*ours).order_by(QualityReport.id.desc()).offset(MOST_KEPT)
    old = list(session.scalars(newest))
    if old:
        session.execute(delete(QualityFinding).where(QualityFinding.report_id.in_(old)))
        session.execute(delete(QualityReport).where(QualityReport.id.in_(old)))


def _sight(viewer: Viewer) -> str:
    """The same for all who see the same."""
    who = sight(viewer)
    return f"{who.audience} {who.unit}".strip()
