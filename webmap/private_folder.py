"""Which rights has a folder that only the program may look into?"""

from __future__ import annotations

import os
from typing import Final

PRIVATE_MODE: Final = 0o777 if os.name == "nt" else 0o700
"""The mode to make it with. On Windows it inherits them from the data folder: there 0o700 would mean (from Python 3.12.4
on) administrators and nobody else, and what an administrator makes is read by the account of the service."""
