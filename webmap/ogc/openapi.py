"""How is the service used? One OpenAPI 3.0 document that refers to nothing outside itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from layers.filters import Facet
from webmap.checkup import product_version
from webmap.ogc import links
from webmap.ogc.asking import MOST, PER_PAGE
from webmap.ogc.describing import ABOUT, TITLE

Facets = Mapping[str, tuple[str, Mapping[str, Facet]]]
"""By the key of a layer: its title, and what may be asked by the name of the property."""

SORTS: Final[dict[str, dict[str, Any]]] = {
    "number": {"type": "number"},
    "day": {"type": "string", "format": "date"},
    "flag": {"type": "string", "enum": ["true", "false"]},
}


def document(layers: Facets) -> dict[str, Any]:
    """The whole document; layers: those that this viewer may see."""
    return {
        "openapi": "3.0.3",
        "info": {"title": TITLE, "description": ABOUT, "version": product_version() or "0"},
        "servers": [{"url": links.address("ogc.landing").partition("?")[0]}],
        "tags": [{"name": "service", "description": "服务"}, {"name": "data", "description": "数据"}],
        "security": [{}, {"bearer": []}, {"token": []}],
        "paths": {**_service(), **{path: told for key in layers for path, told in _data(key, *layers[key])}},
        "components": {
            "parameters": _parameters(),
            "responses": _responses(),
            "schemas": _schemas(),
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer", "description": "“我的账号”里生成的访问令牌"},
                "token": {"type": "apiKey", "in": "query", "name": "token"},
            },
        },
    }


def _service() -> dict[str, Any]:
    def path(name: str, summary: str, operation: str) -> dict[str, Any]:
        answers = {"200": _ref("responses", name), **_failures()}
        return {
            "get": {
                "tags": ["service"],
                "summary": summary,
                "operationId": operation,
                "parameters": [_ref("parameters", "f")],
                "responses": answers,
            }
        }

    return {
        "/": path("LandingPage", "入口", "getLandingPage"),
        "/conformance": path("Conformance", "符合的标准", "getConformanceDeclaration"),
        "/collections": path("Collections", "图层", "getCollections"),
    }


def _data(key: str, title: str, facets: Mapping[str, Facet]) -> list[tuple[str, dict[str, Any]]]:
    shared = [_ref("parameters", name) for name in ("f", "limit", "offset", "bbox", "datetime")]
    asked = [_property(name, facet) for name, facet in facets.items()]

    def path(name: str, summary: str, operation: str, parameters: Sequence[Any]) -> dict[str, Any]:
        answers = {"200": _ref("responses", name), **_failures()}
        return {
            "get": {
                "tags": ["data"],
                "summary": f"{title}：{summary}",
                "operationId": f"{operation}_{key}",
                "parameters": list(parameters),
                "responses": answers,
            }
        }

    own = [_ref("parameters", "f")]
    return [
        (f"/collections/{key}", path("Collection", "说明", "describe", own)),
        (f"/collections/{key}/items", path("Features", "图形", "getFeatures", [*shared, *asked])),
        (
            f"/collections/{key}/items/{{featureId}}",
            path("Feature", "一个图形", "getFeature", [_ref("parameters", "featureId"), *own]),
        ),
    ]


def _property(name: str, facet: Facet) -> dict[str, Any]:
    found = SORTS.get(facet.sort, {"type": "string"})
    if facet.choices and facet.sort != "flag":
        found = {"type": "string", "enum": [*facet.choices, *facet.choices.values()]}
    return {
        "name": name,
        "in": "query",
        "required": False,
        "description": f"只要“{facet.title}”等于此值的图形",
        "schema": found,
        "style": "form",
        "explode": False,
    }


def _parameters() -> dict[str, Any]:
    return {
        "f": _parameter("f", "json 或 html；不填时按 Accept", {"type": "string", "enum": ["json", "html"]}),
        "limit": _parameter(
            "limit", "一页最多几个", {"type": "integer", "minimum": 1, "maximum": MOST, "default": PER_PAGE}
        ),
        "offset": _parameter("offset", "先跳过几个", {"type": "integer", "minimum": 0, "default": 0}),
        "bbox": _parameter(
            "bbox",
            "外框与此范围相交的图形：西,南,东,北（度）",
            {
                "type": "array",
                "oneOf": [{"minItems": 4, "maxItems": 4}, {"minItems": 6, "maxItems": 6}],
                "items": {"type": "number"},
            },
        ),
        "datetime": _parameter("datetime", "在此时刻或时间段内最后修改的图形", {"type": "string"}),
        "featureId": {
            "name": "featureId",
            "in": "path",
            "required": True,
            "description": "图形标识",
            "schema": {"type": "string"},
        },
    }


def _parameter(name: str, description: str, schema: dict[str, Any]) -> dict[str, Any]:
    return {
        "name": name,
        "in": "query",
        "required": False,
        "description": description,
        "schema": schema,
        "style": "form",
        "explode": False,
    }


def _responses() -> dict[str, Any]:
    named = {
        "LandingPage": ("入口", "Links", links.JSON),
        "Conformance": ("符合的标准", "Conformance", links.JSON),
        "Collections": ("图层", "Collections", links.JSON),
        "Collection": ("一个图层", "Collection", links.JSON),
        "Features": ("图形", "FeatureCollection", links.GEOJSON),
        "Feature": ("一个图形", "Feature", links.GEOJSON),
        "Error": ("原因，一句中文", "Error", links.JSON),
    }
    return {
        name: {
            "description": description,
            "content": {
                kind: {"schema": _ref("schemas", schema)},
                links.HTML: {"schema": {"type": "string"}},
            },
        }
        for name, (description, schema, kind) in named.items()
    }


def _schemas() -> dict[str, Any]:
    text, count = {"type": "string"}, {"type": "integer", "minimum": 0}
    some_links = {"type": "array", "items": _ref("schemas", "Link")}
    return {
        "Link": _object({"href": text, "rel": text, "type": text, "title": text}, "href", "rel"),
        "Links": _object({"title": text, "description": text, "links": some_links}, "links"),
        "Conformance": _object({"conformsTo": {"type": "array", "items": text}}, "conformsTo"),
        "Collection": _object(
            {
                "id": text,
                "title": text,
                "description": text,
                "extent": {"type": "object"},
                "links": some_links,
            },
            "id",
            "links",
        ),
        "Collections": _object(
            {"links": some_links, "collections": {"type": "array", "items": _ref("schemas", "Collection")}},
            "links",
            "collections",
        ),
        "Feature": _object(
            {
                "type": {"type": "string", "enum": ["Feature"]},
                "id": text,
                "geometry": {"type": "object"},
                "properties": {"type": "object"},
                "links": some_links,
            },
            "type",
            "geometry",
            "properties",
        ),
        "FeatureCollection": _object(
            {
                "type": {"type": "string", "enum": ["FeatureCollection"]},
                "features": {"type": "array", "items": _ref("schemas", "Feature")},
                "links": some_links,
                "numberMatched": count,
                "numberReturned": count,
            },
            "type",
            "features",
        ),
        "Error": _object({"ok": {"type": "boolean"}, "error": text, "status": count}, "error"),
    }


def _object(properties: dict[str, Any], *required: str) -> dict[str, Any]:
    return {"type": "object", "required": list(required), "properties": properties}


def _failures() -> dict[str, Any]:
    return {status: _ref("responses", "Error") for status in ("400", "401", "404", "500")}


def _ref(part: str, name: str) -> dict[str, str]:
    return {"$ref": f"#/components/{part}/{name}"}
