"""Who is logged in, and how do they come in and go out?

The cookie holds a word that nobody guesses; the database knows its digest and can end it at any time. Views ask
`webmap.database.viewer()` only. When somebody was last seen is written after the answer, in a session of its own.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

from filelock import FileLock
from flask import Flask, g, redirect, request, session, url_for
from flask.sessions import SecureCookieSessionInterface
from flask_limiter import Limiter
from flask_wtf.csrf import CSRFProtect, generate_csrf
from werkzeug.wrappers import Response as AnyResponse

from layers import clock
from layers.errors import NotAllowed
from layers.rights import NON_SECRET, PUBLIC_VIEWER, ROLES, Viewer, deeds_of
from layers.store import accounts, audit
from layers.store.accounts import Login, Person
from layers.store.query import FoundFeature
from layers.store.seen import is_insider
from webmap import database, tokens
from webmap.config import Config
from webmap.database import READING, the_config, the_database
from webmap.logs import LOG
from webmap.passwords import FIRST_DAYS, PROFILES, Profile

COOKIE: Final = "webmap_login"
FORM_COOKIE: Final = "webmap_form"
KEY_FILE: Final = "secret.key"
SEEN_EVERY: Final = timedelta(minutes=1)
NOT_A_SIGN_OF_LIFE: Final = ("static", "tiles.", "bases.", "health.")
"""Endpoints that a page asks by itself: they keep nobody logged in."""
WITHOUT_OWN_PASSWORD: Final = ("static", "health.", "account.change_password", "account.log_")
"""What somebody may ask before the first password is changed; all else is refused."""
LONGEST_BROWSER: Final = 200

BROWSERS: Final = (
    ("MicroMessenger", "微信"),
    ("Edg", "Edge 浏览器"),
    ("QIHU", "360 浏览器"),
    ("Firefox", "火狐浏览器"),
    ("Chrome", "谷歌内核浏览器"),
    ("Safari", "Safari 浏览器"),
)
SYSTEMS: Final = (
    ("HarmonyOS", "鸿蒙"),
    ("Android", "安卓手机"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows 电脑"),
    ("Mac OS", "苹果电脑"),
    ("Linux", "Linux 电脑"),
)

csrf: Final = CSRFProtect()
# Counted in the memory of each process: with several, each allows as much.
limiter: Final = Limiter(
    key_func=lambda: whom_to_count(),
    storage_uri="memory://",
    application_limits=[lambda: f"{max(the_config().writes_per_minute, 1)} per minute"],
    application_limits_exempt_when=lambda: not the_config().writes_per_minute,
)


@limiter.request_filter
def only_reads() -> bool:
    """Reading is not counted."""
    return request.method in READING


@dataclass(frozen=True)
class Here:
    """Whose request this is."""

    login: Login
    person: Person


class FormCookies(SecureCookieSessionInterface):
    """Flask's own cookie, in which only the word of our forms lies: for our path, and secure where we are."""

    def get_cookie_path(self, app: Flask) -> str:
        return cookie_path()

    def get_cookie_secure(self, app: Flask) -> bool:
        return request.is_secure


def guard(app: Flask, config: Config) -> None:
    """Know who asks, before anything else of the application does."""
    app.secret_key = secret_key(config.home)
    app.session_interface = FormCookies()
    app.config.update(
        SESSION_COOKIE_NAME=FORM_COOKIE,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        WTF_CSRF_TIME_LIMIT=None,
        WTF_CSRF_HEADERS=["X-CSRF-Token"],
    )
    app.extensions["viewer"] = viewer
    # Registered first, so that it runs last: the session of the request is closed by then.
    app.teardown_request(_remember)
    app.before_request(_own_password_first)
    app.context_processor(
        lambda: {
            "signed_in": told_account,
            "insider": told_insider,
            "non_secret": NON_SECRET,
            "moment": moment,
            "browser_words": browser_words,
        }
    )
    csrf.init_app(app)
    limiter.init_app(app)


def viewer() -> Viewer:
    """Who is asking: the one who is logged in, or a visitor."""
    if "viewer" not in g:
        g.viewer = _viewer()
    found: Viewer = g.viewer
    return found


def here() -> Here | None:
    """Whose cookie came with this request."""
    if "here" not in g:
        word = request.cookies.get(COOKIE, "")
        g.here = _found(word) if word else None
    found: Here | None = g.here
    return found


def profile() -> Profile:
    """What is asked of passwords here."""
    return PROFILES[the_config().passwords]


def needs_new_password(person: Person) -> bool:
    """Whether the password was given by somebody else, or is too old."""
    if person.must_change:
        return True
    days, since = profile().days, person.password_at
    return days is not None and since is not None and since < clock.now() - timedelta(days=days)


def first_password_is_over(person: Person) -> bool:
    """Whether a password that somebody else gave was never changed and no longer works."""
    given = person.password_at
    return person.must_change and given is not None and given < clock.now() - timedelta(days=FIRST_DAYS)


def told_account() -> dict[str, Any] | None:
    """What pages say of the one who is logged in; None for a visitor, and where the database does not answer."""
    now = _known_viewer()
    if now is None or now.role is None:
        return None
    return {
        "name": now.name,
        "role": now.role,
        "role_title": ROLES[now.role],
        "unit": now.unit,
        "town": now.town,
        "may": deeds_of(now),
    }


def told_insider() -> bool:
    """Whether pages may lead to what only insiders see; not where the database does not answer."""
    now = _known_viewer()
    return now is not None and is_insider(now)


def _known_viewer() -> Viewer | None:
    try:
        return viewer()
    except Exception as error:
        LOG.warning("viewer unknown", extra={"facts": {"why": str(error)[:300]}})
        return None


def token() -> str:
    """The word that every write must carry: in the header X-CSRF-Token, or as csrf_token in a form."""
    return str(generate_csrf())


def log_in(answer: AnyResponse, person: Person) -> AnyResponse:
    """Give the browser a cookie of its own; what the browser had before is worth nothing from now on."""
    word = accounts.new_word()
    with the_database().writing() as writing:
        if old := here():
            accounts.forget_session(writing, old.login.id)
        accounts.forget_tries(writing, person.login)
        accounts.open_session(
            writing, person.id, word, lasts=profile().lasts, address=address(), browser=browser()
        )
        audit.record(writing, person.viewer, "log_in", person.login, address=address())
        writing.commit()
    session.clear()
    answer.set_cookie(
        COOKIE, word, path=cookie_path(), httponly=True, samesite="Lax", secure=request.is_secure
    )
    return answer


def log_out(answer: AnyResponse) -> AnyResponse:
    """End the session in the database too: a copied cookie is worth nothing."""
    if now := here():
        with the_database().writing() as writing:
            accounts.forget_session(writing, now.login.id)
            audit.record(writing, now.person.viewer, "log_out", now.person.login, address=address())
            writing.commit()
    session.clear()
    answer.delete_cookie(COOKIE, path=cookie_path(), httponly=True, samesite="Lax")
    return answer


def note(what: str, subject: str = "", *, result: str = "done", who: Viewer | None = None) -> None:
    """A line in the audit log, in a session of its own; the session of the request must be closed or reading."""
    with the_database().writing() as writing:
        audit.record(writing, who or viewer(), what, subject, result=result, address=address())
        writing.commit()


def note_sensitive(found: Iterable[FoundFeature]) -> None:
    """Write down who has read sensitive features; what a request changes is in the history anyway."""
    if request.method not in READING:
        return
    names = [f"{each.layer_title} {each.name}" for each in found if each.visibility == "sensitive"]
    if names:
        note("see_sensitive", f"{'、'.join(names[:5])}{f' 等 {len(names)} 处' if len(names) > 5 else ''}")


def address() -> str:
    """From where the request came."""
    return request.remote_addr or ""


def browser() -> str:
    return request.headers.get("User-Agent", "")[:LONGEST_BROWSER]


def browser_words(agent: str) -> str:
    """What a person calls the browser and the machine."""
    name = next((word for mark, word in BROWSERS if mark in agent), "浏览器")
    system = next((word for mark, word in SYSTEMS if mark in agent), "")
    return f"{name} · {system}" if system else name


def moment(when: datetime | None) -> str:
    """A moment on the county's clock."""
    return when.astimezone(clock.timezone()).strftime("%Y-%m-%d %H:%M") if when else "—"


def whom_to_count() -> str:
    """Requests are counted by account, those of visitors by address."""
    try:
        now = here()
    except Exception:
        now = None
    return f"account {now.person.id}" if now else f"address {address()}"


def cookie_path() -> str:
    return request.script_root or "/"


def _viewer() -> Viewer:
    if reader := tokens.reader():
        return PUBLIC_VIEWER if needs_new_password(reader) else reader.viewer
    now = here()
    if now is None:
        return PUBLIC_VIEWER if accounts_exist() else the_config().viewer
    return PUBLIC_VIEWER if needs_new_password(now.person) else now.person.viewer


def _found(word: str) -> Here | None:
    with the_database().reading() as reading:
        found = accounts.find_session(reading, word, profile().idle)
    return Here(*found) if found else None


def accounts_exist() -> bool:
    """Asked until the first account is there; accounts are locked, never deleted."""
    known = database.the_facts()
    if not known.get("accounts"):
        with the_database().reading() as reading:
            known["accounts"] = accounts.any_account(reading)
    return bool(known["accounts"])


def _own_password_first() -> AnyResponse | None:
    """Whoever has a password from somebody else changes it before anything else."""
    if COOKIE not in request.cookies or (request.endpoint or "static").startswith(WITHOUT_OWN_PASSWORD):
        return None
    now = here()
    if now is None or not needs_new_password(now.person):
        return None
    if request.method in READING and not request.path.startswith(("/api/", "/tiles/", "/base/")):
        return redirect(url_for("account.change_password"), 303)
    raise NotAllowed("请先修改初始密码或已到期的密码，再使用系统。打开“我的账号”即可修改。")


def _remember(_: BaseException | None) -> None:
    """Write when somebody was last seen: once a minute, and never for what the page asks by itself."""
    tokens.remember()
    now: Here | None = g.get("here")
    if now is None or (request.endpoint or "static").startswith(NOT_A_SIGN_OF_LIFE):
        return
    if clock.now() - now.login.seen_at < SEEN_EVERY:
        return
    try:
        with the_database().writing() as writing:
            accounts.touch_session(writing, now.login.id)
            writing.commit()
    except Exception as error:
        LOG.warning("last seen", extra={"facts": {"why": str(error)[:300]}})


def secret_key(home: Path) -> str:
    """The key of our forms, made once and readable by this user only; the same for all processes of a server."""
    file = home / KEY_FILE
    try:
        if kept := _kept(file):
            return kept
        home.mkdir(parents=True, exist_ok=True)
        # Processes start together: whoever came second must not read a file that is still empty.
        with FileLock(home / f"{KEY_FILE}.lock", mode=0o600):
            return _kept(file) or _made(file)
    except OSError as refusal:
        # Forms work until the next start; what cannot be written is said elsewhere.
        LOG.warning("no secret key", extra={"facts": {"why": str(refusal)[:300]}})
        return secrets.token_hex(32)


def _kept(file: Path) -> str:
    return file.read_text("utf-8").strip() if file.exists() else ""


def _made(file: Path) -> str:
    secret = secrets.token_hex(32)
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as new:
        new.write(secret)
    return secret
