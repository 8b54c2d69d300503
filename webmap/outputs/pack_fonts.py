"""Which letters does a file carry that must look the same on a machine without our fonts?"""

from __future__ import annotations

import base64
import io
from functools import lru_cache
from pathlib import Path
from typing import Final, NamedTuple

from fontTools import subset
from fontTools.ttLib import TTFont

from webmap.assets import STATIC

ALWAYS: Final = (
    "".join(map(chr, range(0x20, 0x7F))) + "，。、；：？！“”‘’（）《》〈〉【】…—·－～×％℃㎡①②③④⑤⑥⑦⑧⑨⑩→←↑↓□■▌"
)
"""Besides the text: figures, Latin letters, punctuation."""


class Face(NamedTuple):
    """A font as the style sheets call it. weight: of CSS, one or a span of them."""

    family: str
    weight: str
    file: Path


_FOLDER: Final = STATIC / "vendor" / "print"
FACES: Final = (
    Face("Noto Sans SC Variable", "100 500", _FOLDER / "NotoSansSC-Regular.ttf"),
    Face("Noto Sans SC Variable", "600 900", _FOLDER / "NotoSansSC-Bold.ttf"),
    Face("Noto Serif SC Variable", "100 900", _FOLDER / "NotoSerifSC-Bold.ttf"),
)


def style_of(text: str) -> str:
    """@font-face rules whose fonts hold just the characters of this text, inside the sheet itself."""
    letters = "".join(sorted(set(text) | set(ALWAYS)))
    return "\n".join(_rule(face, subset_of(face.file, letters)) for face in FACES)


@lru_cache(maxsize=12)
def subset_of(file: Path, letters: str) -> bytes:
    """The font with these characters only, as WOFF2; characters that it does not have are left to the machine."""
    options = subset.Options(
        layout_features=["kern"], hinting=False, notdef_outline=True, desubroutinize=True
    )
    options.flavor = "woff2"
    options.drop_tables += ["GSUB", "GPOS", "vhea", "vmtx", "VORG", "DSIG"]
    target = io.BytesIO()
    with TTFont(file, lazy=True, recalcTimestamp=False) as font:
        chosen = subset.Subsetter(options)
        chosen.populate(text=letters)
        chosen.subset(font)
        font.flavor = "woff2"
        font.save(target)
    return target.getvalue()


def _rule(face: Face, content: bytes) -> str:
    data = base64.b64encode(content).decode()
    return (
        f'@font-face{{font-family:"{face.family}";font-weight:{face.weight};font-display:block;'
        f'src:url(data:font/woff2;base64,{data}) format("woff2")}}'
    )
