"""Where do the words of features stand? Written, changed and deleted with them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

from sqlalchemy import Select, bindparam, delete, insert, select, update
from sqlalchemy.orm import Session

from layers.store.engine import insert_columns
from layers.store.slices import in_slices
from layers.store.tables import Search, Sound, table_of

_KEPT: Final = ("name", "stem", "words", "inner")
Words = Mapping[str, str]
"""A row of `Wording`."""


def enter_words(session: Session, ids: Sequence[int], words: Mapping[str, Sequence[str]]) -> None:
    """Features, new or without words, are found by these from now on. words: column by column."""
    own = dict(words)
    _enter_sounds(session, dict(zip(own["stem"], own.pop("sounds"), strict=True)))
    insert_columns(session, table_of(Search), {"feature_id": ids, **own}, {})


def change_words(session: Session, words: Mapping[int, Words]) -> None:
    """Features (by id) that have words are found by these instead."""
    if not words:
        return
    search = table_of(Search)
    _enter_sounds(session, {row["stem"]: row["sounds"] for row in words.values()})
    changed = update(search).where(search.c.feature_id == bindparam("of_id"))
    session.connection().execute(
        changed.values({key: bindparam(f"new_{key}") for key in _KEPT}),
        [{"of_id": id_} | {f"new_{key}": row[key] for key in _KEPT} for id_, row in words.items()],
    )


def forget_words(session: Session, ids: Sequence[int] | Select[int]) -> None:
    """Features are found by no word any more."""
    session.connection().execute(delete(Search).where(Search.feature_id.in_(ids)))


def _enter_sounds(session: Session, sounds: dict[str, str]) -> None:
    """Those of stems that have none yet."""
    sounds.pop("", None)
    for stems in in_slices(sorted(sounds)):
        known = set(session.scalars(select(Sound.stem).where(Sound.stem.in_(stems))))
        fresh = [{"stem": stem, "sounds": sounds[stem]} for stem in stems if stem not in known]
        if fresh:
            session.connection().execute(insert(table_of(Sound)), fresh)
