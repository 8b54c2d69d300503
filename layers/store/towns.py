"""What does a very large layer amount to, town by town? From afar that is shown instead of its features."""

from __future__ import annotations

from typing import Final

from sqlalchemy.orm import Session

from layers.rights import Viewer
from layers.store.counted import counted
from layers.store.tables import Layer
from layers.store.totals import layers
from layers.store.town_total import TownTotal

LARGE_LAYER: Final = 20_000
"""A layer with more features than this is large."""
CROWDED_LAYER: Final = 5_000
"""With more features than this a layer that has donuts shows nothing else from afar: 440 squares fill the sheet."""


def is_crowded(session: Session, viewer: Viewer, layer: Layer) -> bool:
    """Whether there are more features in it than a page could tell apart from afar."""
    return any(each.id == layer.id and each.count > CROWDED_LAYER for each in layers(session, viewer))


def is_large(session: Session, viewer: Viewer, layer: Layer) -> bool:
    """Whether there are more features in it than a page should fetch from afar."""
    return any(each.id == layer.id and each.count > LARGE_LAYER for each in layers(session, viewer))


def town_totals(session: Session, viewer: Viewer, layer: Layer) -> list[TownTotal]:
    """By symbol class and town."""
    return list(counted(session, viewer, layer))
