"""From the map to a file: what the viewer may see of one layer, in the format that the receiving office takes."""

from __future__ import annotations

from layers.export.exporting import Exported, export, public_rows, refuse_export
from layers.export.gathering import columns
from layers.export.publishing import GRID_M, PublicEdition, checked_edition
from layers.export.writers import FAR, FORMATS, Format, format_named
from layers.formats.boundary_txt import PROFILES
from layers.formats.outgoing import Column, Outgoing

__all__ = [
    "FAR",
    "FORMATS",
    "GRID_M",
    "PROFILES",
    "Column",
    "Exported",
    "Format",
    "Outgoing",
    "PublicEdition",
    "checked_edition",
    "columns",
    "export",
    "format_named",
    "public_rows",
    "refuse_export",
]
