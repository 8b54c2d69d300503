"""What stands around and upon the map: title, lines, marks, scale, north, and what the sheet says of itself?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import shapely
from shapely import affinity

from layers.symbols import screen
from layers.symbols.printed import PT_MM
from webmap.outputs.print_ink import Ink, Pen, Type
from webmap.outputs.print_paper import Box, Sheet, larger, size_mm
from webmap.outputs.print_room import centred

INK: Final = screen.INK
TEXT: Final = screen.INK_2
PROJECTION: Final = "高斯-克吕格投影"
SEAL: Final = screen.SEAL
OUTER_PT: Final = 0.5 / PT_MM
INNER_PT: Final = 0.15 / PT_MM
TITLE_PT: Final = 22.0
BAR_MM: Final = 62.0
PARTS: Final = 4
NORTH_MM: Final = 15.0


@dataclass(frozen=True, kw_only=True)
class Said:
    """The words of a sheet. mark: 内部资料 … or 公开版; warnings: what is 示例; system: the coordinates it is drawn in.

    page: which sheet of a series it is; neighbours: the numbers of the sheets beside it, by the side.
    """

    title: str
    mark: str
    warnings: Sequence[str]
    system: Sequence[str]
    data_day: str
    unit: str
    day: str
    notes: Sequence[str] = ()
    page: str = ""
    neighbours: Mapping[str, int] = field(default_factory=dict)


def north_box(sheet: Sheet) -> Box:
    """Where the arrow stands: in the upper right corner of the map, with room to lean."""
    k = sheet.k**0.8
    width, high = (11, NORTH_MM + 5) if not sheet.turn else (NORTH_MM + 8, NORTH_MM + 8)
    return centred(
        sheet.frame.right - (width / 2 + 3.5) * k, sheet.frame.top - (high / 2 + 2) * k, width * k, high * k
    )


def draw_furniture(ink: Ink, sheet: Sheet, said: Said) -> None:
    """Everything that is neither map, coordinates nor legend."""
    _lines(ink, sheet)
    _above(ink, sheet, said)
    _below(ink, sheet, said)
    _north(ink, sheet)
    _beside(ink, sheet, said)


def _lines(ink: Ink, sheet: Sheet) -> None:
    ink.draw([shapely.box(*sheet.outer)], Pen(edge=INK, width_pt=OUTER_PT))
    ink.draw([shapely.box(*sheet.frame)], Pen(edge=INK, width_pt=INNER_PT))


def _above(ink: Ink, sheet: Sheet, said: Said) -> None:
    k, (width, height) = sheet.k, sheet.size_mm
    top = sheet.outer.top
    title = Type(TITLE_PT * k, INK, "song")
    mark = Type(10 * k**0.8, INK, "bold")
    sides = max(ink.width(said.mark, mark), _warning_width(ink, said, k)) + 6 * k
    room = sheet.outer.width - 2 * sides
    size = min(title.size_pt, title.size_pt * room / max(ink.width(said.title, title), 1))
    ink.words(width / 2, top + (height - top) / 2 - 1 * k, said.title, Type(size, INK, "song"))
    ink.words(sheet.outer.right, top + 4 * k, said.mark, mark, align="right")
    x = sheet.outer.left
    for warning in said.warnings:
        x = _seal(ink, x, top + 4 * k, warning, k) + 2 * k
    ink.words(x, top + 4 * k, said.page, _page(k), align="left")


def _warning_width(ink: Ink, said: Said, k: float) -> float:
    type_ = Type(9 * k**0.8, SEAL, "bold")
    return sum(ink.width(each, type_) + 6 * k for each in said.warnings) + ink.width(said.page, _page(k))


def _page(k: float) -> Type:
    return Type(9 * k**0.8, TEXT)


def _beside(ink: Ink, sheet: Sheet, said: Said) -> None:
    """On which sheet the map goes on, in the middle of each side."""
    frame, k = sheet.frame, sheet.k**0.8
    x, y = frame.middle
    away = 3.2 * k
    places = {
        "left": (frame.left + away, y, 90),
        "right": (frame.right - away, y, 90),
        "top": (x, frame.top - away, 0),
        "bottom": (x, frame.bottom + away, 0),
    }
    for side, number in said.neighbours.items():
        at_x, at_y, turn = places[side]
        ink.words(at_x, at_y, f"接第 {number} 幅", Type(8 * k, TEXT, "bold", "#FFFFFF"), turn=turn)


def _seal(ink: Ink, x: float, y: float, words: str, k: float) -> float:
    """A red stamp; answers where it ends."""
    type_ = Type(9 * k**0.8, SEAL, "bold")
    width, high = ink.width(words, type_) + 3 * k, type_.size_pt * PT_MM * 1.6
    ink.draw([shapely.box(x, y - high / 2, x + width, y + high / 2)], Pen(edge=SEAL, width_pt=0.9))
    ink.words(x + width / 2, y, words, type_)
    return x + width


def _below(ink: Ink, sheet: Sheet, said: Said) -> None:
    k, outer = sheet.k, sheet.outer
    small = Type(max(7.0, 7.6 * k**0.8), TEXT)
    high = small.size_pt * PT_MM * 1.55
    first = outer.bottom - 3.4 * k
    left = [*said.system, "；".join((PROJECTION, *said.notes))]
    for at, words in enumerate(left):
        ink.words(outer.left, first - at * high, words, small, align="left")
    right = [f"制图单位：{said.unit}", f"制图日期：{said.day}", f"数据截止日期：{said.data_day}"]
    for at, words in enumerate(right):
        ink.words(outer.right, first - at * high, words, small, align="right")
    _scale(ink, sheet, first, small)


def scale_words(sheet: Sheet) -> str:
    """1:200 000."""
    return f"1:{sheet.scale:,.0f}".replace(",", " ")


def _scale(ink: Ink, sheet: Sheet, y: float, small: Type) -> None:
    """The number with the size of the paper, on which alone it is true, and the bar."""
    k = sheet.k
    x = sheet.size_mm[0] / 2
    width, height = size_mm(sheet.paper, sheet.orientation)
    number = Type(11 * k**0.9, INK, "bold")
    paper = f"（{sheet.paper}，{width:g}×{height:g} 毫米）"
    total = ink.width(scale_words(sheet), number) + ink.width(paper, small)
    start = x - total / 2
    ink.words(start, y, scale_words(sheet), number, align="left")
    ink.words(x + total / 2, y, paper, small, align="right")
    _bar(ink, sheet, x, y - 5.4 * k, small)


def _bar(ink: Ink, sheet: Sheet, x: float, y: float, small: Type) -> None:
    ground = bar_metres(sheet)
    each, high = ground * 1000 / sheet.scale / PARTS, 1.2 * sheet.k
    start = x - each * PARTS / 2
    for part in range(PARTS):
        cell = shapely.box(start + part * each, y - high / 2, start + (part + 1) * each, y + high / 2)
        ink.draw([cell], Pen(fill=INK if part % 2 == 0 else "#FFFFFF", edge=INK, width_pt=0.5))
    for share in (0, 0.5, 1):
        number = ground * share / (1000 if ground >= 1000 else 1)
        unit = ("公里" if ground >= 1000 else "米") if share == 1 else ""
        ink.words(
            start + share * each * PARTS,
            y - high / 2 - small.size_pt * PT_MM * 0.75,
            f"{number:g}{unit}",
            small,
        )


def bar_metres(sheet: Sheet) -> float:
    """How much ground the bar shows: the roundest that fits."""
    room = BAR_MM * larger(sheet.paper) * sheet.scale / 1000
    steps = [digit * 10**power for power in range(6) for digit in (1, 2, 4, 5)]
    return float(max((each for each in steps if each <= room), default=1))


def _north(ink: Ink, sheet: Sheet) -> None:
    """Leans as the sheet is turned; upright it fills its box."""
    box, k = north_box(sheet), sheet.k**0.8
    middle = box.middle[1] - (0 if sheet.turn else 2.1 * k)
    high, half = NORTH_MM * k * 0.85, 3.2 * k

    def turned(*points: tuple[float, float]) -> shapely.Polygon:
        up = affinity.rotate(shapely.Polygon(points), sheet.turn, origin=(0, 0))
        return affinity.translate(up, box.middle[0], middle)

    tip, notch = (0.0, high / 2), (0.0, high / 2 - NORTH_MM * k * 0.66)
    ink.draw([turned(tip, (half, -high / 2), notch)], Pen(fill=INK, edge=INK, width_pt=0.5))
    ink.draw([turned(tip, (-half, -high / 2), notch)], Pen(fill="#FFFFFF", edge=INK, width_pt=0.5))
    word = affinity.rotate(shapely.Point(0, high / 2 + 2.6 * k), sheet.turn, origin=(0, 0))
    ink.words(box.middle[0] + word.x, middle + word.y, "北", Type(9.5 * k, INK, "song", "#FFFFFF"))
