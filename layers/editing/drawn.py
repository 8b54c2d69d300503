"""Which shape did somebody draw to ask about it? Not stored, but checked like one that is."""

from __future__ import annotations

import math
from typing import Final

import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy.orm import Session

from layers import crs
from layers.errors import InvalidShape, InvalidValue
from layers.formats.geojson import read_shape
from layers.intake import landing
from layers.kinds import BOUNDARIES
from layers.rights import SYSTEM_VIEWER
from layers.shapes import MEND_AT_HOME, fit_to_store
from layers.store.totals import bounds_of_kind

FAMILIES: Final = ("polygon", "line", "point")
MOST_BUFFER_M: Final = 5000
QUARTER_SEGMENTS: Final = 16
"""Straight pieces of each quarter of a round end."""


def drawn_shape(session: Session, geometry: object) -> BaseGeometry:
    """A GeoJSON geometry in CGCS2000 degrees; raises InvalidValue for what is none, broken, or far from the county."""
    if geometry is None:
        raise InvalidValue("没有收到图形。请先在地图上绘制一个范围。")
    shape = _sound(read_shape(geometry))
    county = bounds_of_kind(session, SYSTEM_VIEWER, BOUNDARIES)
    west, south, east, north = shape.bounds
    if not crs.within((west, south, east, north), landing.expected(county)):
        raise InvalidShape(landing.elsewhere(shape.bounds, shape.bounds, crs.STORED, county))
    return shape


def widened(shape: BaseGeometry, metres: object) -> BaseGeometry:
    """What lies within so many metres of a shape (CGCS2000 degrees), in the Gauss-Krüger zone of its middle.

    The scale of the zone makes it up to 1/2500 wider. Raises InvalidValue for what is no such distance.
    """
    if isinstance(metres, bool) or not isinstance(metres, int | float) or not 0 < metres <= MOST_BUFFER_M:
        told = f"“{str(metres)[:20]}”" if metres is not None else "空值"
        raise InvalidValue(
            f"两侧宽度收到{told}，应为 0 到 {MOST_BUFFER_M:,} 之间的米数（大于 0）。请改正后重试。"
        )
    zone = crs.projected_code(crs.zone_of(math.fsum(shape.bounds[::2]) / 2))
    (plane,) = crs.to_plane([shape], zone)
    wide = shapely.buffer(plane, float(metres), quad_segs=QUARTER_SEGMENTS)
    (back,) = crs.to_stored([wide], zone)
    return _sound(back)


def _sound(shape: BaseGeometry | None) -> BaseGeometry:
    try:
        return fit_to_store(shape, FAMILIES)
    except InvalidShape as refusal:
        # Nobody has another program to mend what was drawn here.
        raise InvalidShape(refusal.message.replace(MEND_AT_HOME, "请重画，或改正图形后重试")) from None
