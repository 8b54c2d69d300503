"""What happened, as one JSON line each on stderr and in the files of WEBMAP_HOME/logs?

A request line holds who asked for what, the answer and the time it took; never what people typed: of a query
string only the names. An error of ours adds its traceback under the reference number that the reader saw.
"""

from __future__ import annotations

import json
import logging
import secrets
import sys
import time
from contextlib import suppress
from datetime import UTC, datetime
from logging.handlers import WatchedFileHandler
from pathlib import Path
from typing import Final

from filelock import FileLock
from flask import Flask, Response, g, request

LOG: Final = logging.getLogger("webmap")
QUIET: Final = frozenset({"static", "health.healthz", "health.readyz"})
LONGEST_PATH: Final = 200
MOST_BYTES: Final = 10 * 1024 * 1024
OLD_FILES: Final = 5


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


def keep_logs(home: Path, name: str) -> None:
    """Write our log lines to files as well: all to <name>.log, warnings and worse to errors.log too."""
    folder = home / "logs"
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as refusal:
        LOG.warning("no log files", extra={"facts": {"why": refusal.strerror}})
        return
    for file, level in ((f"{name}.log", logging.INFO), ("errors.log", logging.WARNING)):
        handler = SharedFile(folder / file)
        handler.setLevel(level)
        handler.setFormatter(JsonLine())
        LOG.addHandler(handler)


class SharedFile(WatchedFileHandler):
    """A log file that several processes append to; whoever finds it full moves it on, the others follow."""

    def __init__(self, path: Path) -> None:
        super().__init__(path, encoding="utf-8", delay=True)
        self._path = path

    def emit(self, record: logging.LogRecord) -> None:
        """Write one line; a disk that is full must not take the answer down with it."""
        with suppress(OSError):  # Windows moves no file that another process holds: it grows on
            if self._path.exists() and self._path.stat().st_size > MOST_BYTES:
                self._move_on()
        with suppress(OSError):
            super().emit(record)

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802
        """Nothing: stderr has the line."""

    def _move_on(self) -> None:
        with FileLock(self._path.with_suffix(".lock"), timeout=1, preserve_lock_file=True):
            if self._path.stat().st_size <= MOST_BYTES:
                return
            self.close()
            for number in range(OLD_FILES, 0, -1):
                older = self._numbered(number)
                newer = self._numbered(number - 1) if number > 1 else self._path
                if newer.exists():
                    newer.replace(older)

    def _numbered(self, number: int) -> Path:
        return self._path.with_name(f"{self._path.name}.{number}")


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


def _path() -> str:
    """Without the words that open something."""
    path = request.path[:LONGEST_PATH]
    return "/setup/…" if path.startswith("/setup/") else path


def _facts(response: Response) -> dict[str, object]:
    return {
        "method": request.method,
        "path": _path(),
        "query": sorted(request.args),
        "status": response.status_code,
        "ms": round((time.perf_counter() - g.began) * 1000, 1) if "began" in g else None,
        "viewer": g.viewer.audience if "viewer" in g else None,
        "reference": reference(),
    }
