"""Every route × every role × every method: who may, who is refused, and for whom it does not exist."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask import Flask

from layers.rights import ROLES
from tests.people import Caller, sign_in, visitor
from tests.routes import EVERYBODY, INSIDERS, ROUTES, Route
from tests.running import Answer
from tests.small_county import small_county

LEAVE_OUT = {"HEAD", "OPTIONS"}
Staff = tuple[Path, dict[str, Caller]]


@pytest.fixture(scope="module")
def staff(tmp_path_factory: pytest.TempPathFactory) -> Staff:
    """A home with a county and an account of every role, and callers that are signed in."""
    home = tmp_path_factory.mktemp("staff") / "home"
    app = small_county(home)
    callers = {role: sign_in(app, role) for role in ROLES}
    callers["stranger"] = sign_in(app, "editor", "文化和旅游局")
    callers["town"] = sign_in(app, "editor", "界湖街道", town="界湖街道")
    callers["visitor"] = visitor(app)
    app.extensions["database"].dispose()
    return home, callers


@pytest.fixture(scope="module")
def reading(staff: Staff) -> Iterator[Flask]:
    """For requests that change nothing."""
    app = small_county(staff[0], writes_per_minute=0)
    yield app
    app.extensions["database"].dispose()


@pytest.fixture
def app(request: pytest.FixtureRequest, staff: Staff, reading: Flask, tmp_path: Path) -> Iterator[Flask]:
    """A county of its own for each route that changes something."""
    if request.node.callspec.params["line"].startswith("GET "):
        yield reading
        return
    shutil.copytree(staff[0], tmp_path / "home")
    app = small_county(tmp_path / "home", writes_per_minute=0)
    yield app
    app.extensions["database"].dispose()


def asked(app: Flask) -> set[str]:
    return {
        f"{method} {rule.rule}"
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - LEAVE_OUT
    }


def test_every_route_and_method_has_a_line(reading: Flask) -> None:
    """Add yours to tests/routes.py."""
    assert asked(reading) - set(ROUTES) == set()
    assert set(ROUTES) - asked(reading) == set()


@pytest.mark.parametrize("line", ROUTES)
def test_those_may_who_may(line: str, app: Flask, staff: Staff) -> None:
    route = ROUTES[line]
    method = line.partition(" ")[0]
    # Those who may not come first: what the others change would be gone for them.
    for who in sorted(EVERYBODY, key=lambda who: who in route.who):
        answer = ask(replace(staff[1][who], where=app), method, route)
        assert word(answer) in expected(method, route, who), f"{who}: {answer.status} {answer.body[:300]!r}"


def ask(caller: Caller, method: str, route: Route) -> Answer:
    headers = dict(route.headers)
    if method == "GET":
        return caller.get(route.path, headers)
    if isinstance(route.body, bytes):
        return caller.ask(method, route.path, body=route.body, headers=headers)
    if route.form:
        return caller.ask(method, route.path, data={"x": "1"}, headers=headers)
    return caller.ask(method, route.path, json=route.body if route.body is not None else {}, headers=headers)


def word(answer: Answer) -> str:
    """What an answer comes to."""
    to_log_in = answer.status == 303 and "/login" in answer.headers.get("location", "")
    if answer.status in (401, 429) and b'name="password"' in answer.body:
        return "may"  # the log-in page itself, which says that the password was wrong
    if answer.status == 401 or to_log_in:
        return "log in first"
    if answer.status == 400 and "页面已过期" in answer.text:
        return "no word of a form"
    assert answer.status != 429, "too many requests"
    assert answer.status < 500, answer.text[:300]
    return {403: "refused", 404: "unseen"}.get(answer.status, "may")


def expected(method: str, route: Route, who: str) -> set[str]:
    """Who may is answered; that the thing of the example is not there is an answer too, where it hides nothing
    or somebody before has taken it away."""
    if who in route.who:
        return {"may"} if route.internal and method == "GET" else {"may", "unseen"}
    if route.internal and who not in INSIDERS:
        return {"unseen", "log in first"} if who == "visitor" else {"unseen", "refused"}
    return {"log in first"} if who == "visitor" else {"refused"}
