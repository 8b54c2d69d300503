"""What does a DXF say? GDAL reads it in the child; closed lines are areas, texts inside them their names."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from layers.errors import UnreadableFile
from layers.formats import sandbox
from layers.formats.dataset import Dataset, Values
from layers.formats.dxf_out import APPLICATION, HOLE
from layers.formats.sources import Source, wanted_layer

_BINARY_MAGIC: Final = b"AutoCAD Binary DXF"
_CLOSE_M: Final = 0.001
_ENOUGH: Final = 4
_MARK: Final = re.compile(
    rf"\b1001 {APPLICATION} 1000 (?P<shape>\d+)\.(?P<part>\d+)/(?P<of>\d+)(?P<hole>{HOLE}?)\b"
)
_ON_M: Final = 0.01


def read(source: Source, folder: Path, layer: str | None) -> Dataset:
    """Read the shapes of one CAD layer; which one is a question when there are several."""
    _check(source)
    answer = sandbox.read(folder, source.parts[".dxf"].name, sandbox.DXF, layer="entities")
    layers = [str(value or "0") for value in answer.columns.get("Layer", [""] * len(answer.shapes))]
    layers = [_readable(name) for name in layers]
    texts: Values = [_readable(str(text)) if text else None for text in answer.columns.get("Text", [])]
    texts = texts or [None] * len(layers)
    drawn = [at for at, shape in enumerate(answer.shapes) if shape is not None and not texts[at]]
    if not drawn:
        raise UnreadableFile("DXF 里没有图形（只有文字或块）。请在 CAD 中炸开图块后另存为 DXF。")
    names = list(dict.fromkeys(layers[at] for at in drawn))
    counted = [(name, sum(layers[at] == name for at in drawn)) for name in names]
    chosen = wanted_layer(counted, layer)
    rows = [at for at in drawn if layers[at] == chosen]
    marks = answer.columns.get("RawCodeValues", [None] * len(answer.shapes))
    shapes = _joined([_area(answer.shapes[at]) for at in rows], [_told(marks[at]) for at in rows])
    dataset = Dataset(chosen, shapes, {"图层": [chosen] * len(shapes)})
    dataset.doubt = "是 CAD 图，没有坐标系"
    if names_found := _names(shapes, answer.shapes, texts):
        dataset.columns["name"] = [names_found.get(at) for at in range(len(shapes))]
        dataset.notes.append(f"{len(names_found)} 个图形的名称取自图内的文字")
    return dataset


def _check(source: Source) -> None:
    start = source.parts[".dxf"].read_bytes()[:64]
    if start.startswith(_BINARY_MAGIC):
        raise UnreadableFile("这是二进制 DXF。请在 CAD 中另存为“AutoCAD 2010 DXF（ASCII）”后再导入。")
    if start.split()[:2] != [b"0", b"SECTION"] and start.split()[:1] != [b"999"]:
        raise UnreadableFile(f"“{source.name}.dxf”不是 DXF。请在 CAD 中另存为 DXF 后再导入。")


def _readable(text: str) -> str:
    """Chinese in GBK that the file called Latin."""
    if text.isascii():
        return text
    try:
        return text.encode("cp1252").decode("gb18030")
    except UnicodeError:
        return text


def _area(shape: BaseGeometry) -> BaseGeometry:
    """A closed line is an area; heights are left out."""
    flat = shapely.force_2d(shape)
    if isinstance(flat, shapely.LineString):
        places = shapely.get_coordinates(flat)
        if len(places) >= _ENOUGH and np.hypot(*(places[0] - places[-1])) <= _CLOSE_M:
            return shapely.Polygon(np.vstack((places[:-1], places[:1])))
    return flat


def _told(extended: object) -> str:
    """What programs said of an entity, in one line."""
    return " ".join(map(str, extended)) if isinstance(extended, list) else ""


def _joined(pieces: list[BaseGeometry], marks: list[str]) -> NDArray[np.object_]:
    """What our own drawings say belongs together is one shape again, unless somebody copied or deleted a part of it."""
    parts = [(_MARK.search(mark), piece) for mark, piece in zip(marks, pieces, strict=True)]
    groups: dict[str, list[tuple[re.Match[str], BaseGeometry]]] = {}
    for mark, piece in parts:
        if mark:
            groups.setdefault(mark["shape"], []).append((mark, piece))
    whole = {shape: _whole(group) for shape, group in groups.items()}
    found: list[BaseGeometry] = []
    for mark, piece in parts:
        one = whole.get(mark["shape"]) if mark else None
        if mark is None or one is None:
            found.append(piece)
        elif mark["part"] == "1":
            found.append(one)
    return np.array([*found, None], object)[:-1]


def _whole(group: list[tuple[re.Match[str], BaseGeometry]]) -> BaseGeometry | None:
    """One shape of all its parts; None when there is not each of them once."""
    group = sorted(group, key=lambda each: int(each[0]["part"]))
    told = [(int(mark["part"]), int(mark["of"])) for mark, _ in group]
    if told != [(at, len(group)) for at in range(1, len(group) + 1)]:
        return None
    pieces = [piece for _, piece in group]
    if not isinstance(pieces[0], shapely.Polygon):
        return _several(pieces) if len({piece.geom_type for piece in pieces}) == 1 else None
    closed = [piece.exterior for piece in pieces if isinstance(piece, shapely.Polygon)]
    if group[0][0]["hole"] or len(closed) < len(pieces):
        return None
    rings: list[list[shapely.LinearRing]] = []
    for (mark, _), ring in zip(group, closed, strict=True):
        if not mark["hole"]:
            rings.append([])
        rings[-1].append(ring)
    areas = [shapely.Polygon(shell, holes) for shell, *holes in rings]
    return areas[0] if len(areas) == 1 else shapely.MultiPolygon(areas)


def _several(pieces: list[BaseGeometry]) -> BaseGeometry | None:
    if isinstance(pieces[0], shapely.Point):
        return shapely.MultiPoint([piece for piece in pieces if isinstance(piece, shapely.Point)])
    lines = [piece for piece in pieces if isinstance(piece, shapely.LineString)]
    return shapely.MultiLineString(lines) if lines else None


def _names(shapes: NDArray[np.object_], all_shapes: NDArray[np.object_], texts: Values) -> dict[int, str]:
    """Each text belongs to the smallest area around it, else to the point or line it stands on; one is a name."""
    labels = [at for at, text in enumerate(texts) if text and all_shapes[at] is not None]
    if not labels:
        return {}
    sizes = shapely.area(shapes)
    near = shapely.STRtree(shapes).query(all_shapes[labels], "dwithin", distance=_ON_M)
    owner: dict[int, int] = {}
    for label, at in near.T.tolist():
        if label not in owner or sizes[at] < sizes[owner[label]]:
            owner[label] = at
    found: dict[int, list[str]] = {}
    for label, at in owner.items():
        found.setdefault(at, []).append(str(texts[labels[label]]))
    return {at: words[0] for at, words in found.items() if len(words) == 1}
