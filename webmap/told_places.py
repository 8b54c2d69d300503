"""How is what was found told to the search box, to a click and to an answer? The same row each time."""

from __future__ import annotations

from typing import Any

from layers.store.found import FoundFeature
from layers.store.search import SearchHit


def told(found: FoundFeature | SearchHit) -> dict[str, Any]:
    """place: its town; symbol: the class in which it is drawn."""
    place: str
    symbol: str | None
    if isinstance(found, SearchHit):
        place, symbol = found.place, found.symbol
    else:
        place, symbol = found.derived.get("town") or "", found.derived.get("symbol")
    return {
        "id": found.id,
        "uid": found.uid,
        "layer": found.layer_key,
        "layer_title": found.layer_title,
        "name": found.name,
        "kind": found.kind,
        "place": place,
        "symbol": symbol,
        "bounds": found.bounds,
    }
