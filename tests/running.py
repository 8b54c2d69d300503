"""How do tests run the real product: its command line, and its server on a free port?"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from threading import Thread
from typing import Any

from flask import Flask
from werkzeug.serving import make_server

WITHOUT_ACCOUNTS = "without-accounts"
"""A file of this name beside a home: tests share its server as visitors, and none may add an account."""
START_TIMEOUT_S = 60
STOP_TIMEOUT_S = 60


@dataclass(frozen=True)
class Answer:
    """What a server said; header names are in lower case."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True)
class Server:
    """A running server: where it listens, what it wrote (stdout and stderr), where its data is.

    address: of its database where that is not the file of its home.
    """

    url: str
    port: int
    log: Path
    home: Path
    pid: int
    address: str = ""

    @property
    def database_url(self) -> str:
        """Where its rows are."""
        return self.address or f"sqlite:///{self.home / 'map.db'}"

    def get(self, path: str, headers: Mapping[str, str] | None = None, method: str = "GET") -> Answer:
        """One request, as it is: no redirect followed, nothing unpacked, errors are answers too."""
        connection = HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path, headers=dict(headers or {}))
            answer = connection.getresponse()
            named = {name.lower(): value for name, value in answer.getheaders()}
            return Answer(answer.status, named, answer.read())
        finally:
            connection.close()


def webmap(
    *arguments: str, home: Path, program: str | None = None, **settings: str
) -> subprocess.CompletedProcess[str]:
    """Run the command line to its end; `settings` are further environment variables."""
    return subprocess.run(
        [*command(program), *arguments],
        env=environment(home, settings),
        cwd=home.parent,
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )


def fill_with_sample(home: Path, **settings: str) -> Path:
    done = webmap("sample", home=home, **settings)
    assert done.returncode == 0, done.stdout + done.stderr
    return home


@contextmanager
def running(home: Path, program: str | None = None, **settings: str) -> Iterator[Server]:
    """A server on this home for as long as the block; `program` is another installation's `webmap`."""
    port = free_port()
    log = home.parent / f"server-{port}.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [*command(program), "run"],
            env=environment(home, {"WEBMAP_PORT": str(port)} | settings),
            cwd=home.parent,
            stdout=output,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
    address = settings.get("WEBMAP_DATABASE_URL", "")
    server = Server(f"http://127.0.0.1:{port}", port, log, home, process.pid, address)
    try:
        wait_until_ready(server, process)
        yield server
    finally:
        stop(process)


@contextmanager
def serving(app: Flask) -> Iterator[str]:
    """The address of an application of this process, for as long as the block: a browser meets limits a test lowered."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.port}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def command(program: str | None) -> list[str]:
    return [program] if program else [sys.executable, "-m", "webmap.cli"]


def environment(home: Path, settings: Mapping[str, str]) -> dict[str, str]:
    return os.environ | {"WEBMAP_HOME": str(home), "PYTHONUTF8": "1"} | dict(settings)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_until_ready(server: Server, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + START_TIMEOUT_S
    while time.monotonic() < deadline and process.poll() is None:
        try:
            if server.get("/readyz").status == 200:
                return
        except OSError:
            pass
        time.sleep(0.1)
    raise AssertionError(
        f"The server did not become ready; it wrote:\n{server.log.read_text('utf-8', 'replace')}"
    )


def stop(process: subprocess.Popen[bytes]) -> None:
    """Ask the server to end as Ctrl-C does; end all it started if it does not."""
    process.send_signal(signal.SIGINT)
    try:
        process.wait(STOP_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        raise AssertionError(f"The server did not end within {STOP_TIMEOUT_S} s of Ctrl-C") from None
