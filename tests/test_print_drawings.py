"""Does a drawing that lies over the map lie there on paper, turned with the sheet, and only for who may see it?"""

from __future__ import annotations

import io
import math
import sqlite3
from dataclasses import replace
from pathlib import Path

import numpy as np
import pypdfium2
import pytest
from PIL import Image
from pyproj import Geod, Transformer

from layers.errors import UnknownThing
from layers.rights import INTERNAL_VIEWER, PUBLIC_VIEWER, SYSTEM_VIEWER
from layers.store import Database, pictures
from webmap.picture_files import TILES, folder_of
from webmap.print_asked import Wanted
from webmap.printing import carry_out

UID = "01940000-0000-7000-8000-000000000001"
Z, X, Y = 14, 13583, 6450
MM = 72 / 25.4


def corners() -> tuple[float, float, float, float]:
    """West, south, east, north of the tile, by the formula of OpenStreetMap's wiki."""
    west, east = (x / 2**Z * 360 - 180 for x in (X, X + 1))
    north, south = (math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * y / 2**Z)))) for y in (Y, Y + 1))
    return west, south, east, north


def lay(database: Database, home: Path) -> None:
    """One red tile."""
    sink = io.BytesIO()
    Image.new("RGB", (256, 256), (255, 0, 0)).save(sink, "PNG")
    folder = folder_of(home, UID)
    folder.mkdir(parents=True)
    tiles = sqlite3.connect(folder / TILES)
    tiles.execute("CREATE TABLE tiles (zoom_level, tile_column, tile_row, tile_data)")
    tiles.execute("INSERT INTO tiles VALUES (?, ?, ?, ?)", (Z, X, 2**Z - 1 - Y, sink.getvalue()))
    tiles.commit()
    tiles.close()
    with database.writing() as session:
        pictures.add(
            session, SYSTEM_VIEWER, "drawing", UID, title="红图", name="a.png", sha256="0" * 64, size=1
        )
        pictures.revise(session, UID, result={"bounds": corners(), "min_zoom": Z, "max_zoom": Z})
        session.commit()


@pytest.mark.parametrize("turn", [0, 40])
def test_a_drawing_lies_on_paper_where_it_lies_on_the_ground(
    sqlite_database: Database, home: Path, turn: float
) -> None:
    lay(sqlite_database, home)
    west, south, east, north = corners()
    center = [(west + east) / 2 - 0.003, (south + north) / 2]
    asked = Wanted(paper="A4", scale=20_000, center=center, turn=turn, over={UID: 1.0}, grid="none")
    done = carry_out(sqlite_database, SYSTEM_VIEWER, asked, lambda *_: None, home)
    book = pypdfium2.PdfDocument(done.content)
    pixels = np.asarray(book[0].render(scale=4 / MM).to_pil().convert("RGB")).astype(int)
    book.close()
    red = (pixels[:, :, 0] > 200) & (pixels[:, :, 1] < 60) & (pixels[:, :, 2] < 60)
    lons, lats = [west, east, east, west], [south, south, north, north]
    area_m2, _ = Geod(ellps="GRS80").polygon_area_perimeter(lons, lats)
    assert red.sum() / 16 == pytest.approx(area_m2 * (1000 / 20_000) ** 2, rel=0.01)
    plane = Transformer.from_crs(4490, 4527 if center[0] < 118.5 else 4528, always_xy=True)
    at, aim = plane.transform(center[0], center[1]), plane.transform((west + east) / 2, (south + north) / 2)
    right, up, angle = (aim[0] - at[0]) / 20, (aim[1] - at[1]) / 20, math.radians(turn)
    x = done.sheet.frame.middle[0] + right * math.cos(angle) - up * math.sin(angle)
    y = done.sheet.frame.middle[1] + right * math.sin(angle) + up * math.cos(angle)
    rows, columns = np.nonzero(red)
    assert columns.mean() / 4 == pytest.approx(x, abs=0.3)
    assert 210 - rows.mean() / 4 == pytest.approx(y, abs=0.3)


def test_a_drawing_of_the_house_is_not_printed_for_others(sqlite_database: Database, home: Path) -> None:
    lay(sqlite_database, home)
    west, south, *_ = corners()
    asked = Wanted(paper="A4", scale=20_000, center=[west, south], over={UID: 1.0}, layers=[])
    shown = carry_out(sqlite_database, SYSTEM_VIEWER, asked, lambda *_: None, home)
    assert b"/Subtype /Image" in shown.content
    with pytest.raises(UnknownThing, match="没有这幅图纸"):
        carry_out(sqlite_database, PUBLIC_VIEWER, asked, lambda *_: None, home)
    public = carry_out(sqlite_database, INTERNAL_VIEWER, replace(asked, public=True), lambda *_: None, home)
    assert b"/Subtype /Image" not in public.content
