"""A source of base maps for tests: a real server on this machine that answers well, badly, late or not at all."""

from __future__ import annotations

import struct
import time
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import ClassVar

LATE_S = 1.5


def picture(red: int = 200, green: int = 30, blue: int = 30, side: int = 256) -> bytes:
    """A PNG of one colour, written by hand."""
    rows = (b"\0" + bytes((red, green, blue)) * side) * side
    parts = (
        (b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0)),
        (b"IDAT", zlib.compress(rows)),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(body)) + name + body + struct.pack(">I", zlib.crc32(name + body))
        for name, body in parts
    )


class Upstream(ThreadingHTTPServer):
    """`how` says how it answers from now on; `asked` is what it was asked."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answering)
        self.how = "good"
        self.asked: list[str] = []
        self.headers_seen: list[dict[str, str]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Answering(BaseHTTPRequestHandler):
    server: Upstream
    KINDS: ClassVar[dict[str, tuple[int, str, bytes]]] = {
        "good": (200, "image/png", picture()),
        "html": (200, "text/html; charset=utf-8", b"<html>login</html>"),
        "lying": (200, "image/png", b"<html>login</html>"),
        "forbidden": (403, "application/json", b'{"msg":"wrong key"}'),
        "teapot": (418, "text/html", b"<html>418</html>"),
        "missing": (404, "text/plain", b"no tile"),
        "broken": (502, "text/html", b"bad gateway"),
        "huge": (200, "image/png", picture() + b"\0" * 5_000_000),
        "redirect": (302, "text/html", b""),
    }

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        self.server.headers_seen.append(dict(self.headers))
        if self.server.how == "late":
            time.sleep(LATE_S)
        status, kind, body = self.KINDS.get(self.server.how, self.KINDS["good"])
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        if status == 302:
            self.send_header("Location", f"{self.server.url}/elsewhere")
        self.end_headers()
        if self.server.how == "drip":
            self._drip(body)
        else:
            self._write(body)

    def _drip(self, body: bytes) -> None:
        for byte in body[:40]:
            self._write(bytes((byte,)))
            time.sleep(0.1)

    def _write(self, body: bytes) -> None:
        try:
            self.wfile.write(body)
            self.wfile.flush()
        except OSError:
            self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Nothing."""


@contextmanager
def upstream() -> Iterator[Upstream]:
    server = Upstream()
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
