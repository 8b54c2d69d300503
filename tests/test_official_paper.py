"""Is a Word document of the office laid out as GB/T 9704-2012 asks, and does it keep any text as it is?"""

from __future__ import annotations

import io
import zipfile

import pytest
from docx import Document
from docx.document import Document as Opened
from docx.shared import Mm, Pt
from PIL import Image

from webmap.outputs.official import Paper


@pytest.fixture
def paper() -> Paper:
    return Paper("关于示例项目的督查专报")


def reopened(paper: Paper) -> Opened:
    return Document(io.BytesIO(paper.content()))


def test_the_type_area_is_156_by_225_mm(paper: Paper) -> None:
    section = reopened(paper).sections[0]
    width, left, right = (
        each or 0 for each in (section.page_width, section.left_margin, section.right_margin)
    )
    height, top, bottom = (
        each or 0 for each in (section.page_height, section.top_margin, section.bottom_margin)
    )
    assert (width - left - right) / Mm(1) == pytest.approx(156, abs=0.1)
    assert (height - top - bottom) / Mm(1) == pytest.approx(225, abs=0.1)
    assert top / Mm(1) == pytest.approx(37, abs=0.1)


def test_title_and_body_have_the_fonts_and_sizes_of_the_standard(paper: Paper) -> None:
    paper.heading("一、总体情况")
    paper.text("本月共有 3 个项目滞后。")
    title, heading, body = (each for each in reopened(paper).paragraphs if each.text)
    assert title.runs[0].font.size == Pt(22)
    assert "方正小标宋简体" in title.runs[0]._element.xml
    assert "黑体" in heading.runs[0]._element.xml
    assert body.runs[0].font.size == Pt(16)
    assert "仿宋_GB2312" in body.runs[0]._element.xml
    assert body.paragraph_format.line_spacing == Pt(28)
    assert body.paragraph_format.first_line_indent == Pt(32)


def test_pages_are_numbered_between_dashes(paper: Paper) -> None:
    footer = reopened(paper).sections[0].footer.paragraphs[0]
    assert footer.text == "——"
    assert "PAGE" in footer._element.xml


def test_a_table_repeats_its_header_and_fits_the_type_area(paper: Paper) -> None:
    paper.table(["项目", "灯"], [["示例项目", "红"], ["另一个", "绿"]], widths=[3, 1])
    table = reopened(paper).tables[0]
    assert [[cell.text for cell in row.cells] for row in table.rows] == [
        ["项目", "灯"],
        ["示例项目", "红"],
        ["另一个", "绿"],
    ]
    assert "w:tblHeader" in table.rows[0]._tr.xml
    assert sum((cell.width or 0) for cell in table.rows[0].cells) / Mm(1) == pytest.approx(156, abs=0.5)


def test_any_text_is_written_as_it_is(paper: Paper) -> None:
    hostile = "<w:p/>{{ 7*7 }}\x00\x0b&amp;\ud800"
    paper.text(hostile)
    assert reopened(paper).paragraphs[-1].text == "<w:p/>{{ 7*7 }}&amp;"


def test_a_picture_has_its_words_below(paper: Paper) -> None:
    sink = io.BytesIO()
    Image.new("RGB", (60, 40), "white").save(sink, "PNG")
    paper.picture(sink.getvalue(), "示意图")
    content = paper.content()
    assert reopened(paper).paragraphs[-1].text == "示意图"
    with zipfile.ZipFile(io.BytesIO(content)) as parts:
        assert [name for name in parts.namelist() if name.endswith(".png")]
