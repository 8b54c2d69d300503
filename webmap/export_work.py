"""What does the job of a large export do?"""

from __future__ import annotations

from typing import Any

from layers.errors import QuestionToUser
from layers.jobs import Cancelled, Running
from layers.store import Database, accounts
from webmap.config import read_config
from webmap.exporting import Wanted, asked_back, carry_out
from webmap.finished import remove_outdated


def write(database: Database, job: Running) -> dict[str, Any]:
    """Write what was asked for, with the rights that its account has now."""
    config = read_config()
    if job.account_id is None:
        raise Cancelled
    with database.reading() as session:
        viewer = accounts.person(session, job.account_id).viewer
    remove_outdated(config.home, config.export_hours)

    def tell(progress: float, message: str) -> None:
        job.ask()
        job.tell(progress, message)

    try:
        return carry_out(database, viewer, Wanted(**job.arguments["wanted"]), config.home, tell)
    except QuestionToUser as question:
        return asked_back(question)
