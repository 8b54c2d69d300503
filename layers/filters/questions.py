"""Which questions are asked again and again? One click each; kinds declare them."""

from __future__ import annotations

from collections.abc import Mapping

from layers.filters.facets import Facet
from layers.kinds import LayerKind
from layers.kinds.base import Question


def questions_of(kind: LayerKind, facets: Mapping[str, Facet]) -> list[Question]:
    """Those of the kind that this viewer can ask."""
    return [each for each in kind.questions if all(key in facets for key in _asked(each.filter))]


def _asked(text: str) -> list[str]:
    return [part.partition(".")[0] for part in text.split(";")]


__all__ = ["Question", "questions_of"]
