"""What goes out of the house? One layer as columns and shapes, before it has a format."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Final, Literal

import numpy as np
import shapely
from numpy.typing import NDArray

from layers import crs
from layers.shapes import FAMILY_TITLES

Sort = Literal["text", "number", "whole", "day"]
SAMPLE_MARK: Final = "示例数据"
SORT_TITLES: Final = {"text": "文字", "number": "数字", "whole": "整数", "day": "日期"}


@dataclass(frozen=True)
class Column:
    """short: ten ASCII characters for a shapefile. title: with the unit. values: str, float, int, date or None."""

    key: str
    short: str
    title: str
    sort: Sort
    values: list[object]
    unit: str = ""
    digits: int = 4


@dataclass(frozen=True)
class Outgoing:
    """Rows of one layer. shapes in CGCS2000 degrees. zone: write coordinates of this 3° zone, None for degrees.

    mark: what a file for the public says of itself beside its title. kind: the key of the layer's kind.
    """

    title: str
    columns: tuple[Column, ...]
    shapes: NDArray[np.object_]
    labels: list[str]
    sample: bool
    unit: str
    day: date
    zone: int | None = None
    mark: str = ""
    kind: str = ""

    @property
    def marked_title(self) -> str:
        """The title, which says so when the data are an example, and for whom the file is."""
        marks = "；".join(mark for mark in (SAMPLE_MARK if self.sample else "", self.mark) if mark)
        return f"{self.title}（{marks}）" if marks else self.title

    @property
    def code(self) -> int:
        """The coordinate system that the shapes are written in."""
        return crs.projected_code(self.zone) if self.zone else crs.STORED

    @cached_property
    def placed(self) -> NDArray[np.object_]:
        """The shapes in that coordinate system."""
        return crs.to_plane(self.shapes, self.code)

    @cached_property
    def families(self) -> dict[str, NDArray[np.intp]]:
        """Which rows are points, lines and areas."""
        dimensions = shapely.get_dimensions(self.shapes)
        found = {name: np.flatnonzero(dimensions == at) for at, name in enumerate(FAMILY_TITLES)}
        return {name: rows for name, rows in found.items() if len(rows)}
