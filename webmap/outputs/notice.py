"""What does a public notice (公示件) look like? An A4 PDF: what is told, where, a table, and how to answer.

Made by a job, never in a web process. Texts are drawn as they are and never interpreted; the fonts are embedded as
TrueType, so that words can be searched and copied.
"""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from layers.symbols import screen

if TYPE_CHECKING:
    from matplotlib.figure import Figure

WIDTH_MM: Final = 210.0
HEIGHT_MM: Final = 297.0
MARGIN_MM: Final = 25.0
BOTTOM_MM: Final = 28.0
LINE: Final = 1.75
"""Lines are so many times as high as their letters."""
PT_MM: Final = 0.352778
TITLE_PT: Final = 22.0
BODY_PT: Final = 12.0
TABLE_PT: Final = 9.0
SMALL_PT: Final = 8.0
ROW_MM: Final = 7.0
PICTURE_MM: Final = (160.0, 160.0 * 100 / 156)
INK: Final = screen.INK
QUIET: Final = screen.INK_3
RULE: Final = screen.GREY
HALO: Final = "#FCFBF7"
NO_BREAK_BEFORE: Final = "，。、；：？！）》”’』」"


class Label(NamedTuple):
    """Words on the picture; x and y are shares of its size from the left and from above. loud: a number of the table."""

    words: str
    x: float
    y: float
    loud: bool


@dataclass(frozen=True, kw_only=True)
class Notice:
    """What is told. labels: what stands on the picture. rows: a list of words for each line of the table. marks: what every page says of itself."""

    title: str
    text: str
    begin: date
    end: date
    unit: str
    phone: str
    answer_to: str
    day: date
    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    picture: bytes
    labels: Sequence[Label]
    caption: str
    marks: Sequence[str]

    @property
    def paragraphs(self) -> list[str]:
        """What is told, before how long and to whom one answers."""
        return [line.strip() for line in self.text.splitlines() if line.strip()]

    @property
    def facts(self) -> list[tuple[str, str]]:
        """How long it is shown, and to whom one answers."""
        days = (self.end - self.begin).days + 1
        told = [
            ("公示期", f"{said(self.begin)}至{said(self.end)}，共 {days} 日"),
            ("反馈单位", self.unit),
            ("联系电话", self.phone),
        ]
        return [*told, ("地址或邮箱", self.answer_to)] if self.answer_to else told

    @property
    def invitation(self) -> str:
        """What whoever has something to say may do."""
        return f"公示期内如有意见，请以书面或电话方式向{self.unit}反馈。"

    @property
    def signed(self) -> str:
        """The day below it."""
        return said(self.day)


def pdf(notice: Notice, fonts: Path, tell: Callable[[float], object] = lambda share: None) -> bytes:
    """The whole file. fonts: the folder of the print fonts. tell: hears which share of the table is drawn."""
    import matplotlib as mpl
    from matplotlib.backends.backend_pdf import PdfPages

    sink = io.BytesIO()
    facts = {
        "Title": notice.title,
        "Author": notice.unit,
        "Creator": "",
        "Producer": "",
        "CreationDate": None,
    }
    with mpl.rc_context({"pdf.fonttype": 42, "pdf.compression": 6}), PdfPages(sink, metadata=facts) as book:
        sheet = _Sheet(book, fonts, notice.marks)
        _write(sheet, notice, tell)
        sheet.close()
    return sink.getvalue()


def _write(sheet: _Sheet, notice: Notice, tell: Callable[[float], object]) -> None:
    sheet.title(notice.title)
    (shown, days), _, *ways = notice.facts
    for paragraph in notice.paragraphs:
        sheet.paragraph(paragraph)
    sheet.paragraph(f"{shown}：{days}。")
    reached = "；".join(f"{title}：{words}" for title, words in ways)
    sheet.paragraph(f"{notice.invitation}{reached}。")
    sheet.picture(notice.picture, notice.labels, notice.caption)
    sheet.table(notice.header, notice.rows, tell)
    sheet.signature(notice.unit, notice.signed)


def said(day: date) -> str:
    """A day as notices write it."""
    return f"{day.year}年{day.month}月{day.day}日"


class _Sheet:
    """Pages that are filled from above; `_y` is how far, in mm from the upper edge."""

    def __init__(self, book: Any, fonts: Path, marks: Sequence[str]) -> None:
        from matplotlib.font_manager import FontProperties

        self._book, self._marks = book, marks
        self._song = FontProperties(fname=fonts / "NotoSerifSC-Bold.ttf")
        self._hei = FontProperties(fname=fonts / "NotoSansSC-Regular.ttf")
        self._bold = FontProperties(fname=fonts / "NotoSansSC-Bold.ttf")
        self._number = 0
        self._page: Figure | None = None
        self._y = HEIGHT_MM

    def title(self, text: str) -> None:
        self._need(30)
        for line in _lines(text, TITLE_PT, WIDTH_MM - 2 * MARGIN_MM):
            self._text(WIDTH_MM / 2, line, TITLE_PT, self._song, align="center")
            self._y += TITLE_PT * PT_MM * 1.5
        self._y += 6

    def paragraph(self, text: str) -> None:
        for line in _lines(f"　　{text}", BODY_PT, WIDTH_MM - 2 * MARGIN_MM):
            self._need(BODY_PT * PT_MM * LINE)
            self._text(MARGIN_MM, line, BODY_PT, self._hei)
            self._y += BODY_PT * PT_MM * LINE

    def picture(self, png: bytes, labels: Sequence[Label], caption: str) -> None:
        from PIL import Image

        width, height = PICTURE_MM
        self._need(height + 14)
        self._y += 3
        box = (
            MARGIN_MM / WIDTH_MM,
            1 - (self._y + height) / HEIGHT_MM,
            width / WIDTH_MM,
            height / HEIGHT_MM,
        )
        axes = self._figure.add_axes(box)
        with Image.open(io.BytesIO(png)) as image:
            axes.imshow(image.convert("RGB"), aspect="auto", interpolation="none")
        axes.set_xticks([])
        axes.set_yticks([])
        for label in labels:
            self._label(axes, label)
        self._y += height + 2
        self._text(WIDTH_MM / 2, caption, TABLE_PT, self._hei, align="center", color=QUIET)
        self._y += 8

    def _label(self, axes: Any, label: Label) -> None:
        from matplotlib.patheffects import withStroke

        axes.text(
            label.x,
            1 - label.y,
            label.words,
            transform=axes.transAxes,
            fontproperties=self._bold if label.loud else self._hei,
            fontsize=TABLE_PT,
            ha="left" if label.loud else "center",
            va="center",
            color=INK if label.loud else QUIET,
            path_effects=[withStroke(linewidth=2, foreground=HALO)],
            clip_on=True,
            parse_math=False,
        )

    def table(
        self, header: Sequence[str], rows: Sequence[Sequence[str]], tell: Callable[[float], object]
    ) -> None:
        """Ruled; the header stands on every page again."""
        widths = _widths(header, rows)
        self._need(3 * ROW_MM)
        self._row(header, widths, self._bold)
        for at, row in enumerate(rows):
            if self._y + ROW_MM > HEIGHT_MM - BOTTOM_MM:
                self._turn()
                self._row(header, widths, self._bold)
                tell(at / len(rows))
            self._row(row, widths, self._hei)

    def signature(self, *lines: str) -> None:
        self._need(30)
        self._y += 10
        for line in lines:
            self._text(WIDTH_MM - MARGIN_MM, line, BODY_PT, self._hei, align="right")
            self._y += BODY_PT * PT_MM * LINE

    def close(self) -> None:
        """Put away the last page."""
        if self._page is None:
            return
        foot = "　".join((*self._marks, f"第 {self._number} 页"))
        self._y = HEIGHT_MM - 16
        self._text(WIDTH_MM / 2, foot, SMALL_PT, self._hei, align="center", color=QUIET)
        self._book.savefig(self._page)
        self._page = None

    def _row(self, words: Sequence[str], widths: Sequence[float], font: Any) -> None:
        x = MARGIN_MM
        for word, width in zip(words, widths, strict=True):
            self._frame(x, width)
            shown = next(_lines(word, TABLE_PT, width - 2), "")
            cut = shown if shown == word or len(shown) < 2 else f"{shown[:-1]}…"
            self._text(x + 1.2, cut, TABLE_PT, font, below=(ROW_MM - TABLE_PT * PT_MM) / 2 - 0.4)
            x += width
        self._y += ROW_MM

    def _frame(self, x: float, width: float) -> None:
        from matplotlib.patches import Rectangle

        lower = 1 - (self._y + ROW_MM) / HEIGHT_MM
        place = (x / WIDTH_MM, lower)
        cell = Rectangle(place, width / WIDTH_MM, ROW_MM / HEIGHT_MM, fill=False, ec=RULE, lw=0.4)
        cell.set_transform(self._figure.transFigure)
        self._figure.add_artist(cell)

    def _text(
        self,
        x: float,
        words: str,
        size: float,
        font: Any,
        *,
        align: str = "left",
        color: str = INK,
        below: float = 0.0,
    ) -> None:
        self._figure.text(
            x / WIDTH_MM,
            1 - (self._y + below) / HEIGHT_MM,
            words,
            fontproperties=font,
            fontsize=size,
            ha=align,
            va="top",
            color=color,
            parse_math=False,
        )

    @property
    def _figure(self) -> Figure:
        if self._page is None:
            self._turn()
        assert self._page is not None  # noqa: S101
        return self._page

    def _need(self, height: float) -> None:
        if self._page is None or self._y + height > HEIGHT_MM - BOTTOM_MM:
            self._turn()

    def _turn(self) -> None:
        from matplotlib.figure import Figure

        self.close()
        self._page = Figure(figsize=(WIDTH_MM / 25.4, HEIGHT_MM / 25.4))
        self._number += 1
        self._y = MARGIN_MM


def _lines(text: str, size: float, width_mm: float) -> Iterator[str]:
    """Lines that fit; a sign that ends a clause never begins a line."""
    room, line = width_mm / (size * PT_MM), ""
    used = 0.0
    for each in text:
        wide = 1.0 if unicodedata.east_asian_width(each) in "WFA" else 0.58
        if used + wide > room and each not in NO_BREAK_BEFORE:
            yield line
            line, used = "", 0.0
        line, used = line + each, used + wide
    if line:
        yield line


def _widths(header: Sequence[str], rows: Sequence[Sequence[str]]) -> list[float]:
    """By the longest words of each column, together as wide as the type area."""
    some = [header, *rows[:200]]
    longest = [min(max(len(row[at]) for row in some), 24) + 2 for at in range(len(header))]
    return [(WIDTH_MM - 2 * MARGIN_MM) * each / sum(longest) for each in longest]
