"""Where is it, and what is here? /api/search by words, /api/at by position."""

from __future__ import annotations

from typing import Any, Final

from flask import Blueprint, Response

from layers import crs
from layers.errors import InvalidValue
from layers.store import query
from layers.store.search import search
from webmap import asked
from webmap.answers import answer
from webmap.database import current, viewer
from webmap.told_places import told

blueprint = Blueprint("search", __name__, url_prefix="/api")

MOST_HITS: Final = 50
TOLERANCE_DEG: Final = 0.0002
WIDEST_TOLERANCE_DEG: Final = 1.0


@blueprint.get("/search")
def by_words() -> Response:
    words, limit = asked.words(), asked.whole("limit", 20, 1, MOST_HITS)
    hits = search(current(), viewer(), words, limit) if words else []
    return answer({"results": [told(hit) for hit in hits]})


@blueprint.get("/at")
def at() -> Response:
    """What lies at a position, and the position as people in the bureau write it."""
    lon, lat = asked.degrees("lon", -180, 180), asked.degrees("lat", -85, 85)
    tolerance = asked.degrees("tolerance", 0, WIDEST_TOLERANCE_DEG, TOLERANCE_DEG)
    found = [] if asked.flag("position_only") else query.at_point(current(), viewer(), lon, lat, tolerance)
    return answer({"results": [told(each) for each in found], "position": position(lon, lat)})


def position(lon: float, lat: float) -> dict[str, Any]:
    """X points north and Y east, Y begins with the zone number; null outside the zones of China."""
    here: dict[str, Any] = {"lon": lon, "lat": lat, "crs": "CGCS2000"}
    try:
        x, y, zone = crs.to_projected(lon, lat)
    except InvalidValue:
        return here | {"x": None, "y": None, "zone": None}
    return here | {"x": round(x, 3), "y": round(y, 3), "zone": zone}
