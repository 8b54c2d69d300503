"""Does the real server start, say so, live through trouble and end when it is told to?"""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TypeVar

import pytest

from layers.store import Database, edit
from tests.running import Server, command, environment, free_port, running, webmap

T = TypeVar("T")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server on a data folder that was not there before."""
    with running(tmp_path_factory.mktemp("server") / "new") as server:
        yield server


def test_a_started_server_says_so_in_one_line(server: Server) -> None:
    (line,) = wait_for(lambda: [line for line in lines(server) if "已启动" in line])
    assert line.startswith(f"全域一张图已启动：{server.url} ")
    assert "Ctrl+C 停止" in line


def test_everything_else_it_writes_is_json(server: Server) -> None:
    server.get("/api/layers")
    wait_for(lambda: '"path": "/api/layers"' in server.log.read_text("utf-8"))
    told = ("{", "全域一张图已启动", "还没有账号。建立第一个系统管理账号请打开：")
    assert all(line.startswith(told) for line in lines(server)), lines(server)


def test_an_empty_data_folder_is_set_up(server: Server) -> None:
    assert server.get("/readyz").json() == {"ok": True, "database": True, "disk": True}
    assert server.get("/api/layers").json()["layers"] == []
    assert "未导入" in server.get("/table").text


def test_a_second_server_on_the_same_data_is_welcome(server: Server) -> None:
    with running(server.home) as second:
        assert second.get("/readyz").status == server.get("/readyz").status == 200


def test_a_dead_timer_does_not_take_the_server_down(server: Server) -> None:
    (timer,) = wait_for(lambda: children(server.pid, "webmap.timer"))
    os.kill(timer, signal.SIGKILL)
    time.sleep(0.5)
    assert server.get("/readyz").status == 200


def test_a_taken_port_is_a_sentence_and_changes_nothing(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        stopped = webmap("run", home=tmp_path / "home", WEBMAP_PORT=str(port))
    assert stopped.returncode == 1
    assert f"端口 {port} 已被其他程序占用" in stopped.stderr
    assert f"WEBMAP_PORT={port + 1}" in stopped.stderr
    assert "Traceback" not in stopped.stderr
    assert not (tmp_path / "home").exists()


def test_the_timer_ends_with_its_server_however_that_ends(home: Path) -> None:
    port = free_port()
    process = subprocess.Popen(
        [*command(None), "run"],
        env=environment(home, {"WEBMAP_PORT": str(port)}),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        stdin=subprocess.DEVNULL,
    )
    try:
        family = wait_for(lambda: children(process.pid, "webmap.timer"))
        family += wait_for(lambda: children(process.pid, "run"))
    finally:
        process.kill()
        process.wait()
    wait_for(lambda: not any(Path(f"/proc/{pid}").exists() for pid in family))


def test_the_start_sweeps_what_a_killed_import_left_behind(home: Path) -> None:
    database = Database(f"sqlite:///{home / 'map.db'}")
    database.upgrade()
    database.dispose()
    script = (
        "import os, sys\n"
        "from layers.store import Database, edit\n"
        "edit.start_bulk(Database(sys.argv[1]), 'import', '测试员')\n"
        "os._exit(9)\n"
    )
    python = command(None)[0]
    subprocess.run([python, "-c", script, f"sqlite:///{home / 'map.db'}"], check=False)
    with running(home):
        assert edit.sweep_pending(Database(f"sqlite:///{home / 'map.db'}")) == 0


def test_a_command_that_meets_a_bug_writes_it_down(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir()
    (home / "map.db").mkdir()
    failed = webmap("upgrade", home=home)
    assert failed.returncode != 0
    assert "Traceback" not in failed.stdout + failed.stderr
    assert failed.stderr.strip()


def lines(server: Server) -> list[str]:
    return server.log.read_text("utf-8").splitlines()


def children(pid: int, word: str) -> list[int]:
    """Direct children of a process with this word in their command."""
    listed = Path(f"/proc/{pid}/task/{pid}/children")
    if not listed.parent.parent.parent.exists():
        return []
    if not listed.exists():
        pytest.skip("child processes (no /proc)")
    found = [int(child) for child in listed.read_text().split()]
    return [child for child in found if word in Path(f"/proc/{child}/cmdline").read_text().split("\0")]


def wait_for(question: Callable[[], T], timeout_s: float = 30) -> T:
    """The first answer that is not empty."""
    deadline = time.monotonic() + timeout_s
    while not (answer := question()):
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.05)
    return answer
