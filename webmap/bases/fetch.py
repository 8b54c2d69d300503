"""One request to a source: only where the administrator said, no redirects, within limits of time and size.

Sentences name the source by its title and never hold an address, because addresses hold keys.
"""

from __future__ import annotations

import logging
import time
from typing import Final

import urllib3
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NewConnectionError, ReadTimeoutError
from urllib3.response import BaseHTTPResponse

from webmap.bases.declared import Source

CONNECT_S: Final = 3.0
MOST_BYTES: Final = 4 * 1024 * 1024
PIECE: Final = 64 * 1024
NO_TILE: Final = frozenset({204, 404, 410})
REFUSED: Final = frozenset({401, 403, 407, 418, 429})
MAGIC: Final = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg", b"GIF8": "image/gif"}
GOES_ON: Final = "其余图层照常使用"
ASK: Final = "请管理员检查 bases.json 里的"

# It would write every address, key and all, into a log that is set to tell everything.
logging.getLogger("urllib3").setLevel(logging.ERROR)


class NoAnswer(Exception):
    """The source failed; the sentence is for people."""


def image_type(body: bytes) -> str | None:
    """What kind of picture these bytes are, by the bytes themselves; None for anything else."""
    if body[:4] == b"RIFF" and body[8:12] == b"WEBP":
        return "image/webp"
    return next((kind for start, kind in MAGIC.items() if body.startswith(start)), None)


class Fetcher:
    """Asks sources; keeps connections. Proxies of the environment are not used."""

    def __init__(self) -> None:
        self._pool = urllib3.PoolManager(num_pools=32, maxsize=16, block=False, retries=False)

    def get(self, source: Source, url: str) -> bytes | None:
        """The picture; None where the source says that it has none. Raises NoAnswer."""
        try:
            return self._read(source, url)
        except (ConnectTimeoutError, NewConnectionError):
            raise NoAnswer(_dead(source, "连不上它的服务器")) from None
        except (ReadTimeoutError, TimeoutError):
            raise NoAnswer(_dead(source, f"等了 {source.timeout_s:g} 秒")) from None
        except (HTTPError, OSError, ValueError):
            raise NoAnswer(_dead(source, "连接中断")) from None

    def _read(self, source: Source, url: str) -> bytes | None:
        until = time.monotonic() + source.timeout_s
        limits = urllib3.Timeout(connect=min(CONNECT_S, source.timeout_s), read=source.timeout_s)
        answer = self._pool.request(
            "GET",
            url,
            headers={"User-Agent": "quanyu-yizhangtu", "Accept": "image/*", **source.headers},
            timeout=limits,
            redirect=False,
            preload_content=False,
        )
        try:
            return _checked(source, answer, until)
        except BaseException:
            answer.close()
            raise
        finally:
            answer.release_conn()


def _checked(source: Source, answer: BaseHTTPResponse, until: float) -> bytes | None:
    if answer.status in NO_TILE:
        answer.drain_conn()
        return None
    if answer.status != 200:
        raise NoAnswer(_refusal(source, answer.status))
    kind = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if not kind.startswith("image/"):
        raise NoAnswer(_no_picture(source, kind))
    body = _body(source, answer, until)
    if image_type(body) is None:
        raise NoAnswer(_no_picture(source, "内容不是图片"))
    return body


def _body(source: Source, answer: BaseHTTPResponse, until: float) -> bytes:
    """A source that drips must not hold us longer than one that is silent."""
    body = bytearray()
    while piece := answer.read1(PIECE):
        body += piece
        if len(body) > MOST_BYTES:
            raise NoAnswer(
                f"{source.title}的一张瓦片超过 {MOST_BYTES // 1024**2} MB，没有采用；{GOES_ON}。{ASK} url。"
            )
        if time.monotonic() > until:
            raise TimeoutError
    return bytes(body)


def _dead(source: Source, how: str) -> str:
    return f"{source.title}没有应答（{how}），{GOES_ON}。请稍后再试；一直如此时，{ASK} url 和网络。"


def _refusal(source: Source, status: int) -> str:
    if status in REFUSED:
        return f"{source.title}拒绝了请求（状态 {status}），多半是密钥不对或用量已满；{GOES_ON}。{ASK} key。"
    if 300 <= status < 400:
        return f"{source.title}转到了别的地址（状态 {status}），没有跟随；{GOES_ON}。{ASK} url。"
    return f"{source.title}的服务器出错（状态 {status}），{GOES_ON}。请稍后再试；一直如此时，{ASK} url。"


def _no_picture(source: Source, kind: str) -> str:
    came = "内容不是图片" if kind == "内容不是图片" else f"格式 {kind[:40] or '不明'}"
    return f"{source.title}回答的不是图片（{came}），可能要登录、密钥不对或地址有误；{GOES_ON}。{ASK} url 和 key。"
