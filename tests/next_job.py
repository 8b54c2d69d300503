"""What becomes of the job that waits? It is claimed and run here, as the worker beside the server does."""

from __future__ import annotations

from flask import Flask

from layers.jobs import run
from layers.store import Database, jobs
from layers.store.jobs import FoundJob
from webmap.work import KINDS


def next_done(app: Flask) -> FoundJob:
    """The job that waited longest, once it has ended."""
    database: Database = app.extensions["database"]
    with database.writing() as session:
        job = jobs.claim(session)
        session.commit()
    assert job is not None
    run(database.url.render_as_string(hide_password=False), job, KINDS[job.kind].work)
    with database.reading() as session:
        return jobs.find(session, job.id)
