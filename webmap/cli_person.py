"""Who sits at the terminal? The name that goes into acts and into the log."""

from __future__ import annotations

import getpass


def at_terminal() -> str:
    """The system's name of this person, marked as one of the command line."""
    try:
        return f"{getpass.getuser()}（命令行）"
    except (OSError, KeyError, ImportError):  # no such user, as in some containers
        return "命令行"
