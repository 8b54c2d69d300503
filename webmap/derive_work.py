"""What does the job do that follows a change of colours or fields of a big layer? It derives what is due."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from layers.jobs import Running
    from layers.store import Database

DERIVE: Final = "derive"


def derive(database: Database, job: Running) -> dict[str, Any]:
    """Write what follows from the properties of features that are due; how many there were."""
    from layers.store.edit import refresh_derived

    job.tell(0.1, "正在更新")
    return {"refreshed": refresh_derived(database)}
