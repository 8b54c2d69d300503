"""What layers are there, how are they drawn, and what is in them? /api/layers, /api/style, /api/kinds."""

from __future__ import annotations

from typing import Any, Final

from flask import Blueprint, Response, request

from layers.kinds import kind_for, kind_of
from layers.kinds.form import form_fields
from layers.listing import columns, words
from layers.store import query
from layers.symbols import on_the_wall
from webmap import asked
from webmap import catalogue as maps
from webmap.accounts import note_sensitive
from webmap.answers import answer, digest
from webmap.database import current, viewer
from webmap.views.features import GEOJSON, as_geojson

blueprint = Blueprint("layers", __name__, url_prefix="/api")

ROWS: Final = 100
MOST_COLORED: Final = 40
"""Layers, each with a field that colours it."""


@blueprint.get("/layers")
def catalogue() -> Response:
    """With `at=`, the map as it was at the end of that day."""
    return answer(maps.catalogue(current(), asked.as_of(viewer())))


@blueprint.get("/style")
def style() -> Response:
    """How layers are drawn; with `screen=wall` in the colours of a projector.

    `colors=layer:field,…` adds how these fields would colour these layers, for the views that want it.
    """
    pairs = [each.partition(":") for each in request.args.get("colors", "").split(",")[:MOST_COLORED]]
    compiled = maps.style(query.layers(current(), viewer()), [(layer, field) for layer, _, field in pairs])
    if request.args.get("screen") == "wall":
        compiled = on_the_wall(compiled)
    edition = digest(repr(compiled))
    return answer({"digest": edition, **compiled}, etag=edition, keep=request.args.get("v") == edition)


@blueprint.get("/kinds/<key>")
def kind(key: str) -> Response:
    """The JSON schema of its properties, and the fields of its form."""
    found = kind_of(key)
    return answer(found.schema() | {"fields": form_fields(found, viewer())})


@blueprint.get("/layers/<key>/features")
def rows(key: str) -> Response:
    """One page of a layer as GeoJSON, with the words of the screen beside the stored values; `f=` filters it."""
    who = asked.as_of(viewer())
    layer = query.layer_named(current(), who, key)
    bounds, where = asked.bounds(), asked.where(current(), who, layer)
    shown = columns(kind_for(layer), who)
    order, descending = asked.order(shown)
    found = query.find_features(
        current(),
        who,
        layer,
        bounds=bounds,
        where=where,
        limit=asked.whole("limit", ROWS, 1, asked.MOST_ROWS),
        offset=asked.whole("offset", 0, 0, 10_000_000),
        order=order,
        descending=descending,
    )
    note_sensitive(found)
    body: dict[str, Any] = {
        "type": "FeatureCollection",
        "count": query.count_features(current(), who, layer, bounds=bounds, where=where),
        "columns": [{"key": each.key, "title": each.title, "unit": each.unit} for each in shown],
        "features": [
            as_geojson(each, who) | {"words": words(shown, each.properties, each.derived)} for each in found
        ],
    }
    return answer(body, mimetype=GEOJSON)
