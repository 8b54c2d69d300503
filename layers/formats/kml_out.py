"""How does a layer become KML? Always in degrees, with its values as ExtendedData."""

from __future__ import annotations

from collections.abc import Iterator
from xml.sax.saxutils import escape, quoteattr

import shapely
from shapely.geometry.base import BaseGeometry

from layers.cells import without_control_signs
from layers.formats.outgoing import Outgoing


def content(layer: Outgoing) -> bytes:
    """The file."""
    return "\n".join(_lines(layer)).encode()


def _lines(layer: Outgoing) -> Iterator[str]:
    yield '<?xml version="1.0" encoding="UTF-8"?>'
    yield '<kml xmlns="http://www.opengis.net/kml/2.2"><Document>'
    yield f"<name>{_text(layer.marked_title)}</name><Folder><name>{_text(layer.title)}</name>"
    for at, (label, shape) in enumerate(zip(layer.labels, layer.shapes, strict=True)):
        yield f"<Placemark><name>{_text(label)}</name><ExtendedData>"
        for column in layer.columns:
            if column.values[at] is not None:
                yield f"<Data name={_name(column.title)}><value>{_text(str(column.values[at]))}</value></Data>"
        yield f"</ExtendedData>{_shape(shape)}</Placemark>"
    yield "</Folder></Document></kml>"


def _text(text: str) -> str:
    return escape(without_control_signs(text))


def _name(text: str) -> str:
    return quoteattr(without_control_signs(text))


def _shape(shape: BaseGeometry) -> str:
    parts = "".join(_part(part) for part in shapely.get_parts(shape))
    return parts if shapely.get_num_geometries(shape) == 1 else f"<MultiGeometry>{parts}</MultiGeometry>"


def _part(part: BaseGeometry) -> str:
    if isinstance(part, shapely.Polygon):
        holes = "".join(f"<innerBoundaryIs>{_ring(ring)}</innerBoundaryIs>" for ring in part.interiors)
        return f"<Polygon><outerBoundaryIs>{_ring(part.exterior)}</outerBoundaryIs>{holes}</Polygon>"
    tag = "Point" if isinstance(part, shapely.Point) else "LineString"
    return f"<{tag}>{_coordinates(part)}</{tag}>"


def _ring(ring: BaseGeometry) -> str:
    return f"<LinearRing>{_coordinates(ring)}</LinearRing>"


def _coordinates(shape: BaseGeometry) -> str:
    pairs = (f"{lon!r},{lat!r}" for lon, lat in shapely.get_coordinates(shape).tolist())
    return f"<coordinates>{' '.join(pairs)}</coordinates>"
