"""Which records name another one? Few do, and an index knows them."""

from __future__ import annotations

from typing import Final

from sqlalchemy import ColumnElement, func, select

from layers.kinds.links import LINK_SORTS
from layers.store.engine import json_text
from layers.store.tables import Feature

FIELDS: Final = tuple(sort.field for sort in LINK_SORTS)
"""As the index has them, in this order: another one needs a migration."""


def tied() -> ColumnElement[bool]:
    """Whether a feature is one of those; asked by itself, so that the index is walked and nothing else."""
    said = func.coalesce(*(json_text(Feature.properties, field) for field in FIELDS)).is_not(None)
    return Feature.id.in_(select(Feature.id).where(said).correlate(None))
