"""What does the job of a hand-out of a briefing do?"""

from __future__ import annotations

from typing import Any, Final

from layers.jobs import Running
from layers.store import Database
from layers.store.seen import require_insider
from webmap.config import read_config
from webmap.conflict_work import viewer_of
from webmap.exporting import put, remove_outdated
from webmap.pack_making import carry_out
from webmap.packing import Wanted

KIND: Final = "handout"
FILE: Final = "briefing.html"


def write(database: Database, job: Running) -> dict[str, Any]:
    """Make the file with the rights that its account has now, and keep it to be fetched."""
    config = read_config()
    viewer = viewer_of(database, job)
    require_insider(viewer)
    remove_outdated(config.home, config.export_hours)

    def tell(progress: float, message: str) -> None:
        job.ask()
        job.tell(progress, message)

    done = carry_out(config, database, viewer, Wanted(**job.arguments["wanted"]), tell)
    return {
        "uid": put(config.home, FILE, done.content),
        "file": FILE,
        "name": done.name,
        "bytes": len(done.content),
        "notes": list(done.notes),
    }
