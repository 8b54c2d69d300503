"""Which rows, columns and shapes are in this file? The one door to all formats that come in."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from layers import crs
from layers.errors import Answer, QuestionToUser, UnreadableFile
from layers.formats import (
    boundary_txt,
    dxf,
    geojson,
    gpx,
    kml,
    mapinfo,
    photo,
    sandbox,
    shapefile,
    sheet,
    standing,
)
from layers.formats.dataset import Dataset
from layers.formats.sources import GEODATABASE, KML, MAPINFO, SHEETS, TOGETHER, Source, sources_in, wanted

_SQLITE_MAGIC = b"SQLite format 3\x00"


def read_dataset(path: Path, *, encoding: str | None = None, source_layer: str | None = None) -> Dataset:
    """Read the one dataset of a file. encoding, source_layer: answers to questions this function asks.

    Raises UnreadableFile, or QuestionToUser when there are several datasets or two possible encodings.
    """
    with private_folder() as folder:
        source = wanted(sources_in(path, folder), source_layer)
        dataset = _read(source, folder, encoding, source_layer)
        dataset.path = source.name
    if not len(dataset):
        raise UnreadableFile(f"“{source.name}”里没有任何图形。请检查导出时是否选中了要素。")
    return dataset


def make_ready() -> None:
    """Have GDAL stand ready for the format of most files, before one comes."""
    standing.make_ready(sandbox.ready(sandbox.SHAPEFILE))


@contextmanager
def private_folder() -> Iterator[Path]:
    """A folder that only this user may enter, gone afterwards."""
    folder = tempfile.mkdtemp(prefix="webmap-")
    try:
        yield Path(folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _read(source: Source, folder: Path, encoding: str | None, layer: str | None) -> Dataset:
    if ".shp" in source.parts:
        return shapefile.read(source, folder, encoding)
    if TOGETHER in source.parts:
        return photo.read(source.parts[TOGETHER], source.photos, source.short_name)
    if source.parts.keys() & {*MAPINFO}:
        return mapinfo.read(source, folder, encoding)
    if ".gpkg" in source.parts:
        return _geopackage(source, folder, layer)
    if sort := source.parts.keys() & {*KML}:
        suffix = next(iter(sort))
        content = source.parts[suffix].read_bytes()
        return kml.read(content, source.short_name, _within(source, layer), shifted=suffix == KML[1])
    if ".gpx" in source.parts:
        return gpx.read(source.parts[".gpx"].read_bytes(), source.short_name, _within(source, layer))
    if ".dxf" in source.parts:
        return dxf.read(source, folder, _within(source, layer))
    if source.parts.keys() & {*SHEETS}:
        path = next(iter(source.parts.values()))
        return sheet.read(path, source.short_name, answer=encoding, layer=_within(source, layer))
    if GEODATABASE in source.parts:
        return _of_layers(source, folder, sandbox.FILE_GDB, source.parts[GEODATABASE].name, layer)
    if ".txt" in source.parts and sheet.is_table(source.parts[".txt"]):
        return sheet.read(source.parts[".txt"], source.short_name, answer=encoding, layer=None)
    if ".txt" in source.parts:
        return boundary_txt.read(source.parts[".txt"], source.short_name, encoding)
    return geojson.read(next(iter(source.parts.values())), source.short_name, encoding)


def _geopackage(source: Source, folder: Path, layer: str | None) -> Dataset:
    path = source.parts[".gpkg"]
    with path.open("rb") as file:
        if file.read(16) != _SQLITE_MAGIC:
            raise UnreadableFile(f"“{source.name}.gpkg”不是 GeoPackage。请在原软件中重新导出。")
    return _of_layers(source, folder, sandbox.GEOPACKAGE, path.name, layer)


def _within(source: Source, layer: str | None) -> str | None:
    """The layer inside the file, when the answer does not name the file itself."""
    return None if layer in (None, source.name, source.short_name) else layer


def _of_layers(source: Source, folder: Path, driver: str, file: str, layer: str | None) -> Dataset:
    answer = sandbox.read(folder, file, driver, layer=_within(source, layer))
    if answer.layers:
        raise QuestionToUser(
            f"文件里有 {len(answer.layers)} 个图层，一次导入一个。请选择其中一个。",
            [Answer(name, name, "") for name in answer.layers],
        )
    declared = crs.definition(answer.crs) if answer.crs else None
    return Dataset(answer.name or source.short_name, answer.shapes, answer.columns, declared)
