"""Which shape did somebody draw to ask about it? Not stored, but checked like one that is."""

from __future__ import annotations

from typing import Final

from shapely.geometry.base import BaseGeometry
from sqlalchemy.orm import Session

from layers import crs
from layers.errors import InvalidShape, InvalidValue
from layers.formats.geojson import read_shape
from layers.intake import landing
from layers.kinds import BOUNDARIES
from layers.rights import SYSTEM_VIEWER
from layers.shapes import fit_to_store
from layers.store.totals import bounds_of_kind

FAMILIES: Final = ("polygon", "line", "point")


def drawn_shape(session: Session, geometry: object) -> BaseGeometry:
    """A GeoJSON geometry in CGCS2000 degrees; raises InvalidValue for what is none, broken, or far from the county."""
    if geometry is None:
        raise InvalidValue("没有收到图形。请先在地图上绘制一个范围。")
    shape = fit_to_store(read_shape(geometry), FAMILIES)
    county = bounds_of_kind(session, SYSTEM_VIEWER, BOUNDARIES)
    west, south, east, north = shape.bounds
    if not crs.within((west, south, east, north), landing.expected(county)):
        raise InvalidShape(landing.elsewhere(shape.bounds, shape.bounds, crs.STORED, county))
    return shape
