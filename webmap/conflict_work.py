"""How is a question what lies under a project answered and kept? At once for a few shapes, by a job for many."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy.orm import Session

from layers.analysis.conflict import MOST_SUBJECTS, Subject, check, subject_of
from layers.editing.drawn import drawn_shape, widened
from layers.errors import InvalidValue
from layers.jobs import Cancelled, Running
from layers.kinds import BOUNDARIES
from layers.rights import INTERNAL_VIEWER, Viewer
from layers.store import Database, accounts, analyses, query

KIND: Final = "conflict"
AT_ONCE: Final = 20
"""So many features are laid over the map while the person waits."""
LONGEST_NAME: Final = 60
DRAWN: Final = "绘制的范围"


def is_long(asked: Mapping[str, Any]) -> bool:
    """Whether the answer should be left to a job."""
    return "layer" in asked or len(asked.get("uids", ())) > AT_ONCE


def answer(database: Database, viewer: Viewer, asked: Mapping[str, Any]) -> str:
    """Lay what was asked about over the map, keep the result, and say its uid."""
    with database.reading() as session:
        subjects = subjects_of(session, viewer, asked)
    return keep(database, viewer, subjects, asked)


def keep(database: Database, viewer: Viewer, subjects: list[Subject], asked: Mapping[str, Any]) -> str:
    """Lay these over the map, keep the result with what was asked, and say its uid."""
    with database.reading() as session:
        done = check(session, viewer, subjects)
    with database.writing() as session:
        uid = analyses.add(
            session,
            viewer,
            KIND,
            _title(subjects),
            asked=dict(asked),
            result=done.result,
            versions=done.versions,
        )
        session.commit()
    return uid


def work(database: Database, job: Running) -> dict[str, Any]:
    """The same as a job; the result says the uid."""
    job.tell(0.1, "正在叠加各图层")
    viewer = viewer_of(database, job)
    asked = {key: value for key, value in job.arguments.items() if key != "audience"}
    uid = answer(database, viewer, asked)
    return {"uid": uid}


def viewer_of(database: Database, job: Running) -> Viewer:
    """Who asked for this job, with the rights that the person has now."""
    if job.account_id is None:
        # As long as there are no accounts, insiders ask without one.
        if job.arguments.get("audience") != INTERNAL_VIEWER.audience:
            raise Cancelled
        return INTERNAL_VIEWER
    with database.reading() as session:
        return accounts.person(session, job.account_id).viewer


def subjects_of(session: Session, viewer: Viewer, asked: Mapping[str, Any]) -> list[Subject]:
    """uids: features; layer: all of a layer; geometry: a shape (GeoJSON, CGCS2000 degrees) with its name.

    buffer_m: how far to both sides of that shape is asked about.
    """
    if "geometry" in asked:
        shape = drawn_shape(session, asked["geometry"])
        if "buffer_m" in asked:
            shape = widened(shape, asked["buffer_m"])
        return [Subject(str(asked.get("name") or DRAWN)[:LONGEST_NAME], shape)]
    if "layer" in asked:
        layer = query.layer_named(session, viewer, asked["layer"])
        found = query.find_features(session, viewer, layer, limit=MOST_SUBJECTS + 1)
        if not found:
            raise InvalidValue(f"图层“{layer.title}”里没有图形，无法分析。请换一个图层。")
        return [subject_of(each) for each in found]
    return [subject_of(query.feature_of(session, viewer, uid)) for uid in asked.get("uids", ())]


def _title(subjects: list[Subject]) -> str:
    rest = f"等 {len(subjects)} 个图形" if len(subjects) > 1 else ""
    return f"{subjects[0].name}{rest}"


def county_outline(session: Session, viewer: Viewer) -> list[BaseGeometry]:
    """The outline of the county, for a small picture; empty where there is no boundary."""
    shapes: list[BaseGeometry] = []
    for layer in query.layer_rows(session, viewer):
        if layer.kind == BOUNDARIES:
            shapes += [each.shape for each in query.find_features(session, viewer, layer, limit=200)]
    return [shapely.union_all(shapes)] if shapes else []
