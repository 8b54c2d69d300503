"""What does a MapInfo file say? GDAL reads the shapes; texts come over as bytes, because charsets lie."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

from layers import crs
from layers.errors import UnreadableFile
from layers.formats import encoding, sandbox
from layers.formats.dataset import Dataset, Values
from layers.formats.encoding import Row
from layers.formats.sources import Source

BYTEWISE: Final = "latin-1"
_CHARSET: Final = re.compile(rb'(!?charset\s+)"?([A-Za-z0-9_\-]+)"?', re.I)
_NAMES: Final = {"windowssimpchinese": encoding.GBK, "utf-8": encoding.UTF8, "windowstradchinese": "big5"}
_REACHES_ELSEWHERE: Final = re.compile(
    rb'open\s+table|create\s+view|type\s+"?(?:linked|odbc|access|xls|ascii|tile|grid|raster|wms|seamless)'
    rb"|\\IsSeamless\"?\s*=\s*\"?TRUE|^\s*file\s",
    re.I | re.M,
)
"""A table that is made of other tables, or of a database or picture."""
_HEAD_BYTES: Final = 1 << 20


def read(source: Source, folder: Path, answer: str | None = None) -> Dataset:
    """Read a .tab with its parts, or a .mif with its .mid; answer: the encoding the user chose."""
    head = source.parts.get(".tab") or source.parts[".mif"]
    _check(source, head)
    declared = _without_charset(head)
    found = sandbox.read(folder, head.name, sandbox.MAPINFO, encoding=BYTEWISE)
    decoding = encoding.choose(list(_rows(found.columns)), declared=declared, answer=answer)
    dataset = Dataset(source.short_name, found.shapes, _decoded(found.columns, decoding.codec))
    dataset.encoding = decoding.title
    dataset.notes += [decoding.note] if decoding.note else []
    dataset.crs = crs.definition(found.crs) if found.crs else None
    if dataset.crs is not None and dataset.crs.code is None:
        dataset.crs, dataset.doubt = None, "的坐标系是 MapInfo 自定义的，没有通用编号"
    return dataset


def _check(source: Source, head: Path) -> None:
    needed = (".map", ".dat", ".id") if head.suffix == ".tab" else (".mid",)
    missing = [suffix for suffix in needed if suffix not in source.parts]
    if missing:
        raise UnreadableFile(
            f"MapInfo 文件“{source.name}”缺少 {'、'.join(missing)}。请把同名的各个文件一起打包成 .zip 后再导入。"
        )
    start = head.read_bytes()[:_HEAD_BYTES]
    if head.suffix == ".tab" and (not start.lstrip().lower().startswith(b"!table") or b"\0" in start):
        raise UnreadableFile(f"“{source.name}.tab”不是 MapInfo 表。请在原软件中重新导出。")
    if head.suffix == ".mif" and not start.lstrip().lower().startswith(b"version"):
        raise UnreadableFile(f"“{source.name}.mif”不是 MapInfo 交换文件。请在原软件中重新导出。")
    if head.suffix == ".tab" and _REACHES_ELSEWHERE.search(start):
        raise UnreadableFile(
            "这个 MapInfo 表引用了别的表、数据库或图片。请在 MapInfo 中“文件”→“另存副本”为普通表后再导入。"
        )


def _without_charset(head: Path) -> str | None:
    """What the file says of its encoding; in our copy nothing is said, so that GDAL hands over the bytes."""
    content = head.read_bytes()
    start, rest = content[:_HEAD_BYTES], content[_HEAD_BYTES:]
    said = _CHARSET.search(start)
    head.write_bytes(_CHARSET.sub(_neutral, start, count=2 if head.suffix == ".tab" else 1) + rest)
    return _NAMES.get(said[2].decode("ascii").lower()) if said else None


def _neutral(found: re.Match[bytes]) -> bytes:
    return found[1] + (b"Neutral" if found[1].startswith(b"!") else b'"Neutral"')


def _rows(columns: dict[str, Values]) -> Iterator[Row]:
    """All texts as they stand in the file: the names, then row by row."""
    yield Row(0, tuple(name.encode(BYTEWISE) for name in columns))
    for number, cells in enumerate(zip(*columns.values(), strict=True), 1):
        yield Row(number, tuple(cell.encode(BYTEWISE) for cell in cells if isinstance(cell, str)))


def _decoded(columns: dict[str, Values], codec: str) -> dict[str, Values]:
    return {_text(name, codec): _cells(values, codec) for name, values in columns.items()}


def _cells(values: Sequence[object], codec: str) -> Values:
    return [(_text(cell, codec) or None) if isinstance(cell, str) else cell for cell in values]


def _text(text: str, codec: str) -> str:
    return encoding.decoded(text.encode(BYTEWISE), codec).strip()
