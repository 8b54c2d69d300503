"""How is a place on the map said in its address? The view that holds these bounds."""

from __future__ import annotations

import math
from typing import Any, Final

from layers.crs import Bounds

CLOSEST: Final = 17.0
WIDTH_PX: Final = 700
HIGHER: Final = 1.6
"""A screen is wider than it is high."""
LEAST_DEG: Final = 0.005


def view_of(bounds: Bounds, *, closest: float = CLOSEST, least_deg: float = LEAST_DEG) -> dict[str, Any]:
    """lon, lat and z of the map page. bounds: west, south, east, north in degrees; least_deg: a point is so wide."""
    west, south, east, north = bounds
    zoom = math.log2(WIDTH_PX / max(east - west, (north - south) * HIGHER, least_deg))
    return {
        "lon": f"{(west + east) / 2:.5f}",
        "lat": f"{(south + north) / 2:.5f}",
        "z": f"{min(zoom, closest):.2f}",
    }
