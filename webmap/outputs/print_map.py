"""How does the map look on paper? One sheet to exact scale as PDF or PNG; drawn by a job, never in a web process.

The size of the page and every length on it are exact; words are embedded as TrueType, so that they can be searched;
nothing in the file says when it was made but the day that is printed, so that equal sheets are equal files.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import matplotlib as mpl
import shapely

from layers.symbols.printed import zoom_of
from webmap.outputs.print_furniture import Said, draw_furniture, north_box
from webmap.outputs.print_grid import draw_crosses, draw_grid
from webmap.outputs.print_ink import Ink, Pen
from webmap.outputs.print_legend import Legend, rows
from webmap.outputs.print_names import draw_names
from webmap.outputs.print_paper import GridKind, Sheet
from webmap.outputs.print_shapes import DrawnLayer, draw_shapes

OUTSIDE: Final = "#EDF0F3"
DPI: Final = 300
FORMATS: Final = {"pdf": "PDF（矢量）", "png": f"PNG（{DPI} dpi）"}
SETTINGS: Final[Any] = {"pdf.fonttype": 42, "pdf.compression": 6, "agg.path.chunksize": 20_000}


@dataclass(frozen=True, kw_only=True)
class PrintedMap:
    """What is printed. layers: the first on top of the legend. grid: which coordinates stand around the map."""

    sheet: Sheet
    layers: Sequence[DrawnLayer]
    said: Said
    grid: GridKind = "both"
    legend: bool = True


def drawn(printed: PrintedMap, form: str, tell: Callable[[float], object] = lambda share: None) -> bytes:
    """The file. form: pdf or png; tell: hears which share is drawn."""
    sheet = printed.sheet
    ink = Ink(*sheet.size_mm)
    zoom = zoom_of(sheet.scale, sheet.lat)
    told = rows(printed.layers, zoom, sheet.frame) if printed.legend else []
    legend = Legend(ink, told, zoom, sheet.frame, sheet.k)
    _draw_map(ink, printed, zoom, legend, tell)
    ink.only_within(None)
    legend.draw()
    draw_furniture(ink, sheet, printed.said)
    draw_grid(ink, sheet, printed.grid)
    tell(0.7)
    return _file(ink, printed.said, form)


def _draw_map(
    ink: Ink, printed: PrintedMap, zoom: float, legend: Legend, tell: Callable[[float], object]
) -> None:
    frame = printed.sheet.frame
    ink.only_within(frame)
    ink.draw([shapely.box(*frame)], Pen(fill=OUTSIDE))
    draw_shapes(ink, printed.layers, zoom)
    tell(0.3)
    draw_crosses(ink, printed.sheet, printed.grid)
    draw_names(ink, printed.layers, zoom, frame, [legend.box, north_box(printed.sheet)])
    tell(0.5)


def _file(ink: Ink, said: Said, form: str) -> bytes:
    sink = io.BytesIO()
    facts: dict[str, Any] = {"Software": None, "Title": said.title}
    if form == "pdf":
        facts = {
            "Title": said.title,
            "Author": said.unit,
            "Creator": "",
            "Producer": "",
            "CreationDate": None,
        }
    with mpl.rc_context(SETTINGS):
        ink.figure.savefig(sink, format=form, dpi=DPI, metadata=facts)
    return sink.getvalue()
