"""Where do rasters and drawings lie in the data folder? Under names of ours."""

from __future__ import annotations

from pathlib import Path
from typing import Final

FOLDER: Final = "pictures"
BASES_FOLDER: Final = "imagery"
"""Beside the file that declares base maps, which finds its files from there."""
TILES: Final = "tiles.mbtiles"


def folder_of(home: Path, uid: str) -> Path:
    """All that belongs to a picture but the tiles of a base map."""
    return home / FOLDER / uid


def original(home: Path, uid: str, name: str) -> Path:
    """The file as it came, with its ending."""
    suffix = Path(name).suffix.lower()
    sound = suffix if suffix[1:].isascii() and suffix[1:].isalnum() and len(suffix) <= 10 else ""
    return folder_of(home, uid) / f"original{sound}"


def base_file(bases: Path, uid: str) -> Path:
    """The tiles of a raster that is a base map."""
    return bases.parent / BASES_FOLDER / f"{uid}.mbtiles"
