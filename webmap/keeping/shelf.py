"""Where do backups lie, what are they called, and when was the newest?"""

from __future__ import annotations

import json
import re
import shutil
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, NamedTuple, cast

from layers import clock
from layers.errors import MapError
from webmap.config import Config
from webmap.keeping import manifest, retention
from webmap.keeping.manifest import Manifest, Reason

UPGRADES_KEPT: Final = 3
FAILURE: Final = "failed.json"
_STAMP: Final = "%Y%m%d-%H%M%S"
_NAME: Final = re.compile(r"(\d{8}-\d{6})-(nightly|byhand|upgrade)")


class Shelved(NamedTuple):
    """One backup on a shelf, by its name alone; `taken` is in the county's time."""

    folder: Path
    taken: datetime
    reason: Reason


def of(config: Config) -> Path:
    """The folder of backups in the data folder."""
    return config.home / "backups"


def shelves(config: Config) -> list[Path]:
    """All folders of backups of these settings."""
    return [of(config), *([config.backup_to] if config.backup_to else [])]


def name_for(moment: datetime, reason: Reason) -> str:
    """What a backup of this moment is called: the county's time, so that a person finds the right one."""
    return f"{moment.astimezone(clock.timezone()):{_STAMP}}-{reason}"


def listed(shelf: Path) -> list[Shelved]:
    """The complete backups of a folder, oldest first."""
    found = []
    for folder in shelf.iterdir() if shelf.is_dir() else ():
        named = _NAME.fullmatch(folder.name)
        if named and (folder / manifest.NAME).is_file():
            taken = datetime.strptime(named[1], _STAMP).replace(tzinfo=clock.timezone())
            found.append(Shelved(folder, taken, cast(Reason, named[2])))
    return sorted(found, key=lambda shelved: shelved.taken)


def newest(config: Config) -> Manifest | None:
    """The newest backup that can be read, on whichever shelf."""
    every = sorted((one for shelf in shelves(config) for one in listed(shelf)), key=lambda one: one.taken)
    for shelved in reversed(every):
        with suppress(MapError, OSError):
            return manifest.read(shelved.folder)
    return None


def thin_out(shelf: Path) -> list[Path]:
    """Delete what need not be kept: old nightly ones, and all but the last before upgrades; never one by hand."""
    every = listed(shelf)
    nightly = [one for one in every if one.reason == "nightly"]
    keep = retention.kept(one.taken for one in nightly)
    old = [one.folder for one in nightly if one.taken not in keep]
    old += [one.folder for one in every if one.reason == "upgrade"][:-UPGRADES_KEPT]
    for folder in old:
        # Without its manifest it is no backup any more, however the deleting ends.
        (folder / manifest.NAME).unlink()
        shutil.rmtree(folder)
    return old


def note_failure(config: Config, sentence: str) -> None:
    """Leave word for 自检 that the last nightly backup did not succeed."""
    with suppress(OSError):
        of(config).mkdir(parents=True, exist_ok=True)
        told = {"at": clock.now().isoformat(), "why": sentence}
        (of(config) / FAILURE).write_text(json.dumps(told, ensure_ascii=False), "utf-8")


def forget_failure(config: Config) -> None:
    """The last nightly backup succeeded."""
    with suppress(OSError):
        (of(config) / FAILURE).unlink()


def failure(config: Config) -> tuple[datetime, str] | None:
    """When and why the last nightly backup did not succeed."""
    with suppress(OSError, ValueError, KeyError):
        told = json.loads((of(config) / FAILURE).read_text("utf-8"))
        return datetime.fromisoformat(told["at"]).astimezone(UTC), str(told["why"])
    return None
