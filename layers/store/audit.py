"""Who did what, from where, and with which result?

Lines are only added. Each carries a digest of itself and of the digest before it, so that a line that was changed,
taken out or put in later is noticed; one row knows the last digest, so that a missing end is noticed too.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final

from sqlalchemy import ColumnElement, delete, func, or_, select
from sqlalchemy.orm import Session

from layers import clock
from layers.rights import SYSTEM_VIEWER, Viewer, require
from layers.store.tables import AuditChain, AuditRow

DEEDS: Final = {
    "log_in": "登录",
    "log_out": "退出",
    "set_up": "建立首个管理员",
    "add_account": "新建账号",
    "revise_account": "修改账号",
    "reset_password": "重置密码",
    "change_password": "修改密码",
    "lock_account": "停用账号",
    "unlock_account": "启用账号",
    "end_session": "结束会话",
    "add_token": "生成访问令牌",
    "drop_token": "撤销访问令牌",
    "see_sensitive": "查看敏感数据",
    "refused": "越权操作",
    "export_log": "导出日志",
    "cut_log": "清理到期日志",
    "import": "导入数据",
    "export": "导出数据",
    "print": "打印地图",
    "layer": "图层设置",
    "theme": "专题设置",
    "office": "单位与指挥部设置",
    "base": "底图设置",
    "drawing": "图纸",
    "briefing": "汇报",
    "backup": "备份",
    "restore": "恢复",
    "prune": "清除已移除附件",
}
RESULTS: Final = {"done": "成功", "refused": "拒绝", "failed": "失败"}
_LONGEST: Final = 500
_TURN: Final = 2000


@dataclass(frozen=True)
class Entry:
    """One line of the log."""

    id: int
    at: datetime
    who: str
    account_id: int | None
    role: str | None
    unit: str | None
    address: str
    what: str
    subject: str
    result: str
    digest: str


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """Which lines: those of somebody, of one sort, of one result, from a moment on, before a moment."""

    who: str = ""
    what: str = ""
    result: str = ""
    since: datetime | None = None
    before: datetime | None = None


@dataclass(frozen=True)
class Checked:
    """What became of the chain. wrong: a sentence that names the first bad line; None when all hold."""

    count: int
    last_id: int
    last_digest: str
    wrong: str | None


def record(
    session: Session,
    viewer: Viewer,
    what: str,
    subject: str = "",
    *,
    result: str = "done",
    address: str = "",
) -> None:
    """Add a line; it stays when the caller commits."""
    chain = _chain(session)
    row = AuditRow(
        id=chain.last_id + 1,
        at=clock.now().astimezone(UTC),
        who=_plain(viewer.name),
        account_id=viewer.account,
        role=viewer.role,
        unit=viewer.unit or None,
        address=_plain(address)[:64],
        what=what,
        subject=_plain(subject),
        result=result,
    )
    row.digest = _digest(row, chain.last_digest)
    session.add(row)
    chain.last_id, chain.last_digest = row.id, row.digest
    session.flush()


def entries(session: Session, viewer: Viewer, wanted: Wanted, *, limit: int, offset: int = 0) -> list[Entry]:
    """Lines of the log, the newest first; for those who may read it."""
    require(viewer, "read_log")
    found = select(AuditRow).where(*_those(wanted)).order_by(AuditRow.id.desc())
    return [_entry(row) for row in session.scalars(found.limit(limit).offset(offset))]


def count(session: Session, viewer: Viewer, wanted: Wanted) -> int:
    """How many lines `entries` would find."""
    require(viewer, "read_log")
    counted = select(func.count()).select_from(AuditRow).where(*_those(wanted))
    return session.execute(counted).scalar_one()


def check(session: Session) -> Checked:
    """Follow the chain from the first kept line to the last."""
    chain = session.get_one(AuditChain, 1)
    before, number, seen = chain.cut_digest, chain.cut_id, 0
    for row in _in_order(session):
        number, seen = number + 1, seen + 1
        if row.id != number:
            return _broken(chain, seen, f"第 {number} 行缺失（接着是第 {row.id} 行），日志被删除过。")
        if row.digest != _digest(row, before):
            return _broken(chain, seen, f"第 {row.id} 行（{_told(row)}）与其校验值不符，内容被改动过。")
        before = row.digest
    if (number, before) != (chain.last_id, chain.last_digest):
        return _broken(chain, seen, f"日志止于第 {number} 行，应止于第 {chain.last_id} 行，末尾被删改过。")
    return Checked(seen, number, before, None)


def cut(session: Session, before: datetime) -> int:
    """Take the lines before this moment off; what is kept can still be checked. Says so in a line of its own."""
    last = session.scalar(select(func.max(AuditRow.id)).where(AuditRow.at < before))
    first_kept = session.scalar(select(func.min(AuditRow.id)).where(AuditRow.at >= before))
    if last is None or (first_kept is not None and first_kept <= last):
        last = None if first_kept is None else first_kept - 1
    chain = _chain(session)
    row = session.get(AuditRow, last) if last else None
    if row is None:
        return 0
    gone = row.id - chain.cut_id
    chain.cut_id, chain.cut_digest = row.id, row.digest
    session.execute(delete(AuditRow).where(AuditRow.id <= row.id))
    record(session, SYSTEM_VIEWER, "cut_log", f"{before.date().isoformat()} 之前的 {gone} 行")
    return gone


def _chain(session: Session) -> AuditChain:
    """The end of the chain; on PostgreSQL whoever has it makes the others wait."""
    found = select(AuditChain).where(AuditChain.id == 1).with_for_update()
    return session.execute(found, execution_options={"populate_existing": True}).scalar_one()


def _in_order(session: Session) -> Iterator[AuditRow]:
    found = select(AuditRow).order_by(AuditRow.id).execution_options(yield_per=_TURN)
    # Closed also when somebody stops at the first bad line: PostgreSQL holds a cursor open.
    with session.execute(found) as rows:
        yield from rows.scalars()


def _digest(row: AuditRow, before: str) -> str:
    parts = [
        *(row.id, row.at.isoformat(), row.who, row.account_id, row.role, row.unit),
        *(row.address, row.what, row.subject, row.result, before),
    ]
    return hashlib.sha256(json.dumps(parts, ensure_ascii=False).encode()).hexdigest()


def _those(wanted: Wanted) -> list[ColumnElement[bool]]:
    words = wanted.who.strip()
    found: list[ColumnElement[bool] | None] = [
        or_(AuditRow.who.contains(words, autoescape=True), AuditRow.subject.contains(words, autoescape=True))
        if words
        else None,
        AuditRow.what == wanted.what if wanted.what else None,
        AuditRow.result == wanted.result if wanted.result else None,
        AuditRow.at >= wanted.since if wanted.since else None,
        AuditRow.at < wanted.before if wanted.before else None,
    ]
    return [each for each in found if each is not None]


def _entry(row: AuditRow) -> Entry:
    names = Entry.__dataclass_fields__
    facts: dict[str, Any] = {name: getattr(row, name) for name in names}
    return Entry(**facts)


def _broken(chain: AuditChain, seen: int, sentence: str) -> Checked:
    return Checked(seen, chain.last_id, chain.last_digest, f"审计日志{sentence}请保留现场并报告审计人员。")


def _told(row: AuditRow) -> str:
    when = row.at.astimezone(clock.timezone()).strftime("%Y-%m-%d %H:%M:%S")
    return f"{when} {row.who} {DEEDS.get(row.what, row.what)}"


def _plain(text: str) -> str:
    """One line that every database takes."""
    sound = text.encode("utf-8", "replace").decode()
    return " ".join("".join(each if each.isprintable() else " " for each in sound).split())[:_LONGEST]
