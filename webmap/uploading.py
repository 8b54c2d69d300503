"""Where does a file that somebody brought lie? In the data folder, under a name of ours."""

from __future__ import annotations

from pathlib import Path
from typing import Final

FOLDER: Final = "uploads"


def stored(home: Path, uid: str) -> Path:
    """The folder of an upload; names in it are ours."""
    return home / FOLDER / uid


def file_of(home: Path, uid: str, name: str) -> Path:
    """Where the bytes of an upload lie: under a name of ours with the ending that the file came with."""
    suffix = Path(name).suffix.lower()
    sound = suffix if suffix[1:].isascii() and suffix[1:].isalnum() and len(suffix) <= 10 else ""
    return stored(home, uid) / f"file{sound}"


def report_of(home: Path, uid: str) -> Path:
    """Where all that was found about an upload is written down, as a spreadsheet."""
    return stored(home, uid) / "report.xlsx"
