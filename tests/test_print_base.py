"""Does a base map lie under a printed sheet, and does one that does not answer hold nothing up?"""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

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
