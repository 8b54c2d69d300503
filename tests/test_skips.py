"""Is every skip counted aloud, and a failure where all must run?"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

SKIPPING = """
import pytest

@pytest.fixture
def postgis():
    pytest.skip("PostGIS (no PGHOST)")

@pytest.mark.parametrize("number", range(3))
def test_stored(postgis, number): ...

def test_page(): pytest.skip("browser (no Chromium)")

@pytest.mark.xfail
def test_known(): assert False

def test_good(): ...
"""


def run_tests(folder: Path, complete: str) -> subprocess.CompletedProcess[str]:
    (folder / "test_skipping.py").write_text(SKIPPING, "utf-8")
    source = str(Path(__file__).parents[1])
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "tests.skips",
        "-p",
        "no:cacheprovider",
        str(folder),
    ]
    environment = os.environ | {"WEBMAP_TEST_COMPLETE": complete, "PYTHONPATH": source}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def test_skips_are_counted_by_what_and_why(tmp_path: Path) -> None:
    done = run_tests(tmp_path, "")
    assert done.returncode == 0, done.stdout
    assert "Skipped here: 3 PostGIS (no PGHOST), 1 browser (no Chromium)" in done.stdout


def test_where_all_must_run_a_skip_is_a_failure(tmp_path: Path) -> None:
    done = run_tests(tmp_path, "1")
    assert done.returncode == pytest.ExitCode.TESTS_FAILED
    assert "Skipped here: nothing" in done.stdout
    assert "although WEBMAP_TEST_COMPLETE=1: PostGIS (no PGHOST)" in done.stdout
    assert "1 failed, 1 passed, 1 xfailed, 3 errors" in done.stdout
