"""Which derived values are due? Written in turns beside the server; none of it is an act of a person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import numpy as np
from sqlalchemy import Row, Select, bindparam, select, update
from sqlalchemy.orm import Session

from layers import clock
from layers.kinds import BOUNDARIES, CUSTOM, LayerKind, kind_for
from layers.kinds.edition import rules_edition
from layers.store.derive import Derivation, Towns, on_the_day
from layers.store.engine import Database
from layers.store.found import kinds_beneath
from layers.store.pace import Pace
from layers.store.rows import load_towns
from layers.store.tables import Feature, Layer, table_of
from layers.store.wordbook import change_words
from layers.store.words import words_of

_Row = Row[Any]


def refresh_derived(database: Database, today: date | None = None) -> int:
    """Derive again what is due on that day; changes no version, act or history. Returns how many rows."""
    day = today or clock.today()
    pace, done, last = Pace(), 0, 0
    while due := _read(database, _due(day, last, pace.size)):
        kinds = _kinds(database, due)
        fresh = [on_the_day(kinds[row.layer_id], row.properties, row.derived, day) for row in due]
        own = [pair for pair in zip(due, fresh, strict=True) if pair[0].kind == CUSTOM]
        with database.writing(in_turns=True) as session, pace.measured():
            done += _store(session, due, fresh)
            # They are due when their fields were declared anew, which may change by what they are found.
            _store_words(session, kinds, own)
            session.commit()
        last = due[-1].id
    return done


def follow_rules(database: Database) -> int:
    """Derive again what was derived by another edition of the rules; changes no act or history. Returns how many changed.

    Layer by layer: one that is finished is noted as such, so that what was interrupted goes on where it was.
    """
    now = rules_edition()
    with database.reading() as session:
        behind = session.scalars(select(Layer).where(Layer.rules != now).order_by(Layer.id)).all()
    return sum(_follow(database, layer, now) for layer in behind)


def _follow(database: Database, layer: Layer, edition: str) -> int:
    kind, pace, done, last, day = kind_for(layer), Pace(), 0, 0, clock.today()
    while rows := _read(database, _of_layer(layer.id, last, pace.size)):
        fresh = [on_the_day(kind, row.properties, row.derived, day) for row in rows]
        other = [
            pair
            for pair in zip(rows, fresh, strict=True)
            if (pair[0].derived, pair[0].derived_until) != pair[1]
        ]
        if other:
            with database.writing(in_turns=True) as session, pace.measured():
                done += _store(session, *zip(*other, strict=True))
                session.commit()
        last = rows[-1].id
    with database.writing() as session:
        told = {"rules": edition} | ({"version": Layer.version + 1} if done else {})
        session.execute(update(Layer).where(Layer.id == layer.id).values(**told))
        session.commit()
    return done


def _kinds(database: Database, rows: Sequence[_Row]) -> dict[int, LayerKind]:
    with database.reading() as session:
        return kinds_beneath(session, rows)


def settle_towns(database: Database) -> int:
    """After town boundaries changed: give every feature without a town of its own the one it lies in now.

    Returns how many features changed; their layers get a new version.
    """
    with database.reading() as session:
        towns = load_towns(session)
        layers = session.scalars(select(Layer).where(Layer.kind != BOUNDARIES)).all()
    return sum(_settle(database, layer, towns) for layer in layers)


def _settle(database: Database, layer: Layer, towns: Towns) -> int:
    kind, pace, done, last = kind_for(layer), Pace(), 0, 0
    while rows := _read(database, _of_layer(layer.id, last, pace.size)):
        moved = _moved(kind, rows, towns)
        with database.writing(in_turns=True) as session, pace.measured():
            done += _store(session, [row for row, _ in moved], [derived for _, derived in moved])
            _store_words(session, {layer.id: kind}, moved)
            session.commit()
        last = rows[-1].id
    if done:
        _new_edition(database, layer.id)
    return done


def _moved(kind: LayerKind, rows: Sequence[_Row], towns: Towns) -> list[tuple[_Row, Derivation]]:
    """Those whose town is another now, with what follows."""
    anchors = np.array([row.derived["anchor"] for row in rows])
    now = [row.properties.get("town") or town for row, town in zip(rows, towns.of(anchors), strict=True)]
    today = clock.today()
    return [
        (row, on_the_day(kind, row.properties, {**row.derived, "town": town}, today))
        for row, town in zip(rows, now, strict=True)
        if town != row.derived.get("town")
    ]


def _read(database: Database, statement: Select[Any]) -> Sequence[_Row]:
    with database.reading() as session:
        return session.execute(statement).all()


def _due(day: date, after: int, limit: int) -> Select[Any]:
    return _rows(after, limit).where(Feature.derived_until <= day)


def _of_layer(layer_id: int, after: int, limit: int) -> Select[Any]:
    return _rows(after, limit).where(Feature.layer_id == layer_id)


def _rows(after: int, limit: int) -> Select[Any]:
    return (
        select(
            Feature.id,
            Feature.layer_id,
            Feature.version,
            Feature.properties,
            Feature.derived,
            Feature.derived_until,
            Layer.kind,
            Layer.color_by,
        )
        .join(Layer, Layer.id == Feature.layer_id)
        .where(Feature.deleted_at.is_(None), Feature.id > after)
        .order_by(Feature.id)
        .limit(limit)
    )


def _store(session: Session, rows: Sequence[_Row], fresh: Sequence[Derivation]) -> int:
    """Write what follows, unless somebody changed the feature meanwhile: that has derived it already."""
    if not rows:
        return 0
    features = table_of(Feature)
    unchanged = [features.c.id == bindparam("of_id"), features.c.version == bindparam("of_version")]
    return (
        session.connection()
        .execute(
            update(features).where(*unchanged),
            [
                {
                    "of_id": row.id,
                    "of_version": row.version,
                    "derived": derivation.values,
                    "derived_until": derivation.until,
                }
                for row, derivation in zip(rows, fresh, strict=True)
            ],
        )
        .rowcount
    )


def _store_words(
    session: Session, kinds: Mapping[int, LayerKind], moved: Sequence[tuple[_Row, Derivation]]
) -> None:
    change_words(
        session,
        {
            row.id: words_of(kinds[row.layer_id], row.properties, derivation.values.get("town"))
            for row, derivation in moved
        },
    )


def _new_edition(database: Database, layer_id: int) -> None:
    with database.writing() as session:
        session.execute(update(Layer).where(Layer.id == layer_id).values(version=Layer.version + 1))
        session.commit()
