"""Does the process live (/healthz), and can it serve people (/readyz)? No secrets, no versions, no paths."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from typing import Final

from flask import Blueprint, Response, jsonify

from webmap import database
from webmap.logs import LOG

blueprint = Blueprint("health", __name__)

LEAST_FREE_BYTES: Final = 100 * 1024 * 1024


@blueprint.get("/healthz")
def healthz() -> Response:
    """Always good while the process lives."""
    return _answer({"alive": True})


@blueprint.get("/readyz")
def readyz() -> Response:
    """The database answers and has this version's tables, and there is room to write."""
    return _answer({"database": _holds(_database_is_ready), "disk": _holds(_disk_is_ready)})


def _answer(checks: dict[str, bool]) -> Response:
    good = all(checks.values())
    response = jsonify(ok=good, **checks)
    response.status_code = 200 if good else 503
    response.headers["Cache-Control"] = "no-store"
    return response


def _holds(check: Callable[[], bool]) -> bool:
    try:
        return check()
    except Exception as error:
        LOG.warning("not ready", extra={"facts": {"why": str(error)[:300]}})
        return False


def _database_is_ready() -> bool:
    return database.the_database().is_current()


def _disk_is_ready() -> bool:
    home = database.the_config().home
    return os.access(home, os.W_OK) and shutil.disk_usage(home).free > LEAST_FREE_BYTES
