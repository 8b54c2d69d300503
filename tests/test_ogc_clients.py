"""Do the programs that offices have read /ogc? GDAL, OWSLib and QGIS themselves ask a running server."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import shapely

from layers.rights import SYSTEM_VIEWER
from layers.store import Database, query
from tests.people import add_account, sign_in
from tests.running import Server, running

LAYER = "idle_parcel"
QGIS = """
import os, sys
os.environ["QT_QPA_PLATFORM"] = "offscreen"
from qgis.core import QgsApplication, QgsVectorLayer
app = QgsApplication([], False)
app.initQgis()
layer = QgsVectorLayer(f"url='{sys.argv[1]}' typename='idle_parcel' pageSize='50'", "x", "OAPIF")
assert layer.isValid(), layer.error().message()
found = list(layer.getFeatures())
print(len(found), len({each["id"] for each in found}), found[0]["处置状态"])
print(round(layer.extent().xMinimum(), 4), layer.crs().authid())
del layer, found
app.exitQgis()
"""


@pytest.fixture(scope="module")
def served(sample_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Server, str]]:
    """A server under a path with an account, and the address with its token."""
    home = tmp_path_factory.mktemp("ogc") / "home"
    shutil.copytree(sample_template, home)
    add_account(home, "editor")
    with running(home) as server:
        page = sign_in(server, "editor").post("/account/tokens", data={"title": "测试"})
        word = re.search(r'value="(map_[^"]+)"', page.text)
        assert word
        yield server, word[1]


@pytest.fixture(scope="module")
def stored(served: tuple[Server, str]) -> dict[str, Any]:
    """What is on the map: shape by uid."""
    database = Database(f"sqlite:///{served[0].home / 'map.db'}")
    with database.reading() as session:
        layer = query.layer_named(session, SYSTEM_VIEWER, LAYER)
        found = query.find_features(session, SYSTEM_VIEWER, layer)
    database.dispose()
    return {each.uid: each for each in found}


def run(*command: str) -> str:
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=180)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_gdal_reads_all_pages_exactly(
    served: tuple[Server, str], stored: dict[str, Any], tmp_path: Path
) -> None:
    if not shutil.which("ogr2ogr"):
        pytest.skip("ogr2ogr (not installed)")
    server, word = served
    source, target = f"OAPIF:{server.url}/ogc?token={word}", tmp_path / "out.geojson"
    run(
        "ogr2ogr", "-f", "GeoJSON", "-lco", "COORDINATE_PRECISION=15", str(target), source, LAYER,
        "-oo", "PAGE_SIZE=30",
    )  # fmt: skip
    features = json.loads(target.read_text("utf-8"))["features"]
    assert {each["properties"]["id"] for each in features} == set(stored)
    for each in features:
        shape, meant = shapely.geometry.shape(each["geometry"]), stored[each["properties"]["id"]]
        assert shape.equals_exact(meant.shape, 1e-12)
        assert each["properties"]["地块名称"] == meant.name


def test_gdal_asks_with_a_header_and_by_property(served: tuple[Server, str], stored: dict[str, Any]) -> None:
    if not shutil.which("ogrinfo"):
        pytest.skip("ogrinfo (not installed)")
    server, word = served
    listed = run("ogrinfo", f"OAPIF:{server.url}/ogc")
    assert "scenic_site" in listed
    assert LAYER not in listed
    told = run(
        "ogrinfo", "-so", f"OAPIF:{server.url}/ogc", LAYER, "-where", "\"处置状态\"='已盘活'",
        "--config", "GDAL_HTTP_HEADERS", f"Authorization: Bearer {word}",
    )  # fmt: skip
    meant = sum(each.properties.get("status") == "revived" for each in stored.values())
    assert 0 < meant < len(stored)
    assert f"Feature Count: {meant}" in told


def test_owslib_reads_the_service(served: tuple[Server, str], stored: dict[str, Any]) -> None:
    from owslib.ogcapi.features import Features

    server, word = served
    service = Features(f"{server.url}/ogc", headers={"Authorization": f"Bearer {word}"})
    assert service.conformance()["conformsTo"][0].endswith("/conf/core")
    assert LAYER in service.feature_collections()
    assert service.api()["openapi"].startswith("3.0")
    found = service.collection_items(LAYER, limit=20, bbox=[118.0, 35.0, 119.0, 36.0])
    assert (found["numberMatched"], found["numberReturned"]) == (len(stored), 20)
    one = found["features"][3]
    assert service.collection_item(LAYER, one["id"])["properties"] == one["properties"]


def test_qgis_reads_a_layer(served: tuple[Server, str], stored: dict[str, Any], tmp_path: Path) -> None:
    python = shutil.which("python3", path="/usr/bin")
    known = python and subprocess.run([python, "-c", "import qgis.core"], capture_output=True, check=False)
    if not python or not known or known.returncode:
        pytest.skip("python3-qgis (not installed)")
    server, word = served
    (tmp_path / "read.py").write_text(QGIS, "utf-8")
    count, different, state = (
        run(python, str(tmp_path / "read.py"), f"{server.url}/ogc?token={word}").splitlines()[0].split()
    )
    assert (int(count), int(different)) == (len(stored), len(stored))
    assert state
