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

    def only(self, ids: NDArray[np.int64]) -> TileRows:
        """Those of them that have one of these ids."""
        kept = np.flatnonzero(np.isin(self.ids, ids)).tolist()
        columns = {key: [values[row] for row in kept] for key, values in self.columns.items()}
        return TileRows(self.ids[kept], [self.wkb[row] for row in kept], self.anchors[kept], columns)
