"""How is a layer checked in the background, and for whom?"""

from __future__ import annotations

from typing import Any, Final

from sqlalchemy.orm import Session

from layers.jobs import Cancelled, Running
from layers.rights import Viewer
from layers.store import Database, accounts, jobs
from layers.store.seen import require_insider
from webmap.config import read_config

KIND: Final = "quality"


def start(
    session: Session, viewer: Viewer, layer: str, *, town: str | None = None, act: int | None = None
) -> int:
    """Ask for a check; the number of its job. Who asks again for what is under way gets that."""
    wanted = {"layer": layer, "town": town, "act": act}
    for job in jobs.not_ended(session, KIND):
        if job.account_id == viewer.account and job.arguments == wanted and not job.cancelling:
            return job.id
    return jobs.enqueue(session, viewer, KIND, wanted)


def follow(database: Database, viewer: Viewer, layer: str, act: int) -> int:
    """Compare what a large import brought with its neighbours, after it is on the map."""
    with database.writing() as session:
        number = start(session, viewer, layer, act=act)
        session.commit()
    return number


def check(database: Database, job: Running) -> dict[str, Any]:
    """The work of the job."""
    from layers.checking import check_layer

    config = read_config()
    viewer = _who(database, job, config.viewer)
    uid = check_layer(
        database,
        viewer,
        job.arguments["layer"],
        config.quality_limits,
        town=job.arguments.get("town"),
        act=job.arguments.get("act"),
        on_step=job.tell,
    )
    return {"report": uid}


def _who(database: Database, job: Running, nobody: Viewer) -> Viewer:
    """Whoever asked, with the rights he has now; before there are accounts it is whoever sits there."""
    with database.reading() as session:
        if job.account_id is not None:
            viewer = accounts.person(session, job.account_id).viewer
        elif accounts.people(session):
            raise Cancelled
        else:
            viewer = nobody
    require_insider(viewer)
    return viewer
