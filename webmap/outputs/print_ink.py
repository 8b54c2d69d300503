"""How does ink come on the sheet? Shapes and words in millimetres; the only file that speaks to matplotlib's artists."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache, lru_cache
from pathlib import Path as FilePath
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np
import shapely
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, get_font
from matplotlib.image import AxesImage
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path
from matplotlib.patheffects import Stroke
from numpy.typing import NDArray

from layers.symbols import screen
from layers.symbols.printed import PT_MM
from webmap.outputs.print_fonts import Face, file_for, usual, whole
from webmap.outputs.print_paper import Box

if TYPE_CHECKING:
    from shapely.geometry.base import BaseGeometry

Shapes = NDArray[np.object_]
UNKNOWN: Final = "□"
"""Stands for a character that the fonts do not have."""
_MEASURED_PT: Final = 100.0


class Pen(NamedTuple):
    """How a shape is drawn: fill and edge are colours or None; dash in widths of the line."""

    fill: str | None = None
    edge: str | None = None
    width_pt: float = 0.0
    dash: tuple[float, ...] = ()
    opacity: float = 1.0
    round_ends: bool = False


class Type(NamedTuple):
    """How words are set."""

    size_pt: float
    color: str = screen.INK
    face: Face = "hei"
    halo: str | None = None
    halo_pt: float = 1.6


class Ink:
    """A sheet on which what comes later lies on top."""

    def __init__(self, width_mm: float, height_mm: float) -> None:
        self.figure = Figure(figsize=(width_mm / 25.4, height_mm / 25.4))
        self._axes = self.figure.add_axes((0, 0, 1, 1))
        self._axes.set_xlim(0, width_mm)
        self._axes.set_ylim(0, height_mm)
        self._axes.set_axis_off()
        self._order = 1
        self.strength = 1.0
        """How opaque is what comes, on top of its own opacity."""
        self._within: Box | None = None

    def only_within(self, box: Box | None) -> None:
        """From now on ink falls only there."""
        self._within = box

    def draw(self, shapes: Sequence[BaseGeometry] | Shapes, pen: Pen) -> None:
        """All of these in one stroke: where they lie over one another they are one."""
        path = _path(np.array(shapes, object), filled=pen.fill is not None)
        if path is None:
            return
        opacity = pen.opacity * self.strength
        style: Any = (0, tuple(pen.dash)) if pen.dash else "solid"
        patch = PathPatch(
            path,
            facecolor=pen.fill or "none",
            edgecolor=pen.edge or "none",
            linewidth=pen.width_pt if pen.edge else 0,
            linestyle=style,
            alpha=opacity if opacity < 1 else None,
            capstyle="round" if pen.round_ends else "butt",
            joinstyle="round",
        )
        self._add(patch)

    def words(
        self, x: float, y: float, words: str, type_: Type, *, align: str = "center", turn: float = 0
    ) -> None:
        """Words with their middle at this height. A halo is an outline beneath, so that words stay words."""
        clean = _printable(words, type_.face)
        if type_.halo:
            outline = [Stroke(linewidth=2 * type_.halo_pt, foreground=type_.halo, joinstyle="round")]
            self._write(x, y, clean, type_, align, turn, path_effects=outline)
        self._write(x, y, clean, type_, align, turn)

    def picture(self, pixels: NDArray[np.uint8], box: Box, opacity: float) -> None:
        """Rows of red, green, blue and opacity, from above, that fill this box."""
        extent = (box.left, box.right, box.bottom, box.top)
        image = AxesImage(self._axes, extent=extent, interpolation="none", origin="upper")
        image.set_data(pixels)
        image.set_alpha(opacity)
        self._axes.add_artist(image)
        self._arrange(image)

    def width(self, words: str, type_: Type) -> float:
        """How wide these words are, in mm."""
        return _width(_printable(words, type_.face), type_.face) * type_.size_pt * PT_MM

    def _write(
        self, x: float, y: float, words: str, type_: Type, align: str, turn: float, **more: Any
    ) -> None:
        # The middle of a Chinese character stands .37 of its size above the line.
        down = 0.37 * type_.size_pt * PT_MM
        radians = np.radians(turn)
        text = self._axes.text(
            x + down * float(np.sin(radians)),
            y - down * float(np.cos(radians)),
            words,
            fontproperties=_font(file_for(words, type_.face)),
            fontsize=type_.size_pt,
            color=type_.color,
            ha=align,
            va="baseline",
            rotation=turn,
            rotation_mode="anchor",
            parse_math=False,
            **more,
        )
        self._arrange(text)

    def _add(self, patch: PathPatch) -> None:
        # Not add_patch: the limits of the axes are those of the paper, whatever is drawn.
        patch.set_transform(self._axes.transData)
        self._axes.add_artist(patch)
        self._arrange(patch)

    def _arrange(self, artist: Any) -> None:
        self._order += 1
        artist.set_zorder(self._order)
        if self._within:
            left, bottom = self._within[:2]
            window = Rectangle((left, bottom), self._within.width, self._within.height)
            window.set_transform(self._axes.transData)
            artist.set_clip_path(window)


def _path(shapes: Shapes, *, filled: bool) -> Path | None:
    """Outer rings turn one way and holes the other, so that both renderers agree on what is inside."""
    parts = shapely.get_parts(shapes)
    areas = parts[shapely.get_dimensions(parts) == 2]
    lines = parts[shapely.get_dimensions(parts) == 1]
    rings = shapely.get_rings(shapely.orient_polygons(areas))
    strokes = rings if filled else np.concatenate([rings, lines])
    places, index = shapely.get_coordinates(strokes, return_index=True)
    if not len(places):
        return None
    codes = np.full(len(places), Path.LINETO, np.uint8)
    first = np.flatnonzero(np.diff(index, prepend=-1))
    last = np.append(first[1:], len(places)) - 1
    closed = shapely.is_closed(strokes)[index[first]]
    codes[first] = Path.MOVETO
    codes[last[closed]] = Path.CLOSEPOLY
    return Path(places, codes)


@cache
def _font(file: FilePath) -> FontProperties:
    return FontProperties(fname=file)


@lru_cache(maxsize=8192)
def _printable(words: str, face: Face) -> str:
    if usual().issuperset(words):
        return words
    font = get_font(str(whole(face)))
    return "".join(each if font.get_char_index(ord(each)) else UNKNOWN for each in words)


@lru_cache(maxsize=8192)
def _width(words: str, face: Face) -> float:
    """In sizes of the letters."""
    font = get_font(str(file_for(words, face)))
    font.set_size(_MEASURED_PT, 72)
    font.set_text(words, 0.0)
    width, _ = font.get_width_height()
    return float(width) / 64 / _MEASURED_PT
