"""How does a small map look as a PNG? Shapes in flat colours over the outline of the county, for documents."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont
from shapely.geometry.base import BaseGeometry

from layers.symbols import screen

WIDTH: Final = 1560
HEIGHT: Final = 1000
FINER: Final = 2
"""Drawn so many times larger, then made smaller: smooth edges."""
ROOM: Final = 0.15
LEAST_DEG: Final = 0.002
DOT: Final = 14
RANK: Final = 30
ROUNDS: Final = 80
"""Radius of a disc with a number, in pixels of the larger picture."""
PAPER: Final = "#FCFBF7"


@dataclass(frozen=True)
class Coat:
    """How shapes are drawn: fill (#RRGGBB or #RRGGBBAA, None: none), edge, and the width of the edge in pixels."""

    shapes: Sequence[BaseGeometry]
    fill: str | None
    edge: str
    width: int = 3


def drawn(
    coats: Iterable[Coat],
    *,
    around: Sequence[BaseGeometry],
    ranks: Sequence[tuple[float, float]] = (),
    color: str = screen.BRAND,
) -> bytes:
    """A PNG of 156 : 100; `around` (CGCS2000 degrees) fills the picture.

    ranks: positions in degrees that carry their number, from 1 on, the first on top.
    """
    place = _placing(around)
    image = Image.new("RGB", (WIDTH * FINER, HEIGHT * FINER), PAPER)
    for coat in coats:
        _draw(image, [part for shape in coat.shapes for part in _parts(shape, place)], coat)
    _number(image, place, ranks, color)
    sink = io.BytesIO()
    image.resize((WIDTH, HEIGHT), Image.Resampling.LANCZOS).save(sink, "PNG", optimize=True)
    return sink.getvalue()


def shares(places: NDArray[np.float64], *, around: Sequence[BaseGeometry]) -> NDArray[np.float64]:
    """Where positions in degrees lie in that picture: shares of its width from the left and of its height from above."""
    return np.asarray(_placing(around)(places) / (WIDTH * FINER, HEIGHT * FINER))


class _Placing:
    """Degrees to pixels, true to shape."""

    def __init__(self, west: float, south: float, east: float, north: float) -> None:
        self._squeeze = float(np.cos(np.radians((south + north) / 2)))
        wide = max(east - west, LEAST_DEG) * self._squeeze * (1 + 2 * ROOM)
        high = max(north - south, LEAST_DEG) * (1 + 2 * ROOM)
        self._scale = min(WIDTH / wide, HEIGHT / high) * FINER
        self._center = np.array([WIDTH * FINER / 2, HEIGHT * FINER / 2])
        self._middle = np.array([(west + east) / 2, (south + north) / 2])

    def __call__(self, degrees: NDArray[np.float64]) -> NDArray[np.float64]:
        off = (degrees - self._middle) * (self._squeeze * self._scale, -self._scale)
        # What lies far outside the picture need not be drawn true.
        return np.asarray(np.clip(off + self._center, -30_000, 30_000))


def _placing(around: Sequence[BaseGeometry]) -> _Placing:
    west, south, east, north = shapely.total_bounds(np.array(around, object))
    return _Placing(float(west), float(south), float(east), float(north))


def _parts(shape: BaseGeometry, place: _Placing) -> list[BaseGeometry]:
    return list(shapely.get_parts(shapely.transform(shape, place)))


def _draw(image: Image.Image, parts: Sequence[BaseGeometry], coat: Coat) -> None:
    if coat.fill:
        mask = Image.new("L", image.size)
        _fill(ImageDraw.Draw(mask), parts)
        image.paste(Image.new("RGB", image.size, coat.fill[:7]), mask=mask.point(_clear(coat.fill)))
    pen = ImageDraw.Draw(image)
    for part in parts:
        if shapely.get_dimensions(part) == 0:
            x, y = shapely.get_coordinates(part)[0]
            pen.ellipse((x - DOT, y - DOT, x + DOT, y + DOT), fill=coat.edge)
        for line in shapely.get_rings(part) if shapely.get_dimensions(part) == 2 else [part]:
            pen.line(_positions(line), fill=coat.edge, width=coat.width * FINER, joint="curve")


def _number(image: Image.Image, place: _Placing, ranks: Sequence[tuple[float, float]], color: str) -> None:
    if not len(ranks):
        return
    pen, font = ImageDraw.Draw(image), ImageFont.load_default(RANK * 1.1)
    there = place(np.array(ranks, float))
    aside = _apart(there)
    for (x, y), (to_x, to_y) in zip(there.tolist(), aside.tolist(), strict=True):
        pen.line((x, y, to_x, to_y), fill=color, width=FINER)
        pen.ellipse((x - 5, y - 5, x + 5, y + 5), fill=color)
    for number, (x, y) in reversed(list(enumerate(aside.tolist(), 1))):
        pen.ellipse((x - RANK, y - RANK, x + RANK, y + RANK), fill=color, outline="#FFFFFF", width=2 * FINER)
        pen.text((x, y), str(number), fill="#FFFFFF", font=font, anchor="mm")


def _apart(places: NDArray[np.float64]) -> NDArray[np.float64]:
    """Discs that would cover one another move aside, a little in each of some rounds."""
    # Of equal places none has a direction, so each begins a little elsewhere.
    turns = np.arange(len(places)) * 2.4
    moved: NDArray[np.float64] = places + np.column_stack([np.cos(turns), np.sin(turns)])
    for _ in range(ROUNDS):
        off = moved[:, None] - moved[None]
        far = np.hypot(off[..., 0], off[..., 1])
        np.fill_diagonal(far, np.inf)
        push = np.clip(2.15 * RANK - far, 0, None) / np.maximum(far, 1e-6) / 2
        moved = np.asarray(moved + (off * push[..., None]).sum(axis=1))
    return moved


def _fill(pen: ImageDraw.ImageDraw, parts: Sequence[BaseGeometry]) -> None:
    """Insides first, then holes."""
    for part in parts:
        outside, *holes = shapely.get_rings(part) if shapely.get_dimensions(part) == 2 else (part,)
        if shapely.get_dimensions(part) == 2:
            pen.polygon(_positions(outside), fill=255)
        for hole in holes:
            pen.polygon(_positions(hole), fill=0)


def _clear(fill: str) -> list[int]:
    """How opaque: the last two digits of #RRGGBBAA."""
    share = int(fill[7:] or "FF", 16) / 255
    return [round(value * share) for value in range(256)]


def _positions(line: BaseGeometry) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in shapely.get_coordinates(line)]
