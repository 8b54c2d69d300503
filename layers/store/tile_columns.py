"""What does a tile get of a layer: its features column by column."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class TileRows:
    """The features that meet a tile, column by column."""

    ids: NDArray[np.int64]
    wkb: list[bytes]
    anchors: NDArray[np.float64]
    columns: dict[str, list[Any]]
