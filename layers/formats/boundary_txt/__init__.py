"""界址点坐标 TXT, the exchange format of land offices: read with all its variants, written by named profiles."""

from __future__ import annotations

from layers.formats.boundary_txt.profiles import PROFILES, Profile, profile_named
from layers.formats.boundary_txt.reading import read, text_in
from layers.formats.boundary_txt.writing import Plot, distortion, is_far, text_of, zone_problem

__all__ = [
    "PROFILES",
    "Plot",
    "Profile",
    "distortion",
    "is_far",
    "profile_named",
    "read",
    "text_in",
    "text_of",
    "zone_problem",
]
