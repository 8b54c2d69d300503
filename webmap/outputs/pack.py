"""How do a page, its scripts and everything it would ask become one file that needs nothing else?"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
from collections.abc import Callable, Iterable, Mapping
from typing import Final, NamedTuple
from urllib.parse import parse_qsl, quote

SCHEME: Final = "carried://"
"""Of the addresses that the file itself answers."""
LENGTH_BYTES: Final = 4
_IMPORT: Final = re.compile(r"""(?:from|import)\s*\(?\s*["']app/([^"']+)["']""")
_OUTSIDE: Final = re.compile(r"""url\((?!\s*["']?(?:data:|#))[^)]*\)""")


class Answer(NamedTuple):
    """What the server would have answered."""

    content: bytes
    mimetype: str


def address(path: str) -> str:
    """How the contents call an address: without what differs only in writing."""
    place, _, query = path.removeprefix(SCHEME).lstrip("/").partition("?")
    pairs = parse_qsl(query, keep_blank_values=True)
    said = "&".join(sorted(f"{quote(key, safe='')}={quote(value, safe='')}" for key, value in pairs))
    return f"{place}?{said}" if said else place


def once(text: str) -> str:
    """A word that is this text's own."""
    return hashlib.sha256(text.encode()).hexdigest()[:24]


def carried(answers: Mapping[str, Answer]) -> str:
    """All answers, packed, in base64: length of the contents, the contents as JSON, then the answers in a row."""
    contents: dict[str, tuple[int, int, str]] = {}
    at = 0
    for name, (content, mimetype) in sorted(answers.items()):
        contents[name] = (at, len(content), mimetype)
        at += len(content)
    told = json.dumps(contents, ensure_ascii=False).encode()
    parts = [len(told).to_bytes(LENGTH_BYTES, "big"), told]
    parts += [content for _, (content, _) in sorted(answers.items())]
    return base64.b64encode(gzip.compress(b"".join(parts), 9, mtime=0)).decode()


def modules_for(entries: Iterable[str], read: Callable[[str], str]) -> dict[str, str]:
    """The texts of these modules and of all that they import, by name."""
    texts: dict[str, str] = {}
    waiting = list(entries)
    while waiting:
        name = waiting.pop()
        if name not in texts:
            texts[name] = read(name)
            waiting += _IMPORT.findall(texts[name])
    return dict(sorted(texts.items()))


def import_map(texts: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Bare name → the module itself."""
    return {"imports": {f"app/{name}": script_of(text) for name, text in texts.items()}}


def script_of(text: str) -> str:
    """A script as an address that holds it."""
    return f"data:text/javascript;base64,{base64.b64encode(text.encode()).decode()}"


def picture_of(answer: Answer) -> str:
    """A picture as an address that holds it."""
    return f"data:{answer.mimetype};base64,{base64.b64encode(answer.content).decode()}"


def sheet_of(texts: Iterable[str]) -> str:
    """Style sheets one after the other, without pictures that they would fetch."""
    return _OUTSIDE.sub("none", "\n".join(texts)).replace("</", "<\\/")
