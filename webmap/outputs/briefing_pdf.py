"""How does a briefing look as a PDF? One page a scene, 16 : 9, with the picture, the words and the figures of its slides.

A pixel of the briefing's screen (1920 × 1080) is half a point, as on the slides. Words are embedded as TrueType.
"""

from __future__ import annotations

import io
import re
from collections.abc import Mapping, Sequence
from typing import Any, Final

import matplotlib as mpl
import numpy as np
import shapely
import shapely.affinity
from matplotlib.backends.backend_pdf import PdfPages
from PIL import Image
from shapely.geometry.base import BaseGeometry

from layers.kinds.moments import read_times
from layers.symbols import screen
from webmap.outputs.official import clean
from webmap.outputs.print_ink import Ink, Pen, Type
from webmap.outputs.print_map import SETTINGS
from webmap.outputs.print_paper import Box
from webmap.outputs.scene_page import (
    BOTTOM,
    HIGH_PX,
    LEFT,
    MAP_PX,
    MOST_BESIDE,
    NO_VALUE,
    WIDE,
    WIDE_PX,
    Place,
    Slide,
    broken,
    column,
    headline_px,
)

PX_PT: Final = 0.5
PX_MM: Final = PX_PT * 25.4 / 72
INK, QUIET, LINE, SEAL, PAPER = screen.INK, screen.INK_3, "#CCD4DB", screen.SEAL, "#FFFFFF"
HEADLINE_HIGH: Final = 480
LABEL_WIDE, AMOUNT_WIDE = 230, 150
BAR_HIGH, BAR_STEP = 26, 46
MOST_TROUBLES: Final = 3
TROUBLE_STEP: Final = 28
CUT: Final = "…"
POSTER_DPI: Final = 2 * 72 / PX_PT
"""3840 × 2160."""
_WORD: Final = re.compile(r"\d[\d,.]* ?[^\W\d_]?%?|[A-Za-z]+|.", re.DOTALL)
_LEAST_ON_A_LINE: Final = 3
_NOT_FIRST: Final = frozenset("，。、；：！？）》”%…")


def written(title: str, pages: Sequence[Slide], mark: str) -> bytes:
    """The file. mark: stands on every page. It says nothing of the moment at which it was made."""
    sink = io.BytesIO()
    with (
        mpl.rc_context(SETTINGS),
        PdfPages(sink, metadata={"Creator": "", "Producer": "", "CreationDate": None}) as book,
    ):
        book.infodict().update(Title=clean(title))
        for page in pages:
            book.savefig(_Page(page).drawn(len(pages), mark))
    return sink.getvalue()


def poster(title: str, page: Slide, count: int, mark: str) -> bytes:
    """One scene as PNG, twice as fine as the screen. count: of the scenes of its briefing."""
    sink = io.BytesIO()
    with mpl.rc_context(SETTINGS):
        figure = _Page(page).drawn(count, mark)
        figure.savefig(sink, format="png", dpi=POSTER_DPI, metadata={"Software": None, "Title": clean(title)})
    return sink.getvalue()


class _Page:
    """One scene on its page; places are pixels of the screen from the upper left corner."""

    def __init__(self, slide: Slide) -> None:
        self.slide, self.scene = slide, slide.scene
        self.ink = Ink(WIDE_PX * PX_MM, HIGH_PX * PX_MM)
        self._bottom = float(BOTTOM)

    def drawn(self, count: int, mark: str) -> Any:
        """The figure that matplotlib saves. count: of pages."""
        if self.slide.picture:
            self._map(self.slide.picture)
        self._troubles()
        self._chapter()
        below = column(self.slide, self._headline() + 18, self._bottom)
        for figure, (place, size) in zip(self.scene["figures"], below.figures, strict=False):
            self._figure(figure, place, size)
        if below.bars:
            self._bars(below.bars)
        if below.photo and self.slide.photo:
            self._photo(self.slide.photo.content, below.photo)
        self._legend()
        self._foot(count, mark)
        return self.ink.figure

    # --- words -------------------------------------------------------------------------------------------

    def _chapter(self) -> None:
        words = " · ".join(part for part in (self.scene["ordinal"], self.scene["chapter"]) if part)
        if not words:
            return
        self._block((LEFT, 56, 8, 34), self.scene["color"])
        self._words(60, 73, words, 26, QUIET)

    def _headline(self) -> float:
        """Answers where it ends."""
        words = clean(self.scene["headline"])
        size = headline_px(words)
        lines, most = self._phrases(words, size), int(HEADLINE_HIGH / size / 1.3)
        if len(lines) > most:
            lines = self._lines(words, size, "song")
        if len(lines) > most:
            lines = [*lines[: most - 1], f"{lines[most - 1][:-1]}{CUT}"]
        for at, line in enumerate(lines):
            self._words(LEFT, 120 + size * 1.3 * (at + 0.5), line, size, face="song")
        return 120 + size * 1.3 * len(lines)

    def _figure(self, figure: Mapping[str, Any], place: Place, size: float) -> None:
        left, top, width, _ = place
        middle = top + size * 0.6
        if figure["value"] is None:
            self._words(left, middle, NO_VALUE, 30, QUIET, face="bold")
        else:
            self._words(left, middle, figure["text"], size, self.scene["color"], face="bold")
            beside = left + self._wide(figure["text"], size, "bold") + 10
            self._words(beside, middle + size * 0.2, figure["unit"], 26)
        self._words(left, top + size * 1.22 + 16, self._cut(figure["label"], 24, width), 24, QUIET)

    def _foot(self, count: int, mark: str) -> None:
        source, at = self.scene["source"], self.scene["at"]
        times = read_times(self.scene["time"])
        parts = [
            "示例数据" if source["sample"] else "",
            f"来源：{'、'.join(source['units'])}" if source["units"] else "",
            f"数据截止 {source['date']}" if source["date"] else "",
            f"为 {at} 的数据" if at else "",
            f"图上 {times.words}" if times else "",
        ]
        said = " · ".join(part for part in parts if part)
        self._words(LEFT, 1044, self._cut(said, 20, 1200), 20, SEAL if source["sample"] else QUIET)
        place = f"{self.scene['number']} / {count}"
        self._words(1880, 1044, " · ".join(filter(None, (mark, place))), 20, QUIET, align="right")

    def _troubles(self) -> None:
        """What the scene lacks, above the foot; figures and bars end before it."""
        said = [
            line for each in self.scene["trouble"][:MOST_TROUBLES] for line in self._lines(each, 20, "hei")
        ]
        self._bottom = BOTTOM - TROUBLE_STEP * len(said)
        for at, line in enumerate(said):
            self._words(LEFT, self._bottom + TROUBLE_STEP * (at + 0.6), line, 20, QUIET)

    # --- the map, its legend, the bars --------------------------------------------------------------------

    def _map(self, picture: bytes) -> None:
        box = self._box(MAP_PX)
        with Image.open(io.BytesIO(picture)) as image:
            self.ink.picture(np.asarray(image.convert("RGBA")), box, 1.0)
        self.ink.draw([shapely.box(*box)], Pen(edge=LINE, width_pt=0.75))

    def _legend(self) -> None:
        """In one or two rows below the map."""
        rows = self.scene["legend"]
        left, top, width, high = MAP_PX
        columns = 3 if len(rows) > MOST_BESIDE else MOST_BESIDE
        for at, row in enumerate(rows):
            x, y = left + at % columns * width / columns, top + high + 26 + at // columns * 40
            self._swatch(x, y, row["swatch"])
            words = self._cut(row["title"], 24, width / columns - 60)
            self._words(x + 48, y, words, 24, face="bold" if row["subject"] else "hei")

    def _swatch(self, x: float, y: float, swatch: Mapping[str, Any]) -> None:
        """x, y: the middle of its left side."""
        marker, lines = swatch["marker"], [each for each in swatch["lines"] if each["color"] != PAPER]
        if marker:
            inside = PAPER if marker["hollow"] else marker["fill"]
            self.ink.draw([self._sign(marker["shape"], x + 12, y, 12)], Pen(inside, marker["edge"], 1.0))
        elif lines:
            stroke = self._line(x - 4, y, x + 36, y)
            dash = (2.0, 1.2) if lines[-1]["dash"] else ()
            self.ink.draw([stroke], Pen(edge=lines[-1]["color"], width_pt=2.4, dash=dash))
        else:
            color = next((each["color"] for each in swatch["fills"] if each["color"]), LINE)
            self._block((x - 4, y - 12, 40, 24), color)

    def _sign(self, shape: str, x: float, y: float, r: float) -> BaseGeometry:
        middle = shapely.Point(x * PX_MM, (HIGH_PX - y) * PX_MM)
        if shape in ("dot", "circle", "hexagon"):
            # Six sides, or as many as look round.
            return middle.buffer(r * PX_MM, quad_segs=2 if shape == "hexagon" else 16)
        box = self._shape((x - r, y - r, 2 * r, 2 * r))
        return shapely.affinity.rotate(box, 45) if shape == "diamond" else box

    def _bars(self, place: Place) -> None:
        """The longest above."""
        told, fill, left, top = self.scene["bars"], self.scene["fill"], place.left, place.top
        self._words(left, top + 16, self._cut(f"{told['title']}（{told['unit']}）", 24, WIDE), 24, QUIET)
        longest = max(row["value"] for row in told["rows"]) or 1
        room = WIDE - LABEL_WIDE - AMOUNT_WIDE
        step = min(BAR_STEP, (place.high - 40) / len(told["rows"]))
        high = min(BAR_HIGH, step - 6)
        for at, row in enumerate(told["rows"]):
            middle = top + 40 + (at + 0.5) * step
            self._words(left, middle, self._cut(row["label"], 24, LABEL_WIDE - 12), 24)
            long = max(room * row["value"] / longest, 3)
            self._block((left + LABEL_WIDE, middle - high / 2, long, high), fill)
            amount = f"{row['text']} {row['unit']}"
            self._words(left + LABEL_WIDE + long + 10, middle, amount, 24, face="bold")

    def _photo(self, content: bytes, place: Place) -> None:
        with Image.open(io.BytesIO(content)) as image:
            self.ink.picture(np.asarray(image.convert("RGBA")), self._box(place), 1.0)

    # --- how ink is spoken to -----------------------------------------------------------------------------

    def _words(
        self,
        x: float,
        y: float,
        words: str,
        size: float,
        color: str = INK,
        *,
        face: Any = "hei",
        align: str = "left",
    ) -> None:
        type_ = Type(size * PX_PT, color, face)
        self.ink.words(x * PX_MM, (HIGH_PX - y) * PX_MM, clean(words), type_, align=align)

    def _wide(self, words: str, size: float, face: Any = "hei") -> float:
        return self.ink.width(words, Type(size * PX_PT, INK, face)) / PX_MM

    def _cut(self, words: str, size: float, most: float) -> str:
        if self._wide(words, size) <= most:
            return words
        while words and self._wide(words + CUT, size) > most:
            words = words[:-1]
        return words + CUT

    def _phrases(self, words: str, size: float) -> list[str]:
        """Broken after stops, and within what is too long between them."""
        phrases = broken(words, WIDE, lambda said: self._wide(said, size, "song"))
        return [line for each in phrases for line in self._lines(each, size, "song")]

    def _lines(self, words: str, size: float, face: Any) -> list[str]:
        """Broken after a comma or between characters, never within a number, and no line begins with a stop."""
        lines = [""]
        for part in _WORD.findall(words):
            if lines[-1] and part not in _NOT_FIRST and self._wide(lines[-1] + part, size, face) > WIDE:
                head, stop, tail = lines[-1].rpartition("，")
                is_short = bool(head) and self._wide(tail, size, face) < WIDE / 2
                lines[-1:] = [head + stop, tail] if is_short else [lines[-1], ""]
            lines[-1] += part
        return _kept_company(lines)

    def _block(self, place: Sequence[float], color: str) -> None:
        self.ink.draw([self._shape(place)], Pen(fill=color))

    def _shape(self, place: Sequence[float]) -> shapely.Polygon:
        return shapely.box(*self._box(place))

    def _box(self, place: Sequence[float]) -> Box:
        """Left, top, width and height in pixels as a box of the paper."""
        left, top, width, high = (each * PX_MM for each in place)
        upper = HIGH_PX * PX_MM - top
        return Box(left, upper - high, left + width, upper)

    def _line(self, *ends: float) -> shapely.LineString:
        x1, y1, x2, y2 = ends
        return shapely.LineString([(x * PX_MM, (HIGH_PX - y) * PX_MM) for x, y in ((x1, y1), (x2, y2))])


def _kept_company(lines: Sequence[str]) -> list[str]:
    """No word or two stand alone on the last line: some of the line before come down to them."""
    *others, last = lines
    while others and len(others[-1]) > 2 * _LEAST_ON_A_LINE and len(last.rstrip("。！？")) < _LEAST_ON_A_LINE:
        *_, moved = _WORD.findall(others[-1])
        others[-1], last = others[-1].removesuffix(moved), moved + last
    return [*others, last]
