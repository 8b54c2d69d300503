"""How do two threads share long work? The next turn is made ahead, and what is left of the last one done behind."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from typing import Final, TypeVar

T = TypeVar("T")
_END: Final = None


def ahead(made: Iterator[T]) -> Iterator[T]:
    """The same things in the same order, each made in a thread while the one before it is in use."""
    with ThreadPoolExecutor(1) as maker:
        coming = maker.submit(next, made, _END)
        while (thing := coming.result()) is not _END:
            coming = maker.submit(next, made, _END)
            yield thing


@contextmanager
def behind(act: Callable[[T], object]) -> Iterator[Callable[[T], None]]:
    """Hands things to a thread that does them one by one, and waits while two are not done.

    The block ends when all are done. Raises what one of them raised, with the next thing or at the end.
    """
    with ThreadPoolExecutor(1) as doer:
        last: Future[object] | None = None

        def hand_over(thing: T) -> None:
            nonlocal last
            if last:
                last.result()
            last = doer.submit(act, thing)

        yield hand_over
        if last:
            last.result()
