"""How is a large piece of ground cut into sheets of one scale, and on which sheet does it go on?"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from webmap.outputs.print_paper import SCALES, Box, Sheet

OVERVIEW_SCALES: Final = (*SCALES, 750_000, 1_000_000, 1_500_000, 2_000_000, 5_000_000)
FILLED: Final = 0.92
"""How much of its sheet the overview fills at most."""


@dataclass(frozen=True, kw_only=True)
class Series:
    """Rows and columns of sheets around the middle of `sheet`; neighbours share `overlap` per cent of the map."""

    sheet: Sheet
    rows: int
    columns: int
    overlap: float

    @property
    def count(self) -> int:
        return self.rows * self.columns

    @property
    def size_mm(self) -> tuple[float, float]:
        """Of all maps together."""
        frame, share = self.sheet.frame, 1 - self.overlap / 100
        return (
            frame.width * (1 + (self.columns - 1) * share),
            frame.height * (1 + (self.rows - 1) * share),
        )

    def sheets(self) -> list[Sheet]:
        """Row by row from the upper left, all in the zone of the middle."""
        return [self.sheet.moved(right, up) for right, up in self._offsets()]

    def neighbours(self, number: int) -> dict[str, int]:
        """The numbers of the sheets beside this one, from 1 on, by the side."""
        row, column = divmod(number - 1, self.columns)
        beside = {
            "left": (row, column - 1),
            "right": (row, column + 1),
            "top": (row - 1, column),
            "bottom": (row + 1, column),
        }
        return {
            side: there[0] * self.columns + there[1] + 1
            for side, there in beside.items()
            if 0 <= there[0] < self.rows and 0 <= there[1] < self.columns
        }

    def overview(self) -> Sheet:
        """The sheet that shows them all."""
        frame, (width, height) = self.sheet.frame, self.size_mm
        least = self.sheet.scale * max(width / frame.width, height / frame.height) / FILLED
        scale = next((each for each in OVERVIEW_SCALES if each >= least), round(least))
        return replace(self.sheet, scale=scale)

    def boxes(self, overview: Sheet) -> list[Box]:
        """Where each map lies on the overview, in mm."""
        frame, share = self.sheet.frame, self.sheet.scale / overview.scale
        x, y = overview.frame.middle
        half = np.array([frame.width, frame.height]) * share / 2
        return [
            Box(
                x + right * share - half[0],
                y + up * share - half[1],
                x + right * share + half[0],
                y + up * share + half[1],
            )
            for right, up in self._offsets()
        ]

    def _offsets(self) -> Iterator[tuple[float, float]]:
        """How far the middle of each map lies from that of all, in mm to the right and up."""
        frame, share = self.sheet.frame, 1 - self.overlap / 100
        for row in range(self.rows):
            for column in range(self.columns):
                right = (column - (self.columns - 1) / 2) * frame.width * share
                yield right, ((self.rows - 1) / 2 - row) * frame.height * share
