"""How does a drawing or an image come in, and where does its job stand?"""

from __future__ import annotations

from pathlib import Path

from layers.errors import InvalidValue
from layers.rights import require
from layers.store import jobs, pictures
from layers.store.jobs import FoundJob
from layers.store.pictures import FoundPicture
from webmap import awaited
from webmap.database import current, viewer
from webmap.managing import noted
from webmap.picture_kinds import LOOK
from webmap.receiving import received


def take(
    sort: pictures.Sort, most: int, suffixes: tuple[str, ...], otherwise: str, *, deed: str, called: str
) -> str:
    """The body of this request is a picture, and is looked at by a job: its uid.

    deed: under which the audit log keeps that it came, called so; otherwise: what to do with other files.
    """
    require(viewer(), pictures.DEEDS[sort])
    with received(most, suffixes, otherwise) as file:
        pictures.add(
            current(),
            viewer(),
            sort,
            file.uid,
            title=Path(file.name).stem,
            name=file.name,
            sha256=file.sha256,
            size=file.size,
        )
        begin(file.uid, LOOK)
        noted(deed, f"上传{called} {file.name}")
        current().commit()
    return file.uid


def job_of(picture: FoundPicture) -> FoundJob | None:
    """What was done last with it, or is being done."""
    return jobs.find(current(), picture.job_id) if picture.job_id else None


def begin(uid: str, kind: str) -> None:
    """A job works on the picture from now on; the caller commits."""
    pictures.revise(current(), uid, job_id=jobs.enqueue(current(), viewer(), kind, {"uid": uid}))


def end_job(picture: FoundPicture) -> None:
    """Nobody wants its result any more."""
    if picture.job_id:
        awaited.cancel(picture.job_id)


def refuse_while_running(picture: FoundPicture) -> None:
    """Raises InvalidValue while something is done with it."""
    job = job_of(picture)
    if job is not None and not job.ended:
        raise InvalidValue("这幅图正在处理中。请等它完成，或先取消。")
