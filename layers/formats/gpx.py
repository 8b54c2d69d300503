"""What does a GPX say? Waypoints, routes and tracks are its three layers; its positions are WGS84."""

from __future__ import annotations

from collections.abc import Callable, Sequence
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

LAYERS: Final = {"wpt": "航点", "rte": "航线", "trk": "航迹"}
_FIELDS: Final = {
    "name": "name",
    "desc": "说明",
    "cmt": "备注",
    "type": "类型",
    "time": "时间",
    "ele": "高程",
    "sym": "符号",
}
_NUMBERS: Final = frozenset(("ele",))
_SHIFTED_MAKERS: Final = ("ovital", "奥维", "amap", "高德")
"""Programs that may write GCJ-02 into a format whose standard says WGS84."""


@dataclass
class _Found:
    values: dict[str, object] = field(default_factory=dict)
    shape: BaseGeometry | None = None
    trouble: str = ""


def read(content: bytes, name: str, layer: str | None) -> Dataset:
    """Read the waypoints, the routes or the tracks; which is a question when there are several of them."""
    root = parsed(content, "GPX")
    if local(root) != "gpx":
        raise UnreadableFile(f"这不是 GPX（最外层是 {local(root)[:40]}）。请在原软件中重新导出。")
    by_sort = {sort: [each for each in root if local(each) == sort] for sort in LAYERS}
    counted = [(LAYERS[sort], len(found)) for sort, found in by_sort.items() if found]
    if not counted:
        raise UnreadableFile("GPX 里没有航点、航线或航迹。请检查导出时是否选中了内容。")
    title = wanted_layer(counted, layer)
    sort = next(sort for sort, each in LAYERS.items() if each == title)
    found = [_found(each, _SHAPES[sort]) for each in by_sort[sort]]
    dataset = Dataset(
        title if len(counted) > 1 else name, np.array([each.shape for each in found], object), _columns(found)
    )
    dataset.bad_shapes = {at: each.trouble for at, each in enumerate(found) if each.trouble}
    dataset.crs = crs.Definition(crs.SHOWN, crs.name_of(crs.SHOWN))
    maker = (root.get("creator") or "").lower()
    if any(each in maker for each in _SHIFTED_MAKERS):
        dataset.shift_asked = "奥维、高德等软件导出的 GPX"
    return dataset


def _found(element: Element, shape: Callable[[Element], BaseGeometry]) -> _Found:
    found = _Found(
        {title: _value(element, tag) for tag, title in _FIELDS.items() if child_text(element, tag)}
    )
    try:
        found.shape = shape(element)
    except InvalidValue as refusal:
        found.trouble = refusal.message
    return found


def _value(element: Element, tag: str) -> object:
    text = child_text(element, tag)
    if tag not in _NUMBERS:
        return text
    try:
        return float(text)
    except ValueError:
        return text


def _columns(found: Sequence[_Found]) -> dict[str, Values]:
    names = [title for title in _FIELDS.values() if any(title in each.values for each in found)]
    return {name: [each.values.get(name) for each in found] for name in names}


def _waypoint(element: Element) -> BaseGeometry:
    return shapely.Point(_place(element))


def _route(element: Element) -> BaseGeometry:
    return _line([each for each in element if local(each) == "rtept"])


def _track(element: Element) -> BaseGeometry:
    """The segments of a track; those of a single position have no length and are left out."""
    segments = [
        [each for each in part if local(each) == "trkpt"] for part in element if local(part) == "trkseg"
    ]
    lines = [_line(points) for points in segments if len(points) > 1]
    if not lines:
        raise InvalidValue("航迹没有两个以上的点，不能成线。请删去这条航迹，或重新导出。")
    return lines[0] if len(lines) == 1 else shapely.MultiLineString(lines)


def _line(points: Sequence[Element]) -> shapely.LineString:
    if len(points) < 2:
        raise InvalidValue("航线没有两个以上的点，不能成线。请删去这条航线，或重新导出。")
    with np.errstate(invalid="ignore"):  # NaN is found and said later, row by row
        return shapely.LineString([_place(each) for each in points])


def _place(element: Element) -> tuple[float, float]:
    try:
        return float(element.get("lon", "")), float(element.get("lat", ""))
    except ValueError:
        raise InvalidValue("点的经纬度（lon、lat）写法不对。请在原软件中重新导出。") from None


_SHAPES: Final[dict[str, Callable[[Element], BaseGeometry]]] = {
    "wpt": _waypoint,
    "rte": _route,
    "trk": _track,
}
