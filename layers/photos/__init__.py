"""Photos from outside: decoded in a child process (child.py) and nowhere else.

A room of its own beside `formats`, so that a child starts without numpy, shapely and all that reads shapes.
"""

from __future__ import annotations

from layers.photos.reading import Photo, Taken, read_photo, read_taken

__all__ = ["Photo", "Taken", "read_photo", "read_taken"]
