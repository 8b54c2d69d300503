"""How does a briefing leave the room? /briefing/<slug>/take asks what may go out, a job makes the file for who asked."""

from __future__ import annotations

from typing import Any, Final

from flask import Blueprint, Response, jsonify, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from layers.errors import InvalidValue
from layers.store import briefings, jobs
from layers.store.briefings import FoundBriefing
from layers.store.jobs import FoundJob
from layers.store.seen import require_insider
from webmap import accounts, awaited, packing
from webmap.body import read_json
from webmap.database import current, the_config, viewer
from webmap.handout_work import KIND
from webmap.work_page import work_page

blueprint = Blueprint("handouts", __name__)

LATEST: Final = 8
MEGABYTE: Final = 1024 * 1024
GONE: Final = "没有这份离线汇报，或者文件已到保留期限。请重新制作。"


@blueprint.get("/briefing/<slug>/take")
def take(slug: str) -> Response:
    """What would go out in each edition, and what this person has made already."""
    return _form(slug)


@blueprint.post("/briefing/<slug>/take")
def begin(slug: str) -> AnyResponse:
    """303 to the page that waits for the file; 422 with the sentence beside what was typed."""
    require_insider(viewer())
    found = briefings.to_see(current(), viewer(), slug)
    said = {**request.form.to_dict(), "public": request.form.get("edition") != "internal"}
    try:
        asked = packing.wanted(found.slug, said, the_config().public_grid_m)
    except InvalidValue as refusal:
        return _form(slug, trouble=refusal.message, status=422)
    return redirect(url_for("handouts.one", number=_begun(found, asked)), 303)


@blueprint.post("/api/briefings/<slug>/posters")
def poster(slug: str) -> tuple[Response, int]:
    """202 with the job that makes a poster of one scene (`scene`, from 1), where to ask for it and where its file is."""
    require_insider(viewer())
    found = briefings.to_see(current(), viewer(), slug)
    asked = packing.wanted(found.slug, {**read_json(), "form": "png"}, the_config().public_grid_m)
    job = _job(_begun(found, asked))
    places = {
        "ask": url_for("handouts.state", number=job.id),
        "file": url_for("handouts.fetch", number=job.id),
    }
    return jsonify({**awaited.told(job), **places}), 202


@blueprint.get("/handouts/<int:number>")
def one(number: int) -> Response:
    """How far it is; afterwards where it is fetched from."""
    job = _job(number)
    there = awaited.file_of(job) is not None
    return _page("taken.html", job=job, there=there, size_mb=_size_mb(job))


@blueprint.get("/handouts/<int:number>/file")
def fetch(number: int) -> Response:
    """The file itself, for the one who asked, as long as it is kept."""
    return awaited.send(_job(number), GONE)


def _begun(found: FoundBriefing, asked: packing.Wanted) -> int:
    packing.require_maker(viewer(), asked)
    told = {"wanted": asked.plain(), "title": found.title, "audience": viewer().audience}
    number = jobs.enqueue(current(), viewer(), KIND, told)
    current().commit()
    return number


def _job(number: int) -> FoundJob:
    require_insider(viewer())
    return awaited.own((KIND,), number, GONE)


def _size_mb(job: FoundJob) -> str:
    return f"{job.result['bytes'] / MEGABYTE:.1f}" if job.result else ""


def _form(slug: str, *, trouble: str = "", status: int = 200) -> Response:
    require_insider(viewer())
    found = briefings.to_see(current(), viewer(), slug)
    page = _page(
        "take.html",
        found=found,
        editions={
            key: packing.told(current(), viewer(), found, public=key == "public")
            for key in ("internal", "public")
        },
        made=[
            (job, awaited.file_of(job) is not None, _size_mb(job))
            for job in jobs.latest_by(current(), viewer().account, KIND, LATEST)
        ],
        states=jobs.STATES,
        trouble=trouble,
        said=request.form,
    )
    page.status_code = status
    return page


def _page(template: str, **facts: Any) -> Response:
    told: dict[str, Any] = {
        "moment": accounts.moment,
        "hours": the_config().export_hours,
        "longest": packing.LONGEST_SCOPE,
        "forms": packing.FORMS,
    }
    return work_page(f"briefing/{template}", **told, **facts)


awaited.attend(blueprint, "/handouts", _job, "handouts.one")
