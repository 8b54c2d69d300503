"""What can be done from the command line? `webmap COMMAND`.

A mistake is answered by its sentence and an exit code, never by a traceback; a traceback of ours goes to
logs/errors.log in the data folder.
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

from layers import clock
from layers.errors import MapError, QuestionToUser
from webmap.config import SETTINGS, Config, as_markdown, effective, read_config, read_settings_file

if TYPE_CHECKING:
    from layers.store import Database

T = TypeVar("T")
QUESTION: Final = 3

LATER: Final = {
    "ask": "webmap.cli_ask:command",
    "account": "webmap.cli_account:account",
    "audit": "webmap.cli_account:audit",
    "backup": "webmap.cli_keeping:backup",
    "certificate": "webmap.cli_certificate:command",
    "conflict": "webmap.cli_conflict:command",
    "siting": "webmap.cli_siting:command",
    "export": "webmap.cli_export:command",
    "intake": "webmap.cli_intake:command",
    "briefing": "webmap.cli_briefing:command",
    "print": "webmap.cli_print:command",
    "quality": "webmap.cli_quality:command",
    "restore": "webmap.cli_keeping:restore_command",
    "travel": "webmap.cli_travel:command",
    "upgrade": "webmap.cli_keeping:upgrade",
    "work": "webmap.cli_work:command",
}
"""Commands in files of their own, loaded when they are asked for."""


class Refused(click.ClickException):
    """A sentence for the person at the terminal."""

    def __init__(self, error: MapError) -> None:
        super().__init__(error.message)
        self.choices = error.choices if isinstance(error, QuestionToUser) else ()

    def show(self, file: Any = None) -> None:
        click.echo(self.message, file=file or sys.stderr)
        for choice in self.choices:
            click.echo(f"  {choice.value}  {choice.title}，{choice.consequence}", file=file or sys.stderr)


class Question(Refused):
    """The command cannot go on without an answer."""

    exit_code = QUESTION


class OurFault(click.ClickException):
    """Something that we did not foresee."""

    def show(self, file: Any = None) -> None:
        click.echo(self.message, file=file or sys.stderr)


class Commands(click.Group):
    """Finds commands in other files, and answers errors with their sentence."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*super().list_commands(ctx), *LATER]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in LATER:
            return super().get_command(ctx, cmd_name)
        module, _, name = LATER[cmd_name].partition(":")
        command: click.Command = getattr(import_module(module), name)
        return command

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except MapError as error:
            raise (Question if isinstance(error, QuestionToUser) else Refused)(error) from None
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Exception as error:
            raise OurFault(_written_down(error)) from None


@click.group(cls=Commands)
@click.option(
    "--settings", "file", type=click.Path(path_type=Path), help="设置文件，每行一个 WEBMAP_名称=值。"
)
def main(file: Path | None) -> None:
    """全域一张图：县域规划一张图的服务与工具。"""
    if file:
        read_settings_file(file)


@main.command()
@click.option("--tls", is_flag=True, help="用 https 提供服务（先运行 webmap certificate）。")
def run(tls: bool) -> None:
    """启动网页服务。"""
    from webmap.bases.shelf import shelf_of
    from webmap.cli_account import offer_set_up
    from webmap.server import listening_socket, must_serve_tls, serve

    config = read_config()
    if tls:
        config = replace(config, tls=True)
    if config.home.exists():
        _make_home(config)  # a file in its place
    shelf_of(config)  # a mistake in the declared base maps stops the start
    if config.tls:
        must_serve_tls(config)
    listener = listening_socket(config)
    with_database(config, lambda database: _bring_up_to_date(config, database))
    if said := with_database(config, lambda database: offer_set_up(config, database)):
        click.echo(said)
    serve(config, listener)


@main.command()
@click.option("--if-empty", is_flag=True, help="数据库里已有数据时什么也不做。")
def sample(if_empty: bool) -> None:
    """把示例县数据写入空的数据库。"""
    filled = with_database(read_config(), _fill_with_sample)
    if filled:
        click.echo("示例数据已写入。运行 webmap run 打开地图。")
    elif not if_empty:
        raise MapError("数据库里已有数据，示例数据只能写入空的数据库。没有改动任何数据。")


@main.command()
@click.option("--markdown", is_flag=True, help="按 README 的表格输出。")
def settings(markdown: bool) -> None:
    """列出全部设置、说明和当前值。"""
    if markdown:
        click.echo(as_markdown())
        return
    now = effective(read_config())
    for setting in SETTINGS:
        click.echo(f"{setting.name}={now[setting.name]}")
        click.echo(f"    {setting.help}" + (f"（默认 {setting.default}）" if setting.default else ""))


@main.command()
def check() -> None:
    """自检：版本、数据库、磁盘、页面文件、字体、时间、底图。"""
    from webmap.bases.shelf import shelf_of
    from webmap.checkup import findings, is_sound

    config = read_config()
    found = with_database(config, lambda database: findings(config, database, shelf_of(config)))
    for finding in found:
        click.echo(f"{finding.mark}  {finding.title}：{finding.words}")
    if not is_sound(found):
        raise MapError("有项目需要处理，见上。")


def with_database(config: Config, act: Callable[[Database], T]) -> T:
    """Do something with the database of these settings; its folder is made when it is not there."""
    from layers.store import Database

    _make_home(config)
    database = Database(config.database_url)
    try:
        return act(database)
    finally:
        database.dispose()


def _make_home(config: Config) -> None:
    try:
        config.home.mkdir(parents=True, exist_ok=True)
    except OSError as refusal:
        raise MapError(
            f"无法建立数据文件夹 {config.home}（{refusal.strerror}）。请检查权限，或用 WEBMAP_HOME 指定别的文件夹。"
        ) from None


def _bring_up_to_date(config: Config, database: Database) -> None:
    from layers.store.edit import sweep_pending
    from webmap.cli_keeping import bring_up_to_date

    bring_up_to_date(config, database)
    sweep_pending(database)


def _fill_with_sample(database: Database) -> bool:
    from layers.sample import fill

    database.upgrade()
    return fill(database)


def _written_down(error: Exception) -> str:
    try:
        log = read_config().home / "logs" / "errors.log"
        log.parent.mkdir(exist_ok=True)
        with log.open("a", encoding="utf-8") as file:
            file.write(f"{clock.now().isoformat()} {' '.join(sys.argv[1:])}\n")
            traceback.print_exception(error, file=file)
    except (OSError, MapError):
        traceback.print_exception(error)
        return "这是程序的问题，不是您的操作有误。请把以上内容发给系统管理员。"
    return f"这是程序的问题，不是您的操作有误。详情已记入 {log}，请发给系统管理员。"


if __name__ == "__main__":
    main()
