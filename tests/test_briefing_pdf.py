"""Is the PDF of a briefing one page a scene, with the words and figures of its slides, whatever stands in them?"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from click.testing import CliRunner

from layers.blobs import Blobs
from layers.rights import INTERNAL_VIEWER, PUBLIC_VIEWER, Viewer
from layers.store import Database
from tests.test_slides import HOSTILE, talk, talk_with_photo
from webmap.cli import main
from webmap.packing import mark_of
from webmap.slides import carry_out

MARK = mark_of(public=False, review_number="")
MAP_FROM_PT = 350
"""Where the map begins on a page of 960 points."""


def pages(database: Database, slug: str, viewer: Viewer = INTERNAL_VIEWER) -> list[str]:
    """The words of each page without blanks; every page has the proportions of the screen."""
    _, content, _ = carry_out(database, viewer, slug, lambda *_: None, form="pdf", mark=MARK)
    assert b"CreationDate" not in content
    return words_of(content)


def words_of(content: bytes) -> list[str]:
    book = pypdfium2.PdfDocument(content)
    try:
        assert all(page.get_size() == (960, 540) for page in book)
        return ["".join(page.get_textpage().get_text_range().split()) for page in book]
    finally:
        book.close()


def test_a_page_says_what_the_scene_says(database: Database) -> None:
    (page,) = pages(database, talk(database))
    for said in (
        "一·存量土地",
        "共3宗，逐宗盘活",
        "闲置低效用地",
        "按类别（宗）",
        "2宗",
        "内部资料注意保存·1/1",
    ):
        assert said in page, said
    assert "先讲总数" not in page


def first_page(database: Database, slug: str) -> list[str]:
    """Its words, line by line."""
    _, content, _ = carry_out(database, INTERNAL_VIEWER, slug, lambda *_: None, form="pdf", mark=MARK)
    book = pypdfium2.PdfDocument(content)
    try:
        return list(book[0].get_textpage().get_text_range().split())
    finally:
        book.close()


@pytest.mark.parametrize("long", range(18, 28))
def test_no_word_stands_alone_on_the_last_line_of_a_headline(sqlite_database: Database, long: int) -> None:
    """Of lengths that differ by one character, one would leave it alone on a line."""
    slug = talk(sqlite_database, headline="字" * long)
    told = first_page(sqlite_database, slug)
    lines = [len(each) for each in told if set(each) == {"字"}]
    assert sum(lines) == long
    assert len(lines) > 1
    assert min(lines) >= 3


def test_a_headline_breaks_after_its_stops(sqlite_database: Database) -> None:
    slug = talk(sqlite_database, headline="盘活、棚改、道路、旅游，竹泉、红石寨、马泉连片")
    told = first_page(sqlite_database, slug)
    assert [each for each in told if "、" in each or "马泉" in each] == [
        "盘活、棚改、道路、",
        "旅游，竹泉、红石寨、",
        "马泉连片",
    ]


def test_a_photo_stands_on_its_page_in_its_proportions(sqlite_database: Database, tmp_path: Path) -> None:
    blobs = Blobs(tmp_path)
    slug, _ = talk_with_photo(sqlite_database, blobs)
    _, content, _ = carry_out(
        sqlite_database, INTERNAL_VIEWER, slug, lambda *_: None, form="pdf", mark=MARK, blobs=blobs
    )
    book = pypdfium2.PdfDocument(content)
    try:
        image = pypdfium2.raw.FPDF_PAGEOBJ_IMAGE
        boxes = [each.get_bounds() for each in book[0].get_objects(filter=[image])]
    finally:
        book.close()
    shares = [(right - left) / (top - bottom) for left, bottom, right, top in boxes if right < MAP_FROM_PT]
    assert shares == [pytest.approx(1200 / 800, rel=0.02)]


def test_hostile_and_endless_words_stay_on_their_page(sqlite_database: Database) -> None:
    slug = talk(sqlite_database, headline=HOSTILE + "长" * 1900, chapter=HOSTILE, notes=HOSTILE)
    (page,) = pages(sqlite_database, slug)
    assert "{{7*7}}<b>&amp;=1+1" in page
    assert page.count("长") < 1000
    assert "…" in page


def test_the_public_reads_a_dash_for_what_is_not_theirs(sqlite_database: Database) -> None:
    slug = talk(
        sqlite_database, figures=[{"label": "没有", "layers": ["gone"], "measure": "count", "filter": ""}]
    )
    (page,) = pages(sqlite_database, slug, PUBLIC_VIEWER)
    assert "共—" in page
    assert "资料不足" in page
    assert "没有图层“gone”" in page


def test_the_command_writes_a_pdf_and_refuses_other_names(home: Path, tmp_path: Path) -> None:
    run = CliRunner()
    target = tmp_path / "a.pdf"
    assert run.invoke(main, ["sample"]).exit_code == 0
    done: Any = run.invoke(main, ["briefing", "pdf", "--to", str(target), "--for", "public"])
    assert done.exit_code == 0, done.output
    found = words_of(target.read_bytes())
    assert len(found) == 10
    assert all("公开版未定稿" in page for page in found)
    wrong = run.invoke(main, ["briefing", "pdf", "--to", str(tmp_path / "a.pptx")])
    assert "文件名应以 .pdf 结尾" in wrong.output
