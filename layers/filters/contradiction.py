"""Can anything pass all of these conditions? What nothing can pass is said, and not answered with nought."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations

from layers.errors import InvalidValue
from layers.filters.condition import Condition, Filter
from layers.filters.tests import Filled, Has, Not, OneOf, Range, Test

_NEEDS_A_VALUE = (OneOf, Range, Has, Filled)


def refuse_contradictions(asked: Filter) -> None:
    """Raises InvalidValue that names the two conditions which exclude each other."""
    for one, other in _excluding(asked.conditions):
        raise InvalidValue(
            f"筛选条件互相矛盾：“{one.phrase}”与“{other.phrase}”不可能同时成立。请改其中一个，或去掉一个。"
        )


def _excluding(conditions: Sequence[Condition]) -> Iterator[tuple[Condition, Condition]]:
    for one, other in combinations(conditions, 2):
        if one.facet.key == other.facet.key and _exclude(one, other):
            yield one, other


def _exclude(one: Condition, other: Condition) -> bool:
    tests = (one.test, other.test)
    if any(isinstance(test, Not) and test.test == Filled() for test in tests):
        return any(isinstance(test, _NEEDS_A_VALUE) for test in tests)
    if _each(tests, Range):
        return _apart(*[test for test in tests if isinstance(test, Range)])
    # A list may hold both.
    if _each(tests, OneOf) and one.facet.sort != "choices":
        first, second = [set(test.values) for test in tests if isinstance(test, OneOf)]
        return not first & second
    return _refused(one.test, other.test) or _refused(other.test, one.test)


def _each(tests: Iterable[Test], sort: type[Test]) -> bool:
    return all(isinstance(test, sort) for test in tests)


def _refused(wanted: Test, unwanted: Test) -> bool:
    """Whether all that is wanted is unwanted too."""
    if not isinstance(unwanted, Not) or not isinstance(unwanted.test, OneOf | Has):
        return False
    if isinstance(wanted, OneOf) and isinstance(unwanted.test, OneOf):
        return set(wanted.values) <= set(unwanted.test.values)
    return wanted == unwanted.test


def _apart(one: Range, other: Range) -> bool:
    return _beyond(one, other) or _beyond(other, one)


def _beyond(one: Range, other: Range) -> bool:
    """Whether the first begins after the second has ended."""
    if one.low is None or other.high is None:
        return False
    low, high = one.low, other.high
    if low == high:
        return one.low_open or other.high_open
    return str(low) > str(high) if isinstance(low, str) or isinstance(high, str) else low > high
