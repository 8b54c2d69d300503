"""How does a drawing become a picture that a browser can show? Upright, plain pixels, one page of it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from layers.errors import InvalidValue, UnreadableFile
from layers.formats import sandbox
from layers.imagery.limits import SHEET_PIXELS

PROGRAM: Final = "layers.imagery.sheet_child"
SOURCE, PLAIN, SEEN = "sheet", "plain.png", "seen.jpg"
SEEN_PX: Final = 3000
DOTS_PER_INCH: Final = 300
LIMITS: Final = sandbox.Limits(wall_s=120, cpu_s=110, memory_bytes=3 << 30, file_bytes=512 << 20)
_MAGICS: Final = {b"\xff\xd8\xff": "jpg", b"\x89PNG": "png", b"%PDF-": "pdf"}


@dataclass(frozen=True)
class Sheet:
    """A drawing as one picture. width, height: pixels of the plain picture; pages: how many the file has."""

    width: int
    height: int
    pages: int


def plain_sheet(folder: Path, page: int = 1) -> Sheet:
    """Write the plain picture and the one to be seen of the file `SOURCE` in `folder`; raises UnreadableFile."""
    if page < 1:
        raise InvalidValue(f"页码收到 {page}，应从 1 开始。请改正。")
    question = {
        "do": "plain",
        "sort": _sort(folder / SOURCE),
        "page": page,
        "most_pixels": SHEET_PIXELS,
        "seen_px": SEEN_PX,
        "dots_per_inch": DOTS_PER_INCH,
    }
    told = sandbox.tell(folder, question, PROGRAM, LIMITS)
    return Sheet(told["width"], told["height"], told["pages"])


def _sort(file: Path) -> str:
    with file.open("rb") as opened:
        start = opened.read(1024)
    found = next((sort for magic, sort in _MAGICS.items() if start.startswith(magic)), None)
    if found is None and b"%PDF-" in start:
        found = "pdf"
    if found is None:
        raise UnreadableFile("图纸应为 JPG、PNG 或 PDF。请在原软件中另存为其中一种后再上传。")
    return found
