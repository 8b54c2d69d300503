"""Does the product run where it is put: installed from its wheel, outside the source tree?"""

from __future__ import annotations

import re
import shutil
import sqlite3
import subprocess
import sys
import sysconfig
import tomllib
import venv
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

import hatch_build
from tests.running import Server, running, webmap

SOURCE = Path(__file__).parents[1]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(SOURCE)]
    done = subprocess.run(build, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (found,) = folder.glob("*.whl")
    return found


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The `webmap` program of an environment that has the wheel, and sees what it depends on but not our source."""
    place = tmp_path_factory.mktemp("elsewhere") / "environment"
    venv.create(place, symlinks=True)
    python = place / "bin/python"
    pip = [
        sys.executable,
        "-m",
        "pip",
        "--python",
        str(python),
        "install",
        "--quiet",
        "--no-index",
        "--no-deps",
    ]
    subprocess.run([*pip, str(wheel)], check=True)
    # A path in a .pth file is searched, but .pth files found there (our editable install) are not followed.
    (site_packages,) = place.glob("lib/python*/site-packages")
    (site_packages / "dependencies.pth").write_text(sysconfig.get_path("purelib"), "utf-8")
    return place / "bin/webmap"


@pytest.fixture(scope="module")
def filled_home(installed: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("installed") / "home"
    done = webmap("sample", home=home, program=str(installed))
    assert done.returncode == 0, done.stdout + done.stderr
    return home


@pytest.fixture(scope="module")
def installed_server(installed: Path, filled_home: Path) -> Iterator[Server]:
    with running(filled_home, program=str(installed)) as server:
        yield server


def test_the_wheel_carries_pages_assets_and_sample_but_no_tests(wheel: Path) -> None:
    names = zipfile.ZipFile(wheel).namelist()
    for part in (
        "webmap/templates/",
        "webmap/static/js/",
        "webmap/static/css/",
        "webmap/static/vendor/",
        "layers/data/",
    ):
        assert any(name.startswith(part) for name in names), part
    assert not [
        name for name in names if name.startswith(("tests/", "node_modules/", "instance/", "static/"))
    ]


def test_the_installed_program_is_not_our_source(installed: Path) -> None:
    asked = "import layers, webmap; print(layers.__file__, webmap.__file__)"
    python = str(installed.with_name("python"))
    told = subprocess.run([python, "-c", asked], cwd="/", capture_output=True, text=True, check=True)
    assert str(SOURCE) not in told.stdout
    assert told.stdout.count(str(installed.parents[1])) == 2


def test_an_installed_server_answers_with_page_assets_and_layers(installed_server: Server) -> None:
    page = installed_server.get("/")
    assert page.status == 200
    assets = re.findall(r'(?:src|href)="(/[^"]*vendor/[^"]+)"', page.text)
    assert assets
    for asset in assets:
        assert installed_server.get(asset).status == 200, asset
    layers = installed_server.get("/api/layers")
    assert layers.status == 200
    assert "idle_parcel" in layers.text


def test_a_second_sample_changes_nothing(installed: Path, filled_home: Path) -> None:
    before = contents(filled_home)
    refused = webmap("sample", home=filled_home, program=str(installed))
    assert refused.returncode != 0
    assert "已有数据" in refused.stderr
    quiet = webmap("sample", "--if-empty", home=filled_home, program=str(installed))
    assert (quiet.returncode, quiet.stdout, quiet.stderr) == (0, "", "")
    assert contents(filled_home) == before


def contents(home: Path) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(f"file:{home / 'map.db'}?mode=ro", uri=True)
    try:
        tables = [
            name for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")
        ]
        # The names come from the database that we made ourselves.
        rows = [connection.execute(f'SELECT * FROM "{name}"').fetchall() for name in sorted(tables)]  # noqa: S608
        return [tuple(row) for table in rows for row in table]
    finally:
        connection.close()


@pytest.mark.parametrize(
    ("script", "told"),
    [
        ("#!/bin/sh\n[ $1 = --version ] && echo Python 3.8.10\nexit 1\n", "Python 3.8.10"),
        (None, "未找到 old-python"),
    ],
    ids=["too old", "not there"],
)
def test_an_unfit_python_is_one_sentence_and_leaves_nothing(
    script: str | None, told: str, tmp_path: Path
) -> None:
    shutil.copy(SOURCE / "Makefile", tmp_path)
    if script:
        (tmp_path / "old-python").write_text(script, "utf-8")
        (tmp_path / "old-python").chmod(0o755)
    python = "./old-python" if script else "old-python"
    done = subprocess.run(
        ["make", "setup", f"PYTHON={python}"], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode != 0
    assert "需要 Python 3.11 或更高版本" in done.stdout
    assert told in done.stdout
    assert not (tmp_path / ".venv").exists()


@pytest.mark.parametrize(
    ("version", "chosen"), [("11.6.2", True), ("9.0.0", True), ("6.14.18", False), ("", False), (None, False)]
)
def test_an_npm_too_old_for_the_lock_file_gives_way_to_the_one_from_pypi(
    version: str | None, chosen: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if version is not None:
        (tmp_path / "npm").write_text(f"#!/bin/sh\necho {version}\n", "utf-8")
        (tmp_path / "npm").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert hatch_build.npm() == ([str(tmp_path / "npm")] if chosen else hatch_build.NODE_FROM_PYPI)


def test_front_end_files_that_are_there_are_not_fetched_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hatch_build, "npm", lambda: pytest.fail("npm was asked"))
    hatch_build.fetch(SOURCE)


def test_what_the_build_needs_is_pinned() -> None:
    needed = tomllib.loads((SOURCE / "pyproject.toml").read_text("utf-8"))["build-system"]["requires"]
    pinned = pins("build.txt")
    assert {requirement.partition("==")[0] for requirement in needed} <= {name for name, _ in pinned}
    exact = {tuple(requirement.split("==")) for requirement in needed if "==" in requirement}
    assert exact <= pinned


def test_a_package_has_one_version_in_all_lock_files() -> None:
    every = pins("build.txt"), pins("run.txt"), pins("test.txt")
    for first in every:
        for second in every:
            shared = {name for name, _ in first} & {name for name, _ in second}
            assert {pin for pin in first if pin[0] in shared} == {pin for pin in second if pin[0] in shared}


def pins(file: str) -> set[tuple[str, str]]:
    text = (SOURCE / "requirements" / file).read_text("utf-8")
    return set(re.findall(r"^([\w.-]+)==(\S+)", text, re.MULTILINE))
