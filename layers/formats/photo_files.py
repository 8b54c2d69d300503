"""Which pictures lie in a file of photos, in the order of its rows?"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from layers.formats.sources import TOGETHER, sources_in
from layers.formats.vector import private_folder


@contextmanager
def photo_files(path: Path) -> Iterator[list[tuple[str, Path]]]:
    """What people call each photo, and where it lies inside this block."""
    with private_folder() as folder:
        (source,) = sources_in(path, folder)
        yield list(zip(source.photos, sorted(source.parts[TOGETHER].iterdir()), strict=True))
