"""How do QGIS, GDAL and scripts read the map? /ogc: OGC API - Features, for each what he may see."""

from __future__ import annotations

from typing import Any, Final

from flask import Blueprint, Response, make_response, render_template, request

from layers.errors import UnknownThing
from layers.kinds import kind_for
from layers.store import query
from layers.store.items import page_of_items
from webmap.accounts import note_sensitive
from webmap.answers import answer
from webmap.database import current, viewer
from webmap.ogc import asking, describing, openapi
from webmap.ogc.links import GEOJSON, HTML, JSON, OPENAPI, SCHEMA, Link, address, both, link, wants_html

blueprint = Blueprint("ogc", __name__, url_prefix="/ogc")

PLAIN: Final = ("f", "limit", "offset", "after")
"""Parameters that are not of what is asked for, but of the page."""


@blueprint.get("", strict_slashes=False)
def landing() -> Response:
    asking.refuse_unknown()
    return _answer(describing.landing(), "入口")


@blueprint.get("/conformance")
def conformance() -> Response:
    asking.refuse_unknown()
    return _answer(describing.conformance(), "符合的标准")


@blueprint.get("/api")
def api() -> Response:
    asking.refuse_unknown()
    layers = {each.key: (each.title, _facets(each)) for each in query.layers(current(), viewer())}
    return _answer(openapi.document(layers), "接口说明", OPENAPI)


@blueprint.get("/collections")
def collections() -> Response:
    asking.refuse_unknown()
    return _answer(describing.collections(query.layers(current(), viewer())), "图层")


@blueprint.get("/collections/<key>")
def collection(key: str) -> Response:
    asking.refuse_unknown()
    return _answer(describing.collection(describing.summary(current(), viewer(), key)), "图层")


@blueprint.get("/collections/<key>/schema")
def schema(key: str) -> Response:
    asking.refuse_unknown()
    layer = query.layer_named(current(), viewer(), key)
    return _answer(describing.schema(layer, viewer()), "字段", SCHEMA)


@blueprint.get("/collections/<key>/items")
def items(key: str) -> Response:
    """One page; the next one begins after the last feature of this, so that edits in between disturb nobody."""
    layer = query.layer_named(current(), viewer(), key)
    kind = kind_for(layer)
    names = {each.title: each.key for each in describing.properties_of(kind, viewer(), layer.unit, [])}
    wanted, limit = asking.wanted(current(), viewer(), layer, names), asking.limit()
    page = page_of_items(
        current(), viewer(), layer, wanted, limit=limit, after=asking.after(), offset=asking.offset()
    )
    note_sensitive(page.features)
    told = list(describing.features(kind, viewer(), layer.unit, page.features))
    body = {
        "type": "FeatureCollection",
        "links": _page_links(key, limit, page.after),
        "numberMatched": page.matched,
        "numberReturned": len(told),
        "features": told,
    }
    return _answer(body, layer.title, GEOJSON)


@blueprint.get("/collections/<key>/items/<uid>")
def item(key: str, uid: str) -> Response:
    asking.refuse_unknown()
    layer = query.layer_named(current(), viewer(), key)
    found = query.feature_of(current(), viewer(), uid)
    if found.layer_key != layer.key:
        raise UnknownThing(f"图层“{layer.title}”里没有标识为“{uid[:60]}”的图形。请检查网址。")
    note_sensitive([found])
    (told,) = describing.features(kind_for(layer), viewer(), layer.unit, [found])
    told["links"] = [
        *both("ogc.item", GEOJSON, key=key, uid=uid),
        link("collection", "ogc.collection", layer.title, JSON, key=key),
    ]
    return _answer(told, found.name, GEOJSON)


def _page_links(key: str, limit: int, after: int | None) -> list[Link]:
    asked = {name: value for name, value in request.args.items() if name not in (*PLAIN, "token")}
    now = {name: request.args[name] for name in PLAIN if name in request.args and name != "f"}
    found = [
        *both("ogc.items", GEOJSON, key=key, **asked, **now),
        link("collection", "ogc.collection", "图层", JSON, key=key),
    ]
    if after is not None:
        form = {"f": "html"} if wants_html() else {}
        kind = HTML if form else GEOJSON
        found.append(
            link("next", "ogc.items", "下一页", kind, key=key, **asked, **form, limit=limit, after=after)
        )
    return found


def _facets(layer: query.LayerSummary) -> dict[str, Any]:
    kind = kind_for(layer)
    facets = asking.askable(kind, viewer(), layer.unit)
    named = {each.key: each.title for each in describing.properties_of(kind, viewer(), layer.unit, [])}
    return {named[key]: facet for key, facet in facets.items() if key in named}


def _answer(body: dict[str, Any], title: str, kind: str = JSON) -> Response:
    """As JSON, or as a plain page with the same content."""
    if not wants_html():
        response = answer(body, mimetype=kind)
        response.vary.update(("Accept", "Authorization"))
        return response
    page = render_template("ogc.html", body=body, title=title, home=address("ogc.landing", f="html"))
    return make_response(page)
