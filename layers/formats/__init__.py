"""Files in and out. GDAL lives in a child process (sandbox.py) and nowhere else."""

from __future__ import annotations

from layers.formats.dataset import Dataset
from layers.formats.vector import make_ready, read_dataset

__all__ = ["Dataset", "make_ready", "read_dataset"]
