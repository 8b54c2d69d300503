"""How does a raster, or a drawing that was placed, become tiles? In a child process, told of between its turns."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from layers import crs
from layers.crs import Bounds
from layers.formats import sandbox
from layers.imagery import looking, pyramid, sheets, telling
from layers.imagery.limits import MOST_TILES, MOST_ZOOM
from layers.imagery.looking import Raster
from layers.imagery.placing import Placement

TILES: Final = "tiles.mbtiles"
LIMITS: Final = sandbox.Limits(wall_s=6 * 3600, cpu_s=6 * 3600, memory_bytes=4 << 30, file_bytes=16 << 30)

Tell = Callable[[float, str], object]


@dataclass(frozen=True)
class Cut:
    """What came out. bounds: degrees; sharp: whether the closest zoom shows all that the picture holds."""

    file: Path
    bounds: Bounds
    min_zoom: int
    max_zoom: int
    count: int
    sharp: bool


def cut_raster(folder: Path, raster: Raster, code: int, title: str, nodata: float | None, tell: Tell) -> Cut:
    """Tiles of a raster that lies in `folder`. code: its system; nodata: the value that is seen through."""
    question = {
        "do": "cut",
        "file": raster.file,
        "driver": raster.driver,
        "src_crs": f"EPSG:{code}",
        "crs": f"EPSG:{crs.WEB_MERCATOR}",
        "nodata": nodata if nodata is not None else raster.nodata,
    }
    return _cut(folder, question, looking.PROGRAM, title, tell)


def cut_drawing(folder: Path, placement: Placement, title: str, *, seen_through: bool, tell: Tell) -> Cut:
    """Tiles of a drawing whose plain picture lies in `folder`. seen_through: white paper is."""
    question = {
        "do": "cut",
        "file": sheets.PLAIN,
        "matrix": placement.matrix.tolist(),
        "code": placement.code,
        "seen_through": seen_through,
    }
    return _cut(folder, question, sheets.PROGRAM, title, tell)


def _cut(folder: Path, question: dict[str, Any], program: str, title: str, tell: Tell) -> Cut:
    (folder / TILES).unlink(missing_ok=True)
    facts = {"name": title, "type": "overlay", "version": "1", "format": "png", "description": title}
    asked = {
        **question,
        "tiles": TILES,
        "facts": facts,
        "most_tiles": MOST_TILES,
        "most_zoom": MOST_ZOOM,
    }

    def meanwhile() -> None:
        if said := telling.told(folder):
            tell(*said)

    found = sandbox.tell(folder, asked, program, LIMITS, meanwhile)
    west, south, east, north = found["bounds_m"]
    bounds = (_lon(west), _lat(south), _lon(east), _lat(north))
    return Cut(folder / TILES, bounds, found["min_zoom"], found["max_zoom"], found["count"], found["sharp"])


def _lon(east_m: float) -> float:
    return round(math.degrees(east_m / pyramid.HALF_WORLD_M * math.pi), 7)


def _lat(north_m: float) -> float:
    return round(math.degrees(math.atan(math.sinh(north_m / pyramid.HALF_WORLD_M * math.pi))), 7)
