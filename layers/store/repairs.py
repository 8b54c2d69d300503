"""Which shapes did an import repair, and how were they before?"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import shapely
from shapely.geometry.base import BaseGeometry
from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from layers.store.tables import ShapeRepair, table_of


class Repair(NamedTuple):
    """place: of the row in the file, from 1; words: what it is called there; checks: codes of what was repaired.

    before: its shape in CGCS2000 degrees, as it came.
    """

    place: int
    words: str
    checks: tuple[str, ...]
    before: BaseGeometry


def note_repairs(session: Session, act_id: int, repairs: Sequence[Repair]) -> None:
    """Keep with an act what it repaired."""
    rows = [
        {
            "act_id": act_id,
            "place": each.place,
            "words": each.words,
            "checks": ",".join(each.checks),
            "before": shapely.to_wkb(each.before),
        }
        for each in repairs
    ]
    if rows:
        session.connection().execute(insert(table_of(ShapeRepair)), rows)


def repairs_of(session: Session, act_id: int, limit: int) -> list[Repair]:
    """The first of what an act repaired, in the order of the file."""
    wanted = select(ShapeRepair).where(ShapeRepair.act_id == act_id).order_by(ShapeRepair.place).limit(limit)
    return [
        Repair(row.place, row.words, tuple(row.checks.split(",")), shapely.from_wkb(row.before))
        for row in session.scalars(wanted)
    ]


def count_repairs(session: Session, act_id: int) -> int:
    """How many shapes an act repaired."""
    counted = select(func.count()).select_from(ShapeRepair).where(ShapeRepair.act_id == act_id)
    return session.execute(counted).scalar_one()
