"""Does this one feature pass? For what must be derived anew today, and for days in the past."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from layers.filters.condition import Condition
from layers.filters.tests import AnyOf, Filled, Has, Not, OneOf, Range, Test


def passes(
    conditions: Iterable[Condition], properties: Mapping[str, Any], derived: Mapping[str, Any]
) -> bool:
    """Whether all of these conditions on values hold."""
    sources = {"properties": properties, "derived": derived}
    return all(holds(each.test, sources[each.facet.of].get(each.facet.key)) for each in conditions)


def holds(test: Test, value: Any) -> bool:
    """Whether a stored value passes; None is missing."""
    if isinstance(test, Not):
        return not holds(test.test, value)
    if isinstance(test, AnyOf):
        return any(holds(each, value) for each in test.tests)
    if value is None or isinstance(test, Filled):
        return value is not None
    if isinstance(value, list):
        return any(_of_one(test, each) for each in value)
    return _of_one(test, value)


def _of_one(test: Test, value: Any) -> bool:
    if isinstance(test, OneOf):
        # 1 is not True here, though it is to Python.
        return any(
            value == each and isinstance(value, bool) == isinstance(each, bool) for each in test.values
        )
    if isinstance(test, Has):
        return test.words in str(value)
    if isinstance(test, Range):
        return _within(test, value)
    raise TypeError(f"{test!r} is asked of shapes, not of values")


def _within(test: Range, value: Any) -> bool:
    low, high = test.low, test.high
    if low is not None and not (value > low if test.low_open else value >= low):
        return False
    return high is None or bool(value < high if test.high_open else value <= high)
