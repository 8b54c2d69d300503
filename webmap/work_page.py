"""What does every page on which somebody works carry: the token of its forms, its scripts, no copy in a cache?"""

from __future__ import annotations

from typing import Any

from flask import Response, make_response, render_template

from layers.rights import NON_SECRET
from webmap import accounts, assets


def work_page(template: str, *, status: int = 200, **facts: Any) -> Response:
    """A page under work.html; `facts` are what its template shows."""
    told = {"csrf": accounts.token(), "imports": assets.import_map(), "non_secret": NON_SECRET, **facts}
    return unkept(make_response(render_template(template, **told), status))


def unkept(response: Response) -> Response:
    """An answer that no cache keeps: the next one may be another."""
    response.headers["Cache-Control"] = "no-store"
    return response
