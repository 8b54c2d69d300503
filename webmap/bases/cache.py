"""Which tiles were fetched before? Files under WEBMAP_HOME/cache/base, never more than the administrator allows.

The cache is a convenience: a full disk or a folder that cannot be written costs time, never an answer.
"""

from __future__ import annotations

import os
import secrets
import time
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Final

from webmap.bases.addresses import Square
from webmap.bases.declared import Source

DAY_S: Final = 86_400
LOOK_EVERY: Final = 256
LEAVE: Final = 0.8


class Cache:
    """Tiles on disk. Of several processes each may sweep; what one has removed the other does not miss."""

    def __init__(self, folder: Path, most_bytes: int) -> None:
        self.folder = folder
        self.most_bytes = most_bytes
        self._kept = count(1)

    def find(self, source: Source, square: Square, *, stale: bool = False) -> bytes | None:
        """The tile, if it is young enough; `stale` takes any age."""
        file = self._file(source, square)
        try:
            young = time.time() - file.stat().st_mtime < source.cache_days * DAY_S
            return file.read_bytes() if young or stale else None
        except OSError:
            return None

    def keep(self, source: Source, square: Square, body: bytes) -> None:
        if not self.most_bytes or not source.cache_days:
            return
        file = self._file(source, square)
        new = file.with_name(f"{file.name}.{secrets.token_hex(4)}.new")
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            new.write_bytes(body)
            new.replace(file)
        except OSError:
            with suppress(OSError):
                new.unlink()
            return
        if next(self._kept) % LOOK_EVERY == 1:
            self.sweep()

    def sweep(self) -> None:
        """Remove the oldest when there is too much."""
        files = sorted(self._files())
        size = sum(bytes_ for _, bytes_, _ in files)
        if size <= self.most_bytes:
            return
        for _, bytes_, path in files:
            if size <= self.most_bytes * LEAVE:
                return
            with suppress(OSError):
                Path(path).unlink()
            size -= bytes_

    def _files(self) -> list[tuple[float, int, str]]:
        found = []
        for folder, _, names in os.walk(self.folder):
            for name in names:
                path = os.path.join(folder, name)  # noqa: PTH118
                with suppress(OSError):
                    facts = os.stat(path)  # noqa: PTH116
                    found.append((facts.st_mtime, facts.st_size, path))
        return found

    def _file(self, source: Source, square: Square) -> Path:
        z, x, y = square
        return self.folder / f"{source.name}-{source.edition}" / str(z) / str(x) / str(y)
