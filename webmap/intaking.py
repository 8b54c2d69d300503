"""How is a job of an import begun, and where does it stand?"""

from __future__ import annotations

from typing import Any

from layers.errors import InvalidValue
from layers.store import jobs, uploads
from layers.store.jobs import FoundJob
from layers.store.uploads import Upload
from webmap.database import current, viewer
from webmap.intake_kinds import BRINGING


def job_of(upload: Upload) -> FoundJob | None:
    """What was done last with it, or is being done."""
    return jobs.find(current(), upload.job_id) if upload.job_id else None


def told_of(upload: Upload, answers: dict[str, Any]) -> dict[str, Any]:
    """What a job is told of a file."""
    return {"uid": upload.uid, "name": upload.name, "sha256": upload.sha256, "answers": answers}


def begin(upload: Upload, kind: str, answers: dict[str, Any], choice: dict[str, Any] | None = None) -> None:
    """A job with these answers; the caller commits."""
    number = jobs.enqueue(current(), viewer(), kind, {**told_of(upload, answers), **(choice or {})})
    uploads.revise(current(), upload.uid, job_id=number, answers=answers)


def refuse_while_running(upload: Upload) -> None:
    """Raises InvalidValue while something is done with it, and when it is on the map."""
    job = job_of(upload)
    if job is not None and not job.ended:
        raise InvalidValue("这个文件正在处理中。请等它完成，或先取消。")
    if is_brought(job):
        raise InvalidValue("这个文件已经导入。要再导入一次，请重新选择文件。")


def is_brought(job: FoundJob | None) -> bool:
    """Whether it is on the map."""
    return job is not None and job.kind in BRINGING and job.state == jobs.DONE
