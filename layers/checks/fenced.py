"""How are neighbours compared without risk? In a child with bounded memory, that is ended when it takes too long.

GEOS cannot be interrupted, and two combs of some thousand teeth cross millions of times. Run as a module, this file
is the child: areas come as one array file, events go as lines of JSON.
"""

from __future__ import annotations

import io
import json
import queue
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict
from typing import IO, Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray

from layers.checks.declared import Limits
from layers.checks.neighbours import Areas, Crack, Event, Overlap, Step, TooMany, neighbour_events

MEMORY_BYTES: Final = 3 << 30
NO_ANSWER_S: Final = 60.0
"""Nothing that is sound takes so long between two steps."""
LIGHT_EACH: Final = 500
LIGHT_IN_ALL: Final = 25_000_000
"""Vertices of each shape, and how often edges can cross whose shapes come near each other.

A few thousand parcels are compared in a moment; ten combs made to cross as often as that take half a minute.
"""
_AT_ONCE: Final = 64
_KINDS: Final = {each.__name__: each for each in (Overlap, Crack, Step, TooMany)}


class Unfinished(Exception):
    """The child ran out of time or memory; what it told before stands."""


def fenced_events(
    areas: Areas, limits: Limits, *, seconds: float, step_s: float = NO_ANSWER_S
) -> Iterator[Event]:
    """As `neighbour_events`; raises Unfinished after so many seconds, or when one step takes step_s.

    What cannot take long whatever it is goes without a child, which takes longer to start than most files to compare.
    """
    end = time.monotonic() + seconds
    if _is_light(areas):
        for event in neighbour_events(areas, limits):
            yield event
            if time.monotonic() > end:
                raise Unfinished
        return
    child = subprocess.Popen(
        [sys.executable, "-I", "-m", "layers.checks.fenced"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    told: queue.Queue[bytes] = queue.Queue()
    speaker = threading.Thread(target=_speak, args=(child.stdin, _packed(areas, limits)), daemon=True)
    listener = threading.Thread(target=_listen, args=(child.stdout, told), daemon=True)
    speaker.start()
    listener.start()
    try:
        while line := _next(told, min(end - time.monotonic(), step_s)):
            yield _event(line)
        if child.wait(step_s):
            raise Unfinished
    finally:
        child.kill()
        child.wait()
        speaker.join()
        listener.join()


def _is_light(areas: Areas) -> bool:
    sizes = shapely.get_num_coordinates(areas.shapes).astype(np.int64)
    return int(sizes.max(initial=0)) <= LIGHT_EACH and _crossings(areas, sizes) <= LIGHT_IN_ALL


def _crossings(areas: Areas, sizes: NDArray[np.int64]) -> int:
    """How often edges cross at the most, among shapes whose boxes meet; not counted further than it matters."""
    if sizes.sum() ** 2 <= LIGHT_IN_ALL:
        return int(sizes.sum() ** 2)
    tree, found = shapely.STRtree(areas.shapes), 0
    for start in range(0, len(sizes), _AT_ONCE):
        one, other = tree.query(areas.shapes[start : start + _AT_ONCE])
        found += int((sizes[start + one] * sizes[other]).sum())
        if found > LIGHT_IN_ALL:
            break
    return found


def _next(told: queue.Queue[bytes], seconds: float) -> bytes:
    try:
        return told.get(timeout=max(seconds, 0.0))
    except queue.Empty:
        raise Unfinished from None


def _speak(pipe: IO[bytes], content: bytes) -> None:
    # A child that is gone is known to whoever listens.
    with suppress(OSError), pipe:
        pipe.write(content)


def _listen(pipe: IO[bytes], told: queue.Queue[bytes]) -> None:
    with pipe:
        for line in pipe:
            told.put(line)
    told.put(b"")


def _packed(areas: Areas, limits: Limits) -> bytes:
    written = shapely.to_wkb(areas.shapes).tolist()
    sink = io.BytesIO()
    np.savez(
        sink,
        wkb=np.frombuffer(b"".join(written), np.uint8),
        sizes=np.array([len(each) for each in written], np.int64),
        group=areas.group,
        mine=areas.mine,
        tag=areas.tag,
        limits=np.array(json.dumps(asdict(limits))),
    )
    return sink.getvalue()


def _unpacked(content: bytes) -> tuple[Areas, Limits]:
    with np.load(io.BytesIO(content), allow_pickle=False) as told:
        ends = np.cumsum(told["sizes"]).tolist()
        whole = told["wkb"].tobytes()
        shapes = shapely.from_wkb([whole[a:b] for a, b in zip([0, *ends], ends, strict=False)])
        areas = Areas(np.asarray(shapes, object), told["group"], told["mine"], told["tag"])
        return areas, Limits(**json.loads(str(told["limits"])))


def _event(line: bytes) -> Event:
    name, *values = json.loads(line)
    if name in ("Overlap", "Crack"):
        values[-1] = tuple(values[-1])
    event: Event = _KINDS[name](*values)
    return event


def _answer_parent() -> None:
    from layers.fence import isolate, limit

    isolate()
    limit({"memory_bytes": MEMORY_BYTES, "cpu_s": 3600, "file_bytes": 0})
    areas, limits = _unpacked(sys.stdin.buffer.read())
    for event in neighbour_events(areas, limits):
        values: list[Any] = [type(event).__name__, *event]
        sys.stdout.write(json.dumps(values) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    _answer_parent()
