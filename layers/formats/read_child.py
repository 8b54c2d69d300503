"""The child process that runs GDAL: the only file that imports pyogrio.

python -I -m layers.formats.read_child FOLDER; the folder holds the question and takes the answer.
"""

from __future__ import annotations

import contextlib
import gc
import json
import sqlite3
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from layers.errors import UnreadableFile
from layers.fence import isolate, limit
from layers.formats import sandbox

_EXTENDED: Final = ("1000 ", "1001 ")
"""What of the raw values of a drawing is text of programs: the others are many."""


def main(folder: Path) -> None:
    """Answer the question in the folder."""
    question = json.loads((folder / sandbox.QUESTION).read_text("utf-8"))
    isolate()
    limit(question["limits"])
    # It lives for one file: to look for garbage among millions of values takes as long as to write them.
    gc.disable()
    try:
        _read(folder, question)
    except UnreadableFile as refusal:
        _say(folder, {"error": refusal.message})


def _read(folder: Path, question: dict[str, Any]) -> None:
    leave_out("geopandas", "pandas", "pyarrow", "pyproj")
    import pyogrio

    driver, path = question["driver"], folder / question["file"]
    if set(pyogrio.list_drivers()) != {driver}:
        raise UnreadableFile("读取程序的格式白名单与所装 GDAL 不符。请联系系统管理员。")
    layers = _layers_in(driver, path, question["file"])
    wanted = question["layer"] or (layers[0] if len(layers) == 1 else None)
    if wanted is None:
        _say(folder, {"layers": layers})
        return
    if wanted not in layers:
        raise UnreadableFile(f"文件里没有图层“{wanted}”，只有：{'、'.join(layers)}。")
    one_layer = driver in (sandbox.SHAPEFILE, sandbox.MAPINFO)
    _read_layer(folder, path, None if one_layer else wanted, question["encoding"])


def _layers_in(driver: str, path: Path, file: str) -> list[str]:
    if driver == sandbox.GEOPACKAGE:
        return _layers(path)
    if driver == sandbox.DXF:
        return ["entities"]
    return _feature_classes(path) if driver == sandbox.FILE_GDB else [file]


def _feature_classes(path: Path) -> list[str]:
    """The layers of a geodatabase that have shapes."""
    import pyogrio

    try:
        found = [str(name) for name, sort in pyogrio.list_layers(path).tolist() if sort]
    except pyogrio.errors.DataSourceError:
        raise UnreadableFile(
            "不是完整的 FileGDB，无法读取。请把整个 .gdb 文件夹打包成 .zip 后再导入。"
        ) from None
    if not found:
        raise UnreadableFile("FileGDB 里没有图形图层。请在原软件中检查后重新导出。")
    return found


def leave_out(*packages: str) -> None:
    """pyogrio loads these when it finds them; without them a child starts twice as fast."""
    without: dict[str, Any] = dict.fromkeys(packages)
    sys.modules.update(without)


def _read_layer(folder: Path, path: Path, layer: str | None, encoding: str | None) -> None:
    from pyogrio import errors, raw

    try:
        facts, _, shapes, fields = raw.read(
            path, layer=layer, encoding=encoding, force_2d=True, datetime_as_string=True
        )
    except (errors.DataSourceError, errors.DataLayerError, errors.FieldError, errors.FeatureError):
        raise UnreadableFile("文件已损坏，无法解读其中的图形。请在原软件中重新导出。") from None
    if shapes is None:
        raise UnreadableFile("文件里只有属性，没有图形。请选择带图形的图层。")
    columns = dict(zip(facts["fields"].tolist(), map(_plain, fields), strict=True))
    sandbox.save_columns(folder, columns)
    _save_shapes(folder, shapes)
    _say(folder, {"layers": [], "name": layer or "", "crs": facts["crs"]})


def _layers(path: Path) -> list[str]:
    """The feature tables of a GeoPackage that are tables and nothing else.

    A view or virtual table may call functions of GDAL; a GeoPackage that hides its catalogue behind one is refused.
    """
    try:
        with contextlib.closing(
            sqlite3.connect(f"{path.as_uri()}?mode=ro&immutable=1", uri=True)
        ) as catalogue:
            catalogue.execute("PRAGMA trusted_schema=OFF")
            objects = catalogue.execute("SELECT name, type, sql FROM sqlite_master").fetchall()
            _refuse_disguises(objects)
            found = catalogue.execute(
                "SELECT table_name FROM gpkg_contents WHERE data_type='features'"
            ).fetchall()
    except sqlite3.Error:
        raise UnreadableFile("不是完整的 GeoPackage，无法读取它的目录。请在原软件中重新导出。") from None
    tables = {name for name, kind, _ in objects if kind == "table"}
    layers = [name for (name,) in found if name in tables]
    if not layers:
        raise UnreadableFile("GeoPackage 里没有图层。请在原软件中检查后重新导出。")
    return layers


def _refuse_disguises(objects: Iterable[tuple[str, str, str | None]]) -> None:
    for name, kind, sql in objects:
        virtual = "virtual" in (sql or "")[:60].lower() and not name.startswith("rtree_")
        if (kind == "view" and name.lower().startswith(("gpkg_", "rtree_"))) or (kind == "table" and virtual):
            raise UnreadableFile(f"GeoPackage 中的“{name[:40]}”不是普通数据表，不能导入。请重新导出。")


def _plain(values: NDArray[Any]) -> list[object]:
    """A column as JSON can carry it; blobs are left out."""
    plain = values.tolist()
    # Most columns hold nothing else, and need not be looked at value by value.
    return plain if set(map(type, plain)) <= {str, int, bool, type(None)} else list(map(_plain_value, plain))


def _plain_value(value: object) -> object:
    if isinstance(value, np.ndarray):
        return [str(word) for word in value.tolist() if str(word).startswith(_EXTENDED)]
    return None if value != value or isinstance(value, bytes) else value


def _save_shapes(folder: Path, shapes: NDArray[np.object_]) -> None:
    sandbox.save_pieces(folder, [shape or b"" for shape in shapes.tolist()])


def _say(folder: Path, answer: dict[str, Any]) -> None:
    (folder / sandbox.ANSWER).write_text(json.dumps(answer), "utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
