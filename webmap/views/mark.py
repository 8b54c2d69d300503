"""Marking sites with photos: the phone page /mark, the page for many photos /photos, and what both need.

The pages themselves hold constants only, so that a device may keep them: who is asking, the word for writes and
the outline of the county are fetched. /sw.js keeps the shell of the phone page for places without a network.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any, Final

import shapely
from flask import Blueprint, Response, current_app, render_template, url_for

from layers.kinds import BOUNDARIES, kind_of
from layers.kinds.fields import Choice
from layers.kinds.record import POSITION_SOURCES
from layers.rights import NON_SECRET, PUBLIC_VIEWER, may_somewhere
from layers.store import query
from layers.store.marks import Mark, marks_of
from layers.symbols import screen
from webmap import assets
from webmap.accounts import token, told_account
from webmap.answers import answer
from webmap.database import current, viewer

blueprint = Blueprint("mark", __name__)

LAYER: Final = "scenic_site"
TYPES: Final = "resource_type"
ALWAYS_SAID: Final = {"site_type": "other"}
"""What a mark says without asking; whoever reviews it knows better."""
LIMITS: Final = {"accuracy_m": 50, "near_m": 30, "photo_kb": 400, "photo_px": 2048}
BACKDROP: Final = ("river", "existing_road")
MOST_LINES: Final = 300
OUTLINE_DEG: Final = 0.0004
MOST_MARKS: Final = 60
ICONS: Final = (("icons/mark-192.png", "192x192"), ("icons/mark-512.png", "512x512"))
PHONE_STYLES: Final = (
    "vendor/leaflet.css",
    "vendor/noto-sans-sc/index.css",
    "vendor/noto-serif-sc/index.css",
    "css/tokens.css",
    "css/mark.css",
)
DESK_STYLES: Final = ("vendor/leaflet.css", "css/mark.css", "css/bulk.css")
"""Beside those of every plain page."""
MOST_PHOTOS: Final = 200
PHONE_MODULES: Final = ("mark/", "map/pins.js", "edit/uid.js", "api.js", "dom.js", "ink.js")
THEME_COLOR: Final = screen.BRAND
PAPER: Final = screen.OUTSIDE


@blueprint.get("/mark")
def phone() -> str:
    return render_template(
        "mark.html", styles=PHONE_STYLES, imports=_imports(), modules=_modules(), boot=_boot()
    )


@blueprint.get("/photos")
def desk() -> str:
    return render_template(
        "photos.html",
        styles=DESK_STYLES,
        imports=assets.import_map(),
        boot=_boot(),
        non_secret=NON_SECRET,
        most=MOST_PHOTOS,
    )


@blueprint.get("/mark.webmanifest")
def manifest() -> Response:
    """The phone page as an application of its own."""
    icons = [
        {"src": assets.asset(name), "sizes": sizes, "type": "image/png", "purpose": purpose}
        for name, sizes in ICONS
        for purpose in ("any", "maskable")
    ]
    facts = {
        "id": url_for("mark.phone"),
        "name": "拍照标点 · 全域一张图",
        "short_name": "拍照标点",
        "lang": "zh-CN",
        "start_url": url_for("mark.phone"),
        "scope": url_for("mark.phone"),
        "display": "standalone",
        "orientation": "portrait",
        "theme_color": THEME_COLOR,
        "background_color": PAPER,
        "icons": icons,
    }
    return _text(json.dumps(facts, ensure_ascii=False), "application/manifest+json")


@blueprint.get("/sw.js")
def worker() -> Response:
    """The service worker, told which files the shell is made of; a new edition of any makes a new worker."""
    shell = [url_for("mark.phone"), *_shell()]
    code = (assets.STATIC / "sw.js").read_text("utf-8")
    edition = hashlib.sha256((code + repr(shell)).encode()).hexdigest()[:12]
    told = {"name": f"mark-{edition}", "page": shell[0], "shell": shell}
    return _text(f"self.told = {json.dumps(told)};\n{code}", "text/javascript")


@blueprint.get("/api/mark")
def state() -> Response:
    """Who is asking and what he may mark: never kept by the service worker."""
    layer = query.layer_named(current(), viewer(), LAYER)
    types = kind_of(layer.kind).by_key[TYPES]
    response = answer(
        {
            "account": told_account(),
            "account_id": viewer().account,
            "csrf": token(),
            "may_mark": may_somewhere(viewer(), "mark", layer.unit),
            "layer": layer.key,
            "field": TYPES,
            "always": ALWAYS_SAID,
            "types": _choices(types),
            "sources": POSITION_SOURCES,
            "limits": LIMITS,
        }
    )
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.get("/api/mark/outline")
def outline() -> Response:
    """The county in a few lines, for a map without a network: only what everybody may see."""
    found = {layer.key: layer for layer in query.layers(current(), PUBLIC_VIEWER)}
    boundaries = [key for key, layer in found.items() if layer.kind == BOUNDARIES]
    wanted = [*boundaries, *(key for key in BACKDROP if key in found)]
    return answer({"lines": [line for key in wanted for line in _lines(key)]})


@blueprint.get("/api/mark/mine")
def mine() -> Response:
    """What became of the viewer's own marks."""
    response = answer({"marks": [_told(mark) for mark in marks_of(current(), viewer(), MOST_MARKS)]})
    response.headers["Cache-Control"] = "no-store"
    return response


def _boot() -> dict[str, Any]:
    """Constants only: a device keeps the page for whoever holds it next."""
    return {
        "most_photos": MOST_PHOTOS,
        "urls": {
            "state": url_for("mark.state"),
            "outline": url_for("mark.outline"),
            "mine": url_for("mark.mine"),
            "rows": url_for("layers.rows", key="-").removesuffix("-/features"),
            "feature": url_for("features.one", ref="-").removesuffix("-"),
            "attachments": url_for("attachments.shown", uid="-").removesuffix("-"),
            "at": url_for("search.at"),
            "shift": url_for("bases.shift"),
            "worker": url_for("mark.worker"),
            "page": url_for("mark.phone"),
            "map": url_for("map.page"),
            "login": url_for("account.log_in_page", next=url_for("mark.phone")),
        },
    }


def _imports() -> dict[str, dict[str, str]]:
    """Only what the phone page is made of."""
    return {"imports": {f"app/{name}": assets.asset(f"js/{name}") for name in _modules()}}


def _modules() -> list[str]:
    return [name for name in assets.modules() if name.startswith(PHONE_MODULES)]


def _shell() -> list[str]:
    files = [*PHONE_STYLES, "vendor/leaflet.js", "icon.svg", *(f"js/{name}" for name in _modules())]
    return [assets.asset(name) for name in files] + [url_for("mark.manifest")]


def _text(text: str, mimetype: str) -> Response:
    response = current_app.response_class(text, mimetype=mimetype)
    response.headers["Cache-Control"] = "no-cache"
    return response


def _choices(field: Any) -> list[dict[str, str]]:
    assert isinstance(field, Choice)  # noqa: S101
    return [{"value": value, "title": title} for value, title in field.choices.items()]


def _lines(key: str) -> list[dict[str, Any]]:
    layer = query.layer_named(current(), PUBLIC_VIEWER, key)
    found = query.find_features(current(), PUBLIC_VIEWER, layer, limit=MOST_LINES)
    return [
        {
            "kind": layer.kind,
            "symbol": each.derived.get("symbol"),
            "name": each.name,
            "geometry": json.loads(shapely.to_geojson(_light(each.shape))),
        }
        for each in found
    ]


def _light(shape: Any) -> Any:
    return shapely.set_precision(shapely.simplify(shape, OUTLINE_DEG), 0.00001, mode="pointwise")


def _told(mark: Mark) -> dict[str, Any]:
    return {
        "uid": mark.uid,
        "name": mark.name,
        "layer": mark.layer_key,
        "at": mark.at.isoformat(),
        "review": mark.review,
        "reason": mark.reason,
        "photos": mark.photos,
        "thumb": url_for("attachments.thumb", uid=mark.photo) if mark.photo else None,
    }
