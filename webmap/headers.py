"""Which headers keep a page inside this building and stop foreign code from running in it?"""

from __future__ import annotations

import gzip
import secrets
from typing import Final

from flask import Flask, Response, g, request

POLICY: Final = (
    "default-src 'none'",
    "script-src 'nonce-{nonce}' 'strict-dynamic'",
    "style-src 'self' 'nonce-{nonce}'",
    "style-src-attr 'unsafe-inline'",
    "img-src 'self' data: blob:",
    "font-src 'self'",
    "connect-src 'self'",
    "worker-src 'self' blob:",
    "manifest-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-ancestors 'self'",
)
ALWAYS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "geolocation=(self), camera=(self)",
    "Cross-Origin-Opener-Policy": "same-origin",
}
PACKED_TYPES: Final = frozenset({"application/json", "application/geo+json", "text/html"})
PACKED_FROM_BYTES: Final = 1024


def protect(app: Flask) -> None:
    """Send the policy and its companions with every answer, and pack what is worth it."""
    app.context_processor(lambda: {"nonce": nonce})
    app.after_request(_add_headers)
    app.after_request(_pack)


def framing() -> str:
    """The policy of a page that shows another of ours inside it."""
    return "; ".join((*POLICY, "frame-src 'self'")).format(nonce=nonce())


def nonce() -> str:
    """The word that marks our own scripts and styles in this one answer."""
    if "nonce" not in g:
        g.nonce = secrets.token_urlsafe(16)
    return str(g.nonce)


def _add_headers(response: Response) -> Response:
    # What comes from outside (attachments) carries a stricter policy of its own.
    if "Content-Security-Policy" not in response.headers:
        response.headers["Content-Security-Policy"] = "; ".join(POLICY).format(nonce=nonce())
    response.headers.update(ALWAYS)
    if response.mimetype == "text/html":
        # The page carries its nonce: a stored copy would be a used one.
        response.headers["Cache-Control"] = "no-store"
    return response


def _pack(response: Response) -> Response:
    if response.mimetype not in PACKED_TYPES or response.direct_passthrough:
        return response
    response.vary.add("Accept-Encoding")
    if _worth_packing(response):
        response.set_data(gzip.compress(response.get_data(), 5))
        response.headers["Content-Encoding"] = "gzip"
        etag, _ = response.get_etag()
        if etag:
            # The packed bytes are another representation of the same thing.
            response.set_etag(etag, weak=True)
    return response


def _worth_packing(response: Response) -> bool:
    return (
        "Content-Encoding" not in response.headers
        and response.status_code == 200
        and request.accept_encodings["gzip"] > 0
        and len(response.get_data()) >= PACKED_FROM_BYTES
    )
