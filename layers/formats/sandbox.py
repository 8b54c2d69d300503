"""How is GDAL kept from doing harm?

GDAL opens a file by its content, whatever its name, and some of its drivers read other files or the network.
So it runs in a child process of its own, on copies under names of ours in a private folder, with one driver,
without our environment, and within limits of time, memory and file size. Question and answers are plain
files (JSON, numpy without pickle).
"""

from __future__ import annotations

import json
import math
import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

import numpy as np
import orjson
import shapely
from numpy.typing import NDArray

from layers.errors import UnreadableFile
from layers.formats import standing
from layers.formats.dataset import Values

OWN_PLACES: Final = ("HOME", "TMPDIR", "TEMP", "TMP")
"""What a child finds its own folder by."""
QUESTION, ANSWER, COLUMNS = "question.json", "answer.json", "columns.json"
BYTES, LENGTHS = "bytes.npy", "lengths.npy"
TURN_S: Final = 0.3

SHAPEFILE: Final = "ESRI Shapefile"
GEOPACKAGE: Final = "GPKG"
DXF: Final = "DXF"
FILE_GDB: Final = "OpenFileGDB"
MAPINFO: Final = "MapInfo File"
# Every vector driver of the GDAL we ship; the child refuses to work when it finds one that is not named here.
DRIVERS: Final = (
    *("MEM", "PCIDSK", "PDS4", "VICAR", "PDF", "MBTiles", "EEDA", "OGCAPI", "GDALG", SHAPEFILE),
    *(MAPINFO, "LVBAG", "S57", "DGN", "OGR_VRT", "CSV", "GML", "GPX", "LIBKML", "KML", "GeoJSON"),
    *("GeoJSONSeq", "ESRIJSON", "TopoJSON", "OGR_GMT", GEOPACKAGE, "SQLite", "WAsP", "OpenFileGDB", "DXF"),
    *("FlatGeobuf", "GeoRSS", "VFK", "PGDUMP", "OSM", "GPSBabel", "OGR_PDS", "WFS", "OAPIF", "EDIGEO"),
    *("Idrisi", "ODS", "XLSX", "Elasticsearch", "Carto", "AmigoCloud", "SXF", "Selafin", "JML", "PLSCENES"),
    *("CSW", "VDV", "MVT", "NGW", "MapML", "GTFS", "PMTiles", "JSONFG", "MiraMonVector", "ADBC", "AVCBin"),
    *("AVCE00", "AIVector", "HTTP", "netCDF", "Parquet", "Arrow", "XODR", "CAD", "PostgreSQL", "MySQL"),
    *("ODBC", "PGeo", "MSSQLSpatial", "OCI", "HANA", "MongoDBv3", "GMLAS", "NAS", "ILI", "HDF5", "LIBERTIFF"),
)


@dataclass(frozen=True)
class Limits:
    """What a child may use before it is ended."""

    wall_s: float = 180
    cpu_s: int = 170
    memory_bytes: int = 3 << 30
    file_bytes: int = 1 << 30


ORDINARY: Final = Limits()


@dataclass(frozen=True)
class Answer:
    """What the child found. layers: all that the file holds, when it was not told which to read."""

    layers: tuple[str, ...]
    name: str
    crs: str | None
    shapes: NDArray[np.object_]
    columns: dict[str, Values]


def read(
    folder: Path,
    file: str,
    driver: str,
    *,
    layer: str | None = None,
    encoding: str | None = None,
    limits: Limits = ORDINARY,
) -> Answer:
    """Have a child read `file` in `folder`; raises UnreadableFile when it fails, stalls or dies."""
    question = {"file": file, "driver": driver, "layer": layer, "encoding": encoding}
    _ask(folder, question, limits, "layers.formats.read_child", driver)
    return _answer(folder)


def tell(
    folder: Path,
    question: dict[str, Any],
    program: str,
    limits: Limits = ORDINARY,
    meanwhile: Callable[[], object] | None = None,
) -> dict[str, Any]:
    """Have a child without GDAL's vector drivers answer a question; raises UnreadableFile as `read` does.

    meanwhile: asked again and again until it is done; what it raises ends the child.
    """
    _ask(folder, question, limits, program, meanwhile=meanwhile)
    told: dict[str, Any] = json.loads((folder / ANSWER).read_text("utf-8"))
    if "error" in told:
        raise UnreadableFile(told["error"])
    return told


def write(
    folder: Path,
    question: dict[str, Any],
    shapes: NDArray[np.object_],
    columns: Sequence[dict[str, object]],
    limits: Limits = ORDINARY,
) -> None:
    """Have a child write the file that the question names in `folder`; raises UnreadableFile when it fails."""
    (folder / COLUMNS).write_text(json.dumps(columns), "utf-8")
    save_pieces(folder, shapely.to_wkb(shapes).tolist())
    _ask(folder, question, limits, "layers.formats.write_child", question["driver"])


def save_pieces(folder: Path, pieces: Sequence[bytes]) -> None:
    """Shapes as WKB in the folder, without pickle."""
    np.save(folder / BYTES, np.frombuffer(b"".join(pieces), np.uint8), allow_pickle=False)
    lengths = np.array([len(piece) for piece in pieces], np.int64)
    np.save(folder / LENGTHS, lengths, allow_pickle=False)


def save_columns(folder: Path, columns: dict[str, list[object]]) -> None:
    """Values by the name of their column; infinity too, of which orjson makes null, and what it refuses."""
    infinite = any(math.inf in values or -math.inf in values for values in columns.values())
    try:
        content = json.dumps(columns).encode() if infinite else orjson.dumps(columns)
    except orjson.JSONEncodeError:
        content = json.dumps(columns).encode()
    (folder / COLUMNS).write_bytes(content)


def _columns_in(folder: Path) -> dict[str, Values]:
    content = (folder / COLUMNS).read_bytes()
    try:
        found: dict[str, Values] = orjson.loads(content)
    except orjson.JSONDecodeError:
        found = json.loads(content)
    return found


def pieces_in(folder: Path) -> list[bytes | None]:
    """The shapes in the folder as WKB; None for a row without."""
    content = np.load(folder / BYTES, allow_pickle=False).tobytes()
    # As numbers of Python, with which it cuts three times as fast.
    ends = np.cumsum(np.load(folder / LENGTHS, allow_pickle=False)).tolist()
    return [content[start:end] or None for start, end in pairwise([0, *ends])]


def _ask(
    folder: Path,
    question: dict[str, Any],
    limits: Limits,
    program: str,
    driver: str = "",
    meanwhile: Callable[[], object] | None = None,
) -> None:
    (folder / QUESTION).write_text(json.dumps({**question, "limits": asdict(limits)}), "utf-8")
    stood, code = False, None
    if driver and not meanwhile:
        stood, code = standing.run(folder, program, ready(driver), limits.wall_s)
    if not stood:
        code = _run(folder, program, driver, limits, meanwhile)
    if code is None:
        raise UnreadableFile(
            f"读取文件超过 {limits.wall_s:g} 秒，已中止。请拆分文件，或在原软件中检查后重新导出。"
        )
    if code:
        raise UnreadableFile("文件无法解读：读取程序中途退出，文件可能已损坏或过大。请在原软件中重新导出。")


def _run(
    folder: Path, program: str, driver: str, limits: Limits, meanwhile: Callable[[], object] | None
) -> int | None:
    """How a process of its own ended; None when it did not in its time."""
    process = subprocess.Popen(  # noqa: S603 (our own program, an argument of ours)
        [sys.executable, "-I", "-X", "utf8", "-m", program, str(folder)],
        env={**ready(driver), **dict.fromkeys(OWN_PLACES, str(folder))},
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        return _ended(process, limits.wall_s, meanwhile)
    finally:
        process.kill()
        process.wait()


def _ended(
    process: subprocess.Popen[bytes], wall_s: float, meanwhile: Callable[[], object] | None
) -> int | None:
    """How a child ended; None when it did not in its time."""
    until = time.monotonic() + wall_s
    while (left := until - time.monotonic()) > 0:
        with suppress(subprocess.TimeoutExpired):
            return process.wait(min(left, TURN_S) if meanwhile else left)
        if meanwhile:
            meanwhile()
    return None


def ready(driver: str) -> dict[str, str]:
    """The environment of a child: nothing of ours, and GDAL with one driver, without plugins and without network."""
    # Windows starts no process without the first two.
    kept = {name: os.environ[name] for name in ("SYSTEMROOT", "COMSPEC") if name in os.environ}
    return kept | {
        "OGR_SKIP": ",".join(name for name in DRIVERS if name != driver),
        "GDAL_DRIVER_PATH": "disable",
        "GDAL_HTTP_PROXY": "127.0.0.1:9",
        "GDAL_HTTP_TIMEOUT": "1",
        "GDAL_NUM_THREADS": "1",
        "PROJ_NETWORK": "OFF",
        "CPL_VSIL_CURL_ALLOWED_EXTENSIONS": "{none}",
        "SHAPE_RESTORE_SHX": "YES",
        "DXF_INCLUDE_RAW_CODE_VALUES": "TRUE",
        "OPENBLAS_NUM_THREADS": "1",
    }


def _answer(folder: Path) -> Answer:
    told: dict[str, Any] = json.loads((folder / ANSWER).read_text("utf-8"))
    if "error" in told:
        raise UnreadableFile(told["error"])
    if told["layers"]:
        return Answer(tuple(told["layers"]), "", None, np.empty(0, object), {})
    return Answer((), told["name"], told["crs"], _shapes(folder), _columns_in(folder))


def _shapes(folder: Path) -> NDArray[np.object_]:
    with np.errstate(invalid="ignore"):  # NaN is found and said later, row by row
        return np.asarray(shapely.from_wkb(np.array(pieces_in(folder), object), on_invalid="ignore"), object)
