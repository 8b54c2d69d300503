"""How does a layer become DXF? Release 12 in GBK, which AutoCAD, CASS and 中望 all open: rings, lines, labels.

A drawing knows no holes and no shapes of several parts: extended data, which CAD keeps, says what belongs together.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

import shapely
from shapely.geometry.base import BaseGeometry

from layers.formats.outgoing import SAMPLE_MARK, Outgoing

_NEW_LINE: Final = "\r\n"
_HEIGHT_M: Final = (2.0, 60.0)
APPLICATION: Final = "YIZHANGTU"
"""Whose extended data it is."""
HOLE: Final = "H"
_COLOURS: Final = {"shapes": 30, "labels": 7, "sample": 1}


def content(layer: Outgoing) -> bytes:
    """The file; heights of labels follow the size of their areas."""
    words = _NEW_LINE.join(f"{code}{_NEW_LINE}{value}" for code, value in _pairs(layer))
    return (words + _NEW_LINE).encode("gbk", "replace")


def _pairs(layer: Outgoing) -> Iterator[tuple[int, str]]:
    names = {"shapes": _layer_name(layer.title), "labels": _layer_name(f"{layer.title}_注记")}
    names |= {"sample": SAMPLE_MARK} if layer.sample else {}
    yield from _start("HEADER")
    yield from ((9, "$ACADVER"), (1, "AC1009"), (9, "$DWGCODEPAGE"), (3, "ANSI_936"), (0, "ENDSEC"))
    yield from _tables(names)
    yield from _start("ENTITIES")
    for number, (label, shape) in enumerate(zip(layer.labels, layer.placed, strict=True), 1):
        yield from _entities(names["shapes"], shape, number)
        yield from _text(names["labels"], label, shape.representative_point(), _height(shape))
    if layer.sample:
        west, _, _, north = shapely.total_bounds(layer.placed).tolist()
        yield from _text(names["sample"], layer.marked_title, shapely.Point(west, north + 100), _HEIGHT_M[1])
    yield from ((0, "ENDSEC"), (0, "EOF"))


def _start(section: str) -> Iterator[tuple[int, str]]:
    yield from ((0, "SECTION"), (2, section))


def _tables(names: dict[str, str]) -> Iterator[tuple[int, str]]:
    yield from _start("TABLES")
    yield from ((0, "TABLE"), (2, "LTYPE"), (70, "1"), (0, "LTYPE"), (2, "CONTINUOUS"), (70, "64"))
    yield from ((3, "Solid line"), (72, "65"), (73, "0"), (40, "0.0"), (0, "ENDTAB"))
    yield from ((0, "TABLE"), (2, "LAYER"), (70, str(len(names))))
    for sort, name in names.items():
        yield from ((0, "LAYER"), (2, name), (70, "0"), (62, str(_COLOURS[sort])), (6, "CONTINUOUS"))
    yield from ((0, "ENDTAB"), (0, "TABLE"), (2, "APPID"), (70, "1"))
    yield from ((0, "APPID"), (2, APPLICATION), (70, "0"), (0, "ENDTAB"), (0, "ENDSEC"))


def _entities(layer: str, shape: BaseGeometry, number: int) -> Iterator[tuple[int, str]]:
    pieces = list(_pieces(shape))
    for at, (piece, is_hole) in enumerate(pieces, 1):
        mark = f"{number}.{at}/{len(pieces)}{HOLE if is_hole else ''}" if len(pieces) > 1 else ""
        yield from _entity(layer, piece, mark)


def _pieces(shape: BaseGeometry) -> Iterator[tuple[BaseGeometry, bool]]:
    """Points, lines and rings one by one, and whether it is a hole in the ring before."""
    for part in shapely.get_parts(shape):
        if isinstance(part, shapely.Polygon):
            yield part.exterior, False
            yield from ((ring, True) for ring in part.interiors)
        else:
            yield part, False


def _entity(layer: str, piece: BaseGeometry, mark: str) -> Iterator[tuple[int, str]]:
    told = ((1001, APPLICATION), (1000, mark)) if mark else ()
    places = shapely.get_coordinates(piece).tolist()
    if isinstance(piece, shapely.Point):
        yield from ((0, "POINT"), (8, layer), *_position(*places[0]), *told)
        return
    closed = isinstance(piece, shapely.LinearRing)
    yield from ((0, "POLYLINE"), (8, layer), (66, "1"), *_position(0, 0), (70, "1" if closed else "0"), *told)
    for x, y in places[:-1] if closed else places:
        yield from ((0, "VERTEX"), (8, layer), *_position(x, y))
    yield from ((0, "SEQEND"), (8, layer))


def _text(layer: str, label: str, place: shapely.Point, height: float) -> Iterator[tuple[int, str]]:
    plain = " ".join(label.split())
    if plain:
        yield from ((0, "TEXT"), (8, layer), *_position(place.x, place.y), (40, f"{height:.2f}"), (1, plain))


def _position(x: float, y: float) -> tuple[tuple[int, str], ...]:
    return ((10, f"{x:.6f}"), (20, f"{y:.6f}"), (30, "0.0"))


def _height(shape: BaseGeometry) -> float:
    size = float(shapely.area(shape)) ** 0.5 or float(shapely.length(shape)) / 4
    return min(max(size / 20, _HEIGHT_M[0]), _HEIGHT_M[1])


def _layer_name(title: str) -> str:
    return re.sub(r'[<>/\\":;?*|=`,\s]', "_", title)[:60]
