"""Which features do these words mean? By name, alias, code, village, town, pinyin and initials."""

from __future__ import annotations

import re
from collections.abc import Iterator
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
from layers.store.tables import Feature, Layer, Search, Sound
from layers.store.words import NAME, NUMBER, SOUND, bare, folded, number_behind

MOST_WORDS: Final = 8
LONGEST_QUERY: Final = 200
MOST_STEMS: Final = 1000
"""Of more names that sound so, the shortest are found."""
_CHINESE: Final = re.compile("[\u3400-\u9fff]")
"""No sound has such a character in it."""


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
    ids = list(session.scalars(_ranked(session, viewer, asked).limit(limit)))
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


def _ranked(session: Session, viewer: Viewer, asked: str) -> Select[int]:
    legend = case({kind.key: kind.rank for kind in KINDS.values()}, value=Layer.kind, else_=len(KINDS) * 100)
    return (
        select(Search.feature_id)
        .join(Feature, Feature.id == Search.feature_id)
        .join(Layer)
        .where(rare(_matches(session, viewer, asked)), *seen(viewer))
        .order_by(_rank(session, asked), legend, func.length(Search.name), Search.name, Search.feature_id)
    )


def _matches(session: Session, viewer: Viewer, asked: str) -> ColumnElement[bool]:
    """Every word occurs somewhere."""
    columns: list[Any] = [Search.words]
    if may_see(viewer, "internal"):
        columns.append(Search.inner)
    return and_(
        *(
            or_(*(contains_text(column, word) for column in columns), *_sounds_like(session, word))
            for word in asked.split()[:MOST_WORDS]
        )
    )


def _sounds_like(session: Session, word: str) -> Iterator[ColumnElement[bool]]:
    """It is in the pinyin or the initials of a name."""
    return _heard(session, word) if word.isalnum() and not _CHINESE.search(word) else iter(())


def _rank(session: Session, asked: str) -> ColumnElement[int]:
    begins = contains_text(Search.words, f"{NAME}{asked}")
    return case(
        (Search.name == asked, 0),
        (contains_text(Search.words, f"{NAME}{asked}{NAME}"), 1),
        (func.substr(Search.name, 1, len(asked)) == asked, 2),
        (contains_text(Search.name, asked), 3),
        (or_(begins, *_sounds_from_its_beginning(session, bare(asked))), 4),
        else_=5,
    )


def _sounds_from_its_beginning(session: Session, sound: str) -> Iterator[ColumnElement[bool]]:
    if not sound or _CHINESE.search(sound):
        return
    yield contains_text(Search.words, f"{SOUND}{sound}")
    yield from _heard(session, sound, SOUND)


def _heard(session: Session, sound: str, frame: str = "") -> Iterator[ColumnElement[bool]]:
    """In the sounds of a stem, which may run on into the number behind it. frame: only where they begin."""
    yield _has_stem(session, f"{frame}{sound}")
    stem, number = number_behind(sound)
    if stem and number:
        numbered = contains_text(Search.words, f"{NUMBER}{number}")
        yield _has_stem(session, f"{frame}{stem}{SOUND}") & numbered


def _has_stem(session: Session, sound: str) -> ColumnElement[bool]:
    """Its name without the number sounds so. Looked up first, so that a server knows how many that are."""
    length = func.length(Sound.stem)
    found = select(Sound.stem).where(contains_text(Sound.sounds, sound)).group_by(Sound.stem)
    return Search.stem.in_(session.scalars(found.order_by(length, Sound.stem).limit(MOST_STEMS)).all())
