"""Which features do these words mean? By name, alias, code, village, town, pinyin and initials."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import Session

from layers.crs import Bounds
from layers.kinds import KINDS
from layers.rights import Viewer, may_see
from layers.store.engine import contains_text, rare
from layers.store.found import FoundFeature, found_by_id
from layers.store.seen import seen
from layers.store.tables import Feature, Layer, Search
from layers.store.words import NAME, SOUND, bare, folded

MOST_WORDS: Final = 8
LONGEST_QUERY: Final = 200


@dataclass(frozen=True)
class SearchHit:
    """One feature that was found. place: its town, or nothing."""

    id: int
    uid: str
    layer_key: str
    layer_title: str
    kind: str
    name: str
    place: str
    bounds: Bounds
    symbol: str


def search(session: Session, viewer: Viewer, words: str, limit: int = 20) -> list[SearchHit]:
    """The best first: exact name, beginning of the name, part of it, pinyin and initials, anything else."""
    asked = folded(words[:LONGEST_QUERY])
    if not asked:
        return []
    ids = list(session.scalars(_ranked(viewer, asked).limit(limit)))
    found = found_by_id(session, viewer, ids)
    return [_hit(found[id_]) for id_ in ids]


def _hit(found: FoundFeature) -> SearchHit:
    return SearchHit(
        id=found.id,
        uid=found.uid,
        layer_key=found.layer_key,
        layer_title=found.layer_title,
        kind=found.kind,
        name=found.name,
        place=found.derived.get("town") or "",
        bounds=found.bounds,
        symbol=found.derived["symbol"],
    )


def _ranked(viewer: Viewer, asked: str) -> Select[int]:
    legend = case({kind.key: kind.rank for kind in KINDS.values()}, value=Layer.kind, else_=len(KINDS) * 100)
    return (
        select(Search.feature_id)
        .join(Feature, Feature.id == Search.feature_id)
        .join(Layer)
        .where(rare(_matches(viewer, asked)), *seen(viewer))
        .order_by(_rank(asked), legend, func.length(Search.name), Search.name, Search.feature_id)
    )


def _matches(viewer: Viewer, asked: str) -> ColumnElement[bool]:
    """Every word occurs somewhere."""
    columns: list[Any] = [Search.words]
    if may_see(viewer, "internal"):
        columns.append(Search.inner)
    words = asked.split()[:MOST_WORDS]
    return and_(*(or_(*(contains_text(column, word) for column in columns)) for word in words))


def _rank(asked: str) -> ColumnElement[int]:
    begins = [contains_text(Search.words, f"{NAME}{asked}")]
    if sound := bare(asked):
        begins.append(contains_text(Search.words, f"{SOUND}{sound}"))
    return case(
        (Search.name == asked, 0),
        (contains_text(Search.words, f"{NAME}{asked}{NAME}"), 1),
        (func.substr(Search.name, 1, len(asked)) == asked, 2),
        (contains_text(Search.name, asked), 3),
        (or_(*begins), 4),
        else_=5,
    )
