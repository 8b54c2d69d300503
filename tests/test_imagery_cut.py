"""Does a GeoTIFF become tiles that show the right colour at the right place, whatever the raster is like?"""

from __future__ import annotations

import io
import math
import sqlite3
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pyproj
import pytest
import rasterio
from numpy.typing import NDArray
from PIL import Image
from rasterio.transform import from_origin

from layers.errors import QuestionToUser, UnreadableFile
from layers.imagery.cutting import Cut, cut_raster
from layers.imagery.looking import bring_raster, chosen_crs, look

# Of rasterio against its own dependency.
pytestmark = pytest.mark.filterwarnings("ignore:Use `@` matmul:PendingDeprecationWarning")

COUNTY = (118.1, 35.2, 118.9, 35.9)
ZONE_40 = 4549
CORNER = (400_000.0, 3_935_000.0)
RED, GREEN, BLUE, WHITE = (200, 30, 30), (30, 160, 60), (40, 60, 200), (250, 250, 250)


def quarters(size: int = 600) -> NDArray[np.uint8]:
    """Red in the north-west, green in the north-east, blue in the south-west, white in the south-east."""
    picture = np.zeros((3, size, size), np.uint8)
    half = size // 2
    for colour, rows, columns in (
        (RED, slice(0, half), slice(0, half)),
        (GREEN, slice(0, half), slice(half, None)),
        (BLUE, slice(half, None), slice(0, half)),
        (WHITE, slice(half, None), slice(half, None)),
    ):
        picture[:, rows, columns] = np.array(colour)[:, None, None]
    return picture


def tif(path: Path, bands: NDArray[Any], *, crs: int | None = ZONE_40, **options: Any) -> Path:
    """A GeoTIFF of one metre a pixel whose corner is CORNER."""
    count, height, width = bands.shape
    colormap = options.pop("colormap", None)
    facts = {"driver": "GTiff", "count": count, "height": height, "width": width, "dtype": bands.dtype}
    transform = from_origin(*CORNER, 1, 1)
    with rasterio.open(
        path, "w", **facts, crs=f"EPSG:{crs}" if crs else None, transform=transform, **options
    ) as out:
        out.write(bands)
        if colormap:
            out.write_colormap(1, colormap)
    return path


def cut(path: Path, folder: Path, nodata: float | None = None) -> Cut:
    folder.mkdir()
    raster = look(bring_raster(path, folder))
    return cut_raster(
        folder, raster, chosen_crs(raster, None, COUNTY), "影像", nodata, lambda share, words: None
    )


def seen(found: Cut, east: float, south: float, z: int | None = None) -> tuple[int, ...]:
    """The colour of a place so many metres from the corner, on a tile of this zoom (the closest)."""
    zoom = found.max_zoom if z is None else z
    there = pyproj.Transformer.from_crs(ZONE_40, 4326, always_xy=True)
    lon, lat = there.transform(CORNER[0] + east, CORNER[1] - south)
    x = (lon + 180) / 360 * 2**zoom
    y = (1 - math.asinh(math.tan(math.radians(lat))) / math.pi) / 2 * 2**zoom
    with closing(sqlite3.connect(found.file)) as tiles:
        row = tiles.execute(
            "SELECT tile_data FROM tiles WHERE zoom_level=? AND tile_column=? AND tile_row=?",
            (zoom, int(x), 2**zoom - 1 - int(y)),
        ).fetchone()
    if row is None:
        return (0, 0, 0, 0)
    picture = Image.open(io.BytesIO(row[0])).convert("RGBA")
    return tuple(picture.getpixel((int(x % 1 * 256), int(y % 1 * 256))))  # type: ignore[arg-type]


def close_to(colour: tuple[int, ...], expected: tuple[int, ...]) -> bool:
    return all(abs(one - other) < 16 for one, other in zip(colour, (*expected, 255), strict=True))


def test_each_quarter_lies_where_it_should_at_all_zooms(tmp_path: Path) -> None:
    found = cut(tif(tmp_path / "a.tif", quarters()), tmp_path / "work")
    assert found.sharp
    # A metre of the zone is 1.23 m of Web Mercator here, and a pixel of z17 is 1.19 m.
    assert found.max_zoom == 17
    for z in (found.max_zoom, found.max_zoom - 2):
        assert close_to(seen(found, 150, 150, z), RED)
        assert close_to(seen(found, 450, 150, z), GREEN)
        assert close_to(seen(found, 150, 450, z), BLUE)
        assert close_to(seen(found, 450, 450, z), WHITE)
    assert seen(found, -30, 300)[3] == 0
    assert seen(found, 300, 640)[3] == 0
    west, south, east, north = found.bounds
    assert west == pytest.approx(118.894, abs=0.01)
    assert south == pytest.approx(35.53, abs=0.02)
    assert east > west
    assert (north - south) * 111_000 == pytest.approx(600, rel=0.05)


def gray(value: int) -> tuple[int, int, int]:
    return (value, value, value)


LIKE = {
    "one band": (lambda p: tif(p, quarters()[:1]), gray(RED[0]), gray(GREEN[0])),
    "sixteen bits": (lambda p: tif(p, quarters()[:1].astype(np.uint16) * 200), gray(204), gray(0)),
    "floats with a hole": (
        lambda p: tif(p, np.where(quarters()[:1] == 30, np.nan, quarters()[:1]).astype(np.float32)),
        gray(194),
        None,
    ),
    "a palette": (
        lambda p: tif(
            p, (quarters()[:1] == 30).astype(np.uint8), colormap={0: (*RED, 255), 1: (*GREEN, 255)}
        ),
        RED,
        GREEN,
    ),
    "four bands, the last infrared": (
        lambda p: tif(p, np.concatenate((quarters(), quarters()[:1])), photometric="RGB", ALPHA="NO"),
        RED,
        GREEN,
    ),
    "an alpha band": (
        lambda p: tif(
            p,
            np.concatenate((quarters(), np.where(quarters()[:1] == 30, 0, 255).astype(np.uint8))),
            photometric="RGB",
            ALPHA="YES",
        ),
        RED,
        None,
    ),
    "JPEG inside, tiled": (
        lambda p: tif(p, quarters(), compress="JPEG", photometric="YCBCR", tiled=True),
        RED,
        GREEN,
    ),
}


@pytest.mark.parametrize(("make", "west", "east"), LIKE.values(), ids=LIKE)
def test_rasters_of_every_sort_get_colours(
    tmp_path: Path,
    make: Callable[[Path], Path],
    west: tuple[int, ...],
    east: tuple[int, ...] | None,
) -> None:
    found = cut(make(tmp_path / "a.tif"), tmp_path / "work")
    assert close_to(seen(found, 150, 150), west)
    if east is None:
        assert seen(found, 450, 150)[3] == 0
    else:
        assert close_to(seen(found, 450, 150), east)


def test_a_value_that_means_nothing_is_seen_through(tmp_path: Path) -> None:
    bands = quarters()
    bands[:, :, :100] = 0
    declared = cut(tif(tmp_path / "a.tif", bands, nodata=0), tmp_path / "declared")
    typed = cut(tif(tmp_path / "b.tif", bands), tmp_path / "typed", nodata=0)
    neither = cut(tif(tmp_path / "c.tif", bands), tmp_path / "neither")
    assert seen(declared, 50, 150)[3] == seen(typed, 50, 150)[3] == 0
    assert close_to(seen(neither, 50, 150), (0, 0, 0))
    assert close_to(seen(typed, 150, 150), RED)


def test_a_raster_without_a_system_is_a_question_that_values_answer(tmp_path: Path) -> None:
    path = tif(tmp_path / "a.tif", quarters(), crs=None)
    raster = look(bring_raster(path, _new(tmp_path / "work")))
    with pytest.raises(QuestionToUser, match="没有写明坐标系") as asked:
        chosen_crs(raster, None, COUNTY)
    assert str(ZONE_40) in [each.value for each in asked.value.choices]
    assert chosen_crs(raster, ZONE_40, COUNTY) == ZONE_40


def test_a_picture_with_a_world_file_in_a_zip_lies_where_it_says(tmp_path: Path) -> None:
    picture = io.BytesIO()
    Image.fromarray(np.moveaxis(quarters(), 0, -1)).save(picture, "PNG")
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("影像/图.png", picture.getvalue())
        archive.writestr("影像/图.pgw", f"1\n0\n0\n-1\n{CORNER[0] + 0.5}\n{CORNER[1] - 0.5}\n")
        archive.writestr("影像/图.prj", pyproj.CRS(ZONE_40).to_wkt("WKT1_ESRI"))
        archive.writestr("影像/说明.txt", "x")
    found = cut(tmp_path / "a.zip", tmp_path / "work")
    assert close_to(seen(found, 150, 150), RED)
    assert close_to(seen(found, 450, 450), WHITE)


def test_an_old_datum_is_refused(tmp_path: Path) -> None:
    path = tif(tmp_path / "a.tif", quarters(), crs=2385)
    raster = look(bring_raster(path, _new(tmp_path / "work")))
    with pytest.raises(Exception, match="1980西安"):
        chosen_crs(raster, None, COUNTY)


class Stop(Exception):
    pass


def test_whoever_cancels_ends_the_child(tmp_path: Path) -> None:
    folder = _new(tmp_path / "work")
    raster = look(bring_raster(tif(tmp_path / "a.tif", quarters(4000)), folder))

    def stop(share: float, words: str) -> None:
        raise Stop

    with pytest.raises(Stop):
        cut_raster(folder, raster, ZONE_40, "影像", None, stop)


VRT = (
    '<VRTDataset rasterXSize="20" rasterYSize="20"><VRTRasterBand dataType="Byte" band="1"><SimpleSource>'
    '<SourceFilename relativeToVRT="0">/etc/passwd</SourceFilename></SimpleSource></VRTRasterBand></VRTDataset>'
)
HOSTILE: dict[str, bytes] = {
    "a virtual raster": VRT.encode(),
    "a virtual raster behind the first bytes of a TIFF": b"II*\0" + VRT.encode(),
    "nothing but a head": b"II*\0\x08\0\0\0",
    "an address": b"II*\0/vsicurl/http://127.0.0.1/x.tif",
}


@pytest.mark.parametrize("content", HOSTILE.values(), ids=HOSTILE)
def test_what_is_no_raster_is_refused_in_words(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a.tif").write_bytes(content)
    with pytest.raises(UnreadableFile):
        look(bring_raster(tmp_path / "a.tif", _new(tmp_path / "work")))


def test_two_pictures_or_none_in_a_zip_are_refused(tmp_path: Path) -> None:
    for names in (["a.tif", "b.tif"], ["a.txt"]):
        with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
            for name in names:
                archive.writestr(name, b"II*\0")
        with pytest.raises(UnreadableFile, match="应有一幅影像"):
            bring_raster(tmp_path / "a.zip", _new(tmp_path / f"work{len(names)}"))


def test_a_raster_that_lies_nowhere_is_sent_to_the_drawings(tmp_path: Path) -> None:
    Image.new("RGB", (30, 20)).save(tmp_path / "a.jpg")
    with pytest.raises(UnreadableFile, match="控制点"):
        look(bring_raster(tmp_path / "a.jpg", _new(tmp_path / "work")))


def _new(folder: Path) -> Path:
    folder.mkdir()
    return folder
