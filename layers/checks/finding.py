"""What is looked at, and what does one trouble say?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from layers.kinds import LayerKind

Shapes = NDArray[np.object_]
Spot = tuple[float, float]
SHAPE: Final = "图形"


class Finding(NamedTuple):
    """One trouble of one row. check: its code. row, other: places in what was looked at, from 0.

    field: title of the field, or SHAPE; value: what stands there. spot: longitude and latitude of the trouble.
    reason: what is wrong, and what to do.
    """

    check: str
    row: int
    field: str
    value: str
    reason: str
    spot: Spot | None = None
    other: int | None = None


@dataclass(frozen=True)
class Rows:
    """Features or rows of a file. shapes: CGCS2000 degrees, None where there is none; properties as stored."""

    kind: LayerKind
    shapes: Shapes
    properties: Sequence[Mapping[str, Any]]

    def __len__(self) -> int:
        return len(self.shapes)
