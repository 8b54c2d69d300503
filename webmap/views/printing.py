"""How does a person print the map? /api/prints draws a sheet as a job; the file is only for who asked."""

from __future__ import annotations

from typing import Any, Final

from flask import Blueprint, Response, jsonify, url_for

from layers.rights import NON_SECRET
from layers.store import jobs, query
from layers.store.jobs import FoundJob
from layers.store.seen import require_insider
from webmap import awaited
from webmap.answers import answer
from webmap.body import read_json
from webmap.database import the_config, the_database, viewer
from webmap.outputs.print_paper import GRIDS, ORIENTATIONS, PAPERS, SCALES, frames_mm, size_mm
from webmap.packing import INTERNAL_MARK
from webmap.print_asked import FORMS, MOST_SHEETS, wanted
from webmap.printing import KIND

blueprint = Blueprint("printing", __name__)

TOLD: Final = ("name", "bytes", "scale", "paper", "pages", "notes", "data")
MOST_RECENT: Final = 5
GONE: Final = "没有这张图，或者文件已到保留期限。请重新打印。"


@blueprint.get("/api/prints")
def choices() -> Response:
    """Papers with the part of each that the map fills (mm), scales, what is filled in at first, and what is kept."""
    require_insider(viewer())
    with the_database().reading() as session:
        recent = jobs.latest_by(session, viewer().account, KIND, MOST_RECENT)
    return answer(
        {
            "papers": [_paper(key) for key in PAPERS],
            "orientations": ORIENTATIONS,
            "scales": SCALES,
            "forms": FORMS,
            "grids": GRIDS,
            "most_sheets": MOST_SHEETS,
            "grid_m": the_config().public_grid_m,
            "recent": [_told(each) for each in recent if awaited.file_of(each)],
            "unit": viewer().unit,
            "mark": INTERNAL_MARK,
            "hours": the_config().export_hours,
            "non_secret": NON_SECRET,
        }
    )


@blueprint.post("/api/prints")
def begin() -> tuple[Response, int]:
    """202 with the job that draws the sheet."""
    require_insider(viewer())
    asked = wanted(read_json(), the_config().public_grid_m)
    with the_database().reading() as session:
        query.layers_named(session, viewer(), asked.layers or [])
    with the_database().writing() as session:
        told = {"wanted": asked.plain(), "audience": viewer().audience}
        number = jobs.enqueue(session, viewer(), KIND, told)
        session.commit()
    return jsonify(_told(_found(number))), 202


@blueprint.get("/prints/<int:number>")
def fetch(number: int) -> Response:
    """The file itself, for the one who asked, as long as it is kept."""
    return awaited.send(_found(number), GONE)


def _found(number: int) -> FoundJob:
    require_insider(viewer())
    return awaited.own((KIND,), number, GONE)


def _told(job: FoundJob) -> dict[str, Any]:
    facts = awaited.told(job)
    if job.state != jobs.DONE or job.result is None:
        return facts
    done: dict[str, Any] = {key: job.result[key] for key in TOLD if key in job.result}
    return {
        **facts,
        **done,
        "who": job.who,
        "at": job.created_at.isoformat(),
        "url": url_for("printing.fetch", number=job.id),
        "hours": the_config().export_hours,
    }


def _paper(key: str) -> dict[str, Any]:
    return {
        "key": key,
        **{
            each: {"size_mm": size_mm(key, each), "map_mm": [frame.width, frame.height]}
            for each in ORIENTATIONS
            for frame in (frames_mm(key, each)[1],)
        },
    }


awaited.attend_api(blueprint, "/api/prints", _found, _told)
