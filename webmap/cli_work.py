"""What happens on `webmap work`? Long work is done by this process too, until Ctrl+C."""

from __future__ import annotations

import signal
import threading

import click

from layers.store import Database
from webmap.cli import with_database
from webmap.config import read_config
from webmap.work import work


@click.command("work")
def command() -> None:
    """处理后台任务（导入等）；webmap run 已自带，另开可分担，Ctrl+C 停止。"""
    stop = threading.Event()
    for sign in (signal.SIGINT, signal.SIGTERM):
        signal.signal(sign, lambda *_: stop.set())
    with_database(read_config(), _check)
    click.echo("后台任务处理已启动，Ctrl+C 停止。")
    work(stop)


def _check(database: Database) -> None:
    """A database that is not up to date is a sentence here, and not silence."""
    database.upgrade()
