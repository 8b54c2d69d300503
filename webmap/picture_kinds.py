"""Which jobs are there for a picture?"""

from __future__ import annotations

from typing import Final

LOOK: Final = "picture_look"
CUT: Final = "picture_cut"
