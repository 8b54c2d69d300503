"""Who asks in tests? Accounts of every role, and callers that are signed in as one of them.

add_account(where, role, unit=…)   an account in a home, a database, an application or a server's data
sign_in(where, role)               a caller with get, post, put, patch and delete that carries cookie and CSRF word
staffed, signed_in_page(role)      a server with the sample of its own, and a browser page signed in there

`where` is a Server, a Flask application, a Database or a WEBMAP_HOME. As soon as there is one account, visitors see
only what is public: nobody signs in on the shared `server`, which refuses. Signing in here writes the session straight into the
database, so no limit on log-ins is met and nothing is hashed; tests of logging in itself use the page.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from http.client import HTTPConnection
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlencode

import pytest
from flask import Flask
from playwright.sync_api import Page

from layers.rights import ROLES
from layers.store import Database, accounts
from layers.store.accounts import Person
from tests.running import WITHOUT_ACCOUNTS, Answer, Server, running
from webmap.accounts import COOKIE

UNIT: Final = "自然资源和规划局"
"""Owns the layer of idle parcels."""
PASSWORD: Final = "Ganlan-7-Shu"  # noqa: S105
"""Of every account of `add_account(…, password=True)`."""
Where = Server | Flask | Database | Path


@dataclass
class Caller:
    """Somebody signed in, who asks a server or an application."""

    where: Server | Flask
    person: Person
    cookies: dict[str, str]
    csrf: str = ""

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> Answer:
        return self.ask("GET", path, headers=headers)

    def post(self, path: str, **options: Any) -> Answer:
        return self.ask("POST", path, **options)

    def put(self, path: str, **options: Any) -> Answer:
        return self.ask("PUT", path, **options)

    def patch(self, path: str, **options: Any) -> Answer:
        return self.ask("PATCH", path, **options)

    def delete(self, path: str, **options: Any) -> Answer:
        return self.ask("DELETE", path, **options)

    def ask(
        self,
        method: str,
        path: str,
        *,
        json: Any = None,
        data: Mapping[str, str] | None = None,
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """One request. json or data (a form) or body; no redirect is followed."""
        sent = {"X-CSRF-Token": self.csrf, "Cookie": "; ".join(f"{k}={v}" for k, v in self.cookies.items())}
        content, kind = _content(json, data, body)
        sent |= {"Content-Type": kind} if kind else {}
        return _asked(self.where, method, path, content, sent | dict(headers or {}))


def add_account(
    where: Where,
    role: str,
    unit: str = UNIT,
    *,
    name: str = "",
    login: str = "",
    town: str | None = None,
    password: bool = False,
    must_change: bool = False,
) -> Person:
    """An account. Without `password=True` nobody can log in by the page."""
    from webmap.passwords import hashed

    with _database(where) as database, database.writing() as session:
        number = len(accounts.people(session)) + 1
        person = accounts.add_account(
            session,
            login=login or f"{role}{number}",
            name=name or f"{ROLES[role]}员{number}",
            unit=unit,
            role=role,
            town=town,
            hashed=hashed(PASSWORD) if password else None,
            must_change=must_change,
        )
        session.commit()
    return person


def sign_in(where: Server | Flask, role: str, unit: str = UNIT, *, town: str | None = None) -> Caller:
    """A caller with an account of this role, unit and town; the account is made when there is none."""
    with _database(where) as database, database.reading() as session:
        wanted = (role, unit, town)
        found = [each for each in accounts.people(session) if (each.role, each.unit, each.town) == wanted]
    return sign_in_as(where, found[0] if found else add_account(where, role, unit, town=town))


def sign_in_as(where: Server | Flask, person: Person) -> Caller:
    """A caller signed in under this account."""
    caller = Caller(where, person, {COOKIE: _session_of(where, person)})
    answer = caller.get("/api/account")
    caller.cookies |= _cookie(answer.headers.get("set-cookie", ""))
    caller.csrf = answer.json()["csrf"]
    return caller


def visitor(where: Server | Flask) -> Caller:
    """Somebody without an account, whose writes carry a CSRF word all the same."""
    nobody: Any = None
    caller = Caller(where, nobody, {})
    answer = caller.get("/api/account")
    caller.cookies |= _cookie(answer.headers.get("set-cookie", ""))
    caller.csrf = answer.json()["csrf"]
    return caller


@pytest.fixture(scope="session")
def staffed(sample_template: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A server with the sample and an account of every role, shared by all tests that sign in."""
    home = tmp_path_factory.mktemp("staffed") / "home"
    shutil.copytree(sample_template, home)
    for role in ROLES:
        add_account(home, role)
    with running(home) as server:
        yield server


@pytest.fixture
def signed_in_page(blank_page: Callable[..., Page], staffed: Server) -> Callable[..., Page]:
    """signed_in_page(role, unit=…, **context options): a page at the server `staffed`, not yet opened."""

    def make(role: str, unit: str = UNIT, *, where: Server | None = None, **options: Any) -> Page:
        server = where or staffed
        page = blank_page(server.url, **options)
        bring_in(page, server, sign_in(server, role, unit))
        return page

    return make


def bring_in(page: Page, server: Server, caller: Caller) -> None:
    """The browser of this page becomes signed in as this caller."""
    page.context.add_cookies(
        [{"name": name, "value": value, "url": server.url} for name, value in caller.cookies.items()]
    )


def _session_of(where: Where, person: Person) -> str:
    word = accounts.new_word()
    with _database(where) as database, database.writing() as session:
        accounts.open_session(
            session, person.id, word, lasts=timedelta(hours=1), address="127.0.0.1", browser="tests"
        )
        session.commit()
    return word


@contextmanager
def _database(where: Where) -> Iterator[Database]:
    if isinstance(where, Database):
        yield where
        return
    if isinstance(where, Flask):
        yield where.extensions["database"]
        return
    home = where.home if isinstance(where, Server) else where
    assert not (home.parent / WITHOUT_ACCOUNTS).exists(), (
        "Others share this server as visitors: sign in on `staffed`."
    )
    database = Database(where.database_url if isinstance(where, Server) else f"sqlite:///{home / 'map.db'}")
    try:
        yield database
    finally:
        database.dispose()


def _content(
    told: Any, form: Mapping[str, str] | None, body: bytes | None
) -> tuple[bytes | None, str | None]:
    if told is not None:
        return json.dumps(told).encode(), "application/json"
    if form is not None:
        return urlencode(form).encode(), "application/x-www-form-urlencoded"
    return body, None


def _asked(
    where: Server | Flask, method: str, path: str, body: bytes | None, headers: Mapping[str, str]
) -> Answer:
    if isinstance(where, Flask):
        client = where.test_client(use_cookies=False)
        with client.open(path, method=method, data=body, headers=dict(headers)) as response:
            named = {name.lower(): value for name, value in response.headers.items()}
            return Answer(response.status_code, named, response.get_data())
    connection = HTTPConnection("127.0.0.1", where.port, timeout=60)
    try:
        connection.request(method, path, body=body, headers=dict(headers))
        answer = connection.getresponse()
        return Answer(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())
    finally:
        connection.close()


def _cookie(header: str) -> dict[str, str]:
    name, _, value = header.partition(";")[0].partition("=")
    return {name: value} if value else {}
