"""How does JSON leave the house: compact, with an ETag, and as 304 when the reader has it already?"""

from __future__ import annotations

import hashlib
from typing import Any, Final
from urllib.parse import quote

from flask import Response, current_app, request

PRIVATE: Final = "private, no-cache"
"""A browser may keep it and must ask each time; a shared cache may not, because viewers see different things."""
KEEP: Final = "private, max-age=31536000, immutable"


def answer(
    body: Any, *, etag: str | None = None, mimetype: str = "application/json", keep: bool = False
) -> Response:
    """JSON with an ETag (of its content where none is given); 304 without a body when that is known."""
    text = current_app.json.dumps(body, separators=(",", ":"))
    response = current_app.response_class(text, mimetype=mimetype)
    response.headers["Cache-Control"] = KEEP if keep else PRIVATE
    response.set_etag(etag or digest(text))
    response.make_conditional(request)
    return response


def digest(text: str) -> str:
    """A short name for exactly this content."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def to_see(png: bytes) -> Response:
    """A picture of a kept result: it stays the same, for those who may see it."""
    response = current_app.response_class(png, mimetype="image/png")
    response.headers["Cache-Control"] = "private, max-age=3600"
    return response


def to_save(content: bytes, name: str, mimetype: str) -> Response:
    """A file that the browser saves under this name, which may be Chinese."""
    response = current_app.response_class(content, mimetype=mimetype)
    response.headers["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name, safe='')}"
    response.headers["Cache-Control"] = "no-store"
    return response
