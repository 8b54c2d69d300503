"""Who is asking, and through which database session?

The request decides, not the query: GET, HEAD and OPTIONS read, every other method writes. The session opens when
a view first asks for it and closes when the request ends; what was not committed is rolled back.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import ExitStack
from typing import Any, Final, cast

from flask import Flask, current_app, g, request
from sqlalchemy.orm import Session

from layers.rights import Viewer
from layers.store import Database
from webmap.config import Config

READING: Final = frozenset({"GET", "HEAD", "OPTIONS"})


def connect(app: Flask, config: Config) -> None:
    """Give the application its database; nothing is opened before the first question."""
    app.extensions["database"] = Database(config.database_url)
    app.extensions["config"] = config
    app.extensions["facts"] = {}
    app.teardown_request(_close)


def current() -> Session:
    """The session of this request, for reading or for writing by its method."""
    if "session" not in g:
        database, stack = the_database(), ExitStack()
        g.session = stack.enter_context(
            database.reading() if request.method in READING else database.writing()
        )
        g.session_stack = stack
    return cast(Session, g.session)


def viewer() -> Viewer:
    """Who is asking: whoever is logged in; else a visitor (until accounts exist, the one of WEBMAP_VIEWER)."""
    ask: Callable[[], Viewer] = current_app.extensions["viewer"]
    return ask()


def the_facts() -> dict[str, Any]:
    """What this process has learned of the database and will stay true."""
    return cast(dict[str, Any], current_app.extensions["facts"])


def the_database() -> Database:
    return cast(Database, current_app.extensions["database"])


def the_config() -> Config:
    return cast(Config, current_app.extensions["config"])


def let_go() -> None:
    """Close the session of this request early; what was not committed is rolled back."""
    _close(None)


def _close(_: BaseException | None) -> None:
    stack: ExitStack | None = g.pop("session_stack", None)
    if stack is not None:
        g.pop("session")
        stack.close()
