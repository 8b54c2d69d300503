"""What does a DXF say? GDAL reads it in the child; closed lines are areas, texts inside them their names."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.geometry.base import BaseGeometry

from layers.errors import UnreadableFile
from layers.formats import sandbox
from layers.formats.dataset import Dataset, Values
from layers.formats.sources import Source, wanted_layer

_BINARY_MAGIC: Final = b"AutoCAD Binary DXF"
_CLOSE_M: Final = 0.001
_ENOUGH: Final = 4
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
    shapes = np.array([_area(answer.shapes[at]) for at in rows], object)
    dataset = Dataset(chosen, shapes, {"图层": [chosen] * len(rows)})
    dataset.doubt = "是 CAD 图，没有坐标系"
    if names_found := _names(shapes, answer.shapes, texts):
        dataset.columns["name"] = [names_found.get(at) for at in range(len(rows))]
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
