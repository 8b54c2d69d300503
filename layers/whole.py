"""How does a file get to its place? Whole, or not at all."""

from __future__ import annotations

import os
from pathlib import Path

from layers.errors import NoSpace


def put(target: Path, content: bytes) -> None:
    """Under another name first, so that nobody ever finds half a file; NoSpace where it cannot be written."""
    beside = target.with_name(f".{target.name}.{os.getpid()}")
    try:
        beside.write_bytes(content)
        beside.replace(target)
    except OSError as refusal:
        beside.unlink(missing_ok=True)
        raise NoSpace(
            f"无法写入 {target}（{refusal.strerror}）。请检查磁盘空间、文件夹是否存在、是否有权限，"
            "以及文件是否正被打开，然后重试。"
        ) from None
