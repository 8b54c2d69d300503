"""Is a failed test run once more, alone, and only then forgiven?"""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
UNSTEADY = """
from pathlib import Path
def test_a():
    seen = Path("seen"); before = seen.exists(); seen.touch()
    assert before
"""
BROKEN = "def test_{0}():\n    assert False\n"


def whole_run(folder: Path, tests: str) -> tuple[int, str]:
    """As `make test` does it: pytest, then the second chance."""
    (folder / "test_it.py").write_text(tests, encoding="utf-8")
    (folder / "tests").symlink_to(ROOT / "tests")
    settings = {**os.environ, "PYTHONPATH": str(ROOT)}
    one, two = ([sys.executable, "-m", *rest] for rest in (["pytest", "test_it.py"], ["tests.second_chance"]))
    first = subprocess.run(one, cwd=folder, env=settings, capture_output=True, check=False)
    again = subprocess.run(
        [*two, str(first.returncode)], cwd=folder, env=settings, capture_output=True, text=True, check=False
    )
    return again.returncode, again.stdout


def test_what_passes_alone_is_forgiven_and_named(tmp_path: Path) -> None:
    status, told = whole_run(tmp_path, UNSTEADY)
    assert status == 0
    assert "UNSTEADY, failed beside others and passed alone: test_it.py::test_a" in told


def test_what_fails_twice_has_failed(tmp_path: Path) -> None:
    status, told = whole_run(tmp_path, UNSTEADY + BROKEN.format("b"))
    assert status == 1
    assert "UNSTEADY" not in told


def test_many_failures_are_no_accident(tmp_path: Path) -> None:
    status, told = whole_run(tmp_path, UNSTEADY + "".join(BROKEN.format(name) for name in "bcd"))
    assert (status, told) == (1, "")


@pytest.mark.parametrize("tests", ["def broken(:", ""], ids=["does not compile", "no test at all"])
def test_other_ends_are_passed_on(tmp_path: Path, tests: str) -> None:
    status, told = whole_run(tmp_path, tests)
    assert (status > 1, told) == (True, "")
