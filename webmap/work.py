"""What is to be done in the background? A process beside the server that does the long work.

Whatever happens to it cannot take the server down. Beside a server it ends when that does, because its input ends;
started by itself (`webmap work`) it runs until Ctrl+C. Several may stand beside one database.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from typing import Final

from layers.jobs import Foreman, JobKind

STOP_TIMEOUT_S: Final = 5.0
KINDS: Final = {
    "intake_read": JobKind("核对文件", "webmap.intake_work:read"),
    "intake_bring": JobKind("导入", "webmap.intake_work:bring"),
}
"""Every sort of long work that we know."""


class Worker:
    """The process beside the server."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it with our own settings (they are environment variables)."""
        command = [sys.executable, "-m", "webmap.work"]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE)  # noqa: S603

    def stop(self) -> None:
        """Let it end by itself, and end it when it does not."""
        if self._process is None:
            return
        if self._process.stdin:
            self._process.stdin.close()
        try:
            self._process.wait(STOP_TIMEOUT_S)
        except subprocess.TimeoutExpired:
            self._process.kill()


def work(stop: threading.Event) -> None:
    """Do what waits, until told to stop."""
    from webmap.config import read_config
    from webmap.logs import LOG, keep_logs, start_logging

    config = read_config()
    start_logging()
    keep_logs(config.home, "work")

    def trouble(job: int, error: BaseException) -> None:
        LOG.error("job", extra={"facts": {"job": job}}, exc_info=error)

    Foreman(config.database_url, KINDS, config.jobs, on_trouble=trouble).work(stop)


def main() -> None:
    """Work until the input ends."""
    # Ctrl+C reaches every process of the terminal; the server decides when we end.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    stop = threading.Event()
    threading.Thread(target=_until_input_ends, args=(stop,), daemon=True).start()
    work(stop)


def _until_input_ends(stop: threading.Event) -> None:
    # Not through the buffer of sys.stdin, which this thread would still hold when the process ends.
    while os.read(sys.stdin.fileno(), 1024):
        pass
    stop.set()


if __name__ == "__main__":
    main()
