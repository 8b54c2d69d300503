"""What does a KML or KMZ say? Folders are layers, HTML tables become fields; nothing it links to is opened."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Final
from xml.etree.ElementTree import Element

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from layers import crs
from layers.errors import InvalidValue, UnreadableFile
from layers.formats.dataset import Dataset, Values
from layers.formats.markup import child_text, local, parsed
from layers.formats.sources import wanted_layer
from layers.shapes import DEEPEST_NESTING

_SHAPES: Final = ("Point", "LineString", "LinearRing", "Polygon", "MultiGeometry")
_ROW: Final = re.compile(r"<tr\b[^>]*>(.*?)(?=<tr\b|</tr>|</table>|$)", re.I | re.S)
_CELL: Final = re.compile(r"<t[dh]\b[^>]*>(.*?)(?=<t[dh]\b|</t[dh]>|$)", re.I | re.S)
_TAG: Final = re.compile(r"<[^>]*>")
_MOST_TABLE: Final = 200_000


@dataclass
class _Placed:
    """One placemark: the folders above it, its values, its shape or why there is none."""

    folder: tuple[str, ...]
    values: dict[str, str] = field(default_factory=dict)
    shape: BaseGeometry | None = None
    trouble: str = ""


def read(content: bytes, name: str, layer: str | None, *, shifted: bool) -> Dataset:
    """Read one folder of a KML. shifted: it comes from a program that writes GCJ-02 (ovkml)."""
    root = parsed(content, "KML")
    if any(local(each) == "NetworkLink" for each in root.iter()):
        raise UnreadableFile(
            "KML 里有网络链接（NetworkLink），本系统不会打开链接。请在原软件中另存为不含链接的 KML。"
        )
    placed = list(_placemarks(root, ()))
    if not placed:
        raise UnreadableFile("KML 里没有任何地标（Placemark）。请检查导出时是否选中了要素。")
    chosen, title = _of_one_folder(placed, layer, name)
    dataset = Dataset(title, np.array([each.shape for each in chosen], object), _columns(chosen))
    dataset.bad_shapes = {at: each.trouble for at, each in enumerate(chosen) if each.trouble}
    dataset.crs = crs.Definition(crs.SHOWN, crs.name_of(crs.SHOWN))
    dataset.shift_asked = "奥维互动地图导出的文件" if shifted else ""
    return dataset


def _of_one_folder(placed: Sequence[_Placed], layer: str | None, name: str) -> tuple[Sequence[_Placed], str]:
    folders = ["/".join(each.folder) for each in placed]
    names = list(dict.fromkeys(folders))
    if len(names) == 1:
        return placed, names[0].rpartition("/")[2] or name
    titles = [each or "（不在文件夹里）" for each in names]
    chosen = wanted_layer(
        [(title, folders.count(each)) for title, each in zip(titles, names, strict=True)], layer
    )
    folder = names[titles.index(chosen)]
    return [each for each, of in zip(placed, folders, strict=True) if of == folder], chosen


def _placemarks(parent: Element, above: tuple[str, ...]) -> Iterator[_Placed]:
    for each in parent:
        tag = local(each)
        if tag == "Placemark":
            yield _placed(each, above)
        elif tag in ("Document", "Folder", "kml"):
            named = (child_text(each, "name"),) if tag == "Folder" else ()
            yield from _placemarks(each, (*above, *(name for name in named if name)))


def _placed(mark: Element, above: tuple[str, ...]) -> _Placed:
    found = _Placed(above)
    name = child_text(mark, "name")
    found.values = {"name": name} if name else {}
    found.values |= _extended(mark) | _described(child_text(mark, "description"))
    try:
        shapes = [_shape(each, DEEPEST_NESTING) for each in mark if local(each) in _SHAPES]
        found.shape = (
            shapes[0] if len(shapes) == 1 else shapely.GeometryCollection(shapes) if shapes else None
        )
    except InvalidValue as trouble:
        found.trouble = trouble.message
    return found


# --- values ----------------------------------------------------------------------------------------------


def _extended(mark: Element) -> dict[str, str]:
    found = {}
    for each in mark.iter():
        if local(each) == "Data":
            found[each.get("displayName") or each.get("name") or ""] = child_text(each, "value")
        elif local(each) == "SimpleData":
            found[each.get("name") or ""] = (each.text or "").strip()
    return {name: value for name, value in found.items() if name and value}


def _described(text: str) -> dict[str, str]:
    """A table of two columns becomes fields; any other description stays as it is, without its tags."""
    if not text:
        return {}
    rows = [[_plain(cell) for cell in _CELL.findall(row)] for row in _ROW.findall(text[:_MOST_TABLE])]
    pairs = {row[0].rstrip(":："): row[1] for row in rows if len(row) == 2 and row[0]}
    if pairs:
        return {name: value for name, value in pairs.items() if value}
    plain = _plain(text)
    return {"说明": plain} if plain else {}


def _plain(text: str) -> str:
    return " ".join(html.unescape(_TAG.sub(" ", text)).split())


def _columns(placed: Sequence[_Placed]) -> dict[str, Values]:
    names = dict.fromkeys(name for each in placed for name in each.values)
    found: dict[str, Values] = {name: [each.values.get(name) for each in placed] for name in names}
    title = found.get("name")
    # The title of a placemark often repeats one of its fields.
    if title and any(name != "name" and values == title for name, values in found.items()):
        del found["name"]
    return found


# --- shapes ----------------------------------------------------------------------------------------------


def _shape(element: Element, levels: int) -> BaseGeometry:
    tag = local(element)
    if tag == "MultiGeometry":
        return _several(element, levels)
    if tag == "Polygon":
        outside, *more = _rings(element, "outerBoundaryIs") or [[]]
        if not outside or more:
            raise InvalidValue("面没有外环。请在原软件中重新导出。")
        return _built(shapely.Polygon, outside, _rings(element, "innerBoundaryIs"))
    places = _places(element)
    if tag == "Point":
        return _built(shapely.Point, places[0])
    return _built(shapely.LineString, places)


def _several(element: Element, levels: int) -> BaseGeometry:
    if levels == 0:
        raise InvalidValue(f"图形集合嵌套超过 {DEEPEST_NESTING} 层。请在原软件中打散后再导入。")
    parts = [_shape(each, levels - 1) for each in element if local(each) in _SHAPES]
    if len(parts) == 1:
        return parts[0]
    return shapely.GeometryCollection(parts)


def _rings(polygon: Element, tag: str) -> list[list[tuple[float, float]]]:
    return [
        _places(ring)
        for boundary in polygon
        if local(boundary) == tag
        for ring in boundary
        if local(ring) == "LinearRing"
    ]


def _places(element: Element) -> list[tuple[float, float]]:
    words = child_text(element, "coordinates").split()
    try:
        pairs = [word.split(",") for word in words]
        places = [(float(pair[0]), float(pair[1])) for pair in pairs]
    except (ValueError, IndexError):
        raise InvalidValue("坐标写法不对（应为 经度,纬度）。请在原软件中重新导出。") from None
    if not places:
        raise InvalidValue("图形没有坐标。请在原软件中重新导出。")
    return places


def _built(sort: type[BaseGeometry], *coordinates: object) -> BaseGeometry:
    try:
        with np.errstate(invalid="ignore"):
            return sort(*coordinates)
    except (ValueError, shapely.GEOSException):
        raise InvalidValue("图形的点数不足，不能成形。请在原软件中检查这个图形。") from None
