"""How does a person come in, go out, and look after the own account? /login, /logout, /setup, /account."""

from __future__ import annotations

from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

from flask import Blueprint, jsonify, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from layers import clock
from layers.errors import InvalidValue, MapError, NotSignedIn
from layers.rights import PUBLIC_VIEWER, ROLES
from layers.store import accounts as store
from layers.store import audit, read_tokens
from layers.store.accounts import Person
from webmap import accounts, passwords
from webmap.accounts import Here, limiter, note, profile
from webmap.database import the_database

blueprint = Blueprint("account", __name__)

WRONG: Final = (
    "登录名或密码不正确，或账号已停用。请检查大小写后重试；连续输错 {failures} 次将锁定 {minutes} 分钟。"
)
LOCKED: Final = "连续输错次数过多，这个登录名已锁定到 {until}。请稍后再试，或请系统管理员重置密码。"
TWICE: Final = "两次输入的新密码不一致。请重新输入。"
LOG_INS_PER_MINUTE: Final = "30 per minute"


@blueprint.get("/login")
def log_in_page() -> Response:
    if accounts.here():
        return redirect(safe_next(request.args.get("next", "")), 303)
    return _log_in_page()


@blueprint.post("/login")
@limiter.limit(LOG_INS_PER_MINUTE, key_func=accounts.address)
def log_in() -> Response:
    """Counted as a failure before it is tried, so that guesses made at the same time are counted too."""
    name, password = request.form.get("login", ""), request.form.get("password", "")
    asked = profile()
    with the_database().writing() as writing:
        until = store.begin_try(writing, name, asked.failures, asked.locked)
        writing.commit()
    if until:
        note("log_in", name, result="refused", who=PUBLIC_VIEWER)
        return _log_in_page(LOCKED.format(until=_moment(until)), 429)
    person = _checked(name, password)
    if person is None:
        note("log_in", name, result="failed", who=PUBLIC_VIEWER)
        return _log_in_page(WRONG.format(failures=asked.failures, minutes=asked.locked_minutes), 401)
    return accounts.log_in(redirect(safe_next(request.form.get("next", "")), 303), person)


@blueprint.post("/logout")
def log_out() -> Response:
    return accounts.log_out(redirect(url_for("map.page"), 303))


@blueprint.get("/api/account")
def who() -> Response:
    """Who I am, and the word that my writes must carry: for pages that have been open for long."""
    answer = jsonify(account=accounts.told_account(), csrf=accounts.token())
    answer.headers["Cache-Control"] = "no-store"
    return answer


@blueprint.get("/setup/<word>")
def set_up(word: str) -> Response:
    """A link that works once: it sets a password, or makes the first administrator."""
    return _set_up_page(word, _whose(word))


@blueprint.post("/setup/<word>")
@limiter.limit(LOG_INS_PER_MINUTE, key_func=accounts.address)
def finish_set_up(word: str) -> Response:
    person = _whose(word)
    try:
        person = _set_up(word, person)
    except InvalidValue as refusal:
        return _set_up_page(word, person, refusal.message)
    return accounts.log_in(redirect(url_for("map.page"), 303), person)


@blueprint.get("/account")
def own() -> Response:
    return _own_page(_here())


@blueprint.post("/account/tokens")
def add_token() -> Response:
    """A token for QGIS and other programs; the page shows its word this once."""
    now = _here()
    with the_database().writing() as writing:
        title = request.form.get("title", "")
        try:
            word = read_tokens.add_token(writing, now.person.id, title)
        except InvalidValue as refusal:
            writing.rollback()
            return _own_page(now, trouble=refusal.message)
        audit.record(writing, now.person.viewer, "add_token", title.strip(), address=accounts.address())
        writing.commit()
    return _own_page(now, word=word)


@blueprint.post("/account/tokens/<int:number>/revoke")
def revoke_token(number: int) -> Response:
    now = _here()
    with the_database().writing() as writing:
        title = read_tokens.drop_token(writing, number, now.person.id)
        audit.record(writing, now.person.viewer, "drop_token", title, address=accounts.address())
        writing.commit()
    return redirect(url_for("account.own", _anchor="tokens"), 303)


@blueprint.post("/account/sessions/<int:number>/end")
def end_session(number: int) -> Response:
    """End one of the own sessions, on whatever machine it is."""
    now = _here()
    with the_database().writing() as writing:
        store.end_session(writing, number, now.person.id)
        audit.record(writing, now.person.viewer, "end_session", now.person.login, address=accounts.address())
        writing.commit()
    return redirect(url_for("account.own"), 303)


@blueprint.get("/account/password")
def change_password() -> Response:
    return _password_page(_here())


@blueprint.post("/account/password")
@limiter.limit(LOG_INS_PER_MINUTE, key_func=accounts.address)
def change_password_now() -> Response:
    """A new password ends all sessions of this account; the one that asked goes on as a new one."""
    now = _here()
    try:
        hashed = _new_hash(now.person, old=request.form.get("old", ""))
    except MapError as refusal:
        return _password_page(now, refusal.message)
    with the_database().writing() as writing:
        person = store.set_password(writing, now.person.id, hashed, must_change=False)
        audit.record(writing, person.viewer, "change_password", person.login, address=accounts.address())
        writing.commit()
    return accounts.log_in(redirect(url_for("account.own"), 303), person)


def safe_next(address: str) -> str:
    """Where to go on: a page of ours and nowhere else."""
    home = url_for("map.page")
    parts = urlsplit(address)
    odd = parts.scheme or parts.netloc or "\\" in address or not address.isprintable()
    if odd or not address.startswith(home) or address.startswith("//"):
        return home
    return address


def _checked(name: str, password: str) -> Person | None:
    """Who this is; takes as long when there is no such account."""
    with the_database().reading() as reading:
        found = store.password_hash(reading, name)
    if not passwords.is_right(found[1] if found else None, password) or found is None:
        return None
    return None if accounts.first_password_is_over(found[0]) else found[0]


def _whose(word: str) -> Person | None:
    with the_database().reading() as reading:
        return store.find_link(reading, word)


def _set_up(word: str, person: Person | None) -> Person:
    form = request.form
    login = person.login if person else form.get("login", "")
    name = person.name if person else form.get("name", "")
    hashed = _hash_of_new(login, name)
    with the_database().writing() as writing:
        store.use_link(writing, word)
        if person is None:
            unit = form.get("unit", "")
            person = store.add_account(
                writing,
                login=login,
                name=name,
                unit=unit,
                role="administrator",
                hashed=hashed,
                must_change=False,
            )
            audit.record(writing, person.viewer, "set_up", person.login, address=accounts.address())
        else:
            person = store.set_password(writing, person.id, hashed, must_change=False)
            audit.record(writing, person.viewer, "change_password", person.login, address=accounts.address())
        writing.commit()
    return person


def _new_hash(person: Person, *, old: str) -> str:
    asked = profile()
    with the_database().writing() as writing:
        until = store.begin_try(writing, person.login, asked.failures, asked.locked)
        writing.commit()
    if until:
        raise InvalidValue(LOCKED.format(until=_moment(until)))
    with the_database().reading() as reading:
        found = store.password_hash(reading, person.login)
    if not passwords.is_right(found[1] if found else None, old):
        note("change_password", person.login, result="failed", who=person.viewer)
        raise InvalidValue("现在的密码不正确。请重新输入。")
    if request.form.get("new") == old:
        raise InvalidValue("新密码与现在的密码相同。请换一个。")
    return _hash_of_new(person.login, person.name)


def _hash_of_new(login: str, name: str) -> str:
    new = request.form.get("new", "")
    passwords.check(profile(), new, login=store.plain_login(login), name=name)
    if new != request.form.get("again"):
        raise InvalidValue(TWICE)
    return passwords.hashed(new)


def _here() -> Here:
    now = accounts.here()
    if now is None:
        raise NotSignedIn("请先登录，再查看自己的账号。")
    return now


def _own_page(now: Here, *, word: str = "", trouble: str = "") -> Response:
    with the_database().reading() as reading:
        logins = store.sessions_of(reading, now.person.id, profile().idle)
        tokens = read_tokens.tokens_of(reading, now.person.id)
    page = render_template(
        "account.html",
        person=now.person,
        logins=logins,
        this=now.login.id,
        roles=ROLES,
        tokens=tokens,
        word=word,
        trouble=trouble,
    )
    return make_response(page, 422 if trouble else 200)


def _log_in_page(trouble: str = "", status: int = 200) -> Response:
    following = request.values.get("next", "")
    page = render_template(
        "login.html",
        trouble=trouble,
        following=safe_next(following) if following else "",
        login=request.form.get("login", ""),
        none_yet=not accounts.accounts_exist(),
    )
    return make_response(page, status)


def _set_up_page(word: str, person: Person | None, trouble: str = "") -> Response:
    with the_database().reading() as reading:
        units = store.known_units(reading)
    page = render_template(
        "setup.html",
        word=word,
        person=person,
        trouble=trouble,
        rule=profile().words,
        units=units,
        form=request.form,
    )
    return make_response(page, 422 if trouble else 200)


def _password_page(now: Here, trouble: str = "") -> Response:
    page = render_template(
        "password.html",
        person=now.person,
        trouble=trouble,
        rule=profile().words,
        forced=accounts.needs_new_password(now.person),
    )
    return make_response(page, 422 if trouble else 200)


def _moment(when: datetime) -> str:
    return when.astimezone(clock.timezone()).strftime("%H:%M")
