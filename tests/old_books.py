"""Where do tests get an .xls (BIFF8 in an OLE container) and an .ods from? Written here, byte by byte, from the formats' own texts."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from xml.sax.saxutils import escape

Rows = Sequence[Sequence[object]]
_SECTOR = 512
_FREE, _END, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def xls(path: Path, **sheets: Rows) -> Path:
    """A workbook of Excel 97: texts and numbers, None for an empty cell."""
    path.write_bytes(_container("Workbook", _workbook(sheets)))
    return path


def ods(path: Path, rows: Rows, *, repeated: int = 0, prolog: str = "") -> Path:
    """A spreadsheet of LibreOffice; repeated: so many empty rows are claimed below."""
    body = "".join(f"<table:table-row>{''.join(map(_ods_cell, row))}</table:table-row>" for row in rows)
    if repeated:
        body += (
            f'<table:table-row table:number-rows-repeated="{repeated}"><table:table-cell/></table:table-row>'
        )
    names = "urn:oasis:names:tc:opendocument:xmlns"
    content = (
        f'<?xml version="1.0" encoding="UTF-8"?>{prolog}<office:document-content xmlns:office="{names}:office:1.0" '
        f'xmlns:table="{names}:table:1.0" xmlns:text="{names}:text:1.0" office:version="1.2"><office:body>'
        f'<office:spreadsheet><table:table table:name="台账">{body}</table:table></office:spreadsheet>'
        "</office:body></office:document-content>"
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet", zipfile.ZIP_STORED)
        archive.writestr(
            "META-INF/manifest.xml",
            f'<?xml version="1.0"?><manifest:manifest xmlns:manifest="{names}:manifest:1.0">'
            '<manifest:file-entry manifest:full-path="/" '
            'manifest:media-type="application/vnd.oasis.opendocument.spreadsheet"/></manifest:manifest>',
        )
        archive.writestr("content.xml", content)
    return path


def _ods_cell(value: object) -> str:
    if value is None:
        return "<table:table-cell/>"
    if isinstance(value, (int, float)):
        return f'<table:table-cell office:value-type="float" office:value="{value}"/>'
    text = escape(str(value))
    return f'<table:table-cell office:value-type="string"><text:p>{text}</text:p></table:table-cell>'


# --- BIFF8 ---------------------------------------------------------------------------------------------


def _workbook(sheets: dict[str, Rows]) -> bytes:
    bodies = [_sheet(rows) for rows in sheets.values()]
    names = [_short_text(name) for name in sheets]
    before = _record(0x809, struct.pack("<HHHHII", 0x600, 5, 0, 0, 0, 0)) + _record(0x42, b"\xb0\x04")
    at = len(before) + sum(4 + 6 + len(name) for name in names) + 4
    globals_ = before
    for name, body in zip(names, bodies, strict=True):
        globals_ += _record(0x85, struct.pack("<IH", at, 0) + name)
        at += len(body)
    return globals_ + _record(0x0A, b"") + b"".join(bodies)


def _sheet(rows: Rows) -> bytes:
    cells = b"".join(
        _cell(at, column, value)
        for at, row in enumerate(rows)
        for column, value in enumerate(row)
        if value is not None
    )
    width = max((len(row) for row in rows), default=0)
    size = struct.pack("<IIHHH", 0, len(rows), 0, width, 0)
    begin = _record(0x809, struct.pack("<HHHHII", 0x600, 0x10, 0, 0, 0, 0))
    return begin + _record(0x200, size) + cells + _record(0x0A, b"")


def _cell(row: int, column: int, value: object) -> bytes:
    place = struct.pack("<HHH", row, column, 0)
    if isinstance(value, (int, float)):
        return _record(0x203, place + struct.pack("<d", value))
    text = str(value)
    return _record(0x204, place + struct.pack("<HB", len(text), 1) + text.encode("utf-16-le"))


def _short_text(text: str) -> bytes:
    return struct.pack("<BB", len(text), 1) + text.encode("utf-16-le")


def _record(number: int, body: bytes) -> bytes:
    return struct.pack("<HH", number, len(body)) + body


# --- OLE -----------------------------------------------------------------------------------------------


def _container(name: str, stream: bytes) -> bytes:
    """Sector 0 holds the table of sectors, 1 the directory, the rest the one stream."""
    stream = stream.ljust(max(4096, -(-len(stream) // _SECTOR) * _SECTOR), b"\0")
    count = len(stream) // _SECTOR
    table = [_FAT, _END, *range(3, 2 + count), _END]
    table += [_FREE] * (_SECTOR // 4 - len(table))
    assert len(table) == _SECTOR // 4, "one table is enough for tests"
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 16
    head += struct.pack("<HHHHH6xIII", 0x3E, 3, 0xFFFE, 9, 6, 0, 1, 1)
    head += struct.pack("<IIIIII", 0, 4096, _END, 0, _END, 0) + struct.pack("<I", 0)
    head = head.ljust(_SECTOR, b"\xff")
    entries = b"".join(_entries(name, len(stream)))
    return head + struct.pack(f"<{len(table)}I", *table) + entries + stream


def _entries(name: str, size: int) -> Iterator[bytes]:
    yield _entry("Root Entry", 5, child=1, start=_END, size=0)
    yield _entry(name, 2, child=_FREE, start=2, size=size)
    for _ in range(2):
        yield _entry("", 0, child=_FREE, start=0, size=0)


def _entry(name: str, sort: int, *, child: int, start: int, size: int) -> bytes:
    text = (name + "\0").encode("utf-16-le") if name else b""
    return (
        text.ljust(64, b"\0")
        + struct.pack("<HBBIII", len(text), sort, 1, _FREE, _FREE, child)
        + b"\0" * 36
        + struct.pack("<IQ", start, size)
    )
