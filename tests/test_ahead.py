"""Is the next thing made while the one before is in use, in order and with its errors?"""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from layers.store.ahead import ahead


def test_the_next_is_made_while_the_one_before_is_in_use() -> None:
    begun = [threading.Event() for _ in range(3)]

    def made() -> Iterator[int]:
        for number, each in enumerate(begun):
            each.set()
            yield number

    found = []
    for number in ahead(made()):
        assert all(each.wait(10) for each in begun[: number + 2])
        found.append(number)
    assert found == [0, 1, 2]


def test_what_goes_wrong_in_the_making_is_raised_where_it_would_be_used() -> None:
    def made() -> Iterator[int]:
        yield 1
        raise ValueError("第二个做不出来")

    found = ahead(made())
    assert next(found) == 1
    with pytest.raises(ValueError, match="第二个做不出来"):
        next(found)
