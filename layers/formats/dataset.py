"""What is a file once it has been read, and before it is a layer?"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from layers.crs import Definition
from layers.shift import Parameters, Shift

Values = list[object]


@dataclass
class Dataset:
    """Rows in the order of the file, column by column; None is a blank.

    name: what the layer calls itself; path: where it lay in an archive, with its folders.
    shapes: as they came, in the file's own coordinates. crs: what the file says of them; None: nothing.
    bad_shapes: row position → why its shape could not be read. notes: what was guessed or passed over.
    places: what to call each row; none: 第 n 行. oddities: row position and warning. areas_compared: the declared
    ones are among them. doubt: why `crs` is None. parameters: what the file gives for its old datum.
    shift_asked: where the file comes from, when its coordinates may be those of a public map. shift: what to take out.
    pictures: each row is a photo that can stay with its point. is_table: a sheet; has_shapes: whether its rows lie somewhere.
    """

    name: str
    shapes: NDArray[np.object_]
    columns: dict[str, Values]
    crs: Definition | None = None
    encoding: str = "UTF-8"
    path: str = ""
    bad_shapes: dict[int, str] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    places: list[str] = field(default_factory=list)
    oddities: list[tuple[int, str]] = field(default_factory=list)
    areas_compared: bool = False
    doubt: str = ""
    parameters: Parameters | None = None
    shift_asked: str = ""
    shift: Shift | None = None
    pictures: bool = False
    is_table: bool = False
    has_shapes: bool = True

    def __len__(self) -> int:
        return len(self.shapes)
