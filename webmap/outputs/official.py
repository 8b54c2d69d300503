"""What does a document of an office look like? A Word file in the layout of GB/T 9704-2012.

A4, type area 156 × 225 mm (margins 37 mm above, 28 mm left), title 小标宋 of size 2 (22 pt), body 仿宋 of size 3 (16 pt)
on lines of 28 pt, headings 黑体 and 楷体, page number in the form —1—. Fonts are named, never embedded: the offices
have them, and every other program takes its own.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Final

from layers.cells import without_control_signs

if TYPE_CHECKING:
    from docx.document import Document
    from docx.table import _Cell
    from docx.text.paragraph import Paragraph
    from docx.text.run import Run

TITLE_FONT: Final = "方正小标宋简体"
BODY_FONT: Final = "仿宋_GB2312"
HEADING_FONT: Final = "黑体"
SECOND_FONT: Final = "楷体_GB2312"
LATIN_FONT: Final = "Times New Roman"
TITLE_PT: Final = 22.0
BODY_PT: Final = 16.0
TABLE_PT: Final = 10.5
LINE_PT: Final = 28.0
PAGE_MM: Final = (210.0, 297.0)
TYPE_AREA_MM: Final = (156.0, 225.0)
TOP_MM: Final = 37.0
LEFT_MM: Final = 28.0
MIMETYPE: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


class Paper:
    """A document that grows from the top. Texts are plain: what they contain is written, never interpreted."""

    def __init__(self, title: str) -> None:
        import docx

        self._document: Document = docx.Document()
        _lay_out(self._document)
        self._document.core_properties.title = clean(title)[:255]
        self._document.core_properties.author = ""
        self._document.core_properties.comments = ""
        paragraph = self._paragraph(center=True, indent=False, space_after=LINE_PT)
        _write(paragraph, title, TITLE_FONT, TITLE_PT)

    def heading(self, text: str, level: int = 1) -> None:
        """一、 in 黑体, （一） in 楷体; the number is part of the text."""
        _write(self._paragraph(), text, HEADING_FONT if level == 1 else SECOND_FONT, BODY_PT)

    def text(self, text: str, *, center: bool = False, indent: bool = True, bold: bool = False) -> None:
        """One paragraph of the body."""
        _write(self._paragraph(center=center, indent=indent), text, BODY_FONT, BODY_PT, bold=bold)

    def signature(self, *lines: str) -> None:
        """Who signs, and when: at the right, two lines below."""
        from docx.enum.text import WD_ALIGN_PARAGRAPH

        self._paragraph()
        for line in lines:
            paragraph = self._paragraph(indent=False)
            paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT
            _write(paragraph, line, BODY_FONT, BODY_PT)

    def table(
        self, header: Sequence[str], rows: Iterable[Sequence[str]], *, widths: Sequence[float] = ()
    ) -> None:
        """A ruled table with a header that repeats on every page. widths: shares of the type area."""
        table = self._document.add_table(rows=1, cols=len(header))
        table.style = "Table Grid"
        table.autofit = False
        _repeat(table.rows[0])
        for cell, word in zip(table.rows[0].cells, header, strict=True):
            _fill(cell, word, HEADING_FONT)
        for row in rows:
            added = table.add_row()
            for cell, word in zip(added.cells, row, strict=True):
                _fill(cell, word, BODY_FONT)
        _widen(table, widths or [1.0] * len(header))

    def picture(self, png: bytes, caption: str, *, width_mm: float = TYPE_AREA_MM[0]) -> None:
        """A picture over the type area, with what it shows below."""
        from docx.shared import Mm

        paragraph = self._paragraph(center=True, indent=False, exact=False)
        paragraph.add_run().add_picture(io.BytesIO(png), width=Mm(width_mm))
        _write(self._paragraph(center=True, indent=False), caption, SECOND_FONT, TABLE_PT)

    def content(self) -> bytes:
        """The .docx file."""
        sink = io.BytesIO()
        self._document.save(sink)
        return sink.getvalue()

    def _paragraph(
        self, *, center: bool = False, indent: bool = True, space_after: float = 0.0, exact: bool = True
    ) -> Paragraph:
        from docx.enum.text import WD_ALIGN_PARAGRAPH
        from docx.shared import Pt

        paragraph = self._document.add_paragraph()
        form = paragraph.paragraph_format
        form.space_before, form.space_after = Pt(0), Pt(space_after)
        if exact:
            form.line_spacing = Pt(LINE_PT)
        if center:
            paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        elif indent:
            form.first_line_indent = Pt(2 * BODY_PT)
        return paragraph


def clean(text: str) -> str:
    """What XML can hold of a text; line breaks become spaces."""
    return " ".join(without_control_signs(text).split())


def _lay_out(document: Document) -> None:
    from docx.shared import Mm

    section = document.sections[0]
    section.page_width, section.page_height = Mm(PAGE_MM[0]), Mm(PAGE_MM[1])
    section.top_margin, section.left_margin = Mm(TOP_MM), Mm(LEFT_MM)
    section.bottom_margin = Mm(PAGE_MM[1] - TOP_MM - TYPE_AREA_MM[1])
    section.right_margin = Mm(PAGE_MM[0] - LEFT_MM - TYPE_AREA_MM[0])
    section.footer_distance = Mm(25)
    _number_pages(section.footer.paragraphs[0])


def _number_pages(paragraph: Paragraph) -> None:
    """—1— in 宋 of size 4, as the standard has it; in the middle, since sheets are read on screens too."""
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _write(paragraph, "—", "宋体", 14)
    run = paragraph.add_run()
    _dress(run, "宋体", 14)
    for sort, text in (("begin", ""), ("", " PAGE "), ("end", "")):
        run._r.append(_field(sort, text))
    _write(paragraph, "—", "宋体", 14)


def _field(sort: str, text: str) -> Any:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    if sort:
        element = OxmlElement("w:fldChar")
        element.set(qn("w:fldCharType"), sort)
        return element
    element = OxmlElement("w:instrText")
    element.set(qn("xml:space"), "preserve")
    element.text = text
    return element


def _write(paragraph: Paragraph, text: str, font: str, size: float, *, bold: bool = False) -> None:
    run = paragraph.add_run(clean(text))
    run.bold = bold
    _dress(run, font, size)


def _dress(run: Run, font: str, size: float) -> None:
    from docx.oxml.ns import qn
    from docx.shared import Pt

    run.font.size = Pt(size)
    # The name alone dresses Latin letters only.
    run.font.name = LATIN_FONT
    run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)


def _fill(cell: _Cell, word: str, font: str) -> None:
    from docx.shared import Pt

    paragraph = cell.paragraphs[0]
    paragraph.paragraph_format.space_after = Pt(0)
    _write(paragraph, word, font, TABLE_PT)


def _repeat(row: Any) -> None:
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    mark = OxmlElement("w:tblHeader")
    mark.set(qn("w:val"), "true")
    row._tr.get_or_add_trPr().append(mark)


def _widen(table: Any, shares: Sequence[float]) -> None:
    from docx.shared import Mm

    whole = sum(shares)
    for column, share in zip(table.columns, shares, strict=True):
        for cell in column.cells:
            cell.width = Mm(TYPE_AREA_MM[0] * share / whole)
