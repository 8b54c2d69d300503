"""Which files does a backup hold as they came? Drawings and rasters, whose tiles are made again, and what was imported.

Their hashes are in the database since they came, so that nothing large is read each night.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from layers.rights import SYSTEM_VIEWER
from layers.store import Database, jobs, pictures, uploads
from layers.store.pictures import FoundPicture
from webmap import picture_files, uploading
from webmap.config import Config
from webmap.keeping.manifest import digest
from webmap.picture_files import original
from webmap.picture_kinds import CUT
from webmap.picture_work import tiles_of


class Original(NamedTuple):
    """One file as it came."""

    file: Path
    sha256: str


def originals(home: Path, database: Database) -> Iterator[Original]:
    """Of all pictures and imports that were not taken away, as far as their files are there."""
    if not database.is_current():
        # Tables of another version are not asked: whatever lies there is kept, and read for its hash.
        yield from (Original(file, digest(file)) for file in _lying(home))
        return
    with database.reading() as session:
        drawn, brought = pictures.every_one(session), uploads.every_one(session)
    found = [Original(original(home, each.uid, each.name), each.sha256) for each in drawn]
    found += [Original(uploading.file_of(home, each.uid, each.name), each.sha256) for each in brought]
    yield from (each for each in found if each.file.is_file())


def _lying(home: Path) -> Iterator[Path]:
    yield from sorted((home / picture_files.FOLDER).glob("*/original*"))
    yield from sorted((home / uploading.FOLDER).glob(f"*/{uploading.OWN_NAME}*"))


def draw_again(config: Config, database: Database) -> int:
    """Have the tiles made that were there when the backup was made and are not now; how many pictures are to be drawn."""
    with database.reading() as session:
        waiting = [each for each in pictures.every_one(session) if _is_wanting(config, each)]
    if waiting:
        with database.writing() as session:
            for picture in waiting:
                number = jobs.enqueue(session, SYSTEM_VIEWER, CUT, {"uid": picture.uid})
                pictures.revise(session, picture.uid, job_id=number)
            session.commit()
    return len(waiting)


def _is_wanting(config: Config, picture: FoundPicture) -> bool:
    there = original(config.home, picture.uid, picture.name).is_file()
    return bool(picture.result) and there and not tiles_of(config, picture).is_file()
