"""What does a public notice (公示件) look like as a page of a website? One file that asks for nothing and runs nothing.

Texts are escaped wherever they stand; the picture is inside, with its words as text that can be read aloud.
"""

from __future__ import annotations

import base64
import hashlib
from typing import Final

from jinja2 import Environment, PackageLoader, StrictUndefined

from webmap.outputs.notice import PICTURE_MM, Notice

WIDTH_PX: Final = 1000.0
HEIGHT_PX: Final = round(WIDTH_PX * PICTURE_MM[1] / PICTURE_MM[0])
LONG: Final = 14
"""Cells with more letters may be broken into lines."""


def html(notice: Notice) -> bytes:
    """The whole file, in UTF-8."""
    rooms = Environment(
        loader=PackageLoader("webmap"), autoescape=True, undefined=StrictUndefined, keep_trailing_newline=True
    )
    style = rooms.get_template("notice.css").render()
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    told = rooms.get_template("notice.html").render(
        notice=notice,
        digest=digest,
        width=WIDTH_PX,
        height=HEIGHT_PX,
        long=LONG,
        picture=base64.b64encode(notice.picture).decode(),
    )
    return told.encode()
