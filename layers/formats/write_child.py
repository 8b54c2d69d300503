"""The child process in which GDAL writes a file.

python -I -m layers.formats.write_child FOLDER; the folder holds the question, the columns and the shapes.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from layers.fence import isolate, limit
from layers.formats import sandbox
from layers.formats.read_child import leave_out

_SHAPE_TYPES: Final = {
    "point": ("Point", "MultiPoint"),
    "line": ("LineString", "MultiLineString"),
    "polygon": ("Polygon", "MultiPolygon"),
}
_POLYGON: Final = 3


def main(folder: Path) -> None:
    """Write what the folder asks for."""
    question = json.loads((folder / sandbox.QUESTION).read_text("utf-8"))
    isolate()
    limit(question["limits"])
    leave_out("geopandas", "pandas", "pyarrow")
    _write(folder, question, json.loads((folder / sandbox.COLUMNS).read_text("utf-8")))
    (folder / sandbox.ANSWER).write_text("{}", "utf-8")


def _write(folder: Path, question: dict[str, Any], columns: list[dict[str, Any]]) -> None:
    from pyogrio import raw

    pieces = sandbox.pieces_in(folder)
    several = any(_is_multi(piece) for piece in pieces if piece)
    names = _SHAPE_TYPES.get(question["shape_type"], ("Unknown", "Unknown"))
    raw.write(
        folder / question["file"],
        np.array(pieces, object),
        [_values(column) for column in columns],
        [column["name"] for column in columns],
        field_mask=[_mask(column) for column in columns],
        layer=question["layer"],
        driver=question["driver"],
        geometry_type=names[1 if several and question["driver"] != sandbox.SHAPEFILE else 0],
        crs=f"EPSG:{question['crs']}",
        encoding=question["encoding"],
        promote_to_multi=several and question["driver"] != sandbox.SHAPEFILE and names[0] != "Unknown",
        layer_metadata={"DESCRIPTION": question["description"]} if question["description"] else None,
    )


def _is_multi(piece: bytes) -> bool:
    return int.from_bytes(piece[1:2], "little") > _POLYGON


def _values(column: dict[str, Any]) -> NDArray[Any]:
    values, sort = column["values"], column["sort"]
    if sort == "number":
        return np.array([np.nan if value is None else value for value in values], np.float64)
    if sort == "whole":
        return np.array([0 if value is None else value for value in values], np.int64)
    if sort == "day":
        return np.array([value or "NaT" for value in values], "datetime64[D]")
    return np.array(values, object)


def _mask(column: dict[str, Any]) -> NDArray[np.bool_] | None:
    return np.array([value is None for value in column["values"]]) if column["sort"] == "whole" else None


if __name__ == "__main__":
    main(Path(sys.argv[1]))
