"""How is a search for land answered and kept? At once among few parcels, by a job among many."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from layers import clock
from layers.analysis.siting import plot_count, search
from layers.analysis.siting_needs import Needs, read_needs
from layers.collecting import uncollected
from layers.jobs import Running
from layers.kinds.held import standing_hold
from layers.rights import Viewer
from layers.store import Database, analyses, query
from layers.store.analyses import FoundAnalysis
from webmap.conflict_work import viewer_of

KIND: Final = "siting"
AT_ONCE: Final = 20_000
"""Among so many parcels is looked while the person waits."""


def needs_of(database: Database, viewer: Viewer, asked: Mapping[str, Any]) -> tuple[Needs, bool]:
    """The wishes, and whether the answer should be left to a job; InvalidValue with what would be right."""
    with database.reading() as session:
        needs = read_needs(session, viewer, asked)
        return needs, plot_count(session, viewer, needs) > AT_ONCE


def answer(
    database: Database,
    viewer: Viewer,
    asked: Mapping[str, Any],
    tell: Callable[[float, str], None] | None = None,
) -> str:
    """Look for land, keep the result, and say its uid."""
    with database.reading() as session:
        needs = read_needs(session, viewer, asked)
        done = search(session, viewer, needs, tell)
    with database.writing() as session:
        uid = analyses.add(
            session,
            viewer,
            KIND,
            needs.project or "未命名项目",
            asked=dict(asked),
            result=done.result,
            versions=done.versions,
        )
        session.commit()
    return uid


def work(database: Database, job: Running) -> dict[str, Any]:
    """The same as a job; the result says the uid."""
    viewer = viewer_of(database, job)
    asked = {key: value for key, value in job.arguments.items() if key != "audience"}
    with uncollected():
        return {"uid": answer(database, viewer, asked, job.tell)}


def holds_now(database: Database, viewer: Viewer, found: FoundAnalysis) -> dict[str, str]:
    """Who holds the listed parcels today, by uid; the list itself says who did when it was made."""
    today, told = clock.today(), {}
    with database.reading() as session:
        for feature in query.features_of(session, viewer, [row["uid"] for row in found.result["rows"]]):
            if hold := standing_hold(feature.properties, today):
                told[feature.uid] = hold.words()
    return told
