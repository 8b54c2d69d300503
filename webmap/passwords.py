"""Is this password good enough, and is it the right one?

Hashing takes its time on purpose: never do it while a writing session is open.
"""

from __future__ import annotations

import secrets
import string
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from layers.errors import InvalidValue

LONGEST: Final = 128
FIRST_DAYS: Final = 7
"""How long a password that somebody else has given, or a link, works."""
COMMON: Final = Path(__file__).with_name("common_passwords.txt")
# What OWASP recommends: 19 MiB, two rounds, one lane.
_HASHER: Final = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
_NOBODY: Final = _HASHER.hash("nobody has this password")
_LETTERS: Final = "abcdefghjkmnpqrstuvwxyz"
_CAPITALS: Final = "ABCDEFGHJKMNPQRSTUVWXYZ"
_DIGITS: Final = "23456789"


@dataclass(frozen=True, kw_only=True)
class Profile:
    """What is asked of passwords and sessions."""

    title: str
    least: int
    classes: int = 1
    days: int | None = None
    refuses_common: bool = False
    failures: int = 5
    locked_minutes: int = 30
    idle_minutes: int = 30
    hours: int = 12

    @property
    def idle(self) -> timedelta:
        return timedelta(minutes=self.idle_minutes)

    @property
    def lasts(self) -> timedelta:
        return timedelta(hours=self.hours)

    @property
    def locked(self) -> timedelta:
        return timedelta(minutes=self.locked_minutes)

    @property
    def words(self) -> str:
        """What a person must know before choosing one."""
        parts = [f"至少 {self.least} 个字符"]
        if self.classes > 1:
            parts.append(f"大写字母、小写字母、数字、符号中至少 {self.classes} 类")
        parts.append("不含登录名和姓名")
        if self.refuses_common:
            parts.append("不是常见密码，可以用一句话")
        return "，".join(parts)


PROFILES: Final = {
    "dengbao2": Profile(title="网络安全等级保护二级", least=8, classes=3, days=90, refuses_common=True),
    "asvs": Profile(title="OWASP ASVS", least=12, refuses_common=True, locked_minutes=15),
}


def hashed(password: str) -> str:
    return _HASHER.hash(password)


def is_right(stored: str | None, password: str) -> bool:
    """Whether this is the password; takes as long for an account that does not exist (None)."""
    try:
        _HASHER.verify(stored or _NOBODY, password[:LONGEST])
    except (VerificationError, InvalidHashError):
        return False
    return stored is not None


def check(profile: Profile, password: str, *, login: str, name: str = "") -> None:
    """Raises InvalidValue with what is missing."""
    if not profile.least <= len(password) <= LONGEST:
        raise InvalidValue(
            f"密码有 {len(password)} 个字符，应为 {profile.least} 到 {LONGEST} 个。请改长一些。"
            if len(password) < profile.least
            else f"密码有 {len(password)} 个字符，最多 {LONGEST} 个。请改短一些。"
        )
    if _classes(password) < profile.classes:
        raise InvalidValue(
            f"密码只含 {_classes(password)} 类字符，应含大写字母、小写字母、数字、符号中的至少 {profile.classes} 类。"
        )
    if any(len(part) > 1 and part.lower() in password.lower() for part in (login, name)):
        raise InvalidValue("密码里含有登录名或姓名，容易被猜到。请换一个。")
    if profile.refuses_common and is_common(password):
        raise InvalidValue("这是常见的密码，会被最先试到。请换一个，可以用几个不相干的词。")


def first_password() -> str:
    """A password to be told to somebody and changed at once: no signs that are mistaken for others."""
    parts = [secrets.choice(kind) for kind in (_LETTERS, _CAPITALS, _DIGITS) for _ in range(4)]
    return "".join(secrets.SystemRandom().sample(parts, len(parts)))


def is_common(password: str) -> bool:
    """Whether it is on the list, is made of one on the list and a few digits, or is a run of keys."""
    plain = password.lower()
    bare = plain.rstrip(string.digits + "!@#$%^&*._-").lstrip(string.digits + "!@#$%^&*._-")
    return plain in _common() or bare in _common() or len(set(plain)) <= 3 or _is_run(plain)


def _is_run(plain: str) -> bool:
    rows = (
        "abcdefghijklmnopqrstuvwxyz",
        "0123456789",
        "1234567890",
        "qwertyuiop",
        "asdfghjkl",
        "zxcvbnm",
        "1qaz2wsx3edc4rfv",
    )
    return any(plain in row * 2 or plain in row[::-1] * 2 for row in rows)


def _classes(password: str) -> int:
    tests = (str.isupper, str.islower, str.isdigit)
    found = sum(any(test(each) for each in password) for test in tests)
    return found + any(not each.isalnum() or ord(each) > 127 for each in password)


@cache
def _common() -> frozenset[str]:
    return frozenset(COMMON.read_text("utf-8").split())
