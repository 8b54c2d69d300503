"""Does a text say that it is a state secret? Then it may not enter: the system is not classified."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final

from layers.errors import NotAllowed

SENTENCE: Final = "本系统为非涉密系统，严禁存储、处理、传输国家秘密"
_MARK: Final = re.compile(r"(?:秘密|机密|绝密)\s*[★☆]|绝密")


def mark_in(texts: Iterable[str]) -> str | None:
    """The first mark of secrecy in these texts."""
    text = "\n".join(texts)
    # Nearly no text has this character, and to look for one is quicker than to look for a pattern.
    found = _MARK.search(text) if "密" in text else None
    return found[0] if found else None


def refuse_secret(where: str, *texts: str) -> None:
    """Raises NotAllowed when one of these texts carries a mark of secrecy."""
    if mark := mark_in(texts):
        raise NotAllowed(f"{where}中出现“{mark}”。{SENTENCE}。本次未保存，请立即按保密规定处理。")
