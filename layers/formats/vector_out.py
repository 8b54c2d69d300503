"""How does a layer become a shapefile or a GeoPackage? GDAL writes it, in the child process."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from layers.errors import InvalidValue
from layers.formats import sandbox
from layers.formats.outgoing import Column, Outgoing
from layers.formats.sheet_out import dictionary
from layers.shapes import FAMILY_TITLES

LONGEST_TEXT: Final = 254
_LONGEST_TABLE: Final = 60


def write_shapefile(layer: Outgoing, folder: Path, stem: str, encoding: str) -> list[Path]:
    """A shapefile for each family of shapes, and what its field names mean; returns the files."""
    several = len(layer.families) > 1
    for family, rows in layer.families.items():
        name = f"{stem}_{FAMILY_TITLES[family]}" if several else stem
        for file in _written(layer, folder / family, family, rows, encoding):
            file.rename(folder / f"{name}{file.suffix}")
    (folder / f"{stem}_字段说明.csv").write_bytes(dictionary(layer.columns))
    return sorted(file for file in folder.iterdir() if file.is_file())


def write_geopackage(layers: Sequence[Outgoing], folder: Path) -> Path:
    """One typed table for each layer; a layer of several families has the general shape type."""
    file = folder / "layer.gpkg"
    for layer, table in zip(layers, table_names(layers), strict=True):
        question = {
            "driver": sandbox.GEOPACKAGE,
            "file": file.name,
            "layer": table,
            "description": layer.marked_title,
            "crs": layer.code,
            "shape_type": next(iter(layer.families)) if len(layer.families) == 1 else "mixed",
            "encoding": None,
        }
        columns = [(column.title, column) for column in layer.columns]
        sandbox.write(folder, question, layer.placed, _answers(columns))
    return file


def table_names(layers: Sequence[Outgoing]) -> list[str]:
    """The titles of the layers, told apart where two are the same."""
    names: list[str] = []
    for layer in layers:
        title, number = layer.title[:_LONGEST_TABLE], 2
        while title in names:
            title, number = f"{layer.title[:_LONGEST_TABLE]}_{number}", number + 1
        names.append(title)
    return names


def cut_texts(layer: Outgoing, encoding: str) -> dict[str, int]:
    """How many texts of which column are too long for a .dbf."""
    codec = "gbk" if encoding == "gbk" else "utf-8"
    longer = {
        column.title: sum(1 for value in column.values if _shortened(value, codec) != _whole(value, codec))
        for column in layer.columns
    }
    return {title: count for title, count in longer.items() if count}


def _whole(value: object, codec: str) -> object:
    return value.encode(codec, "replace").decode(codec) if isinstance(value, str) else value


def _written(
    layer: Outgoing, folder: Path, family: str, rows: NDArray[np.intp], encoding: str
) -> Iterator[Path]:
    folder.mkdir()
    question = {
        "driver": sandbox.SHAPEFILE,
        "file": "layer.shp",
        "layer": "layer",
        "description": "",
        "crs": layer.code,
        "shape_type": family,
        "encoding": "GBK" if encoding == "gbk" else "UTF-8",
    }
    columns = [(column.short, _cut(_only(column, rows), encoding)) for column in layer.columns]
    sandbox.write(folder, question, layer.placed[rows], _answers(columns))
    (folder / "layer.cpg").write_text("GBK" if encoding == "gbk" else "UTF-8", "ascii")
    for suffix in (".shp", ".shx", ".dbf", ".prj", ".cpg"):
        if not (folder / f"layer{suffix}").exists():
            raise InvalidValue("写出 Shapefile 时缺少文件，未给出结果。请重试；再次出现请联系系统管理员。")
        yield folder / f"layer{suffix}"


def _only(column: Column, rows: NDArray[np.intp]) -> Column:
    return replace(column, values=[column.values[row] for row in rows.tolist()])


def _cut(column: Column, encoding: str) -> Column:
    """Texts in the bytes that a .dbf has for them, never in the middle of a character."""
    codec = "gbk" if encoding == "gbk" else "utf-8"
    return replace(column, values=[_shortened(value, codec) for value in column.values])


def _shortened(value: object, codec: str) -> object:
    if not isinstance(value, str):
        return value
    return value.encode(codec, "replace")[:LONGEST_TEXT].decode(codec, "ignore")


def _answers(columns: list[tuple[str, Column]]) -> list[dict[str, object]]:
    return [
        {
            "name": name,
            "sort": column.sort,
            "values": [
                value if value is None or column.sort != "day" else str(value) for value in column.values
            ],
        }
        for name, column in columns
    ]
