"""What of a very large layer is seen from afar? What it amounts to in each town, never all of its features."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from layers.kinds import LayerKind
from layers.measure import rounded_km, rounded_mu
from layers.store.query import TownTotal
from layers.tiles.attributes import Attributes
from layers.tiles.encode import EXTENT, encode_points
from layers.tiles.mercator import Tile, world

SUMMED: Final = ("count", "west", "south", "east", "north")
"""Fields of a point that stands for many features, beside those of a single one."""
_FIRST_ID: Final = 1 << 40
"""Above the ids of features: such a point is nobody's card."""


def is_summed(kind: LayerKind, z: int) -> bool:
    """Whether features of this kind are drawn as donuts of their towns wherever a tile of this zoom is shown.

    A tile of zoom z is shown below Leaflet's zoom z + 2.
    """
    return kind.cluster is not None and kind.cluster.style == "donut" and z + 2 <= kind.cluster.below_zoom


def overview_layer(totals: list[TownTotal], layer_key: str, tile: Tile) -> bytes:
    """The layer `<key>_points` with one point for each symbol class of each town; b"" where there are none."""
    places = world(np.array([(each.lon, each.lat) for each in totals], np.float64).reshape(-1, 2))
    own = np.flatnonzero(tile.owns(places))
    units = np.clip(np.floor(tile.units_of_world(places[own])), 0, EXTENT - 1).astype(np.int64)
    rows = [_told(totals[at]) for at in own.tolist()]
    told = Attributes.of({key: [row[key] for row in rows] for key in (rows[0] if rows else ())})
    return encode_points(f"{layer_key}_points", units, own + _FIRST_ID, told)


def _told(total: TownTotal) -> dict[str, Any]:
    return {
        "symbol": total.symbol,
        "town": total.town,
        "area_mu": rounded_mu(total.area_m2),
        "length_km": rounded_km(total.length_m),
        **dict(zip(SUMMED, (total.number, *total.bounds), strict=True)),
    }
