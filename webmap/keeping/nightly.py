"""Is tonight's backup due, and what happens then? Asked by the process beside the server."""

from __future__ import annotations

import threading
from datetime import datetime, time, timedelta
from typing import Final

from layers import clock
from layers.errors import Busy, MapError, WrongSetting
from webmap.config import Config
from webmap.keeping import backup, shelf
from webmap.logs import LOG

FIRST_LOOK_S: Final = 300.0
"""A computer that was off at night is backed up some minutes after its start, not during it."""
LOOK_AGAIN_S: Final = 60.0
TRY_AGAIN_S: Final = 3600.0


def keep_backed_up(config: Config, stop: threading.Event) -> None:
    """Back up every night, until told to stop; a failed one is tried again in an hour."""
    pause = FIRST_LOOK_S
    while config.backup_at is not None and not stop.wait(pause):
        pause = LOOK_AGAIN_S
        if is_due(clock.now(), config.backup_at, _last(config)):
            pause = LOOK_AGAIN_S if tonight(config) else TRY_AGAIN_S


def is_due(now: datetime, at: time, last: datetime | None) -> bool:
    """Whether no nightly backup has been taken since the last time the county's clock passed `at`."""
    here = now.astimezone(clock.timezone())
    passed = datetime.combine(here.date(), at, clock.timezone())
    if passed > here:
        passed -= timedelta(days=1)
    return last is None or last < passed


def tonight(config: Config) -> bool:
    """Back up, copy to the second place, thin out; whatever goes wrong is in the log and on 自检."""
    try:
        backed_up(config)
    except Busy:
        return True  # another server of the same data does it at this very moment
    except Exception as error:
        why = error.message if isinstance(error, MapError) else f"程序出错（{type(error).__name__}）"
        LOG.error("backup", exc_info=error, extra={"facts": {"why": why}})
        shelf.note_failure(config, why)
        return False
    shelf.forget_failure(config)
    return True


def backed_up(config: Config) -> None:
    """One nightly backup and all that belongs to it; raises what went wrong."""
    from layers.store import Database

    database = Database(config.database_url)
    try:
        made = backup.make(config, database, "nightly")
    finally:
        database.dispose()
    thinned = shelf.thin_out(shelf.of(config))
    LOG.info("backup", extra={"facts": {"name": made.name, "thinned": [folder.name for folder in thinned]}})
    if config.backup_to:
        _second(config, made.name)


def _second(config: Config, name: str) -> None:
    place = config.backup_to
    if place is None:
        return
    if not place.parent.is_dir():
        # A share that is not mounted must not be filled where its mount point is.
        raise WrongSetting(f"第二份备份的文件夹 {place} 不在（磁盘或共享没有接上？）。本机的备份已完成。")
    backup.repeat(shelf.of(config) / name, place)
    shelf.thin_out(place)
    LOG.info("backup", extra={"facts": {"name": name, "second": True}})


def _last(config: Config) -> datetime | None:
    taken = [one.taken for one in shelf.listed(shelf.of(config)) if one.reason == "nightly"]
    return max(taken, default=None)
