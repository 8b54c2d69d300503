"""When do the files of removed photos go? Long after they were removed, one by one, and never while somebody needs them.

What stands on a feature, in the recycle bin or in a past day keeps its files; so does what was removed less than
WEBMAP_PRUNE_DAYS ago. The row stays: who removed what and when is not forgotten. Backups have files of their own.
"""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from layers import clock
from layers.blobs import Blobs
from layers.errors import Busy
from layers.rights import SYSTEM_VIEWER
from layers.store import attachments, audit
from webmap.config import Config
from webmap.keeping import backup

if TYPE_CHECKING:
    from layers.store import Database


def prune(config: Config, database: Database) -> int:
    """Take the files away that nothing needs any more; returns how many. Nothing while a backup is made."""
    if not config.prune_days:
        return 0
    try:
        with backup.alone(config):
            return _pruned(Blobs(config.blobs_folder), database, config.prune_days)
    except Busy:
        return 0


def _pruned(blobs: Blobs, database: Database, days: int) -> int:
    before = clock.now() - timedelta(days=days)
    with database.reading() as session:
        unused = attachments.unused_files(session, before)
    blobs.settle(unused)
    there = [digest for digest in sorted(unused) if blobs.has(digest)]
    if there:
        # Said before it is done: what a crash leaves is done the next night, and said once more.
        with database.writing() as session:
            audit.record(
                session, SYSTEM_VIEWER, "prune", f"已移除满 {days} 天的附件，清除 {len(there)} 个文件"
            )
            session.commit()
    return sum(blobs.remove(digest, unused_since=before) for digest in there)
