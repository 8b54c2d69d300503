"""What does the job of a hand-out of a briefing do?"""

from __future__ import annotations

from typing import Any, Final

from layers.blobs import Blobs
from layers.jobs import Running
from layers.rights import PUBLIC_VIEWER, Viewer
from layers.store import Database, briefings
from layers.store.seen import require_insider
from webmap.config import Config, read_config
from webmap.conflict_work import viewer_of
from webmap.finished import put, remove_outdated
from webmap.pack_making import Packed, Tell, carry_out, name_of
from webmap.packing import GROUND, Wanted, going, mark_of
from webmap.printing import data_of

KIND: Final = "handout"


def write(database: Database, job: Running) -> dict[str, Any]:
    """Make the file with the rights that its account has now, and keep it to be fetched."""
    config = read_config()
    viewer = viewer_of(database, job)
    require_insider(viewer)
    remove_outdated(config.home, config.export_hours)

    def tell(progress: float, message: str) -> None:
        job.ask()
        job.tell(progress, message)

    asked = Wanted(**job.arguments["wanted"])
    made = (
        carry_out(config, database, viewer, asked, tell)
        if asked.form == "html"
        else _slides(config, database, viewer, asked, tell)
    )
    file = f"briefing.{asked.form}"
    return {
        "uid": put(config.home, file, made.content),
        "file": file,
        "name": made.name,
        "bytes": len(made.content),
        "notes": list(made.notes),
        "data": _data(database, viewer, asked),
    }


def _data(database: Database, viewer: Viewer, asked: Wanted) -> list[dict[str, Any]]:
    """Which state of which layers it was made of."""
    with database.reading() as session:
        found = briefings.to_see(session, viewer, asked.slug)
        layers = going(session, viewer, found, public=asked.public).layers
        return [data_of(each) for each in layers if each.group != GROUND]


def _slides(config: Config, database: Database, viewer: Viewer, asked: Wanted, tell: Tell) -> Packed:
    from webmap import slides

    title, content, _ = slides.carry_out(
        database,
        viewer,
        asked.slug,
        tell,
        readers=PUBLIC_VIEWER if asked.public else None,
        form=asked.form,
        mark=mark_of(public=asked.public, review_number=asked.review_number),
        blobs=Blobs(config.blobs_folder),
        only=asked.scene,
    )
    marks = [*([f"第{asked.scene}幕"] if asked.scene else []), *(["公开版"] if asked.public else [])]
    return Packed(content, name_of(title, asked.form, marks), ())
