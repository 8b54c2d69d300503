"""What does a layer amount to, class by class and town by town, today or on a past day?

To count 200,000 features takes a second. So the figures are kept in memory, and after an edit only what it changed is
taken away and added; where that cannot be told, everything is counted again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from layers import clock
from layers.kinds import kind_for
from layers.rights import Viewer, sight
from layers.store.changes_since import Moment, changes_since, moment
from layers.store.derive import on_the_day
from layers.store.kept import kept
from layers.store.past import values_then
from layers.store.seen import features_seen, stands
from layers.store.tables import Feature, Layer
from layers.store.town_total import TownTotal, added, by_town, single, taken_away, told


class _Kept(NamedTuple):
    day: date
    at: Moment
    figures: list[TownTotal]


def counted(session: Session, viewer: Viewer, layer: Layer) -> Sequence[TownTotal]:
    """What stands in the layer for this viewer. A writing session keeps nothing, it may roll back."""
    if viewer.at is not None:
        place, edition = ("counted", layer.id, sight(viewer)), (layer.version, clock.today())
        return kept(session, place, edition, lambda: _then(session, viewer, layer))
    shelf: dict[Any, _Kept] | None = session.info.get("totals")
    return _counted(session, viewer, layer) if shelf is None else _now(session, viewer, layer, shelf)


def _then(session: Session, viewer: Viewer, layer: Layer) -> list[TownTotal]:
    return added(map(single, values_then(session, viewer, layer, kind_for(layer))))


def _now(session: Session, viewer: Viewer, layer: Layer, shelf: dict[Any, _Kept]) -> list[TownTotal]:
    """Those that are kept stay, however many others are: there is one for each layer and audience."""
    place, today = ("counted now", layer.id, sight(viewer)), clock.today()
    there = shelf.get(place)
    if there is None or (there.at.version, there.day) != (layer.version, today):
        figures = _brought_up(session, viewer, layer, there, today)
        there = shelf[place] = _Kept(today, moment(session, layer), figures)
    return there.figures


def _brought_up(
    session: Session, viewer: Viewer, layer: Layer, before: _Kept | None, today: date
) -> list[TownTotal]:
    """By what changed since, if that is known; else by a new count."""
    changed = before and before.day == today and changes_since(session, viewer, layer, before.at)
    if not before or not changed:
        return _counted(session, viewer, layer)
    kind = kind_for(layer)
    come, gone = (
        Counter(single(on_the_day(kind, *each, today).values) for each in features) for features in changed
    )
    # What amounts to the same as before is in neither: a parcel at the edge may get another name.
    left = taken_away(before.figures, (gone - come).elements())
    return _counted(session, viewer, layer) if left is None else added([*left, *(come - gone).elements()])


def _counted(session: Session, viewer: Viewer, layer: Layer) -> list[TownTotal]:
    today = clock.today()
    there = [Feature.layer_id == layer.id, *features_seen(viewer), stands()]
    settled = or_(Feature.derived_until.is_(None), Feature.derived_until > today)
    parts = [told(row) for row in session.execute(by_town().where(*there, settled))]
    due = session.execute(
        select(Feature.properties, Feature.derived).where(*there, Feature.derived_until <= today)
    )
    kind = kind_for(layer)
    parts += [single(on_the_day(kind, row.properties, row.derived, today).values) for row in due]
    return added(parts)
