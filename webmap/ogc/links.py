"""Where does an answer point to? Whole addresses, as the one who asks reaches us."""

from __future__ import annotations

from typing import Any, Final

from flask import request, url_for

from webmap import tokens

JSON: Final = "application/json"
GEOJSON: Final = "application/geo+json"
HTML: Final = "text/html"
OPENAPI: Final = "application/vnd.oai.openapi+json;version=3.0"
SCHEMA: Final = "application/schema+json"

Link = dict[str, str]


def address(endpoint: str, **values: Any) -> str:
    """The whole address of an endpoint, with the token that came in the address."""
    return url_for(endpoint, **values, **tokens.carried(), _external=True)


def link(rel: str, endpoint: str, title: str, kind: str = JSON, **values: Any) -> Link:
    """A link to one of our addresses."""
    return {"rel": rel, "type": kind, "title": title, "href": address(endpoint, **values)}


def both(endpoint: str, kind: str = JSON, **values: Any) -> list[Link]:
    """The answer itself and the same for people, or for programs, whichever this is."""
    as_page = wants_html()
    return [
        link("alternate" if as_page else "self", endpoint, "JSON", kind, f="json", **values),
        link("self" if as_page else "alternate", endpoint, "网页", HTML, f="html", **values),
    ]


def wants_html() -> bool:
    """By `f=`, else by what is accepted; programs get JSON."""
    said = request.args.get("f", "")
    if said:
        return said == "html"
    accepted = request.accept_mimetypes
    return HTML in list(accepted.values()) and accepted[HTML] >= accepted[JSON]
