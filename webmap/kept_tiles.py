"""Which tiles were looked at lately? Who looks at the same place next need not wait until they are cut anew.

Kept in memory by what a tile is: its ETag says the layers with their versions, the place, the day, and what its
viewer may see.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Final

from flask import Flask, current_app

MOST_BYTES: Final = 32 << 20
ENTRY_BYTES: Final = 300
"""What a key takes beside its tile: without it empty tiles, of which there are millions, would have no end."""
_NAME: Final = "webmap.kept_tiles"


class KeptTiles:
    """Tiles by what they are, the ones that were asked for last, up to so many bytes."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self._most_bytes, self._bytes = most_bytes, 0
        self._tiles: OrderedDict[str, bytes] = OrderedDict()
        self._lock = threading.Lock()

    def of(self, key: str, cut: Callable[[], bytes]) -> bytes:
        """The tile of this key, cut now when it is not kept; what has not been asked for longest goes first."""
        with self._lock:
            if key in self._tiles:
                self._tiles.move_to_end(key)
                return self._tiles[key]
        tile = cut()
        with self._lock:
            if key not in self._tiles:
                self._tiles[key] = tile
                self._bytes += len(tile) + ENTRY_BYTES
            while self._bytes > self._most_bytes:
                self._bytes -= len(self._tiles.popitem(last=False)[1]) + ENTRY_BYTES
        return tile


def make_ready(app: Flask) -> None:
    """Each app has its own: versions of layers say nothing of another database."""
    app.extensions[_NAME] = KeptTiles()


def kept_tiles() -> KeptTiles:
    """Those of the app that answers this request."""
    kept: KeptTiles = current_app.extensions[_NAME]
    return kept
