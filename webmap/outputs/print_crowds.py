"""Which symbols of one place touch, so that one with a count says more? As on the screen."""

from __future__ import annotations

import itertools
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

import numpy as np

from layers.symbols.printed import is_drawn
from layers.symbols.vocabulary import Marker
from webmap.outputs.print_ink import Ink
from webmap.outputs.print_marks import mark_size
from webmap.outputs.print_room import centred, meet
from webmap.outputs.print_things import Thing

FIRST: Final = 1
"""Of the names that nothing else may push aside: counts come right behind them."""


class Crowd(NamedTuple):
    """Features whose symbols become one; the first of them says how it looks."""

    members: Sequence[Thing]
    marker: Marker
    priority: int = FIRST

    @property
    def places(self) -> set[tuple[str, int]]:
        """Which ones they are on the sheet."""
        return {each.place for each in self.members}

    @property
    def spot(self) -> tuple[float, float]:
        """The middle of them all."""
        x, y = np.mean([each.spot for each in self.members], axis=0)
        return float(x), float(y)

    @property
    def words(self) -> str:
        """How many they are, with the measure word of their kind."""
        return f"{len(self.members)}{self.members[0].layer.kind.measure_word}"


def crowds_of(ink: Ink, things: Sequence[Thing], zoom: float) -> Iterator[Crowd]:
    """Of all layers whose kind counts what stands together: more than its `over` in one place that touch."""
    places: dict[tuple[str, str], list[tuple[Thing, Marker]]] = defaultdict(list)
    for thing in things:
        cluster, marker = thing.layer.kind.cluster, thing.symbol.marker
        if not cluster or cluster.style != "count" or zoom >= cluster.below_zoom:
            continue
        place = thing.words(cluster.by)
        if place and marker and is_drawn(marker, zoom):
            places[thing.layer.key, place].append((thing, marker))
    for found in places.values():
        first, marker = found[0]
        cluster = first.layer.kind.cluster
        if cluster and len(found) > cluster.over and _touch(ink, found):
            yield Crowd([each for each, _ in found], marker)


def _touch(ink: Ink, found: Sequence[tuple[Thing, Marker]]) -> bool:
    boxes = [centred(*each.spot, *mark_size(ink, marker, marker.text)) for each, marker in found]
    return any(meet(one, other) for one, other in itertools.combinations(boxes, 2))
