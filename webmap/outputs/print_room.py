"""Where is there room on the sheet? Boxes that must not meet, and the places around a symbol."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Final

from webmap.outputs.print_paper import Box

_CELL_MM: Final = 15.0


class Room:
    """What is taken, within a box that nothing may leave."""

    def __init__(self, within: Box) -> None:
        self._within = within
        self._cells: dict[tuple[int, int], list[Box]] = defaultdict(list)

    def take(self, box: Box) -> None:
        """From now on nothing else stands there."""
        for cell in _cells(box):
            self._cells[cell].append(box)

    def is_free(self, box: Box) -> bool:
        """Whether it lies within and meets nothing."""
        inside = self._within.left <= box.left and self._within.bottom <= box.bottom
        inside = inside and box.right <= self._within.right and box.top <= self._within.top
        return inside and not any(meet(box, each) for cell in _cells(box) for each in self._cells[cell])

    def are_free(self, boxes: Iterable[Box]) -> bool:
        """Whether all of them are."""
        return all(self.is_free(box) for box in boxes)


def around(symbol: Box, width: float, height: float, gap: float) -> Iterator[Box]:
    """The eight places of words beside a symbol: right first, then left, above, below, the corners."""
    x, y = symbol.middle
    yield _from(symbol.right + gap, y - height / 2, width, height)
    yield _from(symbol.left - gap - width, y - height / 2, width, height)
    yield _from(x - width / 2, symbol.top + gap / 2, width, height)
    yield _from(x - width / 2, symbol.bottom - gap / 2 - height, width, height)
    for bottom in (symbol.top - height * 0.4, symbol.bottom - height * 0.6):
        yield _from(symbol.right + gap * 0.4, bottom, width, height)
        yield _from(symbol.left - gap * 0.4 - width, bottom, width, height)


def centred(x: float, y: float, width: float, height: float) -> Box:
    """A box around its middle."""
    return Box(x - width / 2, y - height / 2, x + width / 2, y + height / 2)


def _from(left: float, bottom: float, width: float, height: float) -> Box:
    return Box(left, bottom, left + width, bottom + height)


def meet(one: Box, other: Box) -> bool:
    """Whether they share more than an edge."""
    return (
        one.left < other.right
        and one.right > other.left
        and one.bottom < other.top
        and one.top > other.bottom
    )


def _cells(box: Box) -> Iterator[tuple[int, int]]:
    for column in range(int(box.left // _CELL_MM), int(box.right // _CELL_MM) + 1):
        for row in range(int(box.bottom // _CELL_MM), int(box.top // _CELL_MM) + 1):
            yield column, row
