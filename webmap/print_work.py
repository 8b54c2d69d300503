"""What does the job of printing do?"""

from __future__ import annotations

from typing import Any

from layers.jobs import Running
from layers.store import Database
from layers.store.seen import require_insider
from webmap.bases.shelf import shelf_of
from webmap.config import read_config
from webmap.conflict_work import viewer_of
from webmap.finished import remove_outdated
from webmap.print_asked import Wanted
from webmap.printing import carry_out, keep


def write(database: Database, job: Running) -> dict[str, Any]:
    """Draw the sheet with the rights that its account has now, and keep it to be fetched."""
    config = read_config()
    viewer = viewer_of(database, job)
    require_insider(viewer)
    remove_outdated(config.home, config.export_hours)
    asked = Wanted(**job.arguments["wanted"])

    def tell(progress: float, message: str) -> None:
        job.ask()
        job.tell(progress, message)

    printed = carry_out(database, viewer, asked, tell, config.home, shelf_of(config))
    return keep(printed, config.home, asked.form)
