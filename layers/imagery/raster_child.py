"""The child process that reads rasters: the only file that imports rasterio.

python -I -m layers.imagery.raster_child FOLDER; the folder holds the question and takes the answer and the tiles.
"""

from __future__ import annotations

import json
import os
import sys
import warnings
from pathlib import Path
from typing import Any, Final

import numpy as np

from layers.errors import UnreadableFile
from layers.fence import isolate, limit
from layers.formats import sandbox
from layers.imagery import pyramid
from layers.imagery.drivers import RASTER_DRIVERS
from layers.imagery.telling import teller

_DAMAGED: Final = "影像已损坏，或不是所称的格式，无法解读。请在原软件中重新导出为 GeoTIFF。"
_SAMPLE_PX: Final = 1024
_DARKEST, _BRIGHTEST = 2, 98
"""Percentiles between which the values of a raster of more than 8 bits are spread."""


def main(folder: Path) -> None:
    """Answer the question in the folder."""
    question = json.loads((folder / sandbox.QUESTION).read_text("utf-8"))
    isolate()
    limit(question["limits"])
    _keep_drivers(question["driver"])
    try:
        told = _look(folder, question) if question["do"] == "look" else _cut(folder, question)
    except UnreadableFile as refusal:
        told = {"error": refusal.message}
    (folder / sandbox.ANSWER).write_text(json.dumps(told), "utf-8")


def _keep_drivers(driver: str) -> None:
    """GDAL reads this before it registers any."""
    os.environ.pop("OGR_SKIP", None)  # that list is of another GDAL
    os.environ["GDAL_SKIP"] = ",".join(name for name in RASTER_DRIVERS if name not in (driver, "MEM"))
    os.environ["GDAL_DISABLE_READDIR_ON_OPEN"] = "TRUE"
    os.environ["GDAL_PAM_ENABLED"] = "NO"
    os.environ["GDAL_CACHEMAX"] = "256"
    from rasterio.env import Env

    with Env() as env:
        if set(env.drivers()) != {driver, "MEM"}:
            raise SystemExit("the list of drivers does not fit this GDAL")


def _open(folder: Path, question: dict[str, Any]) -> Any:
    import rasterio
    from rasterio.errors import RasterioIOError

    warnings.simplefilter("ignore")  # that a picture lies nowhere is found below
    try:
        return rasterio.open(folder / question["file"], driver=question["driver"])
    except RasterioIOError:
        raise UnreadableFile(_DAMAGED) from None


def _look(folder: Path, question: dict[str, Any]) -> dict[str, Any]:
    with _open(folder, question) as raster:
        known = not raster.transform.is_identity
        nodata = raster.nodata
        return {
            "width": raster.width,
            "height": raster.height,
            "bands": raster.count,
            "type": raster.dtypes[0],
            "crs": raster.crs.to_wkt() if raster.crs else None,
            "transform": list(raster.transform)[:6] if known else None,
            "nodata": float(nodata) if nodata is not None and np.isfinite(nodata) else None,
        }


def _cut(folder: Path, question: dict[str, Any]) -> dict[str, Any]:
    from rasterio.errors import RasterioError

    with _open(folder, question) as raster:
        try:
            return _tiles(folder, question, raster)
        except RasterioError:
            raise UnreadableFile(_DAMAGED) from None


def _tiles(folder: Path, question: dict[str, Any], raster: Any) -> dict[str, Any]:
    from rasterio.enums import Resampling
    from rasterio.transform import from_origin
    from rasterio.vrt import WarpedVRT

    ways = _ways(question, raster)
    with WarpedVRT(raster, **ways) as plain:
        resolution, bounds = min(map(abs, plain.res)), tuple(plain.bounds)
    closest = pyramid.closest_zoom(resolution, question["most_zoom"])
    while (whole := pyramid.range_of(bounds, closest)).tiles > question["most_tiles"]:
        closest -= 1
    side = pyramid.pixel_m(closest)
    left, top = (
        whole.west * 256 * side - pyramid.HALF_WORLD_M,
        pyramid.HALF_WORLD_M - whole.north * 256 * side,
    )
    finer = side > 1.5 * resolution
    aligned = {
        "transform": from_origin(left, top, side, side),
        "width": (whole.east - whole.west) * 256,
        "height": (whole.south - whole.north) * 256,
        "resampling": Resampling.nearest
        if _palette(raster)
        else Resampling.average
        if finer
        else Resampling.bilinear,
    }
    farthest = pyramid.farthest_zoom(bounds, closest)
    with WarpedVRT(raster, **ways, **aligned) as warped:
        colours = _Colours(raster, question["nodata"])

        def draw(box: tuple[float, float, float, float], width: int, height: int) -> pyramid.Pixels:
            from rasterio.windows import Window

            window = Window(round((box[0] - left) / side), round((top - box[3]) / side), width, height)
            return colours.rgba(warped, window)

        count = pyramid.write(
            folder / question["tiles"],
            question["facts"],
            (farthest, closest),
            whole,
            draw,
            lossless=False,
            tell=teller(folder),
        )
    return {"bounds_m": bounds, "min_zoom": farthest, "max_zoom": closest, "count": count, "sharp": not finer}


def _ways(question: dict[str, Any], raster: Any) -> dict[str, Any]:
    """From where to where; what is transparent: the value that says so, its own mask, and what lies beside it."""
    from rasterio.enums import ColorInterp

    ways: dict[str, Any] = {
        "src_crs": question["src_crs"],
        "crs": question["crs"],
        "UNIFIED_SRC_NODATA": "YES",
        "warp_mem_limit": 128,
    }
    if question["nodata"] is not None:
        ways["src_nodata"] = question["nodata"]
    elif raster.dtypes[0].startswith("float"):
        ways["src_nodata"] = np.nan
    ways["add_alpha"] = ColorInterp.alpha not in raster.colorinterp
    return ways


def _palette(raster: Any) -> dict[int, tuple[int, int, int, int]] | None:
    try:
        found: dict[int, tuple[int, int, int, int]] = raster.colormap(1)
    except ValueError:
        return None
    return found


class _Colours:
    """How the bands of this raster become red, green, blue and alpha."""

    def __init__(self, raster: Any, nodata: float | None) -> None:
        from rasterio.enums import ColorInterp

        self.palette = self._table(_palette(raster))
        said = list(raster.colorinterp)
        self.has_alpha = ColorInterp.alpha in said
        usual = (ColorInterp.red, ColorInterp.green, ColorInterp.blue)
        if all(each in said for each in usual):
            self.bands = [said.index(each) + 1 for each in usual]
        else:
            data = raster.count - (1 if self.has_alpha else 0)
            self.bands = [1, 2, 3] if data >= 3 else [1]
        self.stretch = None if raster.dtypes[0] == "uint8" else self._spread(raster, nodata)
        self.alpha = said.index(ColorInterp.alpha) + 1 if self.has_alpha else raster.count + 1

    @staticmethod
    def _table(palette: dict[int, tuple[int, int, int, int]] | None) -> pyramid.Pixels | None:
        if not palette:
            return None
        table = np.zeros((256, 4), np.uint8)
        for at, colour in palette.items():
            if 0 <= at < len(table):
                table[at] = colour
        return table

    def _spread(self, raster: Any, nodata: float | None) -> list[tuple[float, float]]:
        shape = (min(raster.height, _SAMPLE_PX), min(raster.width, _SAMPLE_PX))
        return [self._ends(raster.read(band, out_shape=shape).astype(float), nodata) for band in self.bands]

    @staticmethod
    def _ends(values: Any, nodata: float | None) -> tuple[float, float]:
        sound = values[np.isfinite(values) & (values != nodata)]
        if not len(sound):
            return 0.0, 1.0
        low, high = np.percentile(sound, [_DARKEST, _BRIGHTEST]).tolist()
        return low, high if high > low else low + 1

    def rgba(self, warped: Any, window: Any) -> pyramid.Pixels:
        read = warped.read([*self.bands, self.alpha], window=window)
        colours, alpha = read[:-1], read[-1]
        # Alpha has the depth of its raster: full is its greatest value.
        full = 255 if alpha.dtype == np.uint8 else 0
        covered = alpha if full else np.where(alpha > 0, 255, 0).astype(np.uint8)
        if self.palette is not None:
            found = self.palette[colours[0]]
            found[..., 3] = np.minimum(found[..., 3], covered)
            return np.ascontiguousarray(found)
        if self.stretch is not None:
            colours = np.stack(
                [_to_bytes(band, *ends) for band, ends in zip(colours, self.stretch, strict=True)]
            )
        three = np.repeat(colours, 3, axis=0) if len(colours) == 1 else colours
        return np.ascontiguousarray(np.moveaxis(np.concatenate((three, covered[None])), 0, -1))


def _to_bytes(band: Any, low: float, high: float) -> pyramid.Pixels:
    share = np.nan_to_num((band.astype(np.float32) - low) / (high - low))
    return np.asarray(np.clip(share * 255, 0, 255).astype(np.uint8))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
