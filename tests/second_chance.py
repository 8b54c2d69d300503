"""Did a test fail for itself, or only beside others? `python -m tests.second_chance STATUS` runs what failed once more.

Browsers share two slow processors with everything else that `make test` runs, so now and then one of thousands of
tests runs out of patience. Up to MOST failures are run again, alone, and named aloud when they pass then. More are
never an accident, and neither is any other end of pytest (STATUS is its exit code).
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Final

MOST: Final = 3
FAILED: Final = 1
"""Exit code of pytest when tests failed, and nothing worse happened."""
NOTES: Final = Path(".pytest_cache/v/cache/lastfailed")


def main(status: int) -> int:
    names = sorted(json.loads(NOTES.read_text(encoding="utf-8"))) if NOTES.exists() else []
    if status != FAILED or not 0 < len(names) <= MOST:
        return status
    say(f"\nOnce more, alone: {', '.join(names)}")
    again = subprocess.run([sys.executable, "-m", "pytest", "--last-failed"], check=False)
    if again.returncode == 0:
        say(f"UNSTEADY, failed beside others and passed alone: {', '.join(names)}")
    return again.returncode


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1])))
