"""In which editions are the control lines on the map, and how much of the county do they cover?"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from layers.rights import Viewer
from layers.store.engine import json_text
from layers.store.seen import seen
from layers.store.tables import Feature, Layer

CONTROL_LINE: Final = "control_line"
_TOLD: Final = ("line_type", "coverage", "approval_no", "data_version", "data_day")


@dataclass(frozen=True)
class Edition:
    """Lines of one type in one layer that say the same of where they come from. coverage: "county", "part" or nothing."""

    layer_key: str
    layer_title: str
    line_type: str | None
    coverage: str | None
    approval_no: str | None
    data_version: str | None
    data_day: str | None
    count: int


def editions(session: Session, viewer: Viewer) -> list[Edition]:
    """Of all control lines that this viewer may see today."""
    told = [json_text(Feature.properties, key) for key in _TOLD]
    counted = (
        select(Layer.key, Layer.title, *told, func.count())
        .select_from(Feature)
        .join(Layer)
        .where(Layer.kind == CONTROL_LINE, *seen(viewer))
        .group_by(Layer.key, Layer.title, *told)
    )
    found = (Edition(*row[:7], count=int(row[7])) for row in session.execute(counted).all())
    return sorted(found, key=str)
