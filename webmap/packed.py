"""How do many small scripts and styles travel as one file?

A browser asks for six files at a time and a page of the map needs a hundred, so that a first visit would wait longer
for them than for anything else. The modules stay what they are: the file hands each to the import map of the page.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from webmap import assets

HAND_OVER: Final = """\
(function (texts, elsewhere) {
  const imports = { ...elsewhere };
  for (const [name, text] of Object.entries(texts)) {
    const module = new Blob([text, "\\n//# sourceURL=" + elsewhere[name]], { type: "text/javascript" });
    imports[name] = URL.createObjectURL(module);
  }
  const map = document.createElement("script");
  Object.assign(map, { type: "importmap", nonce: document.currentScript.nonce, textContent: JSON.stringify({ imports }) });
  document.head.append(map);
})(%s, %s);
"""


def modules_in_one(names: Sequence[str]) -> str:
    """A script that makes the import map of all modules, those with these names out of itself."""
    addresses = assets.import_map()["imports"]
    return _with_modules(tuple(names), tuple(addresses.items()))


def styles_in_one(names: Sequence[str]) -> str:
    """The style sheets with these names, one after the other; none of them names another file."""
    return _joined(tuple((name, assets.digest(name)) for name in names))


@lru_cache(maxsize=8)
def zipped(text: str) -> bytes:
    """Its bytes as they travel."""
    return gzip.compress(text.encode(), mtime=0)


def edition(text: str) -> str:
    """What the address of such a file carries."""
    return hashlib.sha256(text.encode()).hexdigest()[: assets.DIGEST_LENGTH]


# The addresses carry the digests of the files: a changed file is another question.
@lru_cache(maxsize=8)
def _with_modules(names: tuple[str, ...], addresses: tuple[tuple[str, str], ...]) -> str:
    texts = {f"app/{name}": (assets.STATIC / "js" / name).read_text("utf-8") for name in names}
    return HAND_OVER % (json.dumps(texts, ensure_ascii=False), json.dumps(dict(addresses)))


@lru_cache(maxsize=8)
def _joined(styles: tuple[tuple[str, str | None], ...]) -> str:
    return "\n".join((assets.STATIC / name).read_text("utf-8") for name, _ in styles)
