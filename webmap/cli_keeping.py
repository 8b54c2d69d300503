"""What happens on `webmap backup`, `webmap restore` and `webmap upgrade`?"""

from __future__ import annotations

from pathlib import Path

import click

from layers import clock
from layers.errors import WrongSetting
from layers.store import Database, snapshot
from webmap.cli import with_database
from webmap.config import Config, effective, read_config
from webmap.keeping import backup as backups
from webmap.keeping import nightly, restore, shelf
from webmap.keeping.manifest import ORIGINALS, Manifest

PATH = click.Path(path_type=Path)


@click.command("backup")
@click.option("--to", type=PATH, help="备份到这个文件夹；不填时为 WEBMAP_HOME 里的 backups。")
@click.option("--nightly", "as_nightly", is_flag=True, help="与每夜的备份相同：含第二份与清理旧备份。")
@click.option("--upgrade", "before_upgrade", is_flag=True, hidden=True, help="由安装程序在升级之前调用。")
@click.option("--check", "to_check", type=PATH, help="不备份，只检查这个备份是否完好。")
def backup(to: Path | None, as_nightly: bool, before_upgrade: bool, to_check: Path | None) -> None:
    """备份数据库、附件和设置，并打开检查一遍；服务不用停。"""
    if to_check:
        click.echo(f"备份完好：{to_check}（{_told(backups.check(to_check, thorough=True))}）")
        return
    config = read_config()
    if before_upgrade:
        click.echo(with_database(config, lambda database: backups.make(config, database, "upgrade")))
        return
    if as_nightly:
        nightly.backed_up(config)
        click.echo(f"备份完成：{shelf.of(config)}")
        return
    made = with_database(
        config, lambda database: backups.make(config, database, "byhand", to and to.resolve())
    )
    click.echo(f"备份完成：{made}（{_told(backups.check(made))}）")


@click.command("restore")
@click.argument("folder", metavar="备份", type=PATH)
@click.option("--to", type=PATH, help="恢复到这个新的文件夹（不影响正在使用的数据）。")
@click.option("--replace", is_flag=True, help="检查后替换正在使用的数据；要先停止服务。")
@click.option("--database", "url", help="PostgreSQL 的备份：恢复到这个新建的空数据库。")
def restore_command(folder: Path, to: Path | None, replace: bool, url: str | None) -> None:
    """把备份恢复到新的文件夹，或替换正在使用的数据。"""
    if replace == bool(to):
        raise WrongSetting("请二选一：--to 新文件夹（先看看），或 --replace（替换正在使用的数据）。")
    if to:
        told = restore.into(folder.resolve(), to.resolve(), url)
        click.echo(
            f"已恢复到 {to.resolve()}（{_told(told)}）。设置 WEBMAP_HOME={to.resolve()} 后运行即可查看。"
        )
        return
    aside = restore.replace(folder.resolve(), read_config())
    click.echo(f"已恢复：{folder}。" + (f"原来的数据库在 {aside}，确认无误后可以删除。" if aside else ""))


@click.command("upgrade")
@click.option("--no-backup", is_flag=True, help="不先备份。")
def upgrade(no_backup: bool) -> None:
    """把数据库升级到本版本的结构；有旧数据时先备份。"""
    config = read_config()
    made = with_database(config, lambda database: _upgraded(config, database, no_backup=no_backup))
    if made:
        click.echo(f"升级前的备份：{made}")
        click.echo(f"要退回：停止服务，装回旧版本，运行 webmap restore {made} --replace")
    click.echo(f"数据库已是最新结构：{effective(config)['WEBMAP_DATABASE_URL']}")


def bring_up_to_date(config: Config, database: Database) -> Path | None:
    """Upgrade the tables; data of an older version is backed up before, and that is where."""
    return _upgraded(config, database, no_backup=False)


def _upgraded(config: Config, database: Database, *, no_backup: bool) -> Path | None:
    made = None
    if not no_backup and _has_older_data(database):
        made = backups.make(config, database, "upgrade")
        shelf.thin_out(shelf.of(config))
    database.upgrade()
    return made


def _has_older_data(database: Database) -> bool:
    if database.is_sqlite and not (database.path.is_file() and database.path.stat().st_size):
        return False
    revision = snapshot.content(database).revision
    return snapshot.is_known(revision) and not database.is_current()


def _told(told: Manifest) -> str:
    taken = told.began.astimezone(clock.timezone())
    size = sum(kept.bytes for kept in told.files) / 1024**2
    came = sum(kept.bytes for kept in told.files if kept.path.startswith(ORIGINALS)) / 1024**2
    originals = f"，其中图纸、影像和导入文件的原件 {came:.1f} MB" if came else ""
    return f"{taken:%Y-%m-%d %H:%M}，{told.rows.get('feature', 0)} 个图斑，{size:.1f} MB{originals}"
