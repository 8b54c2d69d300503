"""What is known of one feature? /api/features/<id or uid>: GeoJSON, with its card."""

from __future__ import annotations

import json
from typing import Any, Final

import shapely
from flask import Blueprint, Response

from layers.card import card, measures
from layers.rights import Viewer
from layers.store import offices, query
from layers.store.query import FoundFeature
from webmap.answers import answer, digest
from webmap.database import current, viewer

blueprint = Blueprint("features", __name__, url_prefix="/api/features")

GEOJSON: Final = "application/geo+json"
MOST_RELATED: Final = 6


@blueprint.get("/<ref>")
def one(ref: str) -> Response:
    feature = query.feature_of(current(), viewer(), reference(ref))
    related = query.related_to(current(), viewer(), feature, MOST_RELATED)
    sample = query.layer_named(current(), viewer(), feature.layer_key).sample
    known = offices.beside(current(), viewer(), feature.properties)
    told = card(feature, viewer(), related, sample=sample, beside=known)
    body = as_geojson(feature, viewer()) | {"card": told}
    # The version stands in front, so that an edit can say from which version it started.
    etag = f"{feature.version}-{digest(json.dumps(body, ensure_ascii=False))}"
    return answer(body, etag=etag, mimetype=GEOJSON)


def reference(text: str) -> int | str:
    """Tiles carry the number, links the uid."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else text


def as_geojson(feature: FoundFeature, viewer: Viewer) -> dict[str, Any]:
    """A feature with what this viewer may see of it."""
    seen = feature.declared.seen_properties(feature.properties, viewer, feature.unit)
    said = {"name": feature.name, "layer": feature.layer_key, "symbol": feature.derived.get("symbol")}
    return {
        "type": "Feature",
        "id": feature.uid,
        "bbox": list(feature.bounds),
        "geometry": json.loads(shapely.to_geojson(feature.shape)),
        "properties": {**seen, **said, **measures(feature.derived), "town": feature.derived.get("town")},
    }
