"""What can every test ask for?

home             an empty folder, named by WEBMAP_HOME
sample_home      a WEBMAP_HOME of this test's own with the sample in it
server           the real `webmap run` on a free port with the sample, shared by all tests: look, do not change
database         an empty, upgraded database: once on SQLite, once on PostGIS      (tests/databases.py)
sqlite_database, postgis_database           the same on one of them                (tests/databases.py)
browser, visit, page, phone_page, trouble   pages that fail the test on trouble    (tests/browser.py)
floor_browser, full_browser                 the oldest Chromiums that we support   (tests/old_browsers.py)

For a server or a command of a test's own see tests/running.py; what becomes of a skip, tests/skips.py.

Settings of the person who runs the tests (WEBMAP_*) do not reach them, except WEBMAP_TEST_COMPLETE (a skip is
a failure) and WEBMAP_CHROMIUM (which browser).
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.running import WITHOUT_ACCOUNTS, Server, fill_with_sample, running

pytest_plugins = ["tests.databases", "tests.browser", "tests.people", "tests.old_browsers", "tests.skips"]

FOR_TESTS = ("WEBMAP_TEST_COMPLETE", "WEBMAP_CHROMIUM")


def pytest_configure() -> None:
    for name in [name for name in os.environ if name.startswith("WEBMAP_") and name not in FOR_TESTS]:
        del os.environ[name]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    monkeypatch.setenv("WEBMAP_HOME", str(folder))
    return folder


@pytest.fixture(scope="session")
def sample_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return fill_with_sample(tmp_path_factory.mktemp("sample") / "home")


@pytest.fixture
def sample_home(sample_template: Path, home: Path) -> Path:
    shutil.copytree(sample_template, home, dirs_exist_ok=True)
    return home


@pytest.fixture(scope="session")
def server(sample_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Shared by all tests that look as visitors; accounts would close it, so `tests.people` makes none here."""
    home = tmp_path_factory.mktemp("server") / "home"
    shutil.copytree(sample_template, home)
    (home.parent / WITHOUT_ACCOUNTS).touch()
    with running(home) as server:
        yield server
