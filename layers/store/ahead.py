"""How is the next turn made while the database server writes this one?"""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
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
