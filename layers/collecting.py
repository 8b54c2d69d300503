"""Why does Python not look for garbage while very many rows come into being?

They stay, so there is none among them; to look through all of them again and again costs a sixth of the time.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """Around such work, in a process that does nothing else; it may be nested."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()
