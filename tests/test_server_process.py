"""What does a web process hold, after it has answered every kind of question?"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.running import Server, running

# GDAL opens what people send, so it lives in a child process; the others belong to long work. (Folium loads pandas.)
NEVER_LOADED = {
    *("pyogrio", "osgeo", "fiona", "geopandas", "matplotlib"),
    *("layers.formats.read_child", "layers.formats.write_child"),
}
MOST_MEMORY_MB = 400


@pytest.fixture(scope="module")
def asked_server(sample_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server that names every module it imports in its log, workers too, and has been asked everything."""
    home = tmp_path_factory.mktemp("process") / "home"
    shutil.copytree(sample_template, home)
    with running(home, PYTHONPROFILEIMPORTTIME="1") as server:
        for path in every_question(server):
            assert server.get(path).status in {200, 204}, path
        yield server


def every_question(server: Server) -> list[str]:
    layers = server.get("/api/layers").json()["layers"]
    keys = "+".join(layer["key"] for layer in layers)
    (west, south, east, north) = next(layer["bounds"] for layer in layers if layer["bounds"])
    at = f"lon={(west + east) / 2}&lat={(south + north) / 2}&tolerance=0.1"
    found = server.get("/api/search?q=zq").json()["results"]
    return [
        "/",
        "/healthz",
        "/api/style",
        "/table",
        f"/tiles/{keys}.json",
        f"/tiles/{keys}/9/420/203.mvt",
        f"/api/at?{at}",
        *(f"/table/{layer['key']}" for layer in layers),
        *(f"/api/layers/{layer['key']}/features?limit=5" for layer in layers),
        *(f"/api/kinds/{layer['kind']}" for layer in layers),
        *(f"/api/features/{feature['uid']}" for feature in found),
    ]


def test_a_web_process_never_loads_gdal_or_data_frames(asked_server: Server) -> None:
    loaded = set(
        re.findall(r"^import time:.*\| +([\w.]+)$", asked_server.log.read_text("utf-8"), re.MULTILINE)
    )
    assert {"flask", "webmap.views.tiles"} <= loaded, "the log does not name imports"
    assert not {name for name in loaded if name in NEVER_LOADED or name.partition(".")[0] in NEVER_LOADED}


def test_web_processes_stay_small(asked_server: Server) -> None:
    sizes = {pid: resident_mb(pid) for pid in family(asked_server.pid)}
    assert max(sizes.values()) <= MOST_MEMORY_MB, sizes


def family(pid: int) -> list[int]:
    """A process and all that it started."""
    children = Path(f"/proc/{pid}/task/{pid}/children")
    if not children.exists():
        pytest.skip("process sizes (no /proc)")
    return [pid, *(one for child in children.read_text().split() for one in family(int(child)))]


def resident_mb(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    (kilobytes,) = re.findall(r"^VmRSS:\s+(\d+) kB", status, re.MULTILINE)
    return int(kilobytes) / 1024
