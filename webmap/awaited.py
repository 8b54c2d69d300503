"""How far is long work, who may end it, and where is its file? Every job is asked, ended and fetched the same way."""

from __future__ import annotations

from collections.abc import Callable, Collection
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, jsonify, redirect, send_file, url_for
from werkzeug.wrappers import Response as AnyResponse

from layers import clock
from layers.errors import UnknownThing
from layers.store import jobs
from layers.store.jobs import FoundJob
from webmap import finished
from webmap.database import current, the_config, the_database, viewer
from webmap.work_page import unkept


def own(kinds: Collection[str], number: int, gone: str) -> FoundJob:
    """A job of whoever asks; UnknownThing with the sentence `gone` where it is not there, or somebody else's."""
    with the_database().reading() as session:
        job = jobs.look_up(session, number)
    if job is None or job.kind not in kinds or job.account_id != viewer().account:
        raise UnknownThing(gone)
    return job


def told(job: FoundJob) -> dict[str, Any]:
    """How far it is, for whoever waits."""
    return {
        "number": job.id,
        "state": job.state,
        "state_title": jobs.STATES[job.state],
        "ended": job.ended,
        "progress": job.progress,
        "message": job.message,
    }


def state(job: FoundJob | None) -> Response:
    """The same for a page that waits; without a job there is nothing to wait for."""
    return unkept(jsonify(told(job) if job else {"ended": True}))


def cancel(number: int) -> None:
    """Nobody wants its result any more."""
    jobs.cancel(current(), number)
    current().commit()


def attend(blueprint: Blueprint, path: str, find: Callable[[int], FoundJob], page: str) -> None:
    """Below path/<number>: state, and cancel, which goes back to the page that waits. find refuses those of others."""

    def state_of(number: int) -> Response:
        return state(find(number))

    def cancel_one(number: int) -> AnyResponse:
        cancel(find(number).id)
        return redirect(url_for(page, number=number), 303)

    blueprint.add_url_rule(f"{path}/<int:number>/state", "state", state_of)
    blueprint.add_url_rule(f"{path}/<int:number>/cancel", "cancel", cancel_one, methods=["POST"])


def attend_api(
    blueprint: Blueprint,
    path: str,
    find: Callable[[int], FoundJob],
    tell: Callable[[FoundJob], dict[str, Any]],
) -> None:
    """The same as JSON: path/<number> tells, path/<number>/cancel ends it and tells."""

    def state_of(number: int) -> Response:
        return unkept(jsonify(tell(find(number))))

    def cancel_one(number: int) -> Response:
        cancel(find(number).id)
        return state_of(number)

    blueprint.add_url_rule(f"{path}/<int:number>", "state", state_of)
    blueprint.add_url_rule(f"{path}/<int:number>/cancel", "cancel", cancel_one, methods=["POST"])


def file_of(job: FoundJob) -> Path | None:
    """What it made, as long as it is kept."""
    outdated = job.created_at < clock.now() - timedelta(hours=the_config().export_hours)
    if job.state != jobs.DONE or outdated or "uid" not in (job.result or {}):
        return None
    file = finished.file_of(the_config().home, job.result or {})
    return file if file.is_file() else None


def send(job: FoundJob, gone: str) -> Response:
    """The file itself, to be saved, never to be shown; UnknownThing with the sentence `gone` when it is kept no more."""
    file = file_of(job)
    if file is None or job.result is None:
        raise UnknownThing(gone)
    name = job.result["name"]
    return unkept(
        send_file(file, mimetype="application/octet-stream", as_attachment=True, download_name=name)
    )
