"""What does a shapefile say? GDAL reads the shapes; names, values and coordinate system are read here."""

from __future__ import annotations

from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from layers import crs
from layers.errors import UnreadableFile
from layers.formats import dbf, encoding, sandbox
from layers.formats.dataset import Dataset
from layers.formats.sources import Source

_MAGIC = b"\x00\x00\x27\x0a"
_LONGEST_PRJ = 20_000


def read(source: Source, folder: Path, answer: str | None = None) -> Dataset:
    """Read a shapefile; answer: the encoding the user chose."""
    # The table is read while GDAL reads the shapes; what is wrong with these is said first.
    with ThreadPoolExecutor(1) as beside:
        table = beside.submit(dbf.read, source.parts[".dbf"]) if ".dbf" in source.parts else None
        values = beside.submit(_decoded, source, table, answer) if table else None
        shapes = _shapes(source, folder)
    dataset = Dataset(source.short_name, shapes, {})
    if table and values:
        _refuse_other_count(source, len(shapes), len(table.result().kept))
        _take_table(dataset, values.result())
    else:
        dataset.notes.append("缺少 .dbf，没有任何属性")
    if ".shx" not in source.parts:
        dataset.notes.append("缺少 .shx，已按 .shp 重建索引")
    if ".prj" in source.parts:
        text = _lenient(source.parts[".prj"].read_bytes()[:_LONGEST_PRJ])
        dataset.crs = crs.definition(text) if text.strip() else None
    return dataset


def _shapes(source: Source, folder: Path) -> NDArray[np.object_]:
    """GDAL is given nothing but .shp and .shx, in a folder of their own."""
    with source.parts[".shp"].open("rb") as file:
        if file.read(4) != _MAGIC:
            raise UnreadableFile(f"“{source.name}.shp”不是 Shapefile。请在原软件中重新导出。")
    room = folder / "shapes"
    room.mkdir()
    for suffix in (".shp", ".shx"):
        if suffix in source.parts:
            source.parts[suffix].rename(room / f"source{suffix}")
    return sandbox.read(room, "source.shp", sandbox.SHAPEFILE).shapes


class _Decoded(NamedTuple):
    """A table in the encoding that was found. kept: of its rows; columns: only of these."""

    table: dbf.Table
    chosen: encoding.Decoding
    kept: NDArray[np.intp]
    columns: dict[str, list[object]]


def _decoded(source: Source, read: Future[dbf.Table], answer: str | None) -> _Decoded:
    table = read.result()
    chosen = encoding.choose(list(table.rows()), declared=_declared(source, table), answer=answer)
    kept = np.flatnonzero(table.kept)
    columns = table.values(chosen.codec)
    if len(kept) < len(table.kept):
        columns = {name: [values[row] for row in kept.tolist()] for name, values in columns.items()}
    return _Decoded(table, chosen, kept, columns)


def _refuse_other_count(source: Source, shapes: int, rows: int) -> None:
    if rows != shapes:
        raise UnreadableFile(f"“{source.name}”有 {shapes} 个图形，却有 {rows} 行属性，对不上。请重新导出。")


def _take_table(dataset: Dataset, told: _Decoded) -> None:
    table, chosen = told.table, told.chosen
    dataset.columns = told.columns
    dataset.shapes = dataset.shapes[told.kept]
    dataset.encoding = chosen.title
    dataset.notes += [chosen.note] if chosen.note else []
    dataset.notes += [f"字段“{name}”是备注或二进制类型，未读取" for name in table.passed_over(chosen.codec)]


def _declared(source: Source, table: dbf.Table) -> str | None:
    """What .cpg says, else byte 29 of the .dbf."""
    said = _lenient(source.parts[".cpg"].read_bytes()[:100]) if ".cpg" in source.parts else ""
    return encoding.named(said) or encoding.of_language_driver(table.language_driver)


def _lenient(content: bytes) -> str:
    return content.decode("utf-8-sig", "replace")
