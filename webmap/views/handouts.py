"""How does a briefing leave the room? /briefing/<slug>/take asks what may go out, a job makes the file for who asked."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

from flask import (
    Blueprint,
    Response,
    jsonify,
    make_response,
    redirect,
    render_template,
    request,
    send_file,
    url_for,
)
from werkzeug.wrappers import Response as AnyResponse

from layers import clock
from layers.errors import InvalidValue, UnknownThing
from layers.rights import NON_SECRET
from layers.store import briefings, jobs
from layers.store.jobs import FoundJob
from layers.store.seen import require_insider
from webmap import accounts, assets, exporting, packing
from webmap.database import current, the_config, viewer
from webmap.handout_work import KIND

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
    packing.require_maker(viewer(), asked)
    told = {"wanted": asked.plain(), "title": found.title, "audience": viewer().audience}
    number = jobs.enqueue(current(), viewer(), KIND, told)
    current().commit()
    return redirect(url_for("handouts.one", number=number), 303)


@blueprint.get("/handouts/<int:number>")
def one(number: int) -> Response:
    """How far it is; afterwards where it is fetched from."""
    job = _job(number)
    there = _is_there(job)
    return _page("taken.html", job=job, state=jobs.STATES[job.state], there=there, size_mb=_size_mb(job))


@blueprint.get("/handouts/<int:number>/state")
def state(number: int) -> Response:
    job = _job(number)
    response = jsonify(
        ended=job.ended, progress=job.progress, message=job.message, state=jobs.STATES[job.state]
    )
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.post("/handouts/<int:number>/cancel")
def cancel(number: int) -> AnyResponse:
    job = _job(number)
    jobs.cancel(current(), job.id)
    current().commit()
    return redirect(url_for("handouts.one", number=number), 303)


@blueprint.get("/handouts/<int:number>/file")
def fetch(number: int) -> Response:
    """The file itself, for the one who asked, as long as it is kept. Saved, never shown: it is not a page of ours."""
    job = _job(number)
    if not _is_there(job) or job.result is None:
        raise UnknownThing(GONE)
    response = send_file(
        exporting.file_of(the_config().home, job.result),
        mimetype="application/octet-stream",
        as_attachment=True,
        download_name=job.result["name"],
    )
    response.headers["Cache-Control"] = "no-store"
    return response


def _job(number: int) -> FoundJob:
    require_insider(viewer())
    job = jobs.find(current(), number) if number < 2**31 else None
    if job is None or job.kind != KIND or job.account_id != viewer().account:
        raise UnknownThing(GONE)
    return job


def _is_there(job: FoundJob) -> bool:
    kept = job.created_at >= clock.now() - timedelta(hours=the_config().export_hours)
    done = job.state == jobs.DONE and job.result is not None
    return bool(done and kept and exporting.file_of(the_config().home, job.result or {}).is_file())


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
            (job, _is_there(job), _size_mb(job))
            for job in jobs.latest_by(current(), viewer().account, KIND, LATEST)
        ],
        states=jobs.STATES,
        trouble=trouble,
        said=request.form,
    )
    page.status_code = status
    return page


def _page(template: str, **facts: Any) -> Response:
    told = {
        "csrf": accounts.token(),
        "imports": assets.import_map(),
        "moment": accounts.moment,
        "non_secret": NON_SECRET,
        "hours": the_config().export_hours,
        "longest": packing.LONGEST_SCOPE,
        "forms": packing.FORMS,
        **facts,
    }
    page = make_response(render_template(f"briefing/{template}", **told))
    page.headers["Cache-Control"] = "no-store"
    return page
