"""What does the https server tell a browser that came with http?

A browser that asks a TLS port in plain text would only see a broken connection. Its first byte gives it away: no
handshake of TLS begins with a letter. It is sent to the https address instead.
"""

from __future__ import annotations

import re
import socket
from typing import Any, Final

from gunicorn.workers.gthread import DEFAULT_WORKER_DATA_TIMEOUT, ThreadWorker

LONGEST_QUESTION: Final = 4096
_ASKED: Final = re.compile(rb"[A-Z]+ (/[\x21-\x7e]*) HTTP/1\.[01]\r\n")
_HOST: Final = re.compile(rb"\r\nHost:[ \t]*([A-Za-z0-9.:\[\]-]{1,253})[ \t]*\r\n", re.IGNORECASE)
_SENTENCE: Final = "本服务只用 https 访问，请把网址开头的 http:// 改为 https:// 。\n"


class Worker(ThreadWorker):  # type: ignore[misc]
    """Gunicorn's worker of threads, which looks at the first byte before it shakes hands."""

    def handle(self, conn: Any) -> Any:
        """Serve a connection; one that speaks plainly gets its one answer."""
        if not conn.initialized and conn.wait_for_data(DEFAULT_WORKER_DATA_TIMEOUT):
            asked = _peek(conn.sock)
            if asked[:1].isalpha():
                conn.sock.sendall(plain_answer(asked))
                conn.sock.recv(LONGEST_QUESTION)
                return False
        return super().handle(conn)


def plain_answer(asked: bytes) -> bytes:
    """Where to ask instead; a question without a host only gets the sentence."""
    path, host = _ASKED.match(asked), _HOST.search(asked)
    status = b"302 Found" if path and host else b"400 Bad Request"
    place = b"Location: https://%s%s\r\n" % (host[1], path[1]) if path and host else b""
    body = _SENTENCE.encode()
    head = b"HTTP/1.1 %s\r\n%sContent-Type: text/plain; charset=utf-8\r\nContent-Length: %d\r\n"
    return head % (status, place, len(body)) + b"Cache-Control: no-store\r\nConnection: close\r\n\r\n" + body


def _peek(connection: socket.socket) -> bytes:
    try:
        return connection.recv(LONGEST_QUESTION, socket.MSG_PEEK)
    except OSError:
        return b""
