"""The map page and what belongs to it: the shell, the addresses our modules ask, the manifest."""

from __future__ import annotations

import json
from typing import Any, Final

from flask import Blueprint, Response, current_app, render_template, request, url_for

from layers.symbols import screen
from webmap import accounts, assets, database, packed
from webmap.checkup import product_version
from webmap.folium_map import MAP_NAME, SCRIPTS, shell

blueprint = Blueprint("map", __name__)

TITLE: Final = "全域一张图"
THEME_COLOR: Final = screen.BRAND
PAPER: Final = screen.OUTSIDE
DRAWING: Final = {"script": "js", "style": "css"}
"""What is fetched when somebody draws for the first time: the files of the drawing library."""
OTHER_PAGES: Final = (
    *("check.js", "siting/holding.js", "admin/", "mark/", "bulk/", "pictures/", "map/pins.js"),
    *("filter/builder.js", "filter/controls.js", "filter/custom.js", "charts/"),
    *("asking/panel.js", "briefing/", "printing/", "panel/travel.js"),
    *("intake/", "panel/differences.js", "map/differences.js"),
)
"""Modules of other pages, folders of them, and what the map fetches when somebody first opens it."""
STYLES: Final = (
    "vendor/leaflet.css",
    "vendor/maplibre-gl.css",
    "vendor/noto-sans-sc/index.css",
    "vendor/noto-serif-sc/index.css",
)
OWN_STYLES: Final = tuple(
    f"css/{part}.css"
    for part in (
        "tokens",
        "app",
        "panel",
        "today",
        "card",
        "table",
        "bases",
        "drawings",
        "curtain",
        "edit",
        "export",
        "printing",
        "photos",
        "me",
        "filter",
        "asking",
        "marks",
        "times",
        "differences",
        "bar",
        "phone",
    )
)


@blueprint.get("/")
def page() -> str:
    """The map. Nothing on it depends on data: features, names and totals are fetched."""
    return render_template(
        "map.html",
        title=TITLE,
        styles=STYLES,
        scripts=SCRIPTS,
        packed=packed_url,
        awaited=[] if "at" in request.args else [url_for("layers.catalogue"), url_for("layers.style")],
        shell=shell(),
        boot=boot(),
    )


@blueprint.get("/packed/map.js")
def modules() -> Response:
    return _lasting(_modules(), "text/javascript")


@blueprint.get("/packed/map.css")
def styles() -> Response:
    return _lasting(packed.styles_in_one(OWN_STYLES), "text/css")


@blueprint.get("/manifest.webmanifest")
def manifest() -> Response:
    icon = {"src": assets.asset("icon.svg"), "sizes": "any", "type": "image/svg+xml", "purpose": "any"}
    facts = {
        "name": TITLE,
        "short_name": "一张图",
        "lang": "zh-CN",
        "start_url": url_for("map.page"),
        "scope": url_for("map.page"),
        "display": "standalone",
        "theme_color": THEME_COLOR,
        "background_color": PAPER,
        "icons": [icon],
    }
    answer = current_app.response_class(
        json.dumps(facts, ensure_ascii=False), mimetype="application/manifest+json"
    )
    answer.headers["Cache-Control"] = "no-cache"
    return answer


def boot() -> dict[str, Any]:
    """The constants our modules start from."""
    return {
        "map": MAP_NAME,
        "urls": {
            "layers": url_for("layers.catalogue"),
            "style": url_for("layers.style"),
            "feature": _folder("features.one", ref="-"),
            "search": url_for("search.by_words"),
            "at": url_for("search.at"),
            "table": _folder("table.rows", key="-"),
            "manual": url_for("manual.contents"),
            "tiles": url_for("map.page") + "tiles/",
            "rows": _folder("layers.rows", key="-").removesuffix("-/features"),
            "bases": url_for("bases.listed"),
            "shift": url_for("bases.shift"),
            "page": url_for("map.page"),
            "api": url_for("map.page") + "api/",
            "sign_in": url_for("account.log_in_page"),
            "bin": url_for("manage_deleted.page"),
            "themes": url_for("manage_themes.listed"),
            "siting": url_for("siting.page") + "/",
            "charts": assets.asset("vendor/echarts.js"),
            "grid": assets.asset("vendor/tabulator.js"),
            "travel": url_for("travel.choose"),
            "drawing": {name: assets.asset(f"vendor/leaflet-geoman.{end}") for name, end in DRAWING.items()},
        },
        "viewer": database.viewer().audience,
        "account": accounts.told_account(),
        "csrf": accounts.token(),
        "version": product_version(),
    }


def _modules() -> str:
    return packed.modules_in_one([name for name in assets.modules() if not name.startswith(OTHER_PAGES)])


def packed_url(endpoint: str) -> str:
    """The address of one of the two, which changes with what is in it."""
    text = _modules() if endpoint == "modules" else packed.styles_in_one(OWN_STYLES)
    return url_for(f"map.{endpoint}", v=packed.edition(text))


def _lasting(text: str, mimetype: str) -> Response:
    """Kept for ever where it is asked by its edition, and packed once for everybody."""
    edition = packed.edition(text)
    response = current_app.response_class(text, mimetype=mimetype)
    response.headers["Cache-Control"] = assets.FOR_EVER if request.args.get("v") == edition else "no-cache"
    response.vary.add("Accept-Encoding")
    if request.accept_encodings["gzip"] > 0:
        response.set_data(packed.zipped(text))
        response.headers["Content-Encoding"] = "gzip"
    # Packed and plain are two ways to write the same.
    response.set_etag(edition, weak=True)
    response.make_conditional(request)
    return response


def _folder(endpoint: str, **values: Any) -> str:
    """The address of a view up to its last variable part."""
    return url_for(endpoint, **values).removesuffix("-")
