"""How does the map ask for the same? As an expression of the MapLibre style specification.

GL evaluates it itself; static/js/map/canvas_rules.js evaluates it for the canvas and for the symbols.
"""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from layers.filters.condition import Filter
from layers.filters.facets import Facet
from layers.filters.tests import AnyOf, Filled, Has, Not, OneOf, Range, Test

Expression = Any


def expression(asked: Filter) -> Expression | None:
    """The whole filter; None where it asks for what does not travel in the tiles."""
    if not all(each.facet.tiled for each in asked.conditions) or asked.spatial:
        return None
    return ["all", *(_of(each.test, each.facet) for each in asked.conditions)]


def among(ids: Collection[int]) -> Expression:
    """The features with these ids: `match`, because `in` walks through the list for every feature."""
    return ["match", ["id"], sorted(ids), True, False] if ids else ["==", 1, 0]


def _of(test: Test, facet: Facet) -> Expression:
    if isinstance(test, Not):
        return ["!", _of(test.test, facet)]
    if isinstance(test, AnyOf):
        return ["any", *(_of(each, facet) for each in test.tests)]
    if isinstance(test, OneOf):
        return _one_of(test, facet)
    there = ["has", facet.key]
    if isinstance(test, Filled):
        return there
    if isinstance(test, Has):
        return ["all", there, ["in", test.words, ["to-string", ["get", facet.key]]]]
    if isinstance(test, Range):
        return ["all", there, *_ends(test, facet)]
    raise TypeError(f"{test!r} is asked of shapes, not of values")


def _one_of(test: OneOf, facet: Facet) -> Expression:
    if facet.sort in ("choice", "text"):
        return ["match", ["get", facet.key], sorted({str(value) for value in test.values}), True, False]
    return ["any", *(["==", ["get", facet.key], value] for value in test.values)]


def _ends(test: Range, facet: Facet) -> list[Expression]:
    read = "to-string" if facet.sort == "day" else "to-number"
    value = [read, ["get", facet.key]]
    low, high = (">" if test.low_open else ">="), ("<" if test.high_open else "<=")
    ends = [] if test.low is None else [[low, value, test.low]]
    return ends if test.high is None else [*ends, [high, value, test.high]]
