"""How does the database ask what a filter asks?

What is derived may be due: such rows are derived anew and asked in Python, all others in SQL. Conditions on shapes come
down to the ids of the features that fulfil them.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from sqlalchemy import ColumnElement, and_, func, not_, or_, select
from sqlalchemy.orm import Session

from layers import clock
from layers.filters import Condition, Filter, Nothing, facets_of, parse, passes
from layers.filters.facets import Facet
from layers.filters.tests import AnyOf, Filled, Has, Not, OneOf, Range, Test
from layers.kinds import kind_for
from layers.rights import Viewer, sight
from layers.store.derive import on_the_day
from layers.store.engine import (
    among_ids,
    contains_text,
    json_list_has,
    json_list_holds,
    json_real,
    json_text,
    json_truth,
)
from layers.store.kept import kept
from layers.store.past import features_then
from layers.store.places import Shapes, fulfilling, layers_asked, shapes_of
from layers.store.seen import features_seen, layers_seen
from layers.store.tables import Feature, Layer

Ids: TypeAlias = NDArray[np.int64]


def read_filter(session: Session, viewer: Viewer, layer: Layer, text: str) -> Filter:
    """What this text asks of a layer; raises InvalidValue. Relative days count from the day that is asked about."""
    if not text:
        return Nothing
    kind, today = kind_for(layer), viewer.at or clock.today()
    return parse(text, kind, facets_of(kind, viewer, layer.unit), today, titles_seen(session, viewer))


def titles_seen(session: Session, viewer: Viewer) -> dict[str, str]:
    """The layers from which distances may be asked, by key."""
    found = session.execute(select(Layer.key, Layer.title).where(*layers_seen(viewer)).order_by(Layer.order))
    return {row.key: row.title for row in found}


def filtered(session: Session, viewer: Viewer, layer: Layer, asked: Filter) -> list[ColumnElement[bool]]:
    """What holds for the features of a layer that pass; for a statement with Feature and for this viewer's eyes."""
    if not asked:
        return []
    places = [among_ids(Feature.id, fulfilling(session, viewer, layer, each.test)) for each in asked.spatial]
    given = [each for each in asked.plain if each.facet.of == "properties"]
    derived = [each for each in asked.plain if each.facet.of == "derived"]
    conditions = [*map(_sql, given), *places]
    if derived:
        conditions.append(_of_derived(session, viewer, layer, derived))
    return conditions


def passing_ids(session: Session, viewer: Viewer, layer: Layer, asked: Filter) -> Ids:
    """The ids of all that pass, in order. Kept until the layer, or another that was asked about, changes."""
    if viewer.at is not None:
        return np.array(_ids_then(session, viewer, layer, asked), np.int64)

    def find() -> Ids:
        there = [Feature.layer_id == layer.id, *features_seen(viewer)]
        found = (
            select(Feature.id).where(*there, *filtered(session, viewer, layer, asked)).order_by(Feature.id)
        )
        return np.fromiter(session.scalars(found), np.int64)

    return kept(session, ("ids", layer.id, asked.text, sight(viewer)), edition(session, layer, asked), find)


def shapes_passing(session: Session, viewer: Viewer, layer: Layer, asked: Filter) -> Shapes:
    """The shapes of all that pass."""
    ids = passing_ids(session, viewer, layer, asked).tolist() if asked else None
    return shapes_of(session, viewer, layer, ids)


def edition(session: Session, layer: Layer, asked: Filter) -> tuple[Any, ...]:
    """Changes whenever another feature may pass: with the layer, the day, and the layers it is measured from."""
    others = layers_asked(each.test for each in asked.spatial)
    if not others:
        return layer.version, clock.today()
    versions = session.execute(
        select(Layer.key, Layer.version).where(Layer.key.in_(others)).order_by(Layer.key)
    )
    return (layer.version, clock.today(), *(tuple(row) for row in versions))


def _ids_then(session: Session, viewer: Viewer, layer: Layer, asked: Filter) -> list[int]:
    """Days in the past are derived in Python, row by row."""
    then = features_then(viewer, layer)
    kind, day = kind_for(layer), viewer.at or clock.today()
    rows = session.execute(select(then.c.id, then.c.properties, then.c.derived).order_by(then.c.id))
    found = [
        row.id
        for row in rows
        if passes(asked.plain, row.properties, on_the_day(kind, row.properties, row.derived, day).values)
    ]
    for each in asked.spatial:
        there = fulfilling(session, viewer, layer, each.test)
        found = [id_ for id_ in found if id_ in there]
    return found


def _of_derived(
    session: Session, viewer: Viewer, layer: Layer, conditions: Sequence[Condition]
) -> ColumnElement[bool]:
    """Settled rows by what is stored, rows that are due by what holds today."""
    today = clock.today()
    settled = or_(Feature.derived_until.is_(None), Feature.derived_until > today)
    stored = and_(*map(_sql, conditions))
    due = due_rows(session, viewer, layer)
    if not due:
        return stored
    passing = [id_ for id_, properties, derived in due if passes(conditions, properties, derived)]
    return or_(and_(settled, stored), among_ids(Feature.id, passing))


def due_rows(
    session: Session, viewer: Viewer, layer: Layer
) -> list[tuple[int, dict[str, Any], dict[str, Any]]]:
    """Rows whose derived values are due: id, properties, and what is derived today."""
    kind, today = kind_for(layer), clock.today()
    rows = session.execute(
        select(Feature.id, Feature.properties, Feature.derived).where(
            Feature.layer_id == layer.id, Feature.derived_until <= today, *features_seen(viewer)
        )
    )
    return [
        (row.id, row.properties, on_the_day(kind, row.properties, row.derived, today).values) for row in rows
    ]


# --- one condition as SQL ------------------------------------------------------------------------------


def _sql(condition: Condition) -> ColumnElement[bool]:
    column = Feature.derived if condition.facet.of == "derived" else Feature.properties
    return _test(condition.test, condition.facet, column)


def _test(test: Test, facet: Facet, column: Any) -> ColumnElement[bool]:
    if isinstance(test, Not):
        # What is missing passes no test, so it passes its opposite.
        return not_(func.coalesce(_test(test.test, facet, column), False))
    if isinstance(test, AnyOf):
        return or_(*(_test(each, facet, column) for each in test.tests))
    if isinstance(test, Filled):
        return json_text(column, facet.key).is_not(None)
    if isinstance(test, OneOf):
        return _one_of(test, facet, column)
    if isinstance(test, Has):
        return _has(test.words, facet, column)
    if isinstance(test, Range):
        return and_(*_ends(test, _measure(facet, column)))
    raise TypeError(f"{test!r} is asked of shapes, not of values")


def _one_of(test: OneOf, facet: Facet, column: Any) -> ColumnElement[bool]:
    if facet.sort == "choices":
        return or_(*(json_list_has(column, facet.key, str(value)) for value in test.values))
    if facet.sort == "flag":
        truth = json_truth(column, facet.key)
        return or_(*(truth if value else not_(truth) for value in test.values))
    return json_text(column, facet.key).in_([str(value) for value in test.values])


def _has(words: str, facet: Facet, column: Any) -> ColumnElement[bool]:
    if facet.sort == "names":
        return json_list_holds(column, facet.key, words)
    return contains_text(json_text(column, facet.key), words)


def _measure(facet: Facet, column: Any) -> ColumnElement[Any]:
    return json_text(column, facet.key) if facet.sort == "day" else json_real(column, facet.key)


def _ends(test: Range, value: ColumnElement[Any]) -> Iterable[ColumnElement[bool]]:
    if test.low is not None:
        yield value > test.low if test.low_open else value >= test.low
    if test.high is not None:
        yield value < test.high if test.high_open else value <= test.high
