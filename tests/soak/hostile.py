"""What does one bad file do to its reader and to everybody else? In a process of its own, through to the plan of an import.

    wreck(address, folder)          spoilt files of every format: how long, how much memory, and what became of each
    beside(server, files, …)       what others wait for answers while such files are brought through the wizard

Run as a module, this file is the process that reads: address of a database and folder in, one JSON for all files out.
"""

from __future__ import annotations

import json
import math
import os
import random
import struct
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple
from urllib.parse import quote

import numpy as np
import shapely

from tests.people import Caller, add_account, sign_in_as
from tests.running import Server

MOST_S: Final = 30.0
MOST_KB: Final = 1 << 20
OURS: Final = ("root:x:0", "Traceback")
PATHS: Final = (
    "/healthz",
    "/api/layers",
    f"/api/search?q={quote('泉')}",
    "/api/layers/idle_parcel/features?limit=50",
)


class Wreck(NamedTuple):
    """What became of a file. said: the refusal; rows: good ones of the plan."""

    file: str
    seconds: float
    said: str
    rows: int
    trouble: str


class Wrecks(NamedTuple):
    """All of them, and the most memory (kB) that the reader and any child of it took."""

    found: list[Wreck]
    own_kb: int
    children_kb: int

    @property
    def troubles(self) -> list[str]:
        """Everything that should not be."""
        slow = [f"{each.file}: {each.seconds:.0f} s" for each in self.found if each.seconds > MOST_S]
        told = [f"{each.file}: {each.trouble}" for each in self.found if each.trouble]
        leaks = [each.file for each in self.found if any(word in each.said for word in OURS)]
        large = [f"{kb} kB" for kb in (self.own_kb, self.children_kb) if kb > MOST_KB]
        return [*slow, *told, *leaks, *large]


def wreck(address: str, folder: Path) -> Wrecks:
    """Have all files of a folder read by one process, each as parcels for the map in this database."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.soak.hostile", address, str(folder)],
        capture_output=True,
        text=True,
        check=True,
    )
    told = json.loads(done.stdout)
    return Wrecks([Wreck(*each) for each in told["found"]], told["own_kb"], told["children_kb"])


def beside(server: Server, files: Sequence[Path], rounds: int) -> tuple[float, float]:
    """p95 of what others wait, in seconds: with nothing else going on, and while these files are looked at."""
    person = sign_in_as(server, add_account(server, "editor"))
    alone = _p95(_answers(server, rounds))
    stop = threading.Event()

    def bring() -> None:
        for number in range(10_000):
            if stop.is_set():
                return
            file = files[number % len(files)]
            answer = person.post(f"/intake?name={quote(file.name)}", body=file.read_bytes())
            if answer.status == 201:
                _wait(person, f"{json.loads(answer.body)['url']}/state", stop)

    thread = threading.Thread(target=bring)
    thread.start()
    try:
        busy = _p95(_answers(server, rounds))
    finally:
        stop.set()
        thread.join()
    return alone, busy


def _wait(person: Caller, state: str, stop: threading.Event) -> None:
    until = time.monotonic() + 2 * MOST_S
    while not stop.is_set() and not person.get(state).json()["ended"] and time.monotonic() < until:
        time.sleep(0.1)


def _answers(server: Server, rounds: int) -> Iterator[float]:
    for number in range(rounds):
        start = time.perf_counter()
        server.get(PATHS[number % len(PATHS)])
        yield time.perf_counter() - start


def _p95(taken: Iterator[float]) -> float:
    return float(np.percentile(list(taken), 95))


# --- files -------------------------------------------------------------------------------------------------


def hostile_files(folder: Path, seeds: int, corners: Sequence[int]) -> list[Path]:
    """Spoilt ones of every format, and those that are sound and want too much. corners: of bow-ties."""
    from tests.test_hostile_files import OF_GDAL, OF_OURS, spoilt

    folder.mkdir()
    for suffix, make in {**OF_OURS, **OF_GDAL}.items():
        content = make(folder.parent / f"good.{suffix}").read_bytes()
        for seed in range(seeds):
            chance = random.Random(f"{suffix} {seed}")
            (folder / f"spoilt_{seed}.{suffix}").write_bytes(spoilt(content, chance))
            (folder / f"nudged_{seed}.{suffix}").write_bytes(nudged(content, chance))
    for count in corners:
        _geojson(folder / f"bow_ties_{count}.geojson", [ribbon(count), scribble(count)])
    _geojson(
        folder / "no_numbers.geojson", [shapely.box(118.4, 35.5, 118.41, 35.51)], spoil=("118.4,", "1e999,")
    )
    _geojson(folder / "deep.geojson", [shapely.box(118.4, 35.5, 118.41, 35.51)], deep=2_000)
    _not_finite(folder / "no_numbers.gpkg")
    return sorted(folder.iterdir())


def nudged(content: bytes, chance: random.Random) -> bytes:
    """Some signs in the place of others of the same file, so that most of it can still be read."""
    signs = [at for at, byte in enumerate(content) if 0x21 <= byte < 0x7F]
    changed = bytearray(content)
    for at in chance.choices(signs, k=chance.choice([1, 2, 6, 30])):
        changed[at] = content[chance.choice(signs)]
    return bytes(changed)


def ribbon(corners: int) -> shapely.Polygon:
    """A band that crosses itself at every second step."""
    steps = np.arange(corners // 2)
    x = 118.3 + steps * (0.3 / max(len(steps), 1))
    over = np.column_stack([x, 35.5 + 0.001 * (steps % 2)])
    under = np.column_stack([x, 35.5 + 0.001 * ((steps + 1) % 2)])
    return shapely.Polygon(np.vstack([over, under[::-1]]))


def scribble(corners: int) -> shapely.Polygon:
    """Corners anywhere: each side crosses very many others."""
    places = np.random.default_rng(corners).random((min(corners, 3_000), 2))
    return shapely.Polygon(places * (0.1, 0.1) + (118.3, 35.4))


def _geojson(
    path: Path, shapes: Sequence[shapely.Polygon], *, spoil: tuple[str, str] = ("", ""), deep: int = 0
) -> None:
    def geometry(shape: shapely.Polygon) -> str:
        inner = shapely.to_geojson(shape)
        return '{"type":"GeometryCollection","geometries":[' * deep + inner + "]}" * deep

    features = ",".join(
        f'{{"type":"Feature","properties":{{"DKMC":"{at}"}},"geometry":{geometry(shape)}}}'
        for at, shape in enumerate(shapes)
    )
    text = f'{{"type":"FeatureCollection","features":[{features}]}}'
    path.write_text(text.replace(*spoil) if spoil[0] else text, "utf-8")


def _not_finite(path: Path) -> None:
    """A GeoPackage one of whose places is no number, in its very bytes."""
    import geopandas

    frame = geopandas.GeoDataFrame(
        {"DKMC": ["甲", "乙"]}, geometry=[shapely.box(118.4, 35.5, 118.41, 35.51)] * 2, crs=4490
    )
    frame.to_file(path, driver="GPKG")
    content = path.read_bytes()
    path.write_bytes(content.replace(struct.pack("<d", 118.41), struct.pack("<d", math.nan), 3))


# --- the process that reads --------------------------------------------------------------------------------


def _read_all(address: str, folder: Path) -> dict[str, Any]:
    import resource

    from layers.formats import standing
    from layers.store import Database

    database = Database(address)
    found = [_read(database, file) for file in sorted(folder.iterdir())]
    database.dispose()
    standing.let_go()
    return {
        "found": found,
        "own_kb": _most_kb(),
        "children_kb": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss,
    }


def _most_kb() -> int:
    """Since this program began; `getrusage` counts what the process was before it too."""
    told = Path("/proc/self/status").read_text("utf-8")
    return int(told.split("VmHWM:")[1].split()[0])


def _read(database: Any, file: Path) -> Wreck:
    from layers.errors import MapError
    from layers.intake import plan
    from layers.rights import SYSTEM_VIEWER

    start, said, rows, trouble = time.monotonic(), "", 0, ""
    try:
        found = plan(
            database, SYSTEM_VIEWER, file, kind="idle_parcel", crs=4527 if file.suffix == ".txt" else None
        )
        rows = len(found.good)
        said = "；".join(each.reason for each in found.problems[:20])
        if not all(math.isfinite(value) for row in found.good for value in row.shape.bounds):
            trouble = "a place that is no number"
    except MapError as refusal:
        said = refusal.message
    except Exception as error:
        trouble = repr(error)
    return Wreck(file.name, time.monotonic() - start, said, rows, trouble)


if __name__ == "__main__":
    os.environ.pop("WEBMAP_HOME", None)
    sys.stdout.write(json.dumps(_read_all(sys.argv[1], Path(sys.argv[2]))))
