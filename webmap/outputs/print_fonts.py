"""Which font file sets these words on paper? A small one with the usual characters, the whole one for a rare name.

Embedding reads the whole font file each time: the 7,445 signs of GB/T 2312 and Latin take a fifth of the time of all
30,000. Both sorts are made once for a process.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, Literal

from fontTools import subset
from fontTools.ttLib import TTFont

from layers.errors import NoSpace, UnknownThing
from webmap.assets import STATIC

Face = Literal["hei", "bold", "song"]
FONTS: Final[dict[Face, Path]] = {
    "hei": STATIC / "vendor" / "print" / "NotoSansSC-Regular.ttf",
    "bold": STATIC / "vendor" / "print" / "NotoSansSC-Bold.ttf",
    "song": STATIC / "vendor" / "print" / "NotoSerifSC-Bold.ttf",
}
TYPESETTING: Final = ["GSUB", "GPOS", "GDEF", "BASE", "VORG", "vhea", "vmtx"]
"""Tables that no sheet uses and that take long to embed."""
LATIN: Final = "".join(map(chr, [*range(0x20, 0x7F), *range(0xA0, 0x180)]))
SIGNS: Final = "′″‰℃№ⅠⅡⅢ①②③④⑤⑥⑦⑧⑨⑩㎡–—‘’“”…•≤≥□"


def file_for(words: str, face: Face) -> Path:
    """The small font where it has all of these characters."""
    return small(face) if usual().issuperset(words) else whole(face)


@cache
def usual() -> frozenset[str]:
    """GB/T 2312, Latin, and the signs of measures and lists."""
    return frozenset((*LATIN, *SIGNS, *_chinese()))


@cache
def small(face: Face) -> Path:
    """The font with the usual characters only."""
    options = subset.Options(layout_features=[], glyph_names=False)
    options.drop_tables += TYPESETTING
    target = _target(face, "usual")
    with _opened(face) as font:
        cut = subset.Subsetter(options)
        cut.populate(unicodes=map(ord, usual()))
        cut.subset(font)
        _save(font, target)
    return target


@cache
def whole(face: Face) -> Path:
    """The font with every character, without the tables of typesetting."""
    target = _target(face, "whole")
    with _opened(face) as font:
        for table in set(TYPESETTING).intersection(font.keys()):
            del font[table]
        _save(font, target, reorderTables=None)
    return target


def _opened(face: Face) -> TTFont:
    """Its days and boxes are left alone: equal sheets are equal files, and thousands of boxes take long."""
    if not FONTS[face].is_file():
        raise UnknownThing(f"服务器上缺少打印用的字体 {FONTS[face].name}，没有生成。请重新安装本系统。")
    return TTFont(FONTS[face], lazy=True, recalcTimestamp=False, recalcBBoxes=False)


def _target(face: Face, sort: str) -> Path:
    try:
        return Path(_folder().name) / f"{FONTS[face].stem}-{sort}.ttf"
    except OSError as refusal:
        raise _no_space(refusal) from None


def _save(font: TTFont, target: Path, **how: None) -> None:
    part = target.with_suffix(".part")
    try:
        font.save(part, **how)
        # Whoever still reads a font of this name goes on reading that one.
        part.replace(target)
    except OSError as refusal:
        part.unlink(missing_ok=True)
        raise _no_space(refusal) from None


def _no_space(refusal: OSError) -> NoSpace:
    return NoSpace(f"临时文件夹写不进去（{refusal.strerror}），没有生成。请联系系统管理员。")


@cache
def _folder() -> TemporaryDirectory[str]:
    """Of this process, and gone with it; on Windows, but for what a library still holds open."""
    return TemporaryDirectory(prefix="print-fonts-", ignore_cleanup_errors=True)


def _chinese() -> Iterator[str]:
    for row in range(0xA1, 0xF8):
        for cell in range(0xA1, 0xFF):
            yield from bytes([row, cell]).decode("gb2312", errors="ignore")
