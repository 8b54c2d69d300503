"""How does a base map lie under a printed sheet? Its tiles as the page asks for them; one that does not answer is said."""

from __future__ import annotations

import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import numpy as np
from numpy.typing import NDArray

from layers.crs import to_gcj02
from layers.errors import UnknownThing
from webmap.bases.addresses import Square
from webmap.bases.declared import Source
from webmap.bases.fetch import NoAnswer
from webmap.bases.shelf import Shelf
from webmap.outputs.print_paper import Sheet
from webmap.print_drawings import Tiles

if TYPE_CHECKING:
    from webmap.outputs.print_map import Overlay

MOST_FAILURES: Final = 3
"""After so many a source is left alone: a print does not wait for what does not come."""
MOST_S: Final = 90.0
"""So long is a sheet's base map waited for."""
GONE: Final = "底图已不在，没有印"


@dataclass
class PrintedBase:
    """A base map on sheets. note: what the sheet says of it; trouble: what is missing of it, empty while all is there."""

    shelf: Shelf
    name: str
    opacity: float = 1.0
    trouble: str = ""
    note: str = ""
    _failures: int = 0
    _until: float = field(default=0.0)

    def laid(self, sheet: Sheet) -> list[Overlay]:
        """What lies under the vectors, the lowest first; nothing where the source does not answer."""
        from webmap.outputs.print_map import Overlay

        try:
            source = self.shelf.named(self.name)
        except UnknownThing:
            self._say("", GONE)
            return []
        labels = self.shelf.sources.get(source.labels)
        self._until = time.monotonic() + MOST_S
        parts = [each for each in (source, labels) if each]
        pictures = [self._tiles(each).on_paper(sheet, sheet.frame) for each in parts]
        seen = [each for each in pictures if each[..., 3].any()]
        self._tell(source, bool(seen))
        return [Overlay(each, sheet.frame, self.opacity) for each in seen]

    def _tiles(self, source: Source) -> Tiles:
        return Tiles(
            lambda square: self._tile(source, square),
            max(source.min_zoom, 0),
            source.max_zoom,
            _in_gcj02 if source.gcj02 else None,
        )

    def _tile(self, source: Source, square: Square) -> bytes | None:
        if self._failures >= MOST_FAILURES or time.monotonic() > self._until:
            self._failures += 1
            return None
        try:
            return self.shelf.tile(source, square)
        except NoAnswer:
            self._failures += 1
            return None

    def _tell(self, source: Source, is_seen: bool) -> None:
        if not is_seen:
            self._say("", f"底图“{source.title}”没有取到，没有印")
            return
        review = f"，审图号 {source.review}" if source.review else ""
        credit = f"，{source.attribution}" if source.attribution else ""
        lacking = f"底图“{source.title}”有一部分没有取到" if self._failures else ""
        self._say(f"底图：{source.title}{credit}{review}", lacking)

    def _say(self, note: str, trouble: str) -> None:
        self.trouble = trouble or self.trouble
        self.note = "；".join(each for each in (note, trouble) if each)


def _in_gcj02(degrees: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.array([to_gcj02(lon, lat) for lon, lat in degrees.tolist()])
