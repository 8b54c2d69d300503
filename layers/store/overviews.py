"""What is kept of how big layers look from afar, and is it still so?

A tile of an overview holds shapes, and with each the features it may stand for. Who may see those, and what they say,
is asked anew each time it is shown: nothing that is kept here decides what somebody sees.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta
from itertools import islice
from typing import Any, Final, NamedTuple

import numpy as np
import shapely
from numpy.typing import NDArray
from sqlalchemy import Select, delete, func, insert, or_, select, union
from sqlalchemy.orm import Session

from layers import clock
from layers.crs import Bounds
from layers.rights import SYSTEM_VIEWER
from layers.store.engine import Database, in_layer_bounds, json_number, json_text, wkb
from layers.store.seen import seen
from layers.store.tables import (
    DONE,
    Act,
    Feature,
    FeatureVersion,
    HiddenAct,
    Layer,
    Overview,
    OverviewTile,
    StandIn,
)

TILES_A_TURN: Final = 8
MOST_TOUCHED: Final = 2000
"""When more features have changed since, the whole overview is made anew."""
_UNDER_WAY: Final = timedelta(seconds=10)
"""An act is dated a moment before others see it."""

Place = tuple[int, int, int]


class Standing(NamedTuple):
    """All features of a layer that stand on somebody's map. kept_apart: nobody sees only a part of one such group."""

    ids: NDArray[np.int64]
    shapes: NDArray[np.object_]
    symbols: list[str]
    kept_apart: list[str]
    at: datetime


class Kept(NamedTuple):
    """What is known of a layer's overview. in_transit: its features are being replaced by other rows."""

    edition: int
    layer_version: int
    way: str
    at: datetime | None
    in_transit: bool


def kept(session: Session, layer_id: int) -> Kept:
    """Edition 0 where there is none."""
    row = session.get(Overview, layer_id)
    moving = session.scalar(_in_transit(layer_id)) is not None
    if row is None:
        return Kept(0, 0, "", None, moving)
    return Kept(row.edition, row.layer_version, row.way, row.at, moving)


def editions(session: Session, keys: Iterable[str]) -> str:
    """Changes whenever the overviews of these layers do; nothing where there are none."""
    moving = select(Feature.layer_id).join(StandIn, StandIn.feature_id == Feature.id)
    found = session.execute(
        select(Overview.edition, Overview.layer_id.in_(moving))
        .join(Layer)
        .where(Layer.key.in_(list(keys)))
        .order_by(Layer.id)
    )
    return "".join(f".{edition}{'m' if moves else ''}" for edition, moves in found)


def pieces_of(session: Session, layer_id: int, place: Place, kept_from_z: int) -> list[tuple[Place, bytes]]:
    """What is kept for this tile; of a zoom further away than is kept, what is kept for the tiles in it."""
    z, x, y = place
    deeper = max(kept_from_z - z, 0)
    across = 2**deeper
    within = (
        OverviewTile.layer_id == layer_id,
        OverviewTile.z == z + deeper,
        OverviewTile.x.between(x * across, (x + 1) * across - 1),
        OverviewTile.y.between(y * across, (y + 1) * across - 1),
    )
    tile = OverviewTile
    rows = session.execute(
        select(tile.z, tile.x, tile.y, tile.pieces).where(*within).order_by(tile.x, tile.y)
    )
    return [((row.z, row.x, row.y), row.pieces) for row in rows]


def live_layers(session: Session) -> list[Layer]:
    """Those that are on somebody's map."""
    done = select(Act.id).where(Act.state == DONE)
    there = (Layer.archived_at.is_(None), Layer.deleted_at.is_(None))
    return list(
        session.scalars(select(Layer).where(*there, or_(Layer.act_id.is_(None), Layer.act_id.in_(done))))
    )


def count_of(session: Session, layer_id: int) -> int:
    """How many rows there are of it, whoever may see them: quick, and never too few."""
    counted = select(func.count()).select_from(Feature).where(Feature.layer_id == layer_id)
    return session.execute(counted).scalar_one()


def standing(session: Session, layer_id: int, bounds: Bounds | None = None) -> Standing:
    """The features of a layer, or those that meet the bounds."""
    at = clock.now()
    where = (
        Feature.layer_id == layer_id if bounds is None else in_layer_bounds(Feature.shape, layer_id, bounds)
    )
    rows = session.execute(
        select(
            Feature.id,
            wkb(Feature.shape),
            json_text(Feature.derived, "symbol"),
            func.coalesce(Feature.visibility, ""),
            func.coalesce(Feature.review, ""),
        )
        .join(Layer)
        .where(where, *seen(SYSTEM_VIEWER))
        .order_by(Feature.id)
    ).all()
    return Standing(
        np.array([row[0] for row in rows], np.int64),
        np.asarray(shapely.from_wkb([row[1] for row in rows]), np.object_),
        [row[2] or "" for row in rows],
        [f"{row[3]} {row[4]}" for row in rows],
        at,
    )


def touched_since(session: Session, layer_id: int, at: datetime) -> list[Bounds] | None:
    """Where features of a layer have changed, came or went since; None: nearly everywhere."""
    acts = select(Act.id).where(Act.state == DONE, Act.at >= at - _UNDER_WAY)
    found = session.execute(
        union(_now(layer_id, acts), _before(layer_id, acts)).limit(MOST_TOUCHED + 1)
    ).all()
    if len(found) > MOST_TOUCHED:
        return None
    return [(row[1], row[2], row[3], row[4]) for row in found]


def keep(
    database: Database,
    layer: Layer,
    at: datetime,
    way: str,
    tiles: Mapping[Place, bytes],
    *,
    whole: bool,
) -> int:
    """Write tiles down, in turns, and say that the overview shows this version of the layer; its new edition.

    whole: there are no others. An empty tile is taken away.
    """
    rest = iter(tiles.items())
    while turn := dict(islice(rest, TILES_A_TURN)):
        with database.writing() as session:
            _write(session, layer.id, turn)
            session.commit()
    with database.writing() as session:
        if whole:
            _remove_others(session, layer.id, tiles)
        found = session.get(Overview, layer.id)
        if found is None:
            found = Overview(layer_id=layer.id, edition=0)
            session.add(found)
        found.edition, found.layer_version, found.way, found.at = found.edition + 1, layer.version, way, at
        session.commit()
        return found.edition


def outdated(session: Session, wanted: Collection[int]) -> list[int]:
    """The layers that have an overview and are none of these."""
    return [each for each in session.scalars(select(Overview.layer_id)) if each not in wanted]


def forget(session: Session, layer_ids: Collection[int]) -> None:
    """Take away the overviews of these layers."""
    session.execute(delete(OverviewTile).where(OverviewTile.layer_id.in_(layer_ids)))
    session.execute(delete(Overview).where(Overview.layer_id.in_(layer_ids)))


def _in_transit(layer_id: int) -> Select[int]:
    moving = select(StandIn.feature_id).join(Act, Act.id == StandIn.act_id)
    ours = moving.join(Feature, Feature.id == StandIn.feature_id)
    return ours.where(Act.state == DONE, Feature.layer_id == layer_id).limit(1)


def _now(layer_id: int, acts: Select[int]) -> Select[Any]:
    """What an act brought or changed, and what was hidden or shown again by one."""
    turned = select(HiddenAct.act_id).where(
        or_(HiddenAct.since_act_id.in_(acts), HiddenAct.until_act_id.in_(acts))
    )
    by = or_(Feature.act_id.in_(acts), Feature.act_id.in_(turned))
    return select(Feature.id, *_box(Feature)).where(Feature.layer_id == layer_id, by)


def _before(layer_id: int, acts: Select[int]) -> Select[Any]:
    """Where it was before."""
    earlier = select(FeatureVersion.feature_id, *_box(FeatureVersion))
    ours = earlier.join(Feature, Feature.id == FeatureVersion.feature_id)
    return ours.where(Feature.layer_id == layer_id, FeatureVersion.until_act_id.in_(acts))


def _box(model: Any) -> list[Any]:
    return [json_number(model.derived, "bounds", side) for side in range(4)]


def _write(session: Session, layer_id: int, tiles: Mapping[Place, bytes]) -> None:
    for (z, x, y), pieces in tiles.items():
        session.execute(
            delete(OverviewTile).where(
                OverviewTile.layer_id == layer_id,
                OverviewTile.z == z,
                OverviewTile.x == x,
                OverviewTile.y == y,
            )
        )
        if pieces:
            session.execute(insert(OverviewTile).values(layer_id=layer_id, z=z, x=x, y=y, pieces=pieces))


def _remove_others(session: Session, layer_id: int, tiles: Mapping[Place, bytes]) -> None:
    tile = OverviewTile
    there = session.execute(select(tile.z, tile.x, tile.y).where(tile.layer_id == layer_id)).all()
    _write(session, layer_id, {(z, x, y): b"" for z, x, y in there if (z, x, y) not in tiles})
