"""Does a base map lie under a printed sheet, and does one that does not answer hold nothing up?"""

from __future__ import annotations

import io
import math
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image, ImageDraw
from pyproj import Transformer
from scipy import ndimage

from layers.errors import InvalidValue
from layers.rights import INTERNAL_VIEWER
from layers.store import Database
from tests.county import add_county
from tests.test_print import words
from tests.upstream import Upstream, upstream
from webmap.bases.declared import Source
from webmap.bases.shelf import Shelf
from webmap.print_asked import Wanted, wanted
from webmap.printing import Printed, carry_out

RED = (200, 30, 30)
"""Of the tiles of the source."""


@pytest.fixture
def source() -> Iterator[Upstream]:
    with upstream() as server:
        yield server


@pytest.fixture
def shelf(source: Upstream, tmp_path: Path) -> Shelf:
    base = Source(
        name="image",
        title="影像",
        kind="xyz",
        url=f"{source.url}/{{z}}/{{x}}/{{y}}.png",
        attribution="测试来源",
        review="GS（2024）0650号",
    )
    return Shelf([base], tmp_path / "cache", 0, 4)


def sheet(database: Database, shelf: Shelf | None, **asked: Any) -> Printed:
    add_county(database)
    told = {
        "paper": "A4",
        "scale": 200_000,
        "center": [118.45, 35.55],
        "layers": ["admin_area"],
        "base": "image",
    }
    return carry_out(database, INTERNAL_VIEWER, Wanted(**{**told, **asked}), lambda *_: None, None, shelf)


def share_of_red(done: Printed) -> float:
    pixels = np.asarray(Image.open(io.BytesIO(done.content)).convert("RGB"))
    return float((pixels == RED).all(axis=2).mean())


def test_the_tiles_lie_under_the_vectors_and_their_credit_stands_on_the_sheet(
    sqlite_database: Database, shelf: Shelf
) -> None:
    done = sheet(sqlite_database, shelf, form="png", legend=False)
    assert share_of_red(done) > 0.5
    assert done.notes == ()
    text = words(sheet(sqlite_database, shelf).content)
    assert "底图：影像，测试来源，审图号GS（2024）0650号" in text


@pytest.mark.parametrize("middle", [118.42, 118.58], ids=["zone 39", "zone 40"])
def test_marks_on_the_ground_of_a_local_file_lie_where_the_projection_puts_them(
    sqlite_database: Database, tmp_path: Path, middle: float
) -> None:
    """Five discs in an MBTiles file, measured on an A3 sheet of 1:50,000; the grid of the sheet turns the tiles."""
    marks = [(middle, 35.55), *((middle + x, 35.55 + y) for x in (-0.06, 0.06) for y in (-0.04, 0.04))]
    with_discs(tmp_path / "影像.mbtiles", marks)
    base = Source(name="image", title="影像", kind="mbtiles", file=tmp_path / "影像.mbtiles", max_zoom=ZOOM)
    done = sheet(
        sqlite_database,
        Shelf([base], tmp_path / "cache", 0, 4),
        form="png",
        legend=False,
        grid="none",
        paper="A3",
        scale=50_000,
        center=[middle, 35.55],
        layers=[],
    )
    pixels = np.asarray(Image.open(io.BytesIO(done.content)).convert("RGB"))
    spots, number = ndimage.label((pixels == DISC).all(axis=2))
    found = sorted(ndimage.center_of_mass(spots > 0, spots, range(1, number + 1)))
    assert number == len(marks)
    ground = Transformer.from_crs(4490, 4527 if middle < 118.5 else 4528, always_xy=True)
    px_per_m = pixels.shape[1] / 420 * 1000 / 50_000
    right = [ground.transform(*mark) for mark in marks]
    (own_x, own_y), (row, column) = right[0], sorted(found)[2]
    assert column == pytest.approx(pixels.shape[1] / 2, abs=0.2 / 420 * pixels.shape[1]), "the asked middle"
    expected = sorted((row - (y - own_y) * px_per_m, column + (x - own_x) * px_per_m) for x, y in right)
    assert np.abs(np.array(found) - np.array(expected)).max() < 0.2 / 420 * pixels.shape[1]


ZOOM = 14
DISC = (10, 20, 30)


def with_discs(file: Path, marks: list[tuple[float, float]]) -> None:
    """Tiles of one zoom, green but for discs of 40 m."""
    size = 256 * 2**ZOOM

    def at(lon: float, lat: float) -> tuple[float, float]:
        north = math.asinh(math.tan(math.radians(lat))) / math.pi
        return (lon + 180) / 360 * size, (1 - north) / 2 * size

    places = [at(*mark) for mark in marks]
    (left, top), (right, bottom) = at(marks[0][0] - 0.15, 35.65), at(marks[0][0] + 0.15, 35.45)
    with closing(sqlite3.connect(file)) as tiles, tiles:
        tiles.execute("CREATE TABLE tiles (zoom_level, tile_column, tile_row, tile_data)")
        for x in range(int(left // 256), int(right // 256) + 1):
            for y in range(int(top // 256), int(bottom // 256) + 1):
                tile = Image.new("RGB", (256, 256), (120, 160, 120))
                pen = ImageDraw.Draw(tile)
                for east, south in places:
                    pen.circle((east - x * 256 - 0.5, south - y * 256 - 0.5), 6, DISC)
                sink = io.BytesIO()
                tile.save(sink, "PNG")
                row = (ZOOM, x, 2**ZOOM - 1 - y, sink.getvalue())
                tiles.execute("INSERT INTO tiles VALUES (?, ?, ?, ?)", row)


@pytest.mark.parametrize("how", ["broken", "html", "missing"])
def test_a_source_without_pictures_is_said_and_the_rest_is_printed(
    sqlite_database: Database, shelf: Shelf, source: Upstream, how: str
) -> None:
    source.how = how
    done = sheet(sqlite_database, shelf)
    assert "底图“影像”没有取到，没有印" in words(done.content)
    assert "底图“影像”没有取到，没有印。" in done.notes
    if how != "missing":
        assert len(source.asked) <= 3


def test_a_base_map_that_is_gone_is_said(sqlite_database: Database, shelf: Shelf) -> None:
    assert "底图已不在，没有印。" in sheet(sqlite_database, shelf, base="other").notes


def test_the_public_gets_no_base_map(sqlite_database: Database, shelf: Shelf, source: Upstream) -> None:
    assert share_of_red(sheet(sqlite_database, shelf, form="png", public=True, grid_m=50)) == 0
    assert not source.asked


@pytest.mark.parametrize("body", [{"base": 5}, {"base": "x" * 99}, {"base_opacity": 7}])
def test_what_names_no_base_map_is_refused(body: dict[str, Any]) -> None:
    with pytest.raises(InvalidValue, match=r"base"):
        wanted(body, 0)
