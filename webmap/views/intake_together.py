"""Several files, or layers of one, looked at one by one and brought together: one act, all or nothing, taken back as one."""

from __future__ import annotations

from typing import Any, Final

from flask import Blueprint, Response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from layers.errors import InvalidValue, UnknownThing
from layers.rights import require
from layers.store import jobs, uploads
from layers.store.jobs import FoundJob
from layers.store.uploads import Upload
from webmap import awaited
from webmap.database import current, viewer
from webmap.intake_kinds import READ, TOGETHER
from webmap.intake_names import joint_name, source_name
from webmap.intaking import begin, is_brought, job_of, refuse_while_running, told_of
from webmap.work_page import work_page

blueprint = Blueprint("intake_together", __name__, url_prefix="/intake/together")

GONE: Final = "没有这组文件或图层，或者它是别人的。请从“导入”页重新开始。"
WAYS: Final = ("all", "none")


@blueprint.get("/<group>")
def page(group: str) -> AnyResponse:
    """How far each layer is, and what would become of it."""
    members = _members(group)
    running, several = _running(members), _several(members)
    if running is None and (done := _brought_together(members)):
        return redirect(url_for("intake.step", uid=done.uid), 303)
    return work_page(
        "intake/together.html",
        group=group,
        name=joint_name(upload.name for upload, _ in members),
        several=several,
        running=running,
        rows=[_row(upload, job, several=several) for upload, job in members],
        trouble=_trouble(members),
    )


@blueprint.get("/<group>/state")
def state(group: str) -> Response:
    return awaited.state(_running(_members(group)))


@blueprint.post("/<group>/cancel")
def cancel(group: str) -> AnyResponse:
    for _, job in _members(group):
        if job is not None and not job.ended:
            awaited.cancel(job.id)
    return redirect(url_for("intake_together.page", group=group), 303)


@blueprint.post("/<group>/again")
def again(group: str) -> AnyResponse:
    """Look at all of them once more: what was agreed to may have changed."""
    for upload, job in _members(group):
        if not is_brought(job):
            refuse_while_running(upload)
            begin(upload, READ, upload.answers)
    current().commit()
    return redirect(url_for("intake_together.page", group=group), 303)


@blueprint.post("/<group>")
def bring(group: str) -> AnyResponse:
    """The ticked layers as they were looked at: new rows, changes where they are wanted, and nothing is removed."""
    wanted = set(request.form.getlist("member"))
    chosen = [(upload, job) for upload, job in _members(group) if upload.uid in wanted]
    if not chosen:
        raise InvalidValue("没有勾选要导入的。请至少勾选一个，再导入。")
    for upload, job in chosen:
        refuse_while_running(upload)
        if job is None or not _row(upload, job, several=True)["ready"]:
            name = source_name(upload.name, upload.answers, several=True)
            raise InvalidValue(f"“{name}”还没有核对好。请先核对它，或取消勾选。")
    changed = request.form.get("changed", "all")
    parts = [_part(upload, job, changed if changed in WAYS else "all") for upload, job in chosen if job]
    number = jobs.enqueue(current(), viewer(), TOGETHER, {"parts": parts})
    for upload, _ in chosen:
        uploads.revise(current(), upload.uid, job_id=number)
    current().commit()
    return redirect(url_for("intake_together.page", group=group), 303)


# --- one of them -----------------------------------------------------------------------------------------


def _members(group: str) -> list[tuple[Upload, FoundJob | None]]:
    require(viewer(), "import")
    found = uploads.of_group(current(), viewer(), group[:36])
    if not found:
        raise UnknownThing(GONE)
    return [(upload, job_of(upload)) for upload in found]


def _running(members: list[tuple[Upload, FoundJob | None]]) -> FoundJob | None:
    return next((job for _, job in members if job is not None and not job.ended), None)


def _brought_together(members: list[tuple[Upload, FoundJob | None]]) -> Upload | None:
    """One of them, once nothing of the file is left to be brought."""
    if not all(is_brought(job) for _, job in members):
        return None
    return next((upload for upload, job in members if job and job.kind == TOGETHER), None)


def _trouble(members: list[tuple[Upload, FoundJob | None]]) -> str:
    """Why the last try to bring them together came to nothing."""
    failed = (job for _, job in members if job and job.kind == TOGETHER and not is_brought(job))
    return next((job.message or jobs.STATES[job.state] for job in failed if job.ended), "")


def _several(members: list[tuple[Upload, FoundJob | None]]) -> bool:
    """Whether they come from several files."""
    return len({upload.name for upload, _ in members}) > 1


def _row(upload: Upload, job: FoundJob | None, *, several: bool) -> dict[str, Any]:
    """What the page tells of one. ready: it can be brought; doubt: why not."""
    found: dict[str, Any] = (job.result or {}) if job and job.kind == READ and job.state == jobs.DONE else {}
    question = found.get("question") or {}
    doubt = question.get("sentence") or found.get("refusal") or (job.message if job and not found else "")
    if found and not found.get("has_shapes", True):
        doubt = "没有图形的表，请单独导入。"
    return {
        "uid": upload.uid,
        "title": source_name(upload.name, upload.answers, several=several),
        "found": found,
        "compare": found.get("compare") or {},
        "brought": is_brought(job),
        "doubt": doubt,
        "ready": bool(found.get("good")) and not doubt,
    }


def _part(upload: Upload, job: FoundJob, changed: str) -> dict[str, Any]:
    found = job.result or {}
    return {
        **told_of(upload, {**upload.answers, "layer": found["layer"]}),
        "good_rows": bool(found.get("bad")),
        "stamp": (found.get("compare") or {}).get("stamp"),
        "new": "all",
        "changed": changed,
        "removed": "none",
    }
