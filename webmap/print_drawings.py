"""How does a placed drawing (图纸) lie on a sheet? Its tiles, put together and turned onto the paper."""

from __future__ import annotations

import io
import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np
import shapely
from numpy.typing import NDArray
from PIL import Image

from layers.store.pictures import FoundPicture
from webmap.bases.addresses import Square
from webmap.bases.archives import MBTiles
from webmap.outputs.print_paper import Box, Sheet
from webmap.picture_files import TILES, folder_of

if TYPE_CHECKING:
    from webmap.outputs.print_map import Overlay

TILE_PX: Final = 256
EQUATOR_M: Final = 2 * math.pi * 6378137
DPI: Final = 200
MOST_PIXELS: Final = 25_000_000
"""Of a drawing on a sheet; a larger sheet gets fewer dots an inch."""
MOST_TILES: Final = 900
CELL_PX: Final = 64
"""Within such a square of the sheet the turned drawing is straight to far below a pixel."""
Tile = Callable[[Square], bytes | None]
Moved = Callable[[NDArray[np.float64]], NDArray[np.float64]]


@dataclass(frozen=True)
class Placed:
    """A drawing with its opacity, and the data folder in which its tiles lie."""

    picture: FoundPicture
    opacity: float
    home: Path

    def laid(self, sheet: Sheet) -> Overlay | None:
        """What of it lies on this sheet; None: nothing."""
        from webmap.outputs.print_map import Overlay

        box = self._box(sheet)
        if box is None:
            return None
        told = self.picture.result
        tiles = Tiles(
            MBTiles(folder_of(self.home, self.picture.uid) / TILES).tile, told["min_zoom"], told["max_zoom"]
        )
        return Overlay(tiles.on_paper(sheet, box), box, self.opacity)

    def _box(self, sheet: Sheet) -> Box | None:
        """The part of the frame that it may touch."""
        whole = shapely.segmentize(shapely.box(*self.picture.result["bounds"]), 0.01)
        (there,) = sheet.place(np.array([whole], object))
        seen = shapely.intersection(there, shapely.box(*sheet.frame))
        return None if seen.is_empty or not seen.area else Box(*shapely.bounds(seen).tolist())


@dataclass(frozen=True)
class Tiles:
    """Squares of Web Mercator that are turned onto paper. moved: where places (degrees) stand on them, if elsewhere."""

    tile: Tile
    least: int
    most: int
    moved: Moved | None = None

    def on_paper(self, sheet: Sheet, box: Box) -> NDArray[np.uint8]:
        """What fills this box of the sheet: red, green, blue and opacity, from above."""
        dots = _dots(box)
        size = (max(1, round(box.width * dots)), max(1, round(box.height * dots)))
        mosaic = _Mosaic(self, self._zoom(sheet, box, dots), self.places(_degrees(sheet, box)))
        return np.asarray(_turned(mosaic, sheet, box, size))

    def places(self, degrees: NDArray[np.float64]) -> NDArray[np.float64]:
        """Where these stand on the tiles."""
        return self.moved(degrees) if self.moved else degrees

    def _zoom(self, sheet: Sheet, box: Box, dots: float) -> int:
        """Whose pixels are as small as the dots of the sheet, as far as there are such tiles, and not too many."""
        west, south, east, north = _bounds(_degrees(sheet, box))
        dot_m = sheet.scale / dots / 1000 / math.cos(math.radians(sheet.lat))
        zoom = min(max(math.ceil(math.log2(EQUATOR_M / TILE_PX / dot_m)), self.least), self.most)
        while zoom > self.least and _count((west, south, east, north), zoom) > MOST_TILES:
            zoom -= 1
        return int(zoom)


class _Mosaic:
    """The tiles of one zoom that these places (degrees) lie within, as one picture."""

    def __init__(self, tiles: Tiles, zoom: int, degrees: NDArray[np.float64]) -> None:
        self._zoom = zoom
        self._tiles = tiles
        spots = _pixels(degrees, zoom) / TILE_PX
        first, last = np.floor(spots.min(axis=0)).astype(int), np.floor(spots.max(axis=0)).astype(int)
        self._origin = first * TILE_PX
        columns, rows = (last - first + 1).tolist()
        self.image = Image.new("RGBA", (columns * TILE_PX, rows * TILE_PX), (255, 255, 255, 0))
        for column in range(columns):
            for row in range(rows):
                self._paste(int(first[0]) + column, int(first[1]) + row, column, row)

    def _paste(self, x: int, y: int, column: int, row: int) -> None:
        square = Square(self._zoom, x, y)
        body = self._tiles.tile(square) if square.is_on_earth else None
        if body is None:
            return
        with Image.open(io.BytesIO(body)) as tile:
            self.image.paste(tile.convert("RGBA"), (column * TILE_PX, row * TILE_PX))

    def pixels(self, degrees: NDArray[np.float64]) -> NDArray[np.float64]:
        """Where places lie in the picture."""
        return np.asarray(_pixels(self._tiles.places(degrees), self._zoom) - self._origin)


def _turned(mosaic: _Mosaic, sheet: Sheet, box: Box, size: tuple[int, int]) -> Image.Image:
    """Cell by cell, each of whose corners is exact."""
    across, down = (np.append(np.arange(0, length, CELL_PX), length) for length in size)
    knots = np.stack(np.meshgrid(across, down), axis=-1).astype(float)
    mm = np.array([box.left, box.top]) + knots * [box.width / size[0], -box.height / size[1]]
    source = mosaic.pixels(sheet.degrees(mm.reshape(-1, 2))).reshape(knots.shape)
    mesh: list[Any] = [
        (
            (int(across[i]), int(down[j]), int(across[i + 1]), int(down[j + 1])),
            tuple(np.concatenate([source[j, i], source[j + 1, i], source[j + 1, i + 1], source[j, i + 1]])),
        )
        for j in range(len(down) - 1)
        for i in range(len(across) - 1)
    ]
    return mosaic.image.transform(size, Image.Transform.MESH, mesh, Image.Resampling.BILINEAR)


def _dots(box: Box) -> float:
    """Of a millimetre."""
    return min(DPI / 25.4, math.sqrt(MOST_PIXELS / (box.width * box.height)))


def _degrees(sheet: Sheet, box: Box) -> NDArray[np.float64]:
    """Around the box."""
    edge = shapely.segmentize(shapely.box(*box.grown(1)), max(box.width, box.height) / 8)
    return sheet.degrees(shapely.get_coordinates(edge))


def _bounds(degrees: NDArray[np.float64]) -> tuple[float, float, float, float]:
    west, south = degrees.min(axis=0).tolist()
    east, north = degrees.max(axis=0).tolist()
    return west, south, east, north


def _count(bounds: tuple[float, float, float, float], zoom: int) -> int:
    west, south, east, north = bounds
    spots = _pixels(np.array([(west, north), (east, south)]), zoom) / TILE_PX
    return int(np.prod(np.floor(spots[1]) - np.floor(spots[0]) + 1))


def _pixels(degrees: NDArray[np.float64], zoom: int) -> NDArray[np.float64]:
    """Web Mercator, from the upper left corner of the world."""
    side = TILE_PX * 2**zoom
    lon, lat = degrees[:, 0], np.radians(degrees[:, 1])
    shares = np.column_stack([(lon + 180) / 360, (1 - np.arcsinh(np.tan(lat)) / np.pi) / 2])
    return np.asarray(shares * side)
