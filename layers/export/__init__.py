"""From the map to a file: what the viewer may see of one layer, in the format that the receiving office takes."""

from __future__ import annotations

from layers.export.exporting import FORMATS, Exported, export

__all__ = ["FORMATS", "Exported", "export"]
