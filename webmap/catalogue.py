"""What does the map hold for this viewer: layers with their totals, headings, presets, the county?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import date
from typing import Any, Final

from flask import url_for
from sqlalchemy.orm import Session

from layers import clock, tiles
from layers.errors import InvalidValue
from layers.kinds import BOUNDARIES, GROUPS, kind_for
from layers.kinds.base import LayerKind
from layers.kinds.coloured import alternative
from layers.kinds.custom_layer import GROUP as OWN_GROUP
from layers.kinds.lifetime import SORTS
from layers.measure import rounded_km, rounded_mu
from layers.rights import Viewer, may_somewhere
from layers.store import query
from layers.store.query import LayerSummary, Totals
from layers.store.themes import Chip, filters_for, themes
from layers.symbols import Alternative, all_style_layers, patterns, recipe, swatch
from layers.symbols.vocabulary import Group
from layers.tiles import MOST_LAYERS
from webmap.tile_address import tile_address

SMALL_LAYER: Final = query.LARGE_LAYER
"""Layers with more features than this have tiles of their own; as many others as one address takes share one."""
COUNTY: Final = "county"


def catalogue(session: Session, viewer: Viewer) -> dict[str, Any]:
    """Everything that the layer panel, the legend and the first view need."""
    found = query.layers(session, viewer)
    overviews = tiles.overviews_of(session, viewer, found)
    dates = [layer.data_date for layer in found if layer.data_date]
    times = {layer.key: _time(session, viewer, layer) for layer in found}
    return {
        "layers": [
            _layer(layer, viewer) | {"overview": overviews.get(layer.key), "time": times[layer.key]}
            for layer in found
        ],
        "groups": [_group(group.key) for group in headings(found)],
        "presets": [_preset(session, viewer, chip, found) for chip in themes(session) if not chip.hidden],
        "county": county(session, viewer, found),
        "tiles": _tiles(session, viewer, found),
        "data_date": max(dates).isoformat() if dates else None,
        "sample": any(layer.sample for layer in found),
        "day": (viewer.at or clock.today()).isoformat(),
    }


def headings(found: Sequence[LayerSummary]) -> list[Group]:
    """The groups of the layer panel; the one for layers of the county's own only where there are such."""
    used = {layer.group for layer in found}
    return [group for group in GROUPS if group.key != OWN_GROUP or group.key in used]


def style(found: Sequence[LayerSummary], colors: Sequence[tuple[str, str]] = ()) -> dict[str, Any]:
    """How these layers are drawn: the compiled symbols of their kinds.

    colors: layer and field, what single views colour otherwise; what is no longer there is left out.
    """
    kinds = {layer.key: kind_for(layer) for layer in found}
    others = _alternatives(kinds, colors)
    used = [*kinds.values(), *(each.kind for each in others)]
    overlay = {layer: recipe(kind) for layer, kind in kinds.items()}
    for each in others:
        overlay[each.layer]["classes"] |= recipe(each.beside)["classes"]
    return {
        "layers": all_style_layers(list(kinds.items()), others),
        "patterns": patterns(each for kind in used for each in (kind, kind.shipped) if each),
        "overlay": overlay,
        "classes": {layer: _swatches(kind) for layer, kind in kinds.items()},
        "colors": _told(others),
    }


def colors_asked(scenes: Sequence[Mapping[str, Any]]) -> str:
    """What single scenes colour otherwise, as the address of the style asks for it; "" where none does."""
    pairs = sorted({pair for scene in scenes for pair in scene.get("colors", {}).items()})
    return ",".join(f"{layer}:{field}" for layer, field in pairs)


def _alternatives(kinds: Mapping[str, LayerKind], colors: Sequence[tuple[str, str]]) -> list[Alternative]:
    found = []
    for layer, field in dict.fromkeys(colors):
        with suppress(InvalidValue):
            if layer in kinds:
                found.append(alternative(layer, kinds[layer], field))
    return found


def _told(others: Sequence[Alternative]) -> dict[str, dict[str, Any]]:
    told: dict[str, dict[str, Any]] = {}
    for each in others:
        told.setdefault(each.layer, {})[each.field] = each.told
    return told


def county(session: Session, viewer: Viewer, found: Sequence[LayerSummary]) -> dict[str, Any]:
    """Its name and bounds, from the boundary layer; without one, the bounds of everything."""
    boundaries = [layer for layer in found if layer.kind == BOUNDARIES]
    names = [each.name for layer in boundaries for each in _counties(session, viewer, layer)]
    bounds = _united([layer.bounds for layer in boundaries or found if layer.bounds])
    return {"title": names[0] if len(names) == 1 else "", "bounds": bounds}


def _layer(layer: LayerSummary, viewer: Viewer) -> dict[str, Any]:
    kind = kind_for(layer)
    return {
        "key": layer.key,
        "title": layer.title,
        "kind": layer.kind,
        "group": layer.group,
        "order": layer.order,
        "visibility": layer.visibility,
        "version": layer.version,
        "may": [
            deed for deed in ("mark", "edit", "review", "export") if may_somewhere(viewer, deed, layer.unit)
        ],
        "sample": layer.sample,
        "data_date": layer.data_date.isoformat() if layer.data_date else None,
        "geometry": kind.geometry,
        "measure_word": kind.measure_word,
        "on": kind.on_at_start,
        "bounds": layer.bounds,
        **_totals(layer),
        "classes": _classes(kind, layer),
    }


def _time(session: Session, viewer: Viewer, layer: LayerSummary) -> dict[str, Any] | None:
    """What stands when: expressions of the style specification, and in which years something comes to stand."""
    lifetime = kind_for(layer).lifetime
    if lifetime is None or not layer.count:
        return None
    told = query.calendar(session, viewer, query.layer_named(session, viewer, layer.key), lifetime)
    by_sort: dict[str, Any] = {sort: lifetime.expression(sort) for sort in SORTS}
    return {**by_sort, "years": told.years, "undated": told.undated}


def _classes(kind: LayerKind, layer: LayerSummary) -> list[dict[str, Any]]:
    none = Totals(0, 0.0, 0.0)
    return [
        {"key": each.key, "title": each.title, "legend": each.legend, "quiet": each.quiet}
        | _totals(layer.classes.get(each.key, none))
        for each in kind.classes
    ]


def _totals(totals: LayerSummary | Totals) -> dict[str, Any]:
    return {
        "count": totals.count,
        "area_mu": rounded_mu(totals.area_m2),
        "length_km": rounded_km(totals.length_m),
    }


def _group(key: str) -> dict[str, Any]:
    group = next(group for group in GROUPS if group.key == key)
    return {
        "key": group.key,
        "title": group.title,
        "color": group.color,
        "total": group.total,
        "word": group.word,
    }


def _preset(session: Session, viewer: Viewer, chip: Chip, found: Sequence[LayerSummary]) -> dict[str, Any]:
    filters, kept_back = filters_for(session, viewer, chip)
    return {
        "key": chip.key,
        "title": chip.title,
        "layers": chip.shows(found),
        "bounds": chip.bounds,
        "filters": filters,
        "unfiltered": kept_back,
    }


def _tiles(session: Session, viewer: Viewer, found: Sequence[LayerSummary]) -> dict[str, Any]:
    """ahead: what the first view may fetch before the map has asked where its tiles are."""
    small = [layer.key for layer in found if layer.count <= SMALL_LAYER][:MOST_LAYERS]
    large = [layer.key for layer in found if layer.key not in small]
    return {
        "url": _tilejson(small, viewer.at),
        "keys": small,
        "large": [{"key": key, "url": _tilejson([key], viewer.at)} for key in large],
        "ahead": _ahead(session, viewer, [layer for layer in found if layer.key in small]),
    }


def _ahead(session: Session, viewer: Viewer, found: Sequence[LayerSummary]) -> dict[str, Any] | None:
    bounds, keys = _united([layer.bounds for layer in found if layer.bounds]), [layer.key for layer in found]
    if not bounds:
        return None
    address = tile_address("+".join(keys), tiles.token(session, viewer, keys), viewer)
    return {"address": address, "minzoom": tiles.MIN_Z, "maxzoom": tiles.MAX_Z, "bounds": bounds}


def _tilejson(keys: Sequence[str], at: date | None) -> str | None:
    return url_for("tiles.tilejson", keys="+".join(keys), at=at) if keys else None


def _swatches(kind: LayerKind) -> dict[str, Any]:
    """Also of the states that cards tell while another field colours the map."""
    also = kind.shipped.classes if kind.shipped else ()
    return {each.key: swatch(each) for each in (*also, *kind.classes)}


def _counties(session: Session, viewer: Viewer, layer: LayerSummary) -> list[query.FoundFeature]:
    if COUNTY not in layer.classes:
        return []
    # Counties are declared first among the boundaries, so they come first in the order of symbols.
    stored, most = query.layer_named(session, viewer, layer.key), layer.classes[COUNTY].count
    return query.find_features(session, viewer, stored, order="symbol", limit=most)


def _united(boxes: Sequence[Sequence[float]]) -> list[float] | None:
    if not boxes:
        return None
    west, south, east, north = zip(*boxes, strict=True)
    return [min(west), min(south), max(east), max(north)]
