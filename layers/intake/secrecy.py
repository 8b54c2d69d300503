"""Does this file say that it is a state secret? Then it may not enter: the system is not classified."""

from __future__ import annotations

from collections.abc import Iterable

from layers.errors import NotAllowed
from layers.formats import Dataset
from layers.secrecy import SENTENCE, mark_in


def refuse_secret_titles(*titles: str) -> None:
    """Raises NotAllowed when the name of a file or layer carries a mark of secrecy."""
    _refuse(titles, "文件名或标题")


def refuse_secrets(dataset: Dataset) -> None:
    """Raises NotAllowed when a layer name, a column name or a value carries a mark of secrecy."""
    _refuse((dataset.name, dataset.path), "图层名")
    _refuse(dataset.columns, "字段名")
    for name, values in dataset.columns.items():
        _refuse([value for value in values if isinstance(value, str)], f"字段“{name[:40]}”")


def _refuse(texts: Iterable[str], where: str) -> None:
    if mark := mark_in(texts):
        raise NotAllowed(f"{where}中出现“{mark}”。{SENTENCE}。本次未读取入库，请立即按保密规定处理该文件。")
