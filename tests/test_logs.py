"""Are the server's logs kept in files that stay small, whoever writes to them?"""

from __future__ import annotations

import json
import logging
import multiprocessing
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.running import running
from webmap import logs

LINES = 300


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "MOST_BYTES", 2000)


@pytest.fixture
def log() -> Iterator[logging.Logger]:
    found = logging.Logger("of this test")
    yield found
    for handler in found.handlers:
        handler.close()


def attach(log: logging.Logger, file: Path) -> None:
    handler = logs.SharedFile(file)
    handler.setFormatter(logs.JsonLine())
    log.addHandler(handler)


def read(folder: Path) -> list[int]:
    lines = [line for file in folder.glob("a.log*") for line in file.read_text("utf-8").splitlines()]
    return sorted(json.loads(line)["n"] for line in lines)


def test_a_full_log_moves_on_and_the_oldest_goes(small: None, log: logging.Logger, tmp_path: Path) -> None:
    attach(log, tmp_path / "a.log")
    for number in range(LINES):
        log.info("line", extra={"facts": {"n": number}})
    files = sorted(tmp_path.glob("a.log*"))
    assert [file.name for file in files if file.suffix != ".lock"] == [
        "a.log",
        *(f"a.log.{number}" for number in range(1, logs.OLD_FILES + 1)),
    ]
    assert all(file.stat().st_size < 2200 for file in files)
    left = read(tmp_path)
    assert left == list(range(left[0], LINES))


def write_lines(file: Path, first: int) -> None:
    log = logging.Logger("of a process")
    attach(log, file)
    for number in range(first, first + LINES // 10):
        log.info("line", extra={"facts": {"n": number}})
        time.sleep(0.001)


def test_processes_share_a_log_without_losing_a_line(small: None, tmp_path: Path) -> None:
    method = multiprocessing.get_context("fork")
    starts = range(0, 90, 30)
    writers = [method.Process(target=write_lines, args=(tmp_path / "a.log", first)) for first in starts]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert read(tmp_path) == list(range(90))


def test_a_folder_that_takes_no_file_stops_nothing(log: logging.Logger, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    attach(log, tmp_path / "file" / "a.log")
    log.info("line")


def test_the_server_keeps_its_requests_and_its_errors(home: Path) -> None:
    with running(home) as server:
        server.get("/api/layers")
        server.get("/api/layers/none/features")
    kept = (home / "logs/requests.log").read_text("utf-8")
    assert '"path": "/api/layers"' in kept
    assert all(json.loads(line)["time"] for line in kept.splitlines())
    assert (home / "logs/timer.log").exists()
