"""What can a layer of the county's own look like? A small set that keeps apart from the shipped kinds.

Every colour can be read as text on the land. Classes of one layer differ in pattern, dash or character too, because
colour is never the only carrier.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from layers.kinds.base import Geometry
from layers.kinds.own_fields import Declaration, Look, OwnChoice
from layers.symbols.vocabulary import Fill, Label, Line, Marker, Pattern, SymbolClass

COLORS: Final = {
    "indigo": ("靛蓝", "#3F3D9E"),
    "plum": ("紫红", "#8A2C7A"),
    "petrol": ("石青", "#0E6A78"),
    "bronze": ("古铜", "#8A5A12"),
    "moss": ("苔绿", "#55702B"),
    "violet": ("紫罗兰", "#6A3FB0"),
    "slate": ("青灰", "#475569"),
    "wine": ("酒红", "#7A3350"),
    "forest": ("墨绿", "#2C6A45"),
    "cocoa": ("咖啡", "#6D4C41"),
    "steel": ("钢蓝", "#2F6690"),
    "ink": ("墨黑", "#26323D"),
}
WIDTHS: Final = {"thin": ("细", 1.6), "middle": ("中", 2.6), "thick": ("粗", 4.2)}
DASHES: Final[dict[str, tuple[str, tuple[float, ...]]]] = {
    "solid": ("实线", ()),
    "dash": ("虚线", (4, 2)),
    "dot": ("点线", (1, 1.4)),
    "dash_dot": ("点划线", (5, 1.6, 1, 1.6)),
}
FILLS: Final = {
    "tint": "浅色",
    "none": "不填充",
    "lines": "右斜线",
    "lines_back": "左斜线",
    "cross": "网格线",
    "dots": "点",
}
MARKERS: Final = {"pentagon": "五边形", "triangle": "三角形", "dot": "圆点"}
LOOKS: Final[dict[str, Sequence[str]]] = {
    "color": tuple(COLORS),
    "width": tuple(WIDTHS),
    "dash": tuple(DASHES),
    "fill": tuple(FILLS),
    "marker": tuple(MARKERS),
}
"""The names that each part of a look may have."""
ONE: Final = "all"
NONE: Final = "none"
"""The class of records whose choice is not given."""


def classes_of(declaration: Declaration, title: str) -> tuple[SymbolClass, ...]:
    """One class for each choice of the field that colours, or one for all."""
    by = declaration.named(declaration.color_by)
    if by is None:
        return (_class(declaration, ONE, title, declaration.look, ""),)
    shown = [each for each in by.choices if not each.retired]
    looks = series(declaration.look, len(shown))
    rest = Look(color="ink", width="thin", dash="dot", fill="none", marker=declaration.look.marker)
    return (
        *(
            _class(declaration, each.code, each.title, look, _character(each))
            for each, look in zip(shown, looks, strict=True)
        ),
        *(
            _class(declaration, each.code, f"{each.title}（停用）", rest, "", quiet=True)
            for each in by.choices
            if each.retired
        ),
        _class(declaration, NONE, f"未填{by.title}", rest, "", quiet=True),
    )


def series(look: Look, count: int) -> list[Look]:
    """That many looks that begin with this one and differ in colour and in pattern or dash."""
    colors = _from(tuple(COLORS), look.color)
    fills = _from(tuple(each for each in FILLS if each != "none"), look.fill)
    dashes = _from(tuple(DASHES), look.dash)
    return [
        Look(
            color=colors[at % len(colors)],
            width=look.width,
            dash=dashes[at % len(dashes)],
            fill=fills[at % len(fills)],
            marker=look.marker,
        )
        for at in range(count)
    ]


def _from(names: tuple[str, ...], first: str) -> tuple[str, ...]:
    at = names.index(first) if first in names else 0
    return (*names[at:], *names[:at])


def _class(
    declaration: Declaration, key: str, title: str, look: Look, character: str, *, quiet: bool = False
) -> SymbolClass:
    color, geometry = COLORS[look.color][1], declaration.geometry
    return SymbolClass(
        key=key,
        title=title,
        fills=_fills(look, color) if geometry == "polygon" else (),
        lines=_lines(look, color, geometry),
        marker=_marker(look, color, character) if geometry == "point" else None,
        label=Label(
            priority=9,
            size=13,
            color=color,
            weight=600,
            along=geometry == "line",
            from_zoom=13 if geometry == "polygon" else 11.5,
        ),
        quiet=quiet,
    )


def _fills(look: Look, color: str) -> tuple[Fill, ...]:
    pattern = pattern_of(look.fill, color)
    if look.fill == "none":
        return ()
    return (Fill(pattern=pattern),) if pattern else (Fill(color=color, opacity=0.16),)


def pattern_of(fill: str, color: str) -> Pattern | None:
    """The hatch with this name; None for a tint and for no filling."""
    half = f"{color}99"
    if fill in ("lines", "lines_back"):
        return Pattern(kind="lines", color=half, tile=9, width=1.2, angle=45 if fill == "lines" else -45)
    if fill in ("cross", "dots"):
        return Pattern(kind="cross" if fill == "cross" else "dots", color=half, tile=9, width=1.2)
    return None


def _lines(look: Look, color: str, geometry: Geometry) -> tuple[Line, ...]:
    width, dash = WIDTHS[look.width][1], DASHES[look.dash][1]
    if geometry == "polygon":
        return (Line(color=color, width=width * 0.75, dash=dash, from_zoom=9),)
    if geometry == "line":
        casing = Line(color="#FFFFFF", width=width + 3, opacity=0.85, level=3)
        return (casing, Line(color=color, width=width, dash=dash, level=3))
    return ()


def _marker(look: Look, color: str, character: str) -> Marker:
    text = "" if look.marker == "dot" else character
    if look.marker == "dot":
        return Marker(shape="dot", fill=color, edge=color)
    return Marker(
        shape="triangle" if look.marker == "triangle" else "pentagon", fill=color, edge=color, text=text
    )


def _character(choice: OwnChoice) -> str:
    """The first letter or Chinese character of the word: it tells classes apart in print and without colour."""
    return next((char for char in choice.title if char.isalnum()), "")
