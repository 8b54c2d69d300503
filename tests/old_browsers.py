"""Where do the oldest browsers that we support come from? From npm packages, unpacked once for all tests.

floor_browser   Chromium 92, without WebGL2: the map on canvas
full_browser    Chromium 109, the first that is promised the map in GL
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Playwright

PACKAGES = Path(__file__).parents[1] / "node_modules"
UNPACK = """
const { readFileSync, readdirSync, writeFileSync } = require("node:fs");
const [from, to] = process.argv.slice(1);
for (const name of readdirSync(from).filter((name) => name.endsWith(".br"))) {
  const bytes = require("node:zlib").brotliDecompressSync(readFileSync(`${from}/${name}`));
  writeFileSync(`${to}/${name.slice(0, -3)}`, bytes);
}
"""
FLAGS = ["--no-sandbox", "--no-zygote", "--disable-component-update", "--no-first-run"]
WITHOUT_GL = ["--disable-gpu", "--disable-3d-apis"]
SOFTWARE_GL = ["--use-gl=angle", "--use-angle=swiftshader", "--in-process-gpu", "--ignore-gpu-blocklist"]


@pytest.fixture(scope="session")
def floor_browser(driver: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    place = tmp_path_factory.mktemp("chromium-92")
    with started(driver, PACKAGES / "chrome-aws-lambda/bin", place, WITHOUT_GL) as browser:
        yield browser


@pytest.fixture(scope="session")
def full_browser(driver: Playwright, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Browser]:
    place = tmp_path_factory.mktemp("chromium-109")
    with started(driver, PACKAGES / "@sparticuz/chromium/bin", place, SOFTWARE_GL) as browser:
        yield browser


@contextmanager
def started(driver: Playwright, packed: Path, place: Path, flags: list[str]) -> Iterator[Browser]:
    if not packed.exists():
        pytest.skip("old browser (npm packages for tests are not installed)")
    unpack(packed, place)
    browser = launched(driver, place, flags)
    yield browser
    browser.close()
    shutil.rmtree(place)


def launched(driver: Playwright, place: Path, flags: list[str]) -> Browser:
    settings: dict[str, str | float | bool] = {**os.environ, "LD_LIBRARY_PATH": str(place / "lib")}
    return driver.chromium.launch(executable_path=place / "chromium", args=[*FLAGS, *flags], env=settings)


def unpack(packed: Path, place: Path) -> None:
    """The program, and beside it the libraries that it brings."""
    subprocess.run([node(), "-e", UNPACK, str(packed), str(place)], check=True)
    for archive in place.glob("*.tar"):
        with tarfile.open(archive) as files:
            files.extractall(place, filter="data")
        archive.unlink()
    (place / "chromium").chmod(0o755)


def node() -> str:
    own = Path(sys.executable).parent / "node"
    found = str(own) if own.exists() else shutil.which("node")
    assert found, "Node is needed to unpack the old browsers"
    return found
