"""Where are our own scripts and styles, and under which addresses may a browser keep them for ever?

An address carries the digest of the file (`?v=…`): a changed file has a new address, so the old one never goes
stale. Modules import each other by bare names (`app/map/gl.js`), which the import map of the page resolves.
"""

from __future__ import annotations

import gzip
import hashlib
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from flask import Flask, Response, request, url_for

_HERE: Final = Path(__file__).parent
# In a wheel static/ lies inside the package, in the source tree beside it.
STATIC: Final = next(place for place in (_HERE / "static", _HERE.parent / "static") if place.is_dir())
DIGEST_LENGTH: Final = 12
FOR_EVER: Final = "public, max-age=31536000, immutable"
PACKED: Final = {"text/javascript", "text/css", "application/json", "image/svg+xml"}
FONTS: Final = "public, max-age=604800"


def serve_assets(app: Flask) -> None:
    """Hash every static address, and let browsers keep what is hashed."""
    app.url_defaults(_add_digest)
    app.after_request(_keep)
    app.context_processor(lambda: {"asset": asset})


def asset(name: str) -> str:
    """The address of a static file, with its digest."""
    return url_for("static", filename=name)


def import_map() -> dict[str, dict[str, str]]:
    """Bare name → address, for every module under static/js."""
    return {"imports": {f"app/{name}": asset(f"js/{name}") for name in modules()}}


def modules() -> list[str]:
    """Our ES modules by path below static/js."""
    folder = STATIC / "js"
    return sorted(file.relative_to(folder).as_posix() for file in folder.rglob("*.js"))


def digest(name: str) -> str | None:
    """What the content of a static file hashes to; None for a file that does not exist."""
    file = STATIC / name
    try:
        facts = file.stat()
    except OSError:
        return None
    return _digest(file, facts.st_mtime_ns, facts.st_size)


@lru_cache(maxsize=1024)
def _digest(file: Path, _changed_ns: int, _size: int) -> str:
    return hashlib.sha256(file.read_bytes()).hexdigest()[:DIGEST_LENGTH]


def _add_digest(endpoint: str, values: dict[str, Any]) -> None:
    if endpoint == "static" and "v" not in values and (found := digest(values["filename"])):
        values["v"] = found


def _keep(response: Response) -> Response:
    if request.endpoint == "static" and response.status_code in (200, 206, 304):
        name = (request.view_args or {})["filename"]
        response.headers["Cache-Control"] = _keeping(name)
        if response.mimetype in PACKED:
            response.vary.add("Accept-Encoding")
            _pack(response, STATIC / name)
    return response


def _pack(response: Response, file: Path) -> None:
    """Texts travel packed: a third of their bytes. A part of a file stays what it is."""
    if response.status_code != 200 or request.accept_encodings["gzip"] <= 0:
        return
    facts = file.stat()
    packed = _packed(file, facts.st_mtime_ns, facts.st_size)
    response.close()
    response.direct_passthrough = False
    response.set_data(packed)
    response.headers["Content-Encoding"] = "gzip"
    # The packed bytes are another representation of the same file.
    response.set_etag(response.get_etag()[0] or "", weak=True)


@lru_cache(maxsize=512)
def _packed(file: Path, _changed_ns: int, _size: int) -> bytes:
    return gzip.compress(file.read_bytes(), mtime=0)


def _keeping(name: str) -> str:
    if "v" in request.args and request.args["v"] == digest(name):
        return FOR_EVER
    # The font styles name their files without a digest; they only change with the package.
    return FONTS if name.endswith(".woff2") else "no-cache"
