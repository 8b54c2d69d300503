"""How do big layers look from afar? Worked out beforehand, because nobody waits for 200,000 parcels.

    for layer in due(session): rebuild(database, layer.key)

What can be seen by itself keeps its own shape, simplified so that neighbours still meet; smaller areas make up
regions, of smaller lines and points one stays for each spot. Layers whose towns show donuts need none of it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray
from sqlalchemy.orm import Session

from layers.crs import Bounds
from layers.kinds import kind_for
from layers.rights import SYSTEM_VIEWER
from layers.store import Database, overviews, query, towns
from layers.store.overviews import Place, Standing
from layers.store.query import LayerSummary
from layers.store.tables import Layer
from layers.tiles.commands import Shapes
from layers.tiles.cut import clipped
from layers.tiles.generalise import TOLERANCE, simplified
from layers.tiles.mercator import UNITS_PER_PX, Tile, world
from layers.tiles.overview import is_summed
from layers.tiles.pieces import Pieces, packed
from layers.tiles.regions import NOBODY, STAND_INS, regions
from layers.tiles.wire import Ints

FROM_Z: Final = 5
TO_Z: Final = 10
"""Zooms of tiles: 10 is seen up to Leaflet's zoom 11. Nearer ones are cut when they are asked for."""
EDITION: Final = 1
"""One more whenever the same features make another overview."""
OWN_AREA_PX: Final = 8
OWN_LINE_PX: Final = 4
SPOT_PX: Final = 4
"""An area or line this large keeps its own shape; of smaller lines and points one stays in each such spot."""
_MARGIN: Final = 0.02
"""The buffer of a tile, and a little more, as a share of its width."""


def is_overviewed(layer: Layer | LayerSummary, z: int) -> bool:
    """Whether tiles of this zoom are taken from the overview when the layer is big."""
    return z <= TO_Z and not is_summed(kind_for(layer), z)


def way_of(layer: Layer) -> str:
    """By which program and which declaration an overview is made."""
    return f"{EDITION} {kind_for(layer).digest}"


def overview_of(session: Session, layer: Layer | LayerSummary) -> tuple[int, bool]:
    """Its edition, and whether it can be shown; it may be about to be renewed."""
    found = overviews.kept(session, layer.id)
    return found.edition, found.edition > 0 and not found.in_transit


def is_ready(session: Session, layer: Layer) -> bool:
    """Whether there is an overview that can be shown."""
    return overview_of(session, layer)[1]


def big_layers(session: Session) -> list[Layer]:
    """Those that need an overview."""
    return [
        layer
        for layer in overviews.live_layers(session)
        if is_overviewed(layer, TO_Z) and overviews.count_of(session, layer.id) > towns.LARGE_LAYER
    ]


def due(session: Session) -> list[Layer]:
    """The big layers whose overview must be made."""
    return [layer for layer in big_layers(session) if is_due(session, layer)]


def is_due(session: Session, layer: Layer) -> bool:
    """Whether the overview is missing, or does not show what the layer holds now."""
    found = overviews.kept(session, layer.id)
    if found.in_transit:
        return False
    return (found.layer_version, found.way) != (layer.version, way_of(layer))


def stale_tiles(session: Session, layer: Layer) -> set[Tile] | None:
    """The tiles of the overview in which something has changed since it was made; None: all of them."""
    found = overviews.kept(session, layer.id)
    if found.at is None or found.way != way_of(layer):
        return None
    touched = overviews.touched_since(session, layer.id, found.at)
    if touched is None:
        return None
    return {tile for z in range(FROM_Z, TO_Z + 1) for box in touched for tile in tiles_within(box, z)}


def rebuild(
    database: Database, layer_key: str, tell: Callable[[float, str], object] = lambda share, words: None
) -> int:
    """Make the overview of a big layer anew where something has changed; how many tiles that were."""
    with database.reading() as session:
        layer = query.layer_named(session, SYSTEM_VIEWER, layer_key)
        stale = stale_tiles(session, layer)
        there = overviews.standing(session, layer.id, _around(stale))
    source = _Source.of(there)
    wanted = sorted(_all_tiles(source) if stale is None else stale, reverse=True)
    made: dict[Place, bytes] = {}
    for number, tile in enumerate(wanted):
        tell(number / len(wanted), f"正在生成概览 {number} / {len(wanted)}")
        made[tile.z, tile.x, tile.y] = packed(source.seen_in(tile))
    overviews.keep(database, layer, there.at, way_of(layer), made, whole=stale is None)
    return len(made)


def tiles_within(box: Bounds, z: int) -> Iterator[Tile]:
    """The tiles of a zoom whose buffered squares these bounds may meet."""
    west, south, east, north = box
    places, last = world(np.array([(west, north), (east, south)])) * 2.0**z, 2**z - 1
    left, top = np.clip(np.floor(places[0] - _MARGIN), 0, last).astype(int).tolist()
    right, bottom = np.clip(np.floor(places[1] + _MARGIN), 0, last).astype(int).tolist()
    return (Tile(z, x, y) for x in range(left, right + 1) for y in range(top, bottom + 1))


def _around(tiles: set[Tile] | None) -> Bounds | None:
    """The bounds of all these tiles together; None for everywhere, and where there are none."""
    if not tiles:
        return None
    west, south, east, north = zip(*(tile.bounds() for tile in tiles), strict=True)
    return min(west), min(south), max(east), max(north)


def _all_tiles(source: _Source) -> set[Tile]:
    if not len(source.shapes):
        return set()
    west, south, east, north = shapely.total_bounds(source.shapes).tolist()
    return {tile for z in range(FROM_Z, TO_Z + 1) for tile in tiles_within((west, south, east, north), z)}


# --- one tile ------------------------------------------------------------------------------------------


class _Source(NamedTuple):
    """The features, their boxes in degrees, and in which group each is: groups are never mixed."""

    ids: Ints
    shapes: Shapes
    boxes: NDArray[np.float64]
    symbols: Ints
    audiences: Ints

    @classmethod
    def of(cls, there: Standing) -> _Source:
        symbols = np.unique(np.array(there.symbols, str), return_inverse=True)[1].astype(np.int64)
        audiences = np.unique(np.array(there.kept_apart, str), return_inverse=True)[1].astype(np.int64)
        return cls(there.ids, there.shapes, shapely.bounds(there.shapes), symbols, audiences)

    def seen_in(self, tile: Tile) -> Pieces:
        """What of them is seen in this tile."""
        west, south, east, north = tile.bounds()
        left, bottom, right, top = self.boxes.T
        near = np.flatnonzero((left <= east) & (right >= west) & (bottom <= north) & (top >= south))
        units = np.asarray(shapely.transform(self.shapes[near], tile.units), np.object_)
        groups = self.symbols[near] + self.audiences[near] * (int(self.symbols.max(initial=0)) + 1)
        dimensions, sizes = shapely.get_dimensions(units).astype(np.int64), _sizes_px(units)
        small_areas = (dimensions == 2) & (sizes < OWN_AREA_PX)
        own = _own(units, dimensions, sizes, groups)
        found = regions(units[small_areas], groups[small_areas])
        own_shapes, kept = _drawn(units[own])
        own = own[kept]
        features = np.full((len(own), STAND_INS), NOBODY, np.int64)
        features[:, 0] = self.ids[near[own]]
        of_regions = _ids(self.ids[near[small_areas]], found.features)
        return Pieces(
            np.concatenate([found.shapes, own_shapes]),
            np.concatenate([of_regions, features]),
            np.arange(len(found.shapes) + len(own)) >= len(found.shapes),
        )


def _sizes_px(units: Shapes) -> NDArray[np.float64]:
    west, north, east, south = shapely.bounds(units).T
    return np.asarray(np.maximum(east - west, south - north) / UNITS_PER_PX)


def _own(units: Shapes, dimensions: Ints, sizes: NDArray[np.float64], groups: Ints) -> Ints:
    """Which features keep their own shape: large ones, and of small lines and points the largest of each spot."""
    large = ((dimensions == 2) & (sizes >= OWN_AREA_PX)) | ((dimensions == 1) & (sizes >= OWN_LINE_PX))
    small = np.flatnonzero((dimensions < 2) & ~large)
    middles = shapely.get_coordinates(shapely.centroid(units[small]))
    spots = np.floor(middles / (SPOT_PX * UNITS_PER_PX)).astype(np.int64)
    order = np.lexsort([small, -sizes[small]])
    keys = np.column_stack([groups[small], spots])[order]
    _, first = np.unique(keys, axis=0, return_index=True)
    return np.sort(np.concatenate([np.flatnonzero(large), small[order[first]]]))


def _drawn(units: Shapes) -> tuple[Shapes, NDArray[np.intp]]:
    """Simplified and clipped; and the places of those of which something is left."""
    out, is_area = units.copy(), shapely.get_dimensions(units) == 2
    out[is_area] = _simplified_together(units[is_area])
    out[~is_area] = simplified(units[~is_area])
    out = clipped(out)
    there = np.flatnonzero(~shapely.is_missing(out) & ~shapely.is_empty(out))
    return out[there], there


def _simplified_together(areas: Shapes) -> Shapes:
    """So that borders that were shared still are; areas that overlap are simplified one by one."""
    if not len(areas):
        return areas
    try:
        together = np.asarray(shapely.coverage_simplify(areas, TOLERANCE), np.object_)
    except shapely.GEOSException:
        return simplified(areas)
    torn = ~shapely.is_valid(together) | shapely.is_empty(together)
    together[torn] = simplified(areas[torn])
    return together


def _ids(ids: Ints, places: Ints) -> Ints:
    """The ids at these places, NOBODY where there is none."""
    return np.where(places == NOBODY, NOBODY, ids[places]) if len(ids) else places
