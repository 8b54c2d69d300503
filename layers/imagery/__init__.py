"""Pictures of the ground: rasters that know where they lie, and drawings that are placed by control points.

GDAL, PDFium and whatever else decodes pictures from outside live in child processes (…_child.py) and nowhere else;
a web process loads no more than this door.

limits.py   what is taken
placing.py  where does a drawing lie, by its control points
looking.py  what is in this raster, and where does it lie
sheets.py   a drawing (JPG, PNG, page of a PDF) becomes one plain picture
cutting.py  a raster or a placed drawing becomes tiles in an MBTiles file
"""

from __future__ import annotations

from layers.imagery.placing import LEAST, TITLES, Control, Placement, place, typed_place

__all__ = ["LEAST", "TITLES", "Control", "Placement", "place", "typed_place"]
