"""Where do the parts of a scene stand on its page, of slides and of a PDF alike? Pixels of the screen of 1920 × 1080."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

from PIL import Image

WIDE_PX, HIGH_PX = 1920, 1080
MAP_PX: Final = (700, 110, 1180, 820)
"""Left, top, width and height of the map."""
LEFT, WIDE = 40, 630
"""Of the words."""
BOTTOM: Final = 1000
"""Where words end and the foot begins."""
_PHRASE: Final = re.compile(r"[^，、；：。！？]*[，、；：。！？]+|[^，、；：。！？]+$")
HEADLINES_PX: Final = ((24, 60), (40, 48), (80, 38), (160, 30), (400, 22), (3000, 16))
"""Up to so many characters, and how large they are: a sentence is large, a text still fits."""
MOST_BESIDE: Final = 4
"""Rows of a legend that stand beside one another."""
NO_VALUE: Final = "资料不足"
FIRST_PX, OTHER_PX = 64, 44
"""Of figures."""
SHORT_LABEL: Final = 12
"""Two figures whose labels are no longer stand side by side."""
PHOTO_HIGH: Final = (150, 300)
"""At least and at most."""
BARS_LEAST: Final = 150
GAP: Final = 16


class Place(NamedTuple):
    """A box of the page."""

    left: float
    top: float
    width: float
    high: float


@dataclass(frozen=True)
class Picture:
    """A photo as JPEG, and how large it is in pixels."""

    content: bytes
    width: int
    height: int


@dataclass(frozen=True)
class Slide:
    """A scene as `layers.briefing.play` tells it, its map as PNG (None: there is none), and its photo."""

    scene: Mapping[str, Any]
    picture: bytes | None
    photo: Picture | None = None


class Column(NamedTuple):
    """What stands below the headline: figures with the size of their digits, bars, the photo."""

    figures: list[tuple[Place, float]]
    bars: Place | None
    photo: Place | None


def picture_of(content: bytes) -> Picture:
    """The photo in such a file."""
    with Image.open(io.BytesIO(content)) as image:
        return Picture(content, *image.size)


def headline_px(words: str) -> int:
    """How large a headline stands."""
    return next(size for most, size in HEADLINES_PX if len(words) <= most)


def broken(words: str, room: float, wide: Callable[[str], float]) -> list[str]:
    """Lines that end after a stop; one that is too long all the same is left as it is. room: as `wide` measures."""
    lines = [""]
    for part in _PHRASE.findall(words):
        if lines[-1] and wide(lines[-1] + part) > room:
            lines.append("")
        lines[-1] += part
    return lines


def column(slide: Slide, top: float, bottom: float = BOTTOM) -> Column:
    """What finds room between the headline and the foot: figures first, then the photo, bars in what is left."""
    figures, top = _figures(slide.scene["figures"], top, bottom)
    bars = slide.scene["bars"] if slide.scene["bars"] and slide.scene["bars"]["rows"] else None
    wanted = bars_high(len(bars["rows"])) if bars else 0.0
    photo = _photo(slide.photo, wanted, top + GAP, bottom)
    if photo:
        bottom = photo.top - GAP
    high = min(wanted, bottom - top - GAP)
    stands = bool(bars) and high >= BARS_LEAST
    place = Place(LEFT, top + GAP, WIDE, high) if stands else None
    return Column(figures, place, _after(photo, place, top))


def bars_high(rows: int) -> float:
    """So much room bars would like to have, with their title."""
    return 60 + 52 * rows


def _figures(
    told: Sequence[Mapping[str, Any]], top: float, bottom: float
) -> tuple[list[tuple[Place, float]], float]:
    """One below the other, the first the largest; a second and a third with few words side by side."""
    beside = len(told) > 2 and all(len(each["label"]) <= SHORT_LABEL for each in told[1:])
    places: list[tuple[Place, float]] = []
    for at in range(len(told)):
        size = FIRST_PX if at == 0 else OTHER_PX
        high = size * 1.22 + 42
        if beside and at == 2:
            places.append((Place(LEFT + WIDE / 2, places[1][0].top, WIDE / 2, high), size))
            continue
        if top + high > bottom:
            break
        places.append((Place(LEFT, top, WIDE / 2 if beside and at else WIDE, high), size))
        top += high + 10
    return places, top


def _photo(photo: Picture | None, bars: float, top: float, bottom: float) -> Place | None:
    """At the bottom, as large as the bars above it leave it; those give way to it as far as they stay readable."""
    if photo is None:
        return None
    least, most = PHOTO_HIGH
    free = bottom - top
    room = free - bars - GAP if bars else free
    if bars and room < least:
        room = min(least, free - BARS_LEAST - GAP)
    high = min(most, room, WIDE * photo.height / photo.width)
    if high < least / 2:
        return None
    return Place(LEFT, bottom - high, high * photo.width / photo.height, high)


def _after(photo: Place | None, bars: Place | None, top: float) -> Place | None:
    """Right below what stands above it."""
    if photo is None:
        return None
    return photo._replace(top=(bars.top + bars.high if bars else top) + GAP)
