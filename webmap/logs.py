"""What happened, as one JSON line each on stderr?

A request line holds who asked for what, the answer and the time it took; never what people typed: of a query
string only the names. An error of ours adds its traceback under the reference number that the reader saw.
"""

from __future__ import annotations

import json
import logging
import secrets
import sys
import time
from datetime import UTC, datetime
from typing import Final

from flask import Flask, Response, g, request

from webmap import database

LOG: Final = logging.getLogger("webmap")
QUIET: Final = frozenset({"static", "health.healthz", "health.readyz"})
LONGEST_PATH: Final = 200


class JsonLine(logging.Formatter):
    """A log record as one line of JSON; line breaks and control characters in it are escaped."""

    def format(self, record: logging.LogRecord) -> str:
        facts: dict[str, object] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
            **getattr(record, "facts", {}),
        }
        if record.exc_info:
            facts["traceback"] = self.formatException(record.exc_info)
        return json.dumps(facts, ensure_ascii=False, default=str)


def start_logging() -> None:
    """Send our log lines to stderr, once per process."""
    if LOG.handlers:
        return
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLine())
    LOG.addHandler(handler)
    LOG.setLevel(logging.INFO)
    LOG.propagate = False


def log_requests(app: Flask) -> None:
    """Give every request a reference number, and every answer its line."""

    @app.before_request
    def begin() -> None:
        g.began = time.perf_counter()

    @app.after_request
    def end(response: Response) -> Response:
        if request.endpoint not in QUIET or response.status_code >= 500:
            LOG.info("request", extra={"facts": _facts(response)})
        return response


def reference() -> str:
    """The number of this request, which error pages show and log lines carry."""
    if "reference" not in g:
        g.reference = secrets.token_hex(4).upper()
    return str(g.reference)


def _facts(response: Response) -> dict[str, object]:
    return {
        "method": request.method,
        "path": request.path[:LONGEST_PATH],
        "query": sorted(request.args),
        "status": response.status_code,
        "ms": round((time.perf_counter() - g.began) * 1000, 1) if "began" in g else None,
        "viewer": database.viewer().audience,
        "reference": reference(),
    }
