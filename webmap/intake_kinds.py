"""What are the jobs of an import called?"""

from __future__ import annotations

from typing import Final

READ: Final = "intake_read"
BRING: Final = "intake_bring"
TOGETHER: Final = "intake_together"
BRINGING: Final = (BRING, TOGETHER)
"""After which the file is on the map."""
