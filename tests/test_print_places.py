"""Does everything on a sheet find a place, with nothing over anything else?"""

from __future__ import annotations

import ctypes
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium
import pytest

from layers.rights import INTERNAL_VIEWER
from layers.store import Database
from layers.store.edit import NewFeature
from tests.county import add_county
from tests.stored import square, store
from webmap.print_asked import Wanted
from webmap.printing import carry_out

PINK = (0xD9, 0x58, 0x8F)
"""Of renewal zones, as the legend has it."""
MM = 25.4 / 72

Box = tuple[float, float, float, float]


def printed(database: Database, **asked: Any) -> bytes:
    return carry_out(database, INTERNAL_VIEWER, Wanted(**asked), lambda *_: None).content


def zones(*places: tuple[float, float]) -> list[NewFeature]:
    return [
        NewFeature(square(lon, lat), {"name": f"示例片区 {at}", "is_sample": True})
        for at, (lon, lat) in enumerate(places)
    ]


def beside(lon: float, lat: float, count: int) -> list[NewFeature]:
    """Zones some hundred metres apart: on a sheet of the whole county they touch."""
    return zones(*((lon + 0.004 * at, lat) for at in range(count)))


def diamonds(content: bytes) -> list[Box]:
    """Boxes in mm of what is filled with the colour of zones, at the size of a symbol on the map."""
    book = pypdfium2.PdfDocument(content)
    try:
        pink = [each for each in book[0].get_objects(max_depth=5) if _fill(each) == PINK]
        return [tuple(value * MM for value in each.get_bounds()) for each in pink]
    finally:
        book.close()


def _fill(thing: pypdfium2.PdfObject) -> tuple[int, ...] | None:
    if thing.type != pdfium.FPDF_PAGEOBJ_PATH:
        return None
    parts = [ctypes.c_uint() for _ in range(4)]
    found = pdfium.FPDFPageObj_GetFillColor(thing.raw, *parts)
    return tuple(each.value for each in parts[:3]) if found else None


def middle_of(content: bytes, words: str) -> tuple[float, float]:
    """Where words stand on the sheet, in mm."""
    book = pypdfium2.PdfDocument(content)
    try:
        page = book[0].get_textpage()
        at = page.get_text_range().index(words)
        left, bottom, right, top = page.get_charbox(at)
        return (left + right) / 2 * MM, (bottom + top) / 2 * MM
    finally:
        book.close()


def text(content: bytes) -> str:
    book = pypdfium2.PdfDocument(content)
    try:
        return str(book[0].get_textpage().get_text_range())
    finally:
        book.close()


def overlap(one: Box, other: Box) -> float:
    """How far two boxes lie over one another, in mm."""
    return min(min(one[2], other[2]) - max(one[0], other[0]), min(one[3], other[3]) - max(one[1], other[1]))


def test_zones_of_a_town_that_touch_are_one_symbol_with_their_number(sqlite_database: Database) -> None:
    add_county(sqlite_database)
    store(sqlite_database, [*beside(118.3, 35.5, 5), *zones((118.7, 35.5))], "renewal_zone")
    content = printed(sqlite_database, paper="A4", layers=["admin_area", "renewal_zone"], legend=False)
    assert len(diamonds(content)) == 2
    assert "5片" in text(content)


def test_where_they_can_be_told_apart_each_stands_by_itself(sqlite_database: Database) -> None:
    add_county(sqlite_database)
    store(sqlite_database, beside(118.3, 35.5, 5), "renewal_zone")
    asked = {"scale": 20_000, "center": [118.309, 35.501], "layers": ["renewal_zone"]}
    content = printed(sqlite_database, legend=False, **asked)
    assert "片" not in text(content).replace("片区", "")
    assert all(f"示例片区 {at}" in text(content) for at in range(5))


def test_few_that_touch_stand_side_by_side(sqlite_database: Database) -> None:
    """Three are not counted: two of them move aside, with a leader to where they belong."""
    add_county(sqlite_database)
    store(sqlite_database, beside(118.3, 35.5, 3), "renewal_zone")
    found = diamonds(printed(sqlite_database, paper="A4", layers=["renewal_zone"], legend=False))
    stands = [box for box in found if box[2] - box[0] > 1.2]
    assert len(stands) == 3
    assert not [
        1 for at, one in enumerate(stands) for other in stands[at + 1 :] if overlap(one, other) > 0.05
    ]


@pytest.mark.parametrize(
    ("place", "is_left", "is_low"),
    [((118.2, 35.65), False, True), ((118.8, 35.35), True, True)],
    ids=["usually lower right", "where something lies there, lower left"],
)
def test_the_legend_stands_where_it_hides_least(
    sqlite_database: Database, place: tuple[float, float], is_left: bool, is_low: bool
) -> None:
    add_county(sqlite_database)
    store(sqlite_database, zones(place), "renewal_zone")
    asked = {"scale": 250_000, "center": [118.5, 35.5], "paper": "A4", "layers": ["renewal_zone"]}
    x, y = middle_of(printed(sqlite_database, **asked), "图例")
    assert (x < 297 / 2) is is_left
    assert (y < 210 / 2) is is_low
