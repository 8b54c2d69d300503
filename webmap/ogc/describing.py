"""What does the service hold, and what is in a collection? The documents of the standard."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import date
from typing import Any, Final

import shapely
from sqlalchemy.orm import Session

from layers.export import Column, columns
from layers.kinds import LayerKind, kind_for
from layers.rights import NON_SECRET, Viewer
from layers.store import query
from layers.store.query import FoundFeature, LayerSummary
from webmap.ogc import links
from webmap.ogc.links import GEOJSON, HTML, OPENAPI, SCHEMA, both, link

TITLE: Final = "全域一张图"
ABOUT: Final = f"县域国土空间与全域旅游数据，按访问者的权限只读提供。{NON_SECRET}"
CRS84: Final = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"
CONFORMS: Final = tuple(
    f"http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/{part}"
    for part in ("core", "oas30", "html", "geojson")
)
SCHEMA_REL: Final = "http://www.opengis.net/def/rel/ogc/1.0/schema"
LICENCE: Final = "坐标为 CGCS2000 经纬度（与 WGS 84 相差不到分米，按 CRS84 给出，经度在前）"
TYPES: Final[dict[str, dict[str, str]]] = {
    "text": {"type": "string"},
    "number": {"type": "number"},
    "whole": {"type": "integer"},
    "day": {"type": "string", "format": "date"},
}
SHAPES: Final = {
    frozenset({"point"}): "geometry-point",
    frozenset({"line"}): "geometry-multilinestring",
    frozenset({"polygon"}): "geometry-multipolygon",
}
NOT_A_PROPERTY: Final = frozenset({"uid"})
"""The id of the feature says it."""


def landing() -> dict[str, Any]:
    return {
        "title": TITLE,
        "description": ABOUT,
        "links": [
            *both("ogc.landing"),
            link("service-desc", "ogc.api", "接口说明（OpenAPI 3.0）", OPENAPI, f="json"),
            link("service-doc", "ogc.api", "接口说明（网页）", HTML, f="html"),
            link("conformance", "ogc.conformance", "符合的标准"),
            link("data", "ogc.collections", "图层"),
        ],
    }


def conformance() -> dict[str, Any]:
    return {"conformsTo": list(CONFORMS)}


def collections(found: Sequence[LayerSummary]) -> dict[str, Any]:
    return {"links": both("ogc.collections"), "collections": [collection(each) for each in found]}


def collection(layer: LayerSummary) -> dict[str, Any]:
    """One layer; a layer without features has no extent."""
    extent = {"extent": {"spatial": {"bbox": [list(layer.bounds)], "crs": CRS84}}} if layer.bounds else {}
    key = layer.key
    return {
        "id": key,
        "title": f"{layer.title}（示例数据）" if layer.sample else layer.title,
        "description": f"{layer.count} 个图形，由{layer.unit}主管。{LICENCE}",
        **extent,
        "itemType": "feature",
        "crs": [CRS84],
        "links": [
            *both("ogc.collection", key=key),
            link("items", "ogc.items", layer.title, GEOJSON, key=key),
            link("items", "ogc.items", f"{layer.title}（网页）", HTML, key=key, f="html"),
            link(SCHEMA_REL, "ogc.schema", "字段", SCHEMA, key=key),
        ],
    }


def summary(session: Session, viewer: Viewer, key: str) -> LayerSummary:
    """The layer as it is listed; UnknownThing when there is none that this viewer may see."""
    query.layer_named(session, viewer, key)
    return next(each for each in query.layers(session, viewer) if each.key == key)


def properties_of(
    kind: LayerKind, viewer: Viewer, unit: str, features: Sequence[FoundFeature]
) -> list[Column]:
    """All properties that this viewer may see, the same ones on every page."""
    every = columns(kind, viewer, unit, features, full=True)
    return [column for column in every if column.key not in NOT_A_PROPERTY]


def schema(layer: query.Layer, viewer: Viewer) -> dict[str, Any]:
    """Names and types of the properties (OGC API - Features - Part 5, which programs begin to read)."""
    kind = kind_for(layer)
    shape = SHAPES.get(frozenset(kind.shapes), "geometry-any")
    told = {column.title: _typed(column) for column in properties_of(kind, viewer, layer.unit, [])}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": links.address("ogc.schema", key=layer.key),
        "title": layer.title,
        "type": "object",
        "properties": {
            "id": {"type": "string", "x-ogc-role": "id"},
            "geometry": {"format": shape, "x-ogc-role": "primary-geometry"},
            **told,
        },
    }


def _typed(column: Column) -> dict[str, str]:
    unit = {"x-ogc-unit": column.unit} if column.unit else {}
    return {"title": column.title, **TYPES[column.sort], **unit}


def features(
    kind: LayerKind, viewer: Viewer, unit: str, found: Sequence[FoundFeature]
) -> Iterator[dict[str, Any]]:
    """GeoJSON of these features."""
    told = properties_of(kind, viewer, unit, found)
    for at, feature in enumerate(found):
        yield {
            "type": "Feature",
            "id": feature.uid,
            "geometry": json.loads(shapely.to_geojson(feature.shape)),
            "properties": {column.title: _plain(column.values[at]) for column in told},
        }


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value
