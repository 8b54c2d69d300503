"""What is one of several things called that are brought together? By its file, by its layer, or by both."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any


def source_name(file: str, answers: Mapping[str, Any], *, several: bool) -> str:
    """several: whether the others come from other files."""
    layer = str(answers.get("source_layer") or "")
    return " · ".join(filter(None, (file if several or not layer else "", layer)))


def joint_name(files: Iterable[str]) -> str:
    """All of them: their one file, or how many there are."""
    names = list(dict.fromkeys(files))
    return names[0] if len(names) == 1 else f"“{names[0]}”等 {len(names)} 个文件"
