"""What of the legend belongs beside a scene: at most six rows of what is seen, what it is about first?"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any, Final, NamedTuple

from sqlalchemy.orm import Session

from layers.briefing.eyes import Eyes
from layers.filters import facets_of
from layers.kinds import LayerKind, kind_for
from layers.kinds.coloured import alternative
from layers.rights import Viewer
from layers.store import query
from layers.store.amounts import amounts
from layers.store.query import LayerSummary
from layers.symbols import on_the_wall, screen, swatch
from layers.symbols.vocabulary import SymbolClass

MOST_ROWS: Final = 6
MOST_OTHERS: Final = 2
"""Rows of layers that a scene is not about."""
GROUND: Final = "base"
PLAIN: Final = screen.BRAND
"""Of a scene that is about no layer."""
WHITE: Final = "#FFFFFF"
_SHORT: Final = 2
_BRACKETS: Final = re.compile(r"（[^（）]*）$")


class _Wanted(NamedTuple):
    """A row that might stand in the legend. turn: which of its layer; place: of the layer."""

    faint: bool
    quiet: bool
    turn: int
    place: int
    layer: LayerSummary
    symbol: SymbolClass


def legend_of(
    session: Session,
    eyes: Eyes,
    found: Mapping[str, LayerSummary],
    kinds: Mapping[str, LayerKind],
    subject: Mapping[str, Sequence[str]],
    filters: Mapping[str, str],
    colors: Mapping[str, str],
) -> list[dict[str, Any]]:
    """Rows {layer, key, title, subject, swatch}, coloured for a projector. kinds: of the layers that are on, as coloured."""
    rows: list[_Wanted] = []
    for place, key in enumerate(key for key in kinds if found[key].group != GROUND):
        there = _there(session, eyes.of([key]), found[key], filters.get(key), colors.get(key))
        shown = [each for each in kinds[key].classes if each.key in there and _is_told(each)]
        for turn, each in enumerate(shown):
            about = key in subject and (not subject[key] or each.key in subject[key])
            rows.append(_Wanted(not about, each.quiet, turn, place, found[key], each))
    return [_row(row.layer, row.symbol, not row.faint) for row in _chosen(rows, subject)]


def _chosen(rows: list[_Wanted], subject: Mapping[str, Sequence[str]]) -> list[_Wanted]:
    """Layers of the subject first, each its first row before another gets its second; of any other layer one row."""
    main = sorted((row for row in rows if row.layer.key in subject), key=lambda row: row[:4])
    others = [row for row in rows if row.layer.key not in subject]
    firsts = [row for row in others if row.turn == 0][:MOST_OTHERS]
    room = MOST_ROWS - len(firsts)
    rest = [row for row in others if row not in firsts]
    chosen = sorted(main[:room], key=lambda row: (row.faint, row.place, row.turn))
    return [*chosen, *firsts, *rest][:MOST_ROWS]


def colors_of(kinds: Mapping[str, LayerKind], subject: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """fill: of bars; color: of text about the subject. Both as a projector needs them."""
    for key, classes in subject.items():
        for each in kinds[key].classes:
            if not classes or each.key in classes:
                return {"fill": on_the_wall(_fill(each)), "color": on_the_wall(_text(each))}
    return {"fill": on_the_wall(PLAIN), "color": on_the_wall(PLAIN)}


def _is_told(symbol: SymbolClass) -> bool:
    return symbol.legend and not symbol.part


def _there(
    session: Session, viewer: Viewer, layer: LayerSummary, text: str | None, color_by: str | None
) -> set[str]:
    """Keys of the classes in which something stands. color_by: the field that colours the layer in this scene."""
    if text is None and viewer.at is None and not color_by:
        return set(layer.classes)
    stored = query.layer_named(session, viewer, layer.key)
    where = query.read_filter(session, viewer, stored, text or "")
    if not color_by:
        return set(amounts(session, viewer, stored, where).groups)
    other = alternative(layer.key, kind_for(stored), color_by)
    by = facets_of(kind_for(stored), viewer, stored.unit)[color_by]
    return {
        other.codes.get(value, other.none) for value in amounts(session, viewer, stored, where, by=by).groups
    }


def _row(layer: LayerSummary, symbol: SymbolClass, about: bool) -> dict[str, Any]:
    return {
        "layer": layer.key,
        "key": symbol.key,
        "title": _title(layer, symbol),
        "subject": about,
        "swatch": on_the_wall(swatch(symbol)),
    }


def _title(layer: LayerSummary, symbol: SymbolClass) -> str:
    """Short, and clear without the heading of its layer: 疑似闲置·满两年 → 满两年, 规划 → 规划道路."""
    words = _BRACKETS.sub("", symbol.title)
    head, dot, tail = words.partition("·")
    if dot and head == head.strip() and tail == tail.strip():
        return tail
    is_bare = len(words) <= _SHORT and kind_for(layer).geometry == "line"
    return f"{words}{layer.title.removesuffix('项目')}" if is_bare else words


def _fill(symbol: SymbolClass) -> str:
    if symbol.marker:
        return symbol.marker.edge if symbol.marker.hollow else symbol.marker.fill
    # The casing of a line is white.
    lines = [each.color for each in symbol.lines if each.color != WHITE]
    return next((color for color in (*lines, *(each.color for each in symbol.fills)) if color), PLAIN)


def _text(symbol: SymbolClass) -> str:
    if symbol.label:
        return symbol.label.color
    return symbol.marker.edge if symbol.marker else _fill(symbol)
