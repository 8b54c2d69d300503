"""With which words may a person's programs (QGIS, scripts) read the map? Only their digests are stored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from layers import clock
from layers.errors import InvalidValue, UnknownThing
from layers.store import accounts
from layers.store.accounts import Person
from layers.store.tables import ReadToken

MOST_TOKENS: Final = 20
LONGEST_TITLE: Final = 60
_BEGINS: Final = "map_"


@dataclass(frozen=True)
class Token:
    """A token as its owner sees it: never its word."""

    id: int
    title: str
    created_at: datetime
    used_at: datetime | None


def add_token(session: Session, account: int, title: str) -> str:
    """A new token; its word is told this once."""
    plain = " ".join(title.split())
    if not plain or len(plain) > LONGEST_TITLE:
        raise InvalidValue(
            f"令牌名称应为 1 到 {LONGEST_TITLE} 个字，收到 {len(plain)} 个字。请写明用在哪里，例如“办公室 QGIS”。"
        )
    own = ReadToken.account_id == account
    if session.execute(select(func.count()).select_from(ReadToken).where(own)).scalar_one() >= MOST_TOKENS:
        raise InvalidValue(f"每个账号最多 {MOST_TOKENS} 个访问令牌。请先撤销不用的。")
    word = _BEGINS + accounts.new_word()
    now = clock.now()
    session.add(ReadToken(account_id=account, digest=accounts.digest(word), title=plain, created_at=now))
    session.flush()
    return word


def tokens_of(session: Session, account: int) -> Sequence[Token]:
    """The tokens of an account, the newest first."""
    wanted = select(ReadToken).where(ReadToken.account_id == account).order_by(ReadToken.id.desc())
    return [Token(row.id, row.title, row.created_at, row.used_at) for row in session.scalars(wanted)]


def drop_token(session: Session, number: int, account: int) -> str:
    """Take one of the own tokens away: it opens nothing from now on. Returns its title."""
    row = session.get(ReadToken, number) if number < 2**31 else None
    if row is None or row.account_id != account:
        raise UnknownThing("没有这个访问令牌，可能已经撤销。请刷新“我的账号”页。")
    title = row.title
    session.delete(row)
    session.flush()
    return title


def find_token(session: Session, word: str) -> tuple[Token, Person] | None:
    """Whose word this is; None for a word that opens nothing, also because its account is locked."""
    row = session.scalar(select(ReadToken).where(ReadToken.digest == accounts.digest(word)))
    if row is None:
        return None
    person = accounts.person(session, row.account_id)
    return None if person.locked else (Token(row.id, row.title, row.created_at, row.used_at), person)


def touch_token(session: Session, number: int) -> None:
    """It was used just now."""
    session.execute(update(ReadToken).where(ReadToken.id == number).values(used_at=clock.now()))
