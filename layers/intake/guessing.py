"""Into which layer does a file most likely go? Judged by its columns and its shapes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import shapely

from layers.errors import InvalidValue
from layers.formats import Dataset
from layers.intake.mapping import mapped
from layers.kinds import LayerKind
from layers.shapes import family_of

_MISFIT: Final = -1000.0
_COMMON: Final = frozenset({"name", "note", "remark", "is_sample", "town", "village"})
"""Fields that most kinds have tell little."""


def likeliest(dataset: Dataset, offered: Sequence[tuple[str, LayerKind]]) -> str | None:
    """The key of the layer that fits best; None when none takes such shapes. offered: layers and their kinds."""
    families = _families(dataset)
    scored = [(_score(dataset, families, kind), key) for key, kind in offered]
    best = max(scored, default=(_MISFIT, ""), key=lambda each: each[0])
    return best[1] if best[0] > _MISFIT else None


def _families(dataset: Dataset) -> set[str]:
    there = dataset.shapes[~shapely.is_missing(dataset.shapes)]
    return {family for shape in there[:200] if (family := family_of(shape))}


def _score(dataset: Dataset, families: set[str], kind: LayerKind) -> float:
    if families and not families & set(kind.shapes):
        return _MISFIT
    try:
        found = mapped(kind, dataset.columns)
    except InvalidValue:
        return -50.0
    told = {each.key for each in found.fields.values()}
    named = 5.0 if kind.title in dataset.name or any(word in dataset.name for word in kind.aliases) else 0.0
    return len(told - _COMMON) + 0.1 * len(told) - 0.05 * len(found.others) + named
