"""How does a child with GDAL stand ready? It is loaded once, and forks anew for every file.

To load GDAL takes longer than to read a small file. Each file still has a process of its own, with its own limits,
which saw no other file. Run as a module, this file is the process that stands ready:

    python -I -m layers.formats.standing      folder and program on a line of the input; the child's number, then how
                                              it ended, on lines of the output; it ends with its input
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import Any, Final

POSSIBLE: Final = sys.platform == "linux"
_busy = threading.Lock()
_kept: Standing | None = None


class Standing:
    """The process that stands ready, for one environment."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.environment, self._owner = dict(environment), os.getpid()
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-X", "utf8", "-m", "layers.formats.standing"],
            env=self.environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )

    def fits(self, environment: Mapping[str, str]) -> bool:
        """Whether it is there, was started by this process, and is of this environment."""
        alive = self._owner == os.getpid() and self._process.poll() is None
        return alive and self.environment == dict(environment)

    def run(self, folder: Path, program: str, wall_s: float) -> int | None:
        """How a child ended that worked in this folder; None when it did not in its time."""
        until = time.monotonic() + wall_s
        self._tell(json.dumps([str(folder), program]))
        child = self._heard(until)
        ended = self._heard(until) if child else None
        if ended is None:
            if child:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(child, signal.SIGKILL)
            self.end()
        return ended

    def end(self) -> None:
        """It is not needed any more."""
        if self._owner == os.getpid():
            self._process.kill()
            self._process.communicate()

    def _tell(self, line: str) -> None:
        stream = self._process.stdin
        if stream:
            stream.write(f"{line}\n".encode())
            stream.flush()

    def _heard(self, until: float) -> int | None:
        """The number on the next line; None when there was none in time. Raises EOFError when the process is gone."""
        stream, line = self._process.stdout, b""
        while stream and not line.endswith(b"\n"):
            if not select.select([stream], [], [], max(until - time.monotonic(), 0))[0]:
                return None
            more = os.read(stream.fileno(), 1)
            if not more:
                raise EOFError
            line += more
        return int(line)


def run(folder: Path, program: str, environment: Mapping[str, str], wall_s: float) -> tuple[bool, int | None]:
    """Whether a process stood ready for it, and how the child of it ended; None when it did not in its time.

    It keeps one process, for the environment that was asked for last.
    """
    if not POSSIBLE or not _busy.acquire(blocking=False):
        return False, None
    try:
        return True, _at_hand(environment).run(folder, program, wall_s)
    except (OSError, EOFError, ValueError):
        let_go()
        return False, None
    finally:
        _busy.release()


def let_go() -> None:
    """Keep none."""
    global _kept
    if _kept:
        _kept.end()
    _kept = None


def make_ready(environment: Mapping[str, str]) -> None:
    """Have one stand ready before it is needed."""
    if POSSIBLE and _busy.acquire(blocking=False):
        try:
            _at_hand(environment)
        finally:
            _busy.release()


atexit.register(let_go)


def _at_hand(environment: Mapping[str, str]) -> Standing:
    global _kept
    if _kept is None or not _kept.fits(environment):
        let_go()
        _kept = Standing(environment)
    return _kept


# --- the process that stands ready -------------------------------------------------------------------------


def _stand() -> None:
    """Take orders until there are no more."""
    from layers.fence import isolate

    isolate()
    from layers.formats import read_child, write_child

    read_child.leave_out("geopandas", "pandas", "pyarrow", "pyproj")
    import_module("pyogrio")
    programs = {module.__name__: module for module in (read_child, write_child)}
    for line in sys.stdin:
        folder, program = json.loads(line)
        child = os.fork()
        if not child:
            _work(Path(folder), programs[program])
        _say(child)
        _, status = os.waitpid(child, 0)
        _say(os.waitstatus_to_exitcode(status))


def _work(folder: Path, program: Any) -> None:
    """In the child: nothing of the others is left open."""
    from layers.formats.sandbox import OWN_PLACES

    code = 1
    try:
        nothing = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(nothing, stream)
        os.chdir(folder)
        os.environ |= dict.fromkeys(OWN_PLACES, str(folder))
        program.main(folder)
        code = 0
    finally:
        os._exit(code)


def _say(number: int) -> None:
    sys.stdout.write(f"{number}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    _stand()
