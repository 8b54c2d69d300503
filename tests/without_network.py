"""Does the package install and show the map where there is no network? Run inside a namespace of its own.

python -m tests.without_network ZIP FOLDER, under `unshare --net`: brings up the loopback, installs with the sample,
starts the server as the installer says, draws the map in a browser, and prints what it saw as one line of JSON.
"""

from __future__ import annotations

import fcntl
import json
import math
import os
import re
import shlex
import socket
import struct
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

SIOCSIFFLAGS = 0x8914
UP_AND_RUNNING = 0x1 | 0x40
PORT = 8160


def main(package: Path, folder: Path) -> dict[str, Any]:
    raise_loopback()
    said = install(package, folder)
    (line,) = re.findall(r"启动命令：\n +(.+)", said)
    server = subprocess.Popen(shlex.split(line), env=bare_environment(), stderr=subprocess.DEVNULL)
    try:
        (way,) = re.findall(r"/setup/[\w-]+", said)
        return {"said": said, "outside": reach_outside(), **look(server, way)}
    finally:
        server.terminate()
        server.wait(30)


def raise_loopback() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as handle:
        fcntl.ioctl(handle, SIOCSIFFLAGS, struct.pack("16sh", b"lo", UP_AND_RUNNING))


def reach_outside() -> str:
    """What becomes of a connection to another machine (192.0.2.1 is nobody's)."""
    try:
        socket.create_connection(("192.0.2.1", 443), timeout=5).close()
    except OSError as refusal:
        return os.strerror(refusal.errno or 0)
    return "reached"


def install(package: Path, folder: Path) -> str:
    zipfile.ZipFile(package).extractall(folder)
    (unpacked,) = folder.iterdir()
    options = ["--yes", "--sample", "--no-service", "--host", "127.0.0.1", "--port", str(PORT)]
    places = ["--data", str(folder / "data"), "--to", str(folder / "program")]
    done = subprocess.run(
        ["sh", str(unpacked / "install.sh"), *options, *places],
        env=bare_environment() | {"PYTHON": sys.executable},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def bare_environment() -> dict[str, str]:
    """A machine that knows nothing of this one's indexes and caches."""
    return {"PATH": os.environ["PATH"], "HOME": "/nonexistent", "LANG": "C.UTF-8"}


def look(process: subprocess.Popen[bytes], way: str) -> dict[str, Any]:
    from playwright.sync_api import expect, sync_playwright

    from tests.browser import FLAGS, chromium
    from tests.running import Server, wait_until_ready

    server = Server(f"http://127.0.0.1:{PORT}", PORT, Path(), Path(), 0)
    wait_until_ready(server, process)
    layers = [layer for layer in server.get("/api/layers").json()["layers"] if layer["bounds"]]
    tile = server.get(f"/tiles/{layers[0]['key']}/{tile_in_the_middle(layers[0]['bounds'])}.mvt")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        page = browser.new_page(viewport={"width": 1366, "height": 768})
        errors: list[str] = []
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.goto(server.url)
        page.wait_for_function("() => window.map_county?.view?.isDrawn", timeout=60_000)
        expect(page.get_by_text("示意·示例·非涉密")).to_be_visible()
        browser.close()
    titles = [layer["title"] for layer in layers]
    return {
        "way": server.get(way).status,
        "tile": tile.status,
        "bytes": len(tile.body),
        "errors": errors,
        "layers": titles,
    }


def tile_in_the_middle(bounds: list[float], zoom: int = 9) -> str:
    """Slippy map numbers, by the formula of OpenStreetMap's wiki."""
    west, south, east, north = bounds
    latitude = math.radians((south + north) / 2)
    x = int(((west + east) / 2 + 180) / 360 * 2**zoom)
    y = int((1 - math.asinh(math.tan(latitude)) / math.pi) / 2 * 2**zoom)
    return f"{zoom}/{x}/{y}"


if __name__ == "__main__":
    sys.stdout.write(json.dumps(main(Path(sys.argv[1]), Path(sys.argv[2])), ensure_ascii=False))
