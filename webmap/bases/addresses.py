"""Under which address does a source have the tile z/x/y? Pure; a tile is a square of 256 pixels of Web Mercator."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from typing import Final, NamedTuple
from urllib.parse import quote, urlencode

from webmap.bases.declared import Source

HALF_WORLD_M: Final = math.pi * 6378137.0
TILE_PX: Final = 256
PLACE_HOLDER: Final = re.compile(r"\{([^{}]*)\}")


class Square(NamedTuple):
    """Which tile: row 0 is in the north."""

    z: int
    x: int
    y: int

    @property
    def is_on_earth(self) -> bool:
        return 0 <= self.x < (1 << self.z) and 0 <= self.y < (1 << self.z)

    @property
    def row_from_south(self) -> int:
        """The row as TMS and MBTiles count it."""
        return (1 << self.z) - 1 - self.y

    @property
    def bounds_m(self) -> tuple[float, float, float, float]:
        """West, south, east, north in metres of Web Mercator."""
        side = 2 * HALF_WORLD_M / (1 << self.z)
        west, north = self.x * side - HALF_WORLD_M, HALF_WORLD_M - self.y * side
        return west, north - side, west + side, north

    def meets(self, bounds: tuple[float, float, float, float]) -> bool:
        """Does it share ground with these bounds in degrees?"""
        west, south, east, north = self.bounds_m
        left, bottom, right, top = bounds
        return _east(left) < east and west < _east(right) and _north(bottom) < north and south < _north(top)


def square_at(lon: float, lat: float, z: int) -> Square:
    """The tile of this level that shows a place."""
    across = 1 << z
    north = math.asinh(math.tan(math.radians(lat))) / math.pi
    return Square(z, int((lon / 360 + 0.5) * across), int((0.5 - north / 2) * across))


def address(source: Source, square: Square) -> str:
    """The address, key and all: never to be shown or logged."""
    return FORMS[source.kind](source, square)


def _xyz(source: Source, square: Square) -> str:
    return _filled(source.url, source, square)


def _wmts(source: Source, square: Square) -> str:
    if PLACE_HOLDER.search(source.url.replace("{s}", "").replace("{key}", "")):
        return _filled(source.url, source, square)
    question = {
        "SERVICE": "WMTS",
        "REQUEST": "GetTile",
        "VERSION": "1.0.0",
        "LAYER": source.layer,
        "STYLE": source.style,
        "TILEMATRIXSET": source.matrix_set or "w",
        "FORMAT": source.format,
        "TILEMATRIX": source.matrix.replace("{z}", str(square.z)),
        "TILEROW": square.y,
        "TILECOL": square.x,
    }
    return _asking(source, square, question)


def _tianditu(source: Source, square: Square) -> str:
    question = {
        "SERVICE": "WMTS",
        "REQUEST": "GetTile",
        "VERSION": "1.0.0",
        "LAYER": source.layer,
        "STYLE": "default",
        "TILEMATRIXSET": "w",
        "FORMAT": "tiles",
        "TILEMATRIX": square.z,
        "TILEROW": square.y,
        "TILECOL": square.x,
        "tk": source.key,
    }
    return _asking(source, square, question, f"/{source.layer}_w/wmts")


def _wms(source: Source, square: Square) -> str:
    question = {
        "SERVICE": "WMS",
        "REQUEST": "GetMap",
        "VERSION": source.version,
        "LAYERS": source.layer,
        "STYLES": "" if source.style == "default" else source.style,
        "CRS" if source.version >= "1.3" else "SRS": source.srs,
        "BBOX": ",".join(f"{side:.6f}" for side in square.bounds_m),
        "WIDTH": TILE_PX,
        "HEIGHT": TILE_PX,
        "FORMAT": source.format,
        "TRANSPARENT": "TRUE",
    }
    return _asking(source, square, question)


def _arcgis(source: Source, square: Square) -> str:
    path = f"/tile/{square.z}/{square.y}/{square.x}"
    return _asking(source, square, {"token": source.key} if source.key else {}, path)


def _supermap(source: Source, square: Square) -> str:
    question: dict[str, object] = {
        "z": square.z,
        "x": square.x,
        "y": square.y,
        "width": TILE_PX,
        "height": TILE_PX,
    }
    question |= {"transparent": "true"} | ({"token": source.key} if source.key else {})
    return _asking(source, square, question, "/zxyTileImage.png")


FORMS: Final[Mapping[str, Callable[[Source, Square], str]]] = {
    "xyz": _xyz,
    "wmts": _wmts,
    "wms": _wms,
    "arcgis": _arcgis,
    "supermap": _supermap,
    "tianditu": _tianditu,
}


def _asking(source: Source, square: Square, question: Mapping[str, object], path: str = "") -> str:
    """The address with a question behind whatever question it already has."""
    place, mark, asked = _filled(source.url, source, square).partition("?")
    parts = [part for part in (asked.rstrip("&"), urlencode(question, safe=",:/")) if part]
    return (
        place.rstrip("/") * bool(path)
        + place * (not path)
        + path
        + ("?" if mark or parts else "")
        + "&".join(parts)
    )


def _filled(template: str, source: Source, square: Square) -> str:
    """A place holder that means nothing to us stays as it is."""
    words = {
        "z": str(square.z),
        "x": str(square.x),
        "y": str(square.y),
        "-y": str(square.row_from_south),
        "s": _subdomain(source, square),
        "key": quote(source.key, safe=""),
        "layer": quote(source.layer, safe=""),
        "style": quote(source.style, safe=""),
        "tilematrixset": quote(source.matrix_set, safe=":"),
        "tilematrix": quote(source.matrix.replace("{z}", str(square.z)), safe=":"),
        "tilerow": str(square.y),
        "tilecol": str(square.x),
    }
    return PLACE_HOLDER.sub(lambda found: words.get(found[1].lower(), found[0]), template)


def _subdomain(source: Source, square: Square) -> str:
    names = source.subdomains.split(",") if "," in source.subdomains else list(source.subdomains)
    return names[(square.x + square.y) % len(names)].strip() if names else ""


def _east(lon: float) -> float:
    return lon / 180 * HALF_WORLD_M


def _north(lat: float) -> float:
    lat = min(85.0, max(-85.0, lat))
    return math.log(math.tan(math.radians(45 + lat / 2))) / math.pi * HALF_WORLD_M
