"""What did a person see whose address of the map this is: which layers, filtered by what, and where?

The same address as static/js/page.js writes: `layers=`, `f=`, `lon=`, `lat=`, `z=`; `bounds=` where the page told more exactly.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final
from urllib.parse import parse_qs, urlsplit

from layers.crs import Bounds
from layers.errors import InvalidValue

LONGEST: Final = 8000
TILE_PX: Final = 256
SIGHT_PX: Final = (900, 560)
"""What panels leave of a common screen."""


@dataclass(frozen=True)
class Seen:
    layers: list[str]
    filters: dict[str, str]
    bounds: Bounds | None


def read_link(link: str) -> Seen:
    """Raises InvalidValue where it is no address of the map."""
    asked = parse_qs(urlsplit(link).query, max_num_fields=60) if len(link) <= LONGEST else {}
    if not asked.get("layers"):
        raise InvalidValue(
            f"地图链接收到“{link[:60]}”，应为地图页面的地址（含 layers=…）。请在地图上按 C 复制链接后粘贴。"
        )
    layers = [key for key in asked["layers"][0].split(",") if key]
    filters = {key: text for key, text in _filters(asked.get("f", [""])[0]) if key in layers}
    return Seen(layers, filters, _bounds(asked))


def _filters(text: str) -> list[tuple[str, str]]:
    parts = (part.partition(":") for part in text.split("|"))
    return [(layer, filter_) for layer, _, filter_ in parts if layer and filter_]


def bounds_of(words: str) -> Bounds | None:
    """Four degrees with commas between; None where they are none."""
    told = _numbers(words.split(","), 4)
    return (told[0], told[1], told[2], told[3]) if told else None


def _bounds(asked: dict[str, list[str]]) -> Bounds | None:
    if told := bounds_of(asked.get("bounds", [""])[0]):
        return told
    view = _numbers([asked.get(name, [""])[0] for name in ("lon", "lat", "z")], 3)
    if view is None or not (abs(view[1]) < 85 and 0 <= view[2] <= 24):
        return None
    lon, lat, zoom = view
    degrees = 360 / (TILE_PX * 2**zoom)
    east, north = (size / 2 * degrees for size in SIGHT_PX)
    north *= math.cos(math.radians(lat))
    return lon - east, lat - north, lon + east, lat + north


def _numbers(words: list[str], count: int) -> list[float] | None:
    try:
        numbers = [float(word) for word in words]
    except ValueError:
        return None
    return numbers if len(numbers) == count and all(map(math.isfinite, numbers)) else None
