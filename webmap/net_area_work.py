"""How is the net area of what passes a filter told? At once for a few thousand shapes, by a job for more."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy.orm import Session

from layers.analysis.net_area import net_area
from layers.jobs import Running
from layers.measure import rounded_mu
from layers.rights import Viewer, sight
from layers.store import Database, jobs, query
from layers.store.query import Filter, Layer
from layers.store.seen import is_insider
from webmap.answers import digest
from webmap.conflict_work import viewer_of

KIND: Final = "net_area"
AT_ONCE: Final = 5_000
"""So many shapes are united while the person waits: half a second (measured)."""
UNDER_WAY: Final = "净面积正在后台计算（重叠只计一次），算好后显示在这里…"
NOT_FOR_VISITORS: Final = f"超过 {AT_ONCE:,} 个图形的净面积要在后台计算，登录后可用。"


def told(session: Session, viewer: Viewer, layer: Layer, where: Filter) -> dict[str, Any]:
    """What is known now: area_mu and overlap_mu, or why not yet; `ask`: a job can be asked for."""
    if query.count_features(session, viewer, layer, where=where) <= AT_ONCE:
        return query.keep(
            session,
            ("net area", layer.id, where.text, sight(viewer)),
            query.filter_edition(session, layer, where),
            lambda: _computed(session, viewer, layer, where),
        )
    if not is_insider(viewer):
        return _not_yet(NOT_FOR_VISITORS)
    known = jobs.latest_of(session, KIND, _name(session, viewer, layer, where))
    if known is None or known.state in (jobs.FAILED, jobs.CANCELLED):
        return _not_yet(known.message if known else UNDER_WAY, ask=known is None)
    return known.result if known.state == jobs.DONE and known.result else _not_yet(UNDER_WAY, waiting=True)


def ask(session: Session, viewer: Viewer, layer: Layer, where: Filter) -> None:
    """Have it computed in the background; who asks for what is under way changes nothing."""
    name = _name(session, viewer, layer, where)
    known = jobs.latest_of(session, KIND, name)
    if known is None or known.state in (jobs.FAILED, jobs.CANCELLED):
        arguments = {"layer": layer.key, "filter": where.text, "name": name, "audience": viewer.audience}
        jobs.enqueue(session, viewer, KIND, arguments)


def work(database: Database, job: Running) -> dict[str, Any]:
    """The work of the job."""
    job.tell(0.1, "正在合并重叠的图形")
    viewer = viewer_of(database, job)
    with database.reading() as session:
        layer = query.layer_named(session, viewer, job.arguments["layer"])
        where = query.read_filter(session, viewer, layer, job.arguments["filter"])
        return _computed(session, viewer, layer, where)


def _computed(session: Session, viewer: Viewer, layer: Layer, where: Filter) -> dict[str, Any]:
    found = net_area(query.shapes_passing(session, viewer, layer, where))
    overlap = found.gross_m2 - found.net_m2
    return {"area_mu": rounded_mu(found.net_m2), "overlap_mu": rounded_mu(overlap), "why": ""}


def _not_yet(why: str, **more: bool) -> dict[str, Any]:
    return {"area_mu": None, "overlap_mu": None, "why": why, **more}


def _name(session: Session, viewer: Viewer, layer: Layer, where: Filter) -> str:
    """The same for all who ask the same of the same data and see the same."""
    asked: Mapping[str, Any] = {
        "layer": layer.key,
        "filter": where.text,
        "edition": query.filter_edition(session, layer, where),
        "sight": sight(viewer),
    }
    return digest(repr(sorted(asked.items())))
