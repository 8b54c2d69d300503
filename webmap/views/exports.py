"""How does a person take data out? /api/exports: small ones at once, large ones as a job; the file is only for who asked."""

from __future__ import annotations

from typing import Any, Final

from flask import Blueprint, Response, jsonify, url_for
from sqlalchemy.orm import Session

from layers import clock
from layers.crs import zone_of
from layers.errors import QuestionToUser
from layers.export import FORMATS, PROFILES, refuse_export
from layers.rights import NON_SECRET, require
from layers.store import jobs, query
from layers.store.jobs import FoundJob
from webmap import awaited, exporting, finished, noticing
from webmap.answers import answer
from webmap.body import read_json
from webmap.database import current, the_config, the_database, viewer
from webmap.exporting import KIND, Wanted

blueprint = Blueprint("exports", __name__)

AT_ONCE: Final = 500
"""Up to so many features nobody waits for a job."""
GONE: Final = "没有这次导出，或者文件已到保留期限。请重新导出。"


@blueprint.get("/api/exports")
def choices() -> Response:
    """What can be chosen: formats, profiles of 界址点 TXT, and the zones that layers lie in."""
    require(viewer(), "export")
    found = query.layers(current(), viewer())
    config = the_config()
    return answer(
        {
            "formats": [*(_format(each) for each in FORMATS.values()), *noticing.OFFERS],
            "unit": viewer().unit,
            "today": clock.today().isoformat(),
            "profiles": [{"key": each.key, "title": each.title} for each in PROFILES.values()],
            "zones": {each.key: _zones(each.bounds) for each in found if each.bounds},
            "hours": config.export_hours,
            "grid_m": config.public_grid_m,
            "non_secret": NON_SECRET,
        }
    )


@blueprint.post("/api/exports")
def begin() -> tuple[Response, int]:
    """201 with a file that is there, 202 with a job; 200 with choices where the zone is a question."""
    require(viewer(), "export")
    asked = exporting.wanted(read_json(), the_config().public_grid_m)
    for key in asked.layers:
        refuse_export(the_database(), viewer(), key)
    if asked.notice or _count(asked) > AT_ONCE:
        with the_database().writing() as session:
            number = jobs.enqueue(session, viewer(), KIND, {"wanted": asked.plain()})
            session.commit()
        return jsonify(_told(_found(number))), 202
    finished.remove_outdated(the_config().home, the_config().export_hours)
    try:
        done = exporting.carry_out(the_database(), viewer(), asked, the_config().home, _nobody_waits)
    except QuestionToUser as question:
        return jsonify(exporting.asked_back(question)), 200
    with the_database().writing() as session:
        number = jobs.note_done(session, viewer(), KIND, {"wanted": asked.plain()}, done)
        session.commit()
    return jsonify(_told(_found(number))), 201


@blueprint.get("/exports/<int:number>")
def fetch(number: int) -> Response:
    """The file itself, for the one who asked, as long as it is kept."""
    return awaited.send(_found(number), GONE)


def _found(number: int) -> FoundJob:
    require(viewer(), "export")
    return awaited.own((KIND,), number, GONE)


def _count(asked: Wanted) -> int:
    """How many features at most; a layer that he may not see, or not export, is refused here already."""
    if asked.uids:
        return len(asked.uids)
    with the_database().reading() as session:
        return sum(
            _count_in(session, query.layer_named(session, viewer(), key), asked) for key in asked.layers
        )


def _count_in(session: Session, layer: query.Layer, asked: Wanted) -> int:
    where = query.read_filter(session, viewer(), layer, asked.where)
    return query.count_features(session, viewer(), layer, bounds=asked.part.bounds, where=where)


def _nobody_waits(progress: float, message: str) -> None:
    """Answered at once."""


def _told(job: FoundJob) -> dict[str, Any]:
    facts = awaited.told(job)
    if job.state != jobs.DONE or job.result is None:
        return facts
    if "choices" in job.result:
        return facts | job.result
    done = {key: job.result[key] for key in ("name", "rows", "bytes", "sample", "notes")}
    return {
        **facts,
        **done,
        "url": url_for("exports.fetch", number=job.id),
        "hours": the_config().export_hours,
    }


def _format(each: Any) -> dict[str, Any]:
    return {
        "key": each.key,
        "title": each.title,
        "hint": each.hint,
        "coordinates": each.coordinates,
        "encodings": list(each.encodings),
        "several": each.several,
        "public": not each.surveyed,
        "internal": True,
    }


def _zones(bounds: Any) -> list[int]:
    west, _, east, _ = bounds
    return list(range(zone_of(west), zone_of(east) + 1))


awaited.attend_api(blueprint, "/api/exports", _found, _told)
