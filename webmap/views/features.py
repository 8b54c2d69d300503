"""What is known of one feature? /api/features/<id or uid>: GeoJSON, with its card."""

from __future__ import annotations

import json
from typing import Any, Final

import shapely
from flask import Blueprint, Response
from sqlalchemy.orm import Session

from layers import editing
from layers.card import card, measures
from layers.rights import Viewer
from layers.store import offices, query
from layers.store.query import FoundFeature
from webmap import asked, casework, holds, milestones, ties
from webmap.accounts import note_sensitive
from webmap.answers import answer, digest
from webmap.database import current, the_config, viewer

blueprint = Blueprint("features", __name__, url_prefix="/api/features")

GEOJSON: Final = "application/geo+json"
MOST_RELATED: Final = 6


@blueprint.get("/<ref>")
def one(ref: str) -> Response:
    body, etag = told(current(), asked.as_of(viewer()), reference(ref))
    return answer(body, etag=etag, mimetype=GEOJSON)


def told(session: Session, viewer: Viewer, ref: int | str) -> tuple[dict[str, Any], str]:
    """The feature with its card, and its ETag."""
    feature = query.feature_of(session, viewer, ref)
    note_sensitive([feature])
    # What lies beside it and what may be done with it are told of today only.
    now = viewer.at is None
    related = query.related_to(session, viewer, feature, MOST_RELATED) if now else []
    sample = query.layer_named(session, viewer, feature.layer_key).sample
    known = offices.beside(session, viewer, feature.properties)
    shown = card(feature, viewer, related, sample=sample, beside=known)
    shown["case"] = casework.section(session, viewer, feature) if now else None
    shown["links"] = ties.section(session, viewer, feature) if now else []
    shown["milestones"] = milestones.section(viewer, feature)
    shown["hold"] = holds.section(feature, viewer, the_config().hold_days) if now else None
    body = as_geojson(feature, viewer) | {"card": shown}
    body |= editing.about(session, viewer, feature.uid) if now else {"at": str(viewer.at)}
    # The version stands in front, so that an edit can say from which version it started.
    return body, f"{feature.version}-{digest(json.dumps(body, ensure_ascii=False))}"


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
