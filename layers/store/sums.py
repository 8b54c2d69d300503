"""What do the features that pass a filter amount to: altogether, and town by town, state by state, year by year?

One statement counts every combination of the groups that are asked for; they are added up here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import ColumnElement, Select, String, cast, func, or_, select
from sqlalchemy.orm import Session

from layers import clock
from layers.filters import Filter, passes
from layers.filters.facets import Facet
from layers.kinds import LayerKind, kind_for
from layers.kinds.fields import Text
from layers.rights import Viewer, sight
from layers.store.derive import on_the_day
from layers.store.engine import among_ids, json_real, json_text
from layers.store.filtering import due_rows, edition, filtered, passing_ids
from layers.store.kept import kept
from layers.store.past import features_then
from layers.store.seen import features_seen, stands
from layers.store.tables import Feature, Layer
from layers.store.totals import NOTHING, Totals
from layers.store.town_total import TownTotal, added, by_town, single, told

MISSING: Final = ""
"""The group of those that have no value."""
_YEAR_DIGITS: Final = 4
SYMBOL: Final = Facet(Text(key="symbol", title="类别"), "text", "derived")


@dataclass(frozen=True)
class Sums:
    """whole: all that pass; groups: by facet key, then by stored value (a day by its year).

    parts: what lies within others (a phase in its zone) and is therefore not in the whole, unless there is nothing else.
    """

    whole: Totals
    parts: Totals
    groups: dict[str, dict[str, Totals]]


def sums(session: Session, viewer: Viewer, layer: Layer, asked: Filter, by: Sequence[Facet]) -> Sums:
    """Kept in memory until another feature may pass."""
    kind, every = kind_for(layer), (SYMBOL, *by)
    if viewer.at is not None:
        return _added(kind, every, _then(session, viewer, layer, asked, every))
    place = ("sums", layer.id, asked.text, tuple(each.key for each in by), sight(viewer))
    return kept(
        session,
        place,
        edition(session, layer, asked),
        lambda: _added(kind, every, _now(session, viewer, layer, asked, every)),
    )


def town_sums(session: Session, viewer: Viewer, layer: Layer, asked: Filter) -> list[TownTotal]:
    """What passes, by symbol class and town: what stands on the map from afar for a layer of many features."""

    def find() -> list[TownTotal]:
        today, there = clock.today(), [Feature.layer_id == layer.id, *features_seen(viewer), stands()]
        settled = or_(Feature.derived_until.is_(None), Feature.derived_until > today)
        passing = filtered(session, viewer, layer, asked)
        rows = session.execute(by_town().where(*there, settled, *passing))
        parts = [told(row) for row in rows]
        return added(
            [*parts, *(single(derived) for _, derived in due_passing(session, viewer, layer, asked))]
        )

    place = ("town sums", layer.id, asked.text, sight(viewer))
    return kept(session, place, edition(session, layer, asked), find)


def field_sums(
    session: Session, viewer: Viewer, layer: Layer, asked: Filter, keys: Sequence[str]
) -> dict[str, float]:
    """What the numbers in these fields add up to today, over all that pass; without any value, nought.

    What lies within others is not added again.
    """
    if not keys:
        return {}
    within = [each.key for each in kind_for(layer).classes if each.part]
    passing = among_ids(Feature.id, passing_ids(session, viewer, layer, asked).tolist())
    added = [func.sum(json_real(Feature.properties, key)) for key in keys]
    row = session.execute(
        select(*added).where(passing, stands(), json_text(Feature.derived, "symbol").not_in(within))
    ).one()
    return {key: float(value or 0) for key, value in zip(keys, row, strict=True)}


_Part = tuple[tuple[str, ...], Totals]


def _now(
    session: Session, viewer: Viewer, layer: Layer, asked: Filter, by: Sequence[Facet]
) -> Iterable[_Part]:
    today = clock.today()
    there = [Feature.layer_id == layer.id, *features_seen(viewer)]
    settled = or_(Feature.derived_until.is_(None), Feature.derived_until > today)
    counted = _counting(by).where(*there, settled, *filtered(session, viewer, layer, asked))
    for count, area_m2, length_m, *values in session.execute(counted):
        yield tuple(value or MISSING for value in values), Totals(count, area_m2 or 0.0, length_m or 0.0)
    for properties, derived in due_passing(session, viewer, layer, asked):
        yield _values(by, properties, derived), _single(derived)


def _counting(by: Sequence[Facet]) -> Select[*tuple[Any, ...]]:
    sizes = [func.sum(json_real(Feature.derived, key)) for key in ("area_m2", "length_m")]
    values = [grouped(each).label(f"by_{place}") for place, each in enumerate(by)]
    return select(func.count(), *sizes, *values).group_by(*values)


def grouped(facet: Facet) -> ColumnElement[Any]:
    """The column whose values are the groups."""
    column = Feature.derived if facet.of == "derived" else Feature.properties
    text = cast(json_text(column, facet.key), String)
    if facet.sort == "day":
        return func.substr(text, 1, _YEAR_DIGITS)
    return text


def due_passing(
    session: Session, viewer: Viewer, layer: Layer, asked: Filter
) -> Iterable[tuple[dict[str, Any], dict[str, Any]]]:
    """What passes of the rows that are due: properties, and what is derived today."""
    due = due_rows(session, viewer, layer)
    if not due:
        return
    wanted = set(passing_ids(session, viewer, layer, asked).tolist()) if asked.spatial else None
    for id_, properties, derived in due:
        if passes(asked.plain, properties, derived) and (wanted is None or id_ in wanted):
            yield properties, derived


def _then(
    session: Session, viewer: Viewer, layer: Layer, asked: Filter, by: Sequence[Facet]
) -> Iterable[_Part]:
    then, kind, day = features_then(viewer, layer), kind_for(layer), viewer.at or clock.today()
    passing = [among_ids(then.c.id, passing_ids(session, viewer, layer, asked).tolist())] if asked else []
    for row in session.execute(select(then.c.properties, then.c.derived).where(*passing)):
        derived = on_the_day(kind, row.properties, row.derived, day).values
        yield _values(by, row.properties, derived), _single(derived)


def _values(by: Sequence[Facet], properties: dict[str, Any], derived: dict[str, Any]) -> tuple[str, ...]:
    sources = {"properties": properties, "derived": derived}
    return tuple(group_of(each, sources[each.of].get(each.key)) for each in by)


def group_of(facet: Facet, value: Any) -> str:
    """The group that a value belongs to."""
    if value is None:
        return MISSING
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)[:_YEAR_DIGITS] if facet.sort == "day" else str(value)


def _single(derived: dict[str, Any]) -> Totals:
    return Totals(1, derived.get("area_m2") or 0.0, derived.get("length_m") or 0.0)


def _added(kind: LayerKind, by: Sequence[Facet], parts: Iterable[_Part]) -> Sums:
    """by: the symbol class first, which says what is a part of something else."""
    whole, within = NOTHING, NOTHING
    groups: dict[str, dict[str, Totals]] = {each.key: defaultdict(lambda: NOTHING) for each in by}
    for values, totals in parts:
        if kind.symbol_class(values[0]).part:
            within += totals
        else:
            whole += totals
        # The same facet may be asked for twice: as the class, and as a group.
        for key, value in {
            each.key: plain_group(each, value) for each, value in zip(by, values, strict=True)
        }.items():
            groups[key][value] += totals
    if not whole.count:
        whole, within = within, NOTHING
    return Sums(whole, within, {key: dict(found) for key, found in groups.items()})


def plain_group(facet: Facet, value: Any) -> str:
    """SQLite says 1 and 0, PostgreSQL true and false."""
    if facet.sort != "flag":
        return str(value)
    return {"1": "true", "0": "false"}.get(str(value), str(value))
