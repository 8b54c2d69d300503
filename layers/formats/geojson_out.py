"""How does a layer become GeoJSON?"""

from __future__ import annotations

import json
from datetime import date

import shapely

from layers.formats.outgoing import Outgoing


def content(layer: Outgoing) -> bytes:
    """The file; in degrees there is no `crs` member, as the standard wants it."""
    rows = zip(*(column.values for column in layer.columns), strict=True)
    names = [column.title for column in layer.columns]
    features = [
        {
            "type": "Feature",
            "properties": {name: _plain(value) for name, value in zip(names, row, strict=True)},
            "geometry": json.loads(shapely.to_geojson(shape)),
        }
        for row, shape in zip(rows, layer.placed, strict=True)
    ]
    document = {"type": "FeatureCollection", "name": layer.marked_title, **_crs(layer), "features": features}
    return json.dumps(document, ensure_ascii=False, allow_nan=False).encode()


def _crs(layer: Outgoing) -> dict[str, object]:
    if not layer.zone:
        return {}
    return {"crs": {"type": "name", "properties": {"name": f"urn:ogc:def:crs:EPSG::{layer.code}"}}}


def _plain(value: object) -> object:
    return value.isoformat() if isinstance(value, date) else value
