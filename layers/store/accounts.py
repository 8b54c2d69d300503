"""Who has an account, who is logged in, and who failed to?

Words that open something (of a cookie, of a link) are never stored, only their digests. Passwords come here hashed.
"""

from __future__ import annotations

import hashlib
import re
import secrets
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import delete, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from layers import clock
from layers.errors import InvalidValue, NotAllowed, UnknownThing
from layers.kinds import BOUNDARIES
from layers.rights import ROLES, Viewer, signed_in
from layers.store.engine import is_clean, json_text
from layers.store.tables import Account, Feature, Layer, LoginLink, LoginSession, LoginTry, ReadToken, Unit

_LOGIN: Final = re.compile(r"[a-z0-9一-鿿][a-z0-9一-鿿._-]{1,31}")
_LONGEST: Final = 60
_APART: Final = {"administrator": "auditor", "auditor": "administrator"}
"""One person may not keep the system and watch over it."""


@dataclass(frozen=True)
class Person:
    """An account as others may see it."""

    id: int
    login: str
    name: str
    unit: str
    role: str
    town: str | None
    must_change: bool
    locked: bool
    has_password: bool
    password_at: datetime | None
    created_at: datetime
    last_login_at: datetime | None

    @property
    def viewer(self) -> Viewer:
        """The person as somebody who asks."""
        return signed_in(self.name, self.role, self.unit, self.town, self.id)


@dataclass(frozen=True)
class Login:
    """Somebody logged in on some machine."""

    id: int
    account_id: int
    created_at: datetime
    seen_at: datetime
    ends_at: datetime
    address: str
    browser: str


def new_word() -> str:
    """A word that nobody guesses, for a cookie or a link."""
    return secrets.token_urlsafe(32)


def digest(word: str) -> str:
    """What is stored of such a word."""
    return hashlib.sha256(word.encode("utf-8", "replace")).hexdigest()


# --- accounts ----------------------------------------------------------------------------------------------


def any_account(session: Session) -> bool:
    """Whether anybody has an account: from then on visitors see what is public."""
    return session.scalar(select(Account.id).limit(1)) is not None


def people(session: Session) -> list[Person]:
    """All accounts, by unit and name."""
    return [_person(row) for row in session.scalars(select(Account).order_by(Account.unit, Account.name))]


def person(session: Session, number: int) -> Person:
    """The account with this number."""
    return _person(_held(session, number))


def person_named(session: Session, login: str) -> Person | None:
    """The account with this log-in name."""
    row = session.scalar(select(Account).where(Account.login == plain_login(login)))
    return _person(row) if row else None


def password_hash(session: Session, login: str) -> tuple[Person, str] | None:
    """Whose password is asked for, and its hash; None when nobody can log in under this name."""
    row = session.scalar(select(Account).where(Account.login == plain_login(login)))
    if row is None or row.password_hash is None or row.locked:
        return None
    return _person(row), row.password_hash


def plain_login(login: str) -> str:
    """A log-in name as it is stored: without blanks around it, in small letters."""
    plain = unicodedata.normalize("NFKC", login).strip().lower()[:64]
    return plain if is_clean(plain) else ""


def known_units(session: Session) -> list[str]:
    """The units that an account may belong to: those of the list, and those that own a layer."""
    listed = session.scalars(select(Unit.name).order_by(Unit.id))
    owning = session.scalars(select(Layer.unit).distinct().order_by(Layer.unit))
    return list(dict.fromkeys([*listed, *owning]))


def known_towns(session: Session) -> list[str]:
    """The towns to whose staff an account may belong."""
    named = json_text(Feature.properties, "name")
    found = (
        select(named)
        .join(Layer, Layer.id == Feature.layer_id)
        .where(
            Layer.kind == BOUNDARIES,
            Feature.deleted_at.is_(None),
            json_text(Feature.properties, "level") == "town",
        )
        .order_by(Feature.id)
    )
    return list(dict.fromkeys(name for name in session.scalars(found) if name))


def add_account(
    session: Session,
    *,
    login: str,
    name: str,
    unit: str,
    role: str,
    town: str | None = None,
    hashed: str | None = None,
    must_change: bool = True,
) -> Person:
    """A new account. Without a password nobody can log in until a link has set one."""
    row = Account(
        login=checked_login(session, login),
        name=_worded("姓名", name),
        unit=_worded("单位", unit),
        role=checked_role(role),
        town=_worded("乡镇", town) if town else None,
        password_hash=hashed,
        password_at=clock.now() if hashed else None,
        must_change=must_change,
        locked=False,
        created_at=clock.now(),
        last_login_at=None,
    )
    keep_apart(session, row.name, row.unit, row.role)
    session.add(row)
    session.flush()
    return _person(row)


def revise_account(
    session: Session, number: int, *, name: str, unit: str, role: str, town: str | None
) -> Person:
    """Change who somebody is; whoever is logged in under this account is logged out."""
    row = _held(session, number)
    new_name, new_unit, new_role = _worded("姓名", name), _worded("单位", unit), checked_role(role)
    keep_apart(session, new_name, new_unit, new_role, but=number)
    if row.role == "administrator" and new_role != row.role:
        _keep_one_administrator(session, number)
    row.name, row.unit, row.role = new_name, new_unit, new_role
    row.town = _worded("乡镇", town) if town else None
    end_sessions(session, number)
    session.flush()
    return _person(row)


def lock_account(session: Session, number: int, locked: bool) -> Person:
    """Lock somebody out, at once and everywhere, or let them in again."""
    row = _held(session, number)
    if locked and row.role == "administrator":
        _keep_one_administrator(session, number)
    row.locked = locked
    end_sessions(session, number)
    session.execute(delete(LoginLink).where(LoginLink.account_id == number))
    session.execute(delete(LoginTry).where(LoginTry.login == row.login))
    session.flush()
    return _person(row)


def set_password(session: Session, number: int, hashed: str | None, *, must_change: bool) -> Person:
    """A new password, or none; who is logged in under this account is logged out, links and tokens no longer work."""
    row = _held(session, number)
    row.password_hash, row.must_change = hashed, must_change
    row.password_at = clock.now() if hashed else None
    end_sessions(session, number)
    session.execute(delete(LoginLink).where(LoginLink.account_id == number))
    session.execute(delete(ReadToken).where(ReadToken.account_id == number))
    session.execute(delete(LoginTry).where(LoginTry.login == row.login))
    session.flush()
    return _person(row)


def checked_login(session: Session, login: str) -> str:
    """A log-in name that is free."""
    plain = plain_login(login)
    if not _LOGIN.fullmatch(plain):
        raise InvalidValue(
            f"登录名收到“{login[:40]}”，应为 2 到 32 个小写字母、数字、汉字或 . _ -，以字母、数字或汉字开头。请改正。"
        )
    if session.scalar(select(Account.id).where(Account.login == plain)):
        raise InvalidValue(f"登录名“{plain}”已被使用。请换一个，例如在后面加数字。")
    return plain


def checked_role(role: str) -> str:
    """The key of a role, from its key or its word."""
    found = {**{key: key for key in ROLES}, **{word: key for key, word in ROLES.items()}}.get(role.strip())
    if found is None:
        raise InvalidValue(f"角色收到“{role[:40]}”，应为以下之一：{'、'.join(ROLES.values())}。请改正。")
    return found


def keep_apart(session: Session, name: str, unit: str, role: str, *, but: int | None = None) -> None:
    """Refuse to let one person keep the system and watch over it."""
    other = _APART.get(role)
    if other is None:
        return
    same = select(Account.login).where(Account.name == name, Account.unit == unit, Account.role == other)
    found = session.scalar(same.where(Account.id != but) if but else same)
    if found:
        raise NotAllowed(
            f"{unit}的{name}已有“{ROLES[other]}”账号（{found}）。系统管理与审计不能由同一人担任，"
            f"请为“{ROLES[role]}”指定另一个人；若是同名的两个人，请在姓名后注明以示区别。"
        )


def _keep_one_administrator(session: Session, but: int) -> None:
    others = select(func.count()).where(
        Account.role == "administrator", Account.locked.is_(False), Account.id != but
    )
    if not session.execute(others).scalar_one():
        raise NotAllowed(
            "这是唯一可用的系统管理账号，停用或改派后将无人能管理系统。请先建立另一个系统管理账号。"
        )


def _held(session: Session, number: int) -> Account:
    row = session.get(Account, number) if 0 < number < 2**31 else None
    if row is None:
        raise UnknownThing(f"没有编号为 {number} 的账号。请从账号列表中选择。")
    return row


def _worded(label: str, text: str | None) -> str:
    plain = " ".join((text or "").split())
    if not plain or len(plain) > _LONGEST or not is_clean(plain):
        raise InvalidValue(
            f"{label}收到“{plain[:40]}”（{len(plain)} 个字），应为 1 到 {_LONGEST} 个字。请改正。"
        )
    return plain


def _person(row: Account) -> Person:
    return Person(
        id=row.id,
        login=row.login,
        name=row.name,
        unit=row.unit,
        role=row.role,
        town=row.town,
        must_change=row.must_change,
        locked=row.locked,
        has_password=row.password_hash is not None,
        password_at=row.password_at,
        created_at=row.created_at,
        last_login_at=row.last_login_at,
    )


# --- who is logged in --------------------------------------------------------------------------------------


def open_session(
    session: Session, number: int, word: str, *, lasts: timedelta, address: str, browser: str
) -> None:
    """Somebody has logged in; `word` is what their cookie says."""
    now = clock.now()
    _held(session, number).last_login_at = now
    session.add(
        LoginSession(
            account_id=number,
            digest=digest(word),
            created_at=now,
            seen_at=now,
            ends_at=now + lasts,
            address=address[:64],
            browser=browser[:200] if is_clean(browser) else "",
        )
    )
    session.flush()


def find_session(session: Session, word: str, idle: timedelta) -> tuple[Login, Person] | None:
    """Whose cookie this is; None when it is nobody's any more."""
    now = clock.now()
    found = session.execute(
        select(LoginSession, Account)
        .join(Account, Account.id == LoginSession.account_id)
        .where(
            LoginSession.digest == digest(word),
            LoginSession.ends_at > now,
            LoginSession.seen_at > now - idle,
            Account.locked.is_(False),
        )
    ).first()
    return (_login(found[0]), _person(found[1])) if found else None


def sessions_of(session: Session, number: int, idle: timedelta) -> list[Login]:
    """Where somebody is logged in, the latest first."""
    now = clock.now()
    found = select(LoginSession).where(
        LoginSession.account_id == number, LoginSession.ends_at > now, LoginSession.seen_at > now - idle
    )
    return [_login(row) for row in session.scalars(found.order_by(LoginSession.seen_at.desc()))]


def touch_session(session: Session, number: int) -> None:
    """Somebody is still there."""
    session.execute(update(LoginSession).where(LoginSession.id == number).values(seen_at=clock.now()))


def end_session(session: Session, number: int, account: int) -> None:
    """End one of the sessions of an account; UnknownThing when it is not one of theirs."""
    ended = session.scalars(
        delete(LoginSession)
        .where(LoginSession.id == number, LoginSession.account_id == account)
        .returning(LoginSession.id)
    ).all()
    if not ended:
        raise UnknownThing("没有这个登录会话，可能已经结束。请刷新后再看。")


def forget_session(session: Session, number: int) -> None:
    """End a session, if it is still there."""
    session.execute(delete(LoginSession).where(LoginSession.id == number))


def end_sessions(session: Session, account: int) -> None:
    """Log somebody out everywhere."""
    session.execute(delete(LoginSession).where(LoginSession.account_id == account))


def _login(row: LoginSession) -> Login:
    return Login(row.id, row.account_id, row.created_at, row.seen_at, row.ends_at, row.address, row.browser)


# --- links that work once ----------------------------------------------------------------------------------


def add_link(session: Session, word: str, account: int | None, lasts: timedelta) -> None:
    """A link that sets the password of an account, whose older ones no longer work; None: makes the first administrator.

    Every start of the program shows one of those, and who has seen an earlier one may use it until its time is over.
    """
    now = clock.now()
    over = LoginLink.account_id == account if account is not None else LoginLink.ends_at <= now
    session.execute(delete(LoginLink).where(over))
    session.add(LoginLink(account_id=account, digest=digest(word), created_at=now, ends_at=now + lasts))
    session.flush()


def find_link(session: Session, word: str) -> Person | None:
    """Whose password this link sets; None: it makes the first administrator. UnknownThing when it is used up."""
    row = session.scalar(
        select(LoginLink).where(LoginLink.digest == digest(word), LoginLink.ends_at > clock.now())
    )
    if row is None or (row.account_id is None and any_account(session)):
        raise UnknownThing(
            "这个链接已经用过、已过期或不完整。请向系统管理员要一个新的链接；"
            "首次使用时，重新启动程序会显示新的链接。"
        )
    return None if row.account_id is None else person(session, row.account_id)


def use_link(session: Session, word: str) -> None:
    """The link has done its work, and so have all others for a first administrator; of two who use them at once one is
    refused."""
    own = digest(word)
    first = select(LoginLink.id).where(LoginLink.digest == own, LoginLink.account_id.is_(None)).exists()
    done = LoginLink.digest == own
    if session.scalar(select(first)):
        done = LoginLink.account_id.is_(None)
    used = session.scalars(delete(LoginLink).where(done).returning(LoginLink.digest)).all()
    if own not in used:
        raise UnknownThing("这个链接刚刚被用过。请直接登录，或向系统管理员要一个新的链接。")


# --- failures ----------------------------------------------------------------------------------------------


def begin_try(session: Session, login: str, most: int, lasts: timedelta) -> datetime | None:
    """Count an attempt as failed before it is made, so that many at once are counted too.

    Returns until when this name is locked; None when the attempt may be made. Names without an account count too.
    """
    now, name = clock.now(), plain_login(login)
    row = _tries(session, name)
    if row.locked_until and row.locked_until > now:
        return row.locked_until
    if row.locked_until or row.last_at < now - lasts:
        row.failures, row.locked_until = 0, None
    row.failures, row.last_at = row.failures + 1, now
    if row.failures >= most:
        row.locked_until = now + lasts
    session.flush()
    return None


def _tries(session: Session, name: str) -> LoginTry:
    """The count of this name; on PostgreSQL two may begin it at once."""
    found = session.get(LoginTry, name, with_for_update=True)
    if found:
        return found
    try:
        with session.begin_nested():
            new = LoginTry(login=name, failures=0, last_at=clock.now(), locked_until=None)
            session.add(new)
        return new
    except IntegrityError:
        return session.get_one(LoginTry, name, with_for_update=True)


def forget_tries(session: Session, login: str) -> None:
    """The attempt succeeded."""
    session.execute(delete(LoginTry).where(LoginTry.login == plain_login(login)))


def locked_names(session: Session) -> Sequence[str]:
    """The names that are locked for the time being."""
    return session.scalars(select(LoginTry.login).where(LoginTry.locked_until > clock.now())).all()


def sweep(session: Session, idle: timedelta) -> None:
    """Forget sessions, links and failures that no longer matter."""
    now = clock.now()
    session.execute(
        delete(LoginSession).where((LoginSession.ends_at < now) | (LoginSession.seen_at < now - idle))
    )
    session.execute(delete(LoginLink).where(LoginLink.ends_at < now))
    session.execute(delete(LoginTry).where(LoginTry.last_at < now - timedelta(days=1)))
