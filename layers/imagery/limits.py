"""How large may a raster or a drawing be, and what may it be called?"""

from __future__ import annotations

from typing import Final

DRIVERS: Final = {".tif": "GTiff", ".tiff": "GTiff", ".jpg": "JPEG", ".jpeg": "JPEG", ".png": "PNG"}
"""Rasters by ending, and the one driver of GDAL that may open it."""
RASTER_BYTES: Final = 2 << 30
RASTER_PIXELS: Final = 40_000_000_000
SHEET_SUFFIXES: Final = (".jpg", ".jpeg", ".png", ".pdf")
SHEET_BYTES: Final = 100 << 20
SHEET_PIXELS: Final = 60_000_000
MOST_TILES: Final = 400_000
MOST_ZOOM: Final = 20
