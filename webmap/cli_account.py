"""Who may log in, and is the audit log untouched? `webmap account …`, `webmap audit --check`.

A password is never an argument, where it would stand in the history of the shell: a link that works once is printed.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, TypeVar

import click

from layers.errors import Answer, MapError, QuestionToUser, UnknownThing
from layers.rights import ROLES, SYSTEM_VIEWER
from webmap.config import Config, read_config

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from layers.store import Database
    from layers.store.accounts import Person

T = TypeVar("T")
SET_UP_HOURS = 24


@click.group()
def account() -> None:
    """账号：新建、列出、重置密码、停用与启用。"""


@account.command("list")
def listed() -> None:
    """列出全部账号。"""
    from layers.store.accounts import people

    def read(database: Database) -> list[Person]:
        with database.reading() as session:
            return people(session)

    for person in _with(read):
        state = "已停用" if person.locked else "正常" if person.has_password else "待设密码"
        told = (person.login, person.name, person.unit, ROLES[person.role], person.town or "全县", state)
        click.echo("\t".join(told))


@account.command()
@click.argument("login")
@click.option("--name", required=True, help="姓名。")
@click.option("--unit", required=True, help="单位，应在单位列表中。")
@click.option("--role", required=True, help="角色：" + "、".join(ROLES.values()) + "。")
@click.option("--town", default=None, help="乡镇人员所在的乡镇；不填为全县。")
def add(login: str, name: str, unit: str, role: str, town: str | None) -> None:
    """新建账号，并显示设置密码的一次性链接。"""
    from layers.store import accounts

    def act(session: Session) -> Person:
        _check_unit(unit, accounts.known_units(session))
        return accounts.add_account(session, login=login, name=name, unit=unit, role=role, town=town)

    click.echo(_linked("add_account", act))


@account.command()
@click.argument("login")
def reset(login: str) -> None:
    """作废现有密码，并显示设置新密码的一次性链接。"""
    from layers.store import accounts

    def act(session: Session) -> Person:
        found = _named(session, login)
        return accounts.set_password(session, found.id, None, must_change=True)

    click.echo(_linked("reset_password", act))


@account.command()
@click.argument("login")
def lock(login: str) -> None:
    """停用账号，并立即退出其全部登录。"""
    _turn(login, locked=True)


@account.command()
@click.argument("login")
def unlock(login: str) -> None:
    """重新启用账号。"""
    _turn(login, locked=False)


@click.command()
@click.option("--check", is_flag=True, help="逐行校验；发现改动时指出是哪一行，并以退出码 1 结束。")
def audit(check: bool) -> None:
    """审计日志：行数与末行校验值；--check 逐行校验。"""
    from layers.store.audit import Checked
    from layers.store.audit import check as follow

    def read(database: Database) -> Checked:
        with database.reading() as session:
            return follow(session)

    found = _with(read)
    if check and found.wrong:
        raise MapError(found.wrong)
    state = "全部完好" if check else "未校验（加 --check 逐行校验）"
    click.echo(f"审计日志 {found.count} 行，{state}。末行为第 {found.last_id} 行，校验值 {found.last_digest}")


def offer_set_up(config: Config, database: Database) -> str | None:
    """The sentence with a link that makes the first administrator; None when there are accounts."""
    from layers.store import accounts

    with database.reading() as session:
        if accounts.any_account(session):
            return None
    word = accounts.new_word()
    with database.writing() as session:
        accounts.add_link(session, word, None, timedelta(hours=SET_UP_HOURS))
        session.commit()
    return (
        f"还没有账号。建立第一个系统管理账号请打开：{config.address}/setup/{word} "
        f"（只能用一次，{SET_UP_HOURS} 小时内有效；从其他电脑打开时，把地址换成本机的地址）"
    )


def _turn(login: str, *, locked: bool) -> None:
    from layers.store import accounts
    from layers.store.audit import record

    def act(database: Database) -> Person:
        with database.writing() as session:
            person = accounts.lock_account(session, _named(session, login).id, locked)
            record(session, SYSTEM_VIEWER, "lock_account" if locked else "unlock_account", person.login)
            session.commit()
        return person

    click.echo(f"账号 {_with(act).login} 已{'停用' if locked else '启用'}。")


def _linked(what: str, act: Callable[[Session], Person]) -> str:
    from layers.store import accounts
    from layers.store.audit import record
    from webmap.passwords import FIRST_DAYS

    word = accounts.new_word()

    def write(database: Database) -> Person:
        with database.writing() as session:
            person = act(session)
            accounts.add_link(session, word, person.id, timedelta(days=FIRST_DAYS))
            record(session, SYSTEM_VIEWER, what, f"{person.login}（{person.unit} {person.name}）")
            session.commit()
        return person

    person = _with(write)
    address = f"{read_config().address}/setup/{word}"
    return f"请把链接交给{person.name}（登录名 {person.login}）设置密码，{FIRST_DAYS} 天内有效，只能用一次：\n{address}"


def _with(act: Callable[[Database], T]) -> T:
    from webmap.cli import with_database

    def upgraded(database: Database) -> T:
        database.upgrade()
        return act(database)

    return with_database(read_config(), upgraded)


def _named(session: Session, login: str) -> Person:
    from layers.store import accounts

    found = accounts.person_named(session, login)
    if found is None:
        raise UnknownThing(f"没有登录名为“{login[:40]}”的账号。用 webmap account list 查看全部账号。")
    return found


def _check_unit(unit: str, units: list[str]) -> None:
    from webmap.roster import nearest, unknown_unit

    if units and unit not in units:
        near = [Answer(name, "", "作为 --unit 的值") for name in nearest(unit, units)]
        raise QuestionToUser(unknown_unit(unit, units), near)
