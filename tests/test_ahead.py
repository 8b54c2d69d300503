"""Is the next thing made, or the last one ended, while another is in use, in order and with its errors?"""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest

from layers.store.ahead import ahead, behind


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


def test_what_is_handed_over_is_done_in_order_beside_the_next() -> None:
    may_go_on, done = threading.Event(), []

    def act(thing: int) -> None:
        assert may_go_on.wait(10)
        done.append(thing)

    with behind(act) as hand_over:
        hand_over(1)
        assert not done
        may_go_on.set()
        hand_over(2)
        hand_over(3)
    assert done == [1, 2, 3]


@pytest.mark.parametrize("others", [0, 1, 2])
def test_what_goes_wrong_behind_is_raised_by_the_next_or_at_the_end(others: int) -> None:
    def act(thing: int) -> None:
        if thing == 0:
            raise ValueError("第一个没有写成")

    def all_of_them() -> None:
        with behind(act) as hand_over:
            for thing in range(others + 1):
                hand_over(thing)

    with pytest.raises(ValueError, match="第一个没有写成"):
        all_of_them()


def test_the_block_waits_for_what_was_handed_over_even_when_it_breaks() -> None:
    done: list[int] = []

    def one_and_no_more() -> None:
        with behind(done.append) as hand_over:
            hand_over(1)
            raise KeyError

    with pytest.raises(KeyError):
        one_and_no_more()
    assert done == [1]
