"""What does the first file need at hand that every later one finds there?"""

from __future__ import annotations

from layers import formats
from layers.intake import reporting


def make_ready() -> None:
    """GDAL stands ready, and what writes the report is loaded, before somebody waits for either."""
    formats.make_ready()
    reporting.make_ready()
