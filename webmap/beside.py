"""How does a process live beside the server? It is started with it, and ends with it, because its input then ends.

Whatever happens to it cannot take the server down.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from typing import Final

STOP_TIMEOUT_S: Final = 5.0


class Neighbour:
    """One such process, seen from the server: `python -m module` with our own settings."""

    def __init__(self, module: str) -> None:
        self._module = module
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it; settings are environment variables, which it inherits."""
        command = [sys.executable, "-P", "-m", self._module]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE)  # noqa: S603

    def tell_to_end(self) -> None:
        """Its input ends; it may take a moment."""
        if self._process and self._process.stdin:
            self._process.stdin.close()

    def stop(self) -> None:
        """Let it end by itself, and end it when it does not."""
        if self._process is None:
            return
        self.tell_to_end()
        try:
            self._process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self._process.kill()


def until_the_server_ends() -> threading.Event:
    """For the process itself: set as soon as its input ends."""
    # Ctrl+C reaches every process of the terminal; the server decides when we end.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    stop = threading.Event()
    threading.Thread(target=_follow_input, args=(stop,), daemon=True).start()
    return stop


def _follow_input(stop: threading.Event) -> None:
    # Not through the buffer of sys.stdin, which this thread would still hold when the process ends.
    while os.read(sys.stdin.fileno(), 1024):
        pass
    stop.set()
