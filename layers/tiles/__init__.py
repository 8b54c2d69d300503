"""Which vector tiles are there, and what is in one?

A tile holds for each layer its shapes as `<key>` and their label points as `<key>_points`. Zooms are those of
tiles: one less than Leaflet's. PostGIS draws what it can by itself; what comes from SQLite is cut here.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from sqlalchemy.orm import Session

from layers.crs import Bounds
from layers.errors import InvalidValue, UnknownThing
from layers.filters import Filter, Nothing
from layers.kinds import LayerKind, kind_for
from layers.kinds.base import TileField
from layers.rights import Viewer, may_see
from layers.store import query, towns
from layers.store.overviews import editions as overview_editions
from layers.tiles.afar import far_layer
from layers.tiles.cut import buffer_of, cut_tile, label_layer
from layers.tiles.encode import EXTENT
from layers.tiles.generalise import EXACT_FROM_Z, TOLERANCE
from layers.tiles.mercator import Tile, tiles_under
from layers.tiles.overview import SUMMED, is_summed, overview_layer
from layers.tiles.pyramid import TO_Z, is_overviewed, overview_of

if TYPE_CHECKING:
    from layers.store.tables import Layer

MIN_Z: Final = 0
MAX_Z: Final = 16
MOST_LAYERS: Final = 40
_EDITION: Final = 5
"""One more whenever the same features make other tiles: browsers keep a tile for a year by its token."""
_DERIVED_TITLES: Final = {
    "symbol": "图例类别",
    "label": "图上文字",
    "town": "乡镇街道",
    "area_mu": "面积（亩）",
    "length_km": "长度（公里）",
    "review": "审核状态",
}
_SUMMED_FIELDS: Final = dict.fromkeys(SUMMED, "大图层在小比例尺下的乡镇合计")
_LINE_LABEL_FIELDS: Final = {"angle": "文字倾角（度）", "seq": "沿线序号"}

__all__ = [
    "EXTENT",
    "MAX_Z",
    "MIN_Z",
    "MOST_LAYERS",
    "Tile",
    "layer_keys",
    "overviews_of",
    "seen",
    "tile",
    "tile_at",
    "tilejson",
    "tiles_under",
    "token",
]


def layer_keys(joined: str) -> tuple[str, ...]:
    """The keys in `a+b+c`; refuses too many and repeated ones."""
    keys = tuple(joined.split("+"))
    if len(keys) > MOST_LAYERS:
        raise InvalidValue(
            f"瓦片网址要 {len(keys)} 个图层，一次最多 {MOST_LAYERS} 个。请分成几个网址分别读取。"
        )
    repeated = next((key for key in keys if keys.count(key) > 1), None)
    if repeated:
        raise InvalidValue(
            f"瓦片网址中图层“{repeated[:60]}”出现了不止一次，每个图层应只写一次。请删去重复的。"
        )
    return keys


def seen(session: Session, viewer: Viewer, keys: Sequence[str]) -> tuple[str, ...]:
    """The keys without those of layers that are gone or no longer for this viewer; UnknownThing when none is left.

    A page that was opened before a layer was deleted, or before its person logged out, still shows the others.
    """
    left = query.layers_among(session, viewer, keys)
    if not left:
        query.layers_named(session, viewer, keys)
    return tuple(key for key in keys if key in left)


def tile_at(z: int, x: int, y: int) -> Tile:
    """The tile with these numbers; raises UnknownThing when there is none."""
    if not MIN_Z <= z <= MAX_Z:
        raise UnknownThing(f"没有第 {z} 级瓦片：级别应在 {MIN_Z} 到 {MAX_Z} 之间。请更正网址中的级别。")
    last = 2**z - 1
    if not (0 <= x <= last and 0 <= y <= last):
        raise UnknownThing(
            f"没有瓦片 {z}/{x}/{y}：第 {z} 级的列号、行号应在 0 到 {last} 之间。请更正网址中的列号、行号。"
        )
    return Tile(z, x, y)


def token(session: Session, viewer: Viewer, keys: Sequence[str]) -> str:
    """Changes whenever any tile of these layers may look different to this viewer."""
    return f"{query.tile_token(session, viewer, keys)}-{_EDITION}{overview_editions(session, keys)}"


def tile(
    session: Session, viewer: Viewer, keys: Sequence[str], place: Tile, where: Filter = Nothing
) -> bytes:
    """The tiles of these layers joined, in this order; b"" when nothing is there. where: only what passes of a single one."""
    if where:
        return _filtered(session, viewer, keys[0], place, where)
    return b"".join(
        _cut(session, viewer, layer, place) for layer in query.layers_named(session, viewer, keys)
    )


def _filtered(session: Session, viewer: Viewer, key: str, place: Tile, where: Filter) -> bytes:
    layer = query.layer_named(session, viewer, key)
    kind = kind_for(layer)
    if is_summed(kind, place.z) and query.is_crowded(session, viewer, layer):
        return overview_layer(query.town_sums(session, viewer, layer, where), key, place)
    buffer, fields = buffer_of(kind, place.z), fields_for(kind, viewer)
    rows = query.tile_rows(session, viewer, layer, place.bounds(buffer), fields)
    return cut_tile(rows.only(query.passing_ids(session, viewer, layer, where)), key, place, buffer)


def tilejson(session: Session, viewer: Viewer, keys: Sequence[str], url_template: str) -> dict[str, Any]:
    """TileJSON 3.0.0 of these layers together."""
    kinds = {layer.key: kind_for(layer) for layer in query.layers_named(session, viewer, keys)}
    told: dict[str, Any] = {
        "tilejson": "3.0.0",
        "tiles": [url_template],
        "scheme": "xyz",
        "minzoom": MIN_Z,
        "maxzoom": MAX_Z,
        "vector_layers": [each for key, kind in kinds.items() for each in _vector_layers(key, kind, viewer)],
    }
    bounds = _bounds(session, viewer, keys)
    return told | ({"bounds": list(bounds)} if bounds else {})


def overviews_of(
    session: Session, viewer: Viewer, found: Sequence[query.LayerSummary]
) -> dict[str, dict[str, Any]]:
    """By key, for the layers that are shown by their overview from afar.

    edition: changes with its tiles; making: it is not there yet; below_zoom: of Leaflet, where it is shown.
    """
    told = {}
    for layer in found:
        if viewer.at is None and layer.count > towns.LARGE_LAYER and is_overviewed(layer, TO_Z):
            edition, ready = overview_of(session, layer)
            told[layer.key] = {"edition": edition, "making": not ready, "below_zoom": TO_Z + 2}
    return told


def fields_for(kind: LayerKind, viewer: Viewer) -> tuple[TileField, ...]:
    """What of a kind travels in the tiles of this viewer."""
    return tuple(
        each
        for each in kind.tile_fields
        if each.of == "derived" or may_see(viewer, kind.by_key[each.key].visibility)
    )


def _cut(session: Session, viewer: Viewer, layer: Layer, place: Tile) -> bytes:
    key, kind = layer.key, kind_for(layer)
    if is_summed(kind, place.z) and query.is_crowded(session, viewer, layer):
        return overview_layer(query.town_totals(session, viewer, layer), key, place)
    buffer, fields = buffer_of(kind, place.z), fields_for(kind, viewer)
    if is_overviewed(layer, place.z) and query.is_large(session, viewer, layer):
        return far_layer(session, viewer, layer, fields, place)
    # Only Python knows where labels stand along a line.
    has_lines = "line" in kind.shapes
    bounds, tolerance = place.bounds(buffer), None if place.z >= EXACT_FROM_Z else TOLERANCE
    square = query.Square(*place, EXTENT, buffer, tolerance, bounds)
    drawn = query.drawn_tile(session, viewer, layer, fields, square, points=not has_lines)
    if drawn is not None and not has_lines:
        return drawn
    rows = query.tile_rows(session, viewer, layer, bounds, fields)
    return cut_tile(rows, key, place, buffer) if drawn is None else drawn + label_layer(rows, key, place)


def _vector_layers(key: str, kind: LayerKind, viewer: Viewer) -> list[dict[str, Any]]:
    fields = {each.key: _title(kind, each) for each in fields_for(kind, viewer)}
    return [
        {"id": key, "description": kind.title, "fields": fields},
        {
            "id": f"{key}_points",
            "description": f"{kind.title}（注记点）",
            "fields": fields | _LINE_LABEL_FIELDS | _SUMMED_FIELDS,
        },
    ]


def _title(kind: LayerKind, field: TileField) -> str:
    if field.of == "properties":
        return kind.by_key[field.key].title
    return _DERIVED_TITLES.get(field.key, field.key)


def _bounds(session: Session, viewer: Viewer, keys: Sequence[str]) -> Bounds | None:
    found = [each.bounds for each in query.layers(session, viewer) if each.key in keys and each.bounds]
    if not found:
        return None
    west, south, east, north = zip(*found, strict=True)
    return min(west), min(south), max(east), max(north)
