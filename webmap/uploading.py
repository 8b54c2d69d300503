"""Where does a file that somebody brought lie? In the data folder, under a name of ours."""

from __future__ import annotations

from pathlib import Path
from typing import Final

FOLDER: Final = "uploads"
OWN_NAME: Final = "file"
"""What every file is called there, before its ending."""
ASKED_FOLDER: Final = "asked"
INTAKE_BYTES: Final = 300 << 20
"""How large a file may be that is imported."""
ASKED_BYTES: Final = 20 << 20
"""How large a file may be that somebody brings only to ask about it."""


def stored(home: Path, uid: str) -> Path:
    """The folder of an upload; names in it are ours."""
    return home / FOLDER / uid


def file_of(home: Path, uid: str, name: str) -> Path:
    """Where the bytes of an upload lie: under a name of ours with the ending that the file came with."""
    return stored(home, uid) / _own_name(name)


def asked_file(home: Path, uid: str, name: str) -> Path:
    """Where the bytes of a file lie that is only asked about, until the answer is there."""
    return home / ASKED_FOLDER / uid / _own_name(name)


def report_of(home: Path, uid: str) -> Path:
    """Where all that was found about an upload is written down, as a spreadsheet."""
    return stored(home, uid) / "report.xlsx"


def differences_of(home: Path, uid: str) -> Path:
    """Where it is written down what an upload would change on the map."""
    return stored(home, uid) / "differences.json"


def _own_name(name: str) -> str:
    suffix = Path(name).suffix.lower()
    sound = suffix[1:].isascii() and suffix[1:].isalnum() and len(suffix) <= 10
    return f"{OWN_NAME}{suffix}" if sound else OWN_NAME
