"""Pictures of the ground: rasters that know where they lie, and drawings that are placed by control points.

GDAL, PDFium and whatever else decodes pictures from outside live in child processes (…_child.py) and nowhere else.

looking.py  what is in this raster, and where does it lie
cutting.py  a raster or a placed drawing becomes tiles in an MBTiles file
sheets.py   a drawing (JPG, PNG, page of a PDF) becomes one plain picture
placing.py  where does a drawing lie, by its control points
"""

from __future__ import annotations

from layers.imagery.cutting import Cut, cut_drawing, cut_raster
from layers.imagery.looking import Raster, bring_raster, chosen_crs, look
from layers.imagery.placing import Control, Placement, place
from layers.imagery.sheets import Sheet, plain_sheet

__all__ = [
    "Control",
    "Cut",
    "Placement",
    "Raster",
    "Sheet",
    "bring_raster",
    "chosen_crs",
    "cut_drawing",
    "cut_raster",
    "look",
    "place",
    "plain_sheet",
]
