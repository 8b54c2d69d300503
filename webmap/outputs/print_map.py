"""How does the map look on paper? One sheet to exact scale as PDF or PNG; drawn by a job, never in a web process.

The size of the page and every length on it are exact; words are embedded as TrueType, so that they can be searched;
nothing in the file says when it was made but the day that is printed, so that equal sheets are equal files.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import matplotlib as mpl
import numpy as np
import shapely
from matplotlib.backends.backend_pdf import PdfPages
from matplotlib.figure import Figure
from numpy.typing import NDArray

from layers.symbols import screen
from layers.symbols.printed import zoom_of
from webmap.outputs.print_curtain import Beside, draw_curtain, halves, tags
from webmap.outputs.print_furniture import Said, draw_furniture, north_box
from webmap.outputs.print_grid import draw_crosses, draw_grid
from webmap.outputs.print_ink import Ink, Pen, Type
from webmap.outputs.print_legend import Legend, rows
from webmap.outputs.print_names import draw_names
from webmap.outputs.print_paper import Box, GridKind, Sheet
from webmap.outputs.print_shapes import DrawnLayer, draw_shapes

OUTSIDE: Final = "#EDF0F3"
INDEX: Final = screen.BRAND
DPI: Final = 300
FORMATS: Final = {"pdf": "PDF（矢量）", "png": f"PNG（{DPI} dpi）"}
SETTINGS: Final[Any] = {"pdf.fonttype": 42, "pdf.compression": 6, "agg.path.chunksize": 20_000}


class Overlay(NamedTuple):
    """A picture that lies over the map: rows of red, green, blue and opacity, from above, and where (mm)."""

    pixels: NDArray[np.uint8]
    box: Box
    opacity: float


@dataclass(frozen=True, kw_only=True)
class PrintedMap:
    """What is printed. layers: the first on top of the legend. grid: which coordinates stand around the map.

    index: on the overview of a series, where each of its sheets lies; over: drawings, the lowest first; beside: another
    time right of a curtain; base: what lies under everything.
    """

    sheet: Sheet
    layers: Sequence[DrawnLayer]
    said: Said
    grid: GridKind = "both"
    legend: bool = True
    index: Sequence[Box] = ()
    over: Sequence[Overlay] = ()
    beside: Beside | None = None
    base: Sequence[Overlay] = ()


def bound(pages: Iterable[PrintedMap], form: str) -> bytes:
    """The file: all pages as pdf, or the only one as png."""
    sink = io.BytesIO()
    with mpl.rc_context(SETTINGS):
        if form == "pdf":
            _book(sink, pages)
        else:
            (page,) = pages
            drawn(page).savefig(
                sink, format=form, dpi=DPI, metadata={"Software": None, "Title": page.said.title}
            )
    return sink.getvalue()


def _book(sink: io.BytesIO, pages: Iterable[PrintedMap]) -> None:
    """It says nothing of the moment at which it was made."""
    with PdfPages(sink, metadata={"Creator": "", "Producer": "", "CreationDate": None}) as book:
        for page in pages:
            book.savefig(drawn(page))
            book.infodict().update(Title=page.said.title, Author=page.said.unit)


def pictured(sheet: Sheet, layers: Sequence[DrawnLayer], dpi: float, beside: Beside | None = None) -> bytes:
    """The map alone, as PNG."""
    ink = Ink(*sheet.size_mm)
    zoom = zoom_of(sheet.scale, sheet.lat)
    ink.only_within(sheet.frame)
    ink.draw([shapely.box(*sheet.frame)], Pen(fill=OUTSIDE))
    taken = tags(ink, sheet.frame, beside, 1) if beside else []
    for part in halves(sheet.frame, layers, beside):
        ink.only_within(part.box)
        draw_shapes(ink, part.layers, zoom)
        draw_names(ink, part.layers, zoom, part.box, taken)
    ink.only_within(sheet.frame)
    if beside:
        draw_curtain(ink, sheet.frame, beside, 1)
    sink = io.BytesIO()
    with mpl.rc_context(SETTINGS):
        ink.figure.savefig(sink, format="png", dpi=dpi, metadata={"Software": None})
    return sink.getvalue()


def drawn(printed: PrintedMap) -> Figure:
    """One sheet."""
    sheet = printed.sheet
    ink = Ink(*sheet.size_mm)
    zoom = zoom_of(sheet.scale, sheet.lat)
    parts = halves(sheet.frame, printed.layers, printed.beside)
    told = rows(parts, zoom) if printed.legend else []
    legend = Legend(ink, told, zoom, sheet.frame, sheet.k, parts)
    _draw_map(ink, printed, zoom, legend)
    ink.only_within(None)
    legend.draw()
    draw_furniture(ink, sheet, printed.said)
    draw_grid(ink, sheet, printed.grid)
    return ink.figure


def _draw_map(ink: Ink, printed: PrintedMap, zoom: float, legend: Legend) -> None:
    frame = printed.sheet.frame
    beside = printed.beside
    ink.only_within(frame)
    ink.draw([shapely.box(*frame)], Pen(fill=OUTSIDE))
    for laid in printed.base:
        ink.picture(*laid)
    parts = halves(frame, printed.layers, beside)
    for part in parts:
        ink.only_within(part.box)
        draw_shapes(ink, part.layers, zoom)
    ink.only_within(frame)
    for laid in printed.over:
        ink.picture(*laid)
    draw_crosses(ink, printed.sheet, printed.grid)
    taken = [
        legend.box,
        north_box(printed.sheet),
        *(tags(ink, frame, beside, printed.sheet.k) if beside else []),
    ]
    for part in parts:
        draw_names(ink, part.layers, zoom, part.box, taken)
    if beside:
        draw_curtain(ink, frame, beside, printed.sheet.k)
    _draw_index(ink, printed)


def _draw_index(ink: Ink, printed: PrintedMap) -> None:
    """The sheets of a series on their overview."""
    k = printed.sheet.k
    ink.draw([shapely.box(*box) for box in printed.index], Pen(edge=INDEX, width_pt=0.9 * k))
    for number, box in enumerate(printed.index, start=1):
        ink.words(*box.middle, str(number), Type(15 * k, INDEX, "bold", "#FFFFFF", 2.4))
