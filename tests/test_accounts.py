"""A person comes in, works for a while, and goes out; and nobody else comes in with what is left behind."""

from __future__ import annotations

import re
import stat
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.cookies import SimpleCookie
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from layers import clock
from layers.errors import InvalidValue
from layers.store import accounts, audit
from layers.store.accounts import Person
from tests.people import PASSWORD, Caller, add_account, sign_in, sign_in_as, visitor
from tests.running import webmap
from tests.small_county import IDLE_UID, small_county
from webmap import passwords
from webmap.accounts import COOKIE, FORM_COOKIE, secret_key

NOON = datetime(2026, 11, 2, 4, tzinfo=UTC)
NEW = "Xin-Mima-2026"


@pytest.fixture
def app(tmp_path: Path) -> Iterator[Flask]:
    app = small_county(tmp_path / "home")
    yield app
    app.extensions["database"].dispose()


@pytest.fixture
def browser(app: Flask) -> FlaskClient:
    """Keeps cookies, as a browser does."""
    return app.test_client()


def word_of(page: str) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page)
    assert found
    return found[1]


def send(browser: FlaskClient, page: str, to: str | None = None, **form: str) -> Any:
    """Open a page and send its form."""
    word = word_of(browser.get(page).text)
    return browser.post(to or page, data=form | {"csrf_token": word})


def log_in(browser: FlaskClient, login: str, password: str = PASSWORD, **more: str) -> Any:
    return send(browser, "/login", login=login, password=password, **more)


def who(browser: FlaskClient) -> str | None:
    told: dict[str, str] | None = browser.get("/api/account").get_json()["account"]
    return told["name"] if told else None


def log_of(app: Flask) -> list[tuple[str, str, str]]:
    auditor = accounts.Person(0, "", "审计", "", "auditor", None, False, False, True, None, NOON, None).viewer
    with app.extensions["database"].reading() as session:
        return [
            (each.who, each.what, each.result)
            for each in audit.entries(session, auditor, audit.Wanted(), limit=100)
        ]


# --- in and out --------------------------------------------------------------------------------------------


def test_a_person_logs_in_works_and_logs_out(app: Flask, browser: FlaskClient) -> None:
    add_account(app, "editor", name="赵业务", login="zhao", password=True)
    assert browser.get("/api/features/" + IDLE_UID).status_code == 404
    answer = log_in(browser, " ZHAO ")
    assert (answer.status_code, answer.location) == (303, "/")
    assert who(browser) == "赵业务"
    assert browser.get("/api/features/" + IDLE_UID).status_code == 200
    page = browser.get("/account").text
    assert "赵业务" in page
    assert browser.post("/logout", data={"csrf_token": word_of(page)}).status_code == 303
    assert who(browser) is None
    assert [line[1:] for line in log_of(app)] == [("log_out", "done"), ("log_in", "done")]


def test_the_cookie_is_for_us_alone(app: Flask, browser: FlaskClient) -> None:
    add_account(app, "editor", login="zhao", password=True)
    answer = log_in(browser, "zhao")
    cookies = {each.split("=")[0]: each for each in answer.headers.getlist("Set-Cookie")}
    assert {"HttpOnly", "SameSite=Lax", "Path=/"} <= {part.strip() for part in cookies[COOKIE].split(";")}
    assert "Secure" not in cookies[COOKIE]
    page = app.test_client().get("/login", base_url="https://localhost/")
    assert "Secure" in page.headers["Set-Cookie"]
    assert "HttpOnly" in page.headers["Set-Cookie"]


def test_under_a_path_and_https_the_cookies_are_too(tmp_path: Path) -> None:
    app = small_county(tmp_path / "home", prefix="/yzt", proxies=1)
    add_account(app, "editor", login="zhao", password=True)
    browser = app.test_client()
    told = {"X-Forwarded-Proto": "https", "Referer": "https://localhost/yzt/login"}
    word = word_of(browser.get("/yzt/login", headers=told, base_url="https://localhost/").text)
    form = {"login": "zhao", "password": PASSWORD, "csrf_token": word, "next": "/yzt/table"}
    answer = browser.post("/yzt/login", data=form, headers=told, base_url="https://localhost/")
    assert answer.location == "/yzt/table"
    cookies = SimpleCookie(answer.headers.getlist("Set-Cookie")[-1])
    found = cookies.get(COOKIE) or SimpleCookie(answer.headers.getlist("Set-Cookie")[0])[COOKIE]
    assert (found["path"], found["secure"]) == ("/yzt", True)
    app.extensions["database"].dispose()


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.cn/",
        "//evil.cn",
        "/\\evil.cn",
        "\\\\evil.cn",
        "javascript:alert(1)",
        "/\t/evil.cn",
        "x",
        "/\n",
    ],
)
def test_after_logging_in_nobody_is_sent_away(app: Flask, browser: FlaskClient, address: str) -> None:
    add_account(app, "reader", login="wang", password=True)
    assert log_in(browser, "wang", next=address).location == "/"


def test_after_logging_in_one_goes_on_where_one_was(app: Flask, browser: FlaskClient) -> None:
    add_account(app, "administrator", login="li", password=True)
    away = browser.get("/admin/accounts?q=王")
    assert away.status_code == 303
    page = browser.get(away.location)
    following = re.search(r'name="next" value="([^"]*)"', page.text)
    assert following
    assert log_in(browser, "li", next="/admin/accounts?q=王").location.startswith("/admin/accounts?q=")


def test_logging_in_gives_another_cookie_and_ends_the_one_before(app: Flask) -> None:
    person = add_account(app, "editor", login="zhao", password=True)
    before = sign_in_as(app, person)
    word = before.cookies[COOKIE]
    answer = before.post("/login", data={"login": "zhao", "password": PASSWORD})
    assert answer.status == 303
    assert word not in answer.headers["set-cookie"]
    assert before.get("/api/account").json()["account"] is None


def test_a_cookie_that_somebody_else_has_chosen_is_worth_nothing(app: Flask) -> None:
    add_account(app, "reader")
    planted = Caller(app, sign_in(app, "reader").person, {COOKIE: "chosen-by-somebody-else"})
    assert planted.get("/api/account").json()["account"] is None


# --- sessions end ------------------------------------------------------------------------------------------


def test_a_copied_cookie_is_worth_nothing_after_log_out(app: Flask) -> None:
    editor = sign_in(app, "editor")
    copy = replace(editor, cookies=dict(editor.cookies))
    editor.post("/logout")
    assert copy.get("/api/account").json()["account"] is None
    assert copy.get("/api/features/" + IDLE_UID).status == 404


def revised(session: Any, person: Person) -> None:
    accounts.revise_account(session, person.id, name=person.name, unit=person.unit, role="reader", town=None)


def locked(session: Any, person: Person) -> None:
    accounts.lock_account(session, person.id, True)


def given_a_password(session: Any, person: Person) -> None:
    accounts.set_password(session, person.id, "x", must_change=False)


@pytest.mark.parametrize("change", [revised, locked, given_a_password])
def test_a_session_ends_at_once_when_the_account_changes(app: Flask, change: Any) -> None:
    editor = sign_in(app, "editor")
    with app.extensions["database"].writing() as session:
        change(session, editor.person)
        session.commit()
    assert editor.get("/api/account").json()["account"] is None
    assert editor.post("/account/password", data={"x": "1"}).status == 401


def test_idle_and_long_sessions_end(app: Flask) -> None:
    with clock.standing_at(NOON):
        editor = sign_in(app, "editor")
    for minutes, there in ((29, True), (31, True), (62, False)):
        with clock.standing_at(NOON + timedelta(minutes=minutes)):
            assert bool(editor.get("/api/account").json()["account"]) is there
    with clock.standing_at(NOON):
        other = sign_in_as(app, editor.person)
    moment = NOON
    while moment < NOON + timedelta(minutes=70):
        moment += timedelta(minutes=20)
        with clock.standing_at(moment):
            there = bool(other.get("/api/account").json()["account"])
    assert not there  # the hour for which tests sign in is over, however busy one was


def seen_at(app: Flask, person: Person) -> datetime:
    with app.extensions["database"].reading() as session:
        return accounts.sessions_of(session, person.id, timedelta(days=1))[0].seen_at


def test_last_seen_is_written_once_a_minute_and_never_for_tiles(app: Flask) -> None:
    with clock.standing_at(NOON):
        editor = sign_in(app, "editor")
        for seconds, path, written in (
            (30, "/api/layers", 0),
            (61, "/tiles/road_project/10/848/402.mvt", 0),
            (62, "/static/icon.svg", 0),
            (63, "/api/layers", 63),
            (100, "/api/layers", 63),
            (124, "/api/layers", 124),
        ):
            with clock.standing_at(NOON + timedelta(seconds=seconds)):
                editor.get(path)
                assert seen_at(app, editor.person) == NOON + timedelta(seconds=written)


def test_people_end_their_own_sessions_and_nobody_elses(app: Flask) -> None:
    here, there = (sign_in_as(app, sign_in(app, "editor").person) for _ in range(2))
    other = sign_in(app, "reader")
    with app.extensions["database"].reading() as session:
        theirs = accounts.sessions_of(session, here.person.id, timedelta(hours=1))
    mine = max(theirs, key=lambda each: each.id)
    path = f"/account/sessions/{mine.id}/end"
    assert other.post(path).status == 404
    assert there.get("/api/account").json()["account"]
    assert here.post(path).status == 303
    assert there.get("/api/account").json()["account"] is None


# --- forms -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("word", ["", "wrong", "of another"])
def test_a_write_without_the_word_of_its_form_is_refused(app: Flask, word: str) -> None:
    editor, other = sign_in(app, "editor"), sign_in(app, "reader")
    editor.csrf = other.csrf if word == "of another" else word
    for answer in (
        editor.post("/logout", data={"x": "1"}),
        editor.post("/api/layers/idle_parcel/features", json={}),
        editor.delete("/api/features/" + IDLE_UID),
    ):
        assert answer.status == 400
        assert "页面已过期，本次提交没有保存" in answer.text
    assert editor.get("/api/account").json()["account"]


def test_the_page_tells_the_word_to_its_modules(app: Flask) -> None:
    editor = sign_in(app, "editor")
    page = editor.get("/").text
    assert re.search(r'"csrf": ?"[^"]{20,}"', page)
    assert '"role_title": "业务"' in page


# --- guessing ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("login", ["zhao", "nobody"], ids=["an account", "no account"])
def test_five_failures_lock_a_name_whether_or_not_it_exists(
    app: Flask, browser: FlaskClient, login: str
) -> None:
    add_account(app, "editor", login="zhao", password=True)
    with clock.standing_at(NOON):
        answers = [log_in(browser, login, "wrong") for _ in range(6)]
        assert [each.status_code for each in answers] == [401] * 5 + [429]
        assert "登录名或密码不正确" in answers[0].text
        assert "已锁定到 12:30" in answers[5].text
        assert log_in(browser, login).status_code == 429
    with clock.standing_at(NOON + timedelta(minutes=31)):
        assert log_in(browser, login).status_code == (303 if login == "zhao" else 401)


def test_guesses_at_the_same_time_are_counted_too(app: Flask) -> None:
    add_account(app, "editor", login="zhao", password=True)

    def guess(_: int) -> int:
        return visitor(app).post("/login", data={"login": "zhao", "password": "wrong"}).status

    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(guess, range(16)))
    assert found.count(401) == 5
    assert found.count(429) == 11


def test_one_address_tries_only_so_often(app: Flask) -> None:
    nobody = visitor(app)
    found = [nobody.post("/login", data={"login": f"n{at}", "password": "x"}) for at in range(32)]
    assert [each.status for each in found[:30]] == [401] * 30
    assert found[31].status == 429
    assert "Retry-After".lower() in found[31].headers


def test_writes_of_one_account_are_limited(tmp_path: Path) -> None:
    app = small_county(tmp_path / "home", writes_per_minute=3)
    reader, other = sign_in(app, "reader"), sign_in(app, "editor")
    found = [reader.post("/account/sessions/9999/end").status for _ in range(5)]
    assert found == [404, 404, 404, 429, 429]
    assert other.post("/account/sessions/9999/end").status == 404
    assert reader.get("/api/layers").status == 200
    app.extensions["database"].dispose()


def test_nobody_is_checked_as_long_as_somebody(monkeypatch: pytest.MonkeyPatch) -> None:
    checked: list[str] = []
    real = passwords._HASHER

    class Counting:
        def verify(self, stored: str, password: str) -> bool:
            checked.append(stored.split("$")[3])
            return bool(real.verify(stored, password))

    monkeypatch.setattr(passwords, "_HASHER", Counting())
    assert not passwords.is_right(None, "nobody has this password")
    assert not passwords.is_right(real.hash("a"), "b")
    assert len(checked) == 2
    assert checked[0] == checked[1]


# --- passwords ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("profile", "password", "told"),
    [
        ("dengbao2", "Ab1-xyz", "密码有 7 个字符，应为 8 到 128 个"),
        ("dengbao2", "abcdefgh1", "只含 2 类字符"),
        ("dengbao2", "Passw0rd", "常见的密码"),
        ("dengbao2", "Zhao-2026x", "含有登录名或姓名"),
        ("dengbao2", "Ganlan-7-Shu", ""),
        ("dengbao2", "青山绿水Ab2026", ""),
        ("asvs", "Ganlan-7-Sh", "应为 12 到 128 个"),
        ("asvs", "gan lan shu xia", ""),
        ("asvs", "password1234", "常见的密码"),
        ("asvs", "123456789012", "常见的密码"),
        ("asvs", "qwertyuiopqw", "常见的密码"),
        ("asvs", "aaaaaaaaaaaaa", "常见的密码"),
    ],
)
def test_a_password_is_as_good_as_the_profile_asks(profile: str, password: str, told: str) -> None:
    try:
        passwords.check(passwords.PROFILES[profile], password, login="zhao", name="赵业务")
        sentence = ""
    except InvalidValue as refusal:
        sentence = refusal.message
    assert told in sentence
    assert bool(told) == bool(sentence)


def test_a_given_password_is_changed_before_anything_else(app: Flask, browser: FlaskClient) -> None:
    add_account(app, "editor", login="zhao", password=True, must_change=True)
    log_in(browser, "zhao")
    assert browser.get("/table").location == "/account/password"
    assert browser.get("/api/layers").status_code == 403
    assert "这是别人给您的初始密码" in browser.get("/account/password").text
    bad = send(browser, "/account/password", old="wrong", new=NEW, again=NEW)
    assert (bad.status_code, "现在的密码不正确" in bad.text) == (422, True)
    twice = send(browser, "/account/password", old=PASSWORD, new=NEW, again=NEW + "x")
    assert "两次输入的新密码不一致" in twice.text
    same = send(browser, "/account/password", old=PASSWORD, new=PASSWORD, again=PASSWORD)
    assert "与现在的密码相同" in same.text
    assert send(browser, "/account/password", old=PASSWORD, new=NEW, again=NEW).status_code == 303
    assert browser.get("/api/layers").status_code == 200


def test_changing_the_password_ends_all_other_sessions(app: Flask, browser: FlaskClient) -> None:
    person = add_account(app, "editor", login="zhao", password=True)
    elsewhere = sign_in_as(app, person)
    log_in(browser, "zhao")
    assert send(browser, "/account/password", old=PASSWORD, new=NEW, again=NEW).status_code == 303
    assert who(browser) == person.name
    assert elsewhere.get("/api/account").json()["account"] is None
    other = app.test_client()
    assert log_in(other, "zhao").status_code == 401
    assert log_in(other, "zhao", NEW).status_code == 303


@pytest.mark.parametrize(("profile", "asked_again"), [("dengbao2", True), ("asvs", False)])
def test_a_password_grows_old_where_the_profile_says_so(
    tmp_path: Path, profile: str, asked_again: bool
) -> None:
    app = small_county(tmp_path / "home", passwords=profile)
    with clock.standing_at(NOON - timedelta(days=91)):
        person = add_account(app, "editor", password=True)
    with clock.standing_at(NOON):
        answer = sign_in_as_for(app, person).get("/table")
    assert (answer.headers.get("location") == "/account/password") is asked_again
    app.extensions["database"].dispose()


def sign_in_as_for(app: Flask, person: Person) -> Caller:
    from tests.people import _session_of

    return Caller(app, person, {COOKIE: _session_of(app, person)})


def test_a_given_password_that_was_never_changed_stops_working(app: Flask, browser: FlaskClient) -> None:
    with clock.standing_at(NOON):
        add_account(app, "editor", login="zhao", password=True, must_change=True)
    with clock.standing_at(NOON + timedelta(days=8)):
        assert log_in(browser, "zhao").status_code == 401


# --- the first account, and links --------------------------------------------------------------------------


def test_the_first_start_prints_a_link_that_makes_the_first_administrator(home: Path) -> None:
    app = small_county(home)
    from webmap.cli_account import offer_set_up

    config, database = app.extensions["config"], app.extensions["database"]
    said = offer_set_up(config, database)
    assert said
    assert said.startswith("还没有账号。建立第一个系统管理账号请打开：http://127.0.0.1:8000/setup/")
    path = re.findall(r"(/setup/\S+)", said)[0]
    form = {"unit": "自然资源和规划局", "name": "李管理", "login": "li", "new": NEW, "again": NEW}
    browser = app.test_client()
    # Before there is an account, a visitor of this machine sees the sample.
    assert browser.get("/api/features/" + IDLE_UID).status_code == 200
    weak = send(browser, path, **(form | {"new": "short", "again": "short"}))
    assert (weak.status_code, "密码有 5 个字符" in weak.text) == (422, True)
    assert send(browser, path, **form).status_code == 303
    assert browser.get("/admin/accounts").status_code == 200
    assert browser.get(path).status_code == 404
    assert visitor(app).get("/api/features/" + IDLE_UID).status == 404
    assert offer_set_up(config, database) is None
    assert "secret.key" in {each.name for each in home.iterdir()}
    assert stat.S_IMODE((home / "secret.key").stat().st_mode) == 0o600
    assert path.rpartition("/")[2].encode() not in (home / "map.db").read_bytes()
    database.dispose()


def test_the_command_line_makes_accounts_and_prints_links(home: Path) -> None:
    app = small_county(home)
    made = webmap(
        "account",
        "add",
        "zhao",
        "--name",
        "赵业务",
        "--unit",
        "自然资源和规划局",
        "--role",
        "业务",
        home=home,
    )
    assert made.returncode == 0, made.stderr
    path = re.findall(r"(/setup/\S+)", made.stdout)[0]
    browser = app.test_client()
    assert "登录名 <b>zhao</b>" in browser.get(path).text
    assert send(browser, path, new=NEW, again=NEW).status_code == 303
    assert who(browser) == "赵业务"
    assert browser.get(path).status_code == 404
    reset = webmap("account", "reset", "zhao", home=home)
    assert "/setup/" in reset.stdout
    assert who(browser) is None
    assert "待设密码" in webmap("account", "list", home=home).stdout
    unknown = webmap(
        "account", "add", "x1", "--name", "甲", "--unit", "自然资源局", "--role", "业务", home=home
    )
    assert unknown.returncode == 3
    assert "是否为“自然资源和规划局”" in unknown.stderr
    assert "已停用" in webmap("account", "lock", "zhao", home=home).stdout
    assert webmap("account", "lock", "none", home=home).returncode == 1
    app.extensions["database"].dispose()


# --- who keeps accounts ------------------------------------------------------------------------------------


def test_an_administrator_makes_an_account_and_hands_over_a_link(app: Flask) -> None:
    keeper = sign_in(app, "administrator")
    form = {"login": "sun", "name": "孙审核", "unit": "文化和旅游局", "role": "reviewer", "town": ""}
    page = keeper.post("/admin/accounts/new", data=form)
    assert page.status == 200
    path = re.findall(r"(/setup/[\w-]+)", page.text)[0]
    browser = app.test_client()
    assert send(browser, path, new=NEW, again=NEW).status_code == 303
    assert who(browser) == "孙审核"
    again = keeper.post("/admin/accounts/new", data=form)
    assert (again.status, "登录名“sun”已被使用" in again.text) == (422, True)
    lost = keeper.post("/admin/accounts/new", data=form | {"login": "sun2", "unit": "文旅局"})
    assert "没有名为“文旅局”的单位" in lost.text
    assert log_of(app)[-1] == (keeper.person.name, "add_account", "done")


@pytest.mark.parametrize("left_out", ["login", "name", "unit", "role"])
def test_what_is_left_out_of_an_account_is_told_in_a_sentence(app: Flask, left_out: str) -> None:
    keeper = sign_in(app, "administrator")
    form = {"login": "sun", "name": "孙审核", "unit": "文化和旅游局", "role": "reviewer", "town": ""}
    page = keeper.post("/admin/accounts/new", data=form | {left_out: ""})
    (sentence,) = re.findall(r'role="alert"[^>]*>([^<]+)', page.text)
    assert page.status == 422
    assert sentence.strip().endswith("。")


def test_nobody_keeps_the_system_and_watches_over_it(app: Flask) -> None:
    keeper = sign_in(app, "administrator")
    form = {"login": "li2", "name": keeper.person.name, "unit": keeper.person.unit, "role": "auditor"}
    page = keeper.post("/admin/accounts/new", data=form)
    assert page.status == 422
    assert "系统管理与审计不能由同一人担任" in page.text
    auditor = add_account(app, "auditor", "文化和旅游局", name="王审计")
    change = {"name": "王审计", "unit": "文化和旅游局", "role": "administrator"}
    assert keeper.post(f"/admin/accounts/{auditor.id}", data=change).status == 303
    assert keeper.post(f"/admin/accounts/{keeper.person.id}", data=change).status == 303


def test_the_last_administrator_stays(app: Flask) -> None:
    keeper = sign_in(app, "administrator")
    page = keeper.post(f"/admin/accounts/{keeper.person.id}/lock")
    assert page.status == 403
    assert "唯一可用的系统管理账号" in page.text
    form = {"name": keeper.person.name, "unit": keeper.person.unit, "role": "reader"}
    assert "唯一可用" in keeper.post(f"/admin/accounts/{keeper.person.id}", data=form).text


def test_a_locked_person_is_out_and_can_be_let_in_again(app: Flask, browser: FlaskClient) -> None:
    keeper = sign_in(app, "administrator")
    person = add_account(app, "editor", login="zhao", password=True)
    log_in(browser, "zhao")
    assert keeper.post(f"/admin/accounts/{person.id}/lock").status == 303
    assert who(browser) is None
    assert log_in(browser, "zhao").status_code == 401
    assert keeper.post(f"/admin/accounts/{person.id}/unlock").status == 303
    assert log_in(browser, "zhao").status_code == 303


def test_a_refusal_is_in_the_log_though_nothing_else_of_the_request_is(app: Flask) -> None:
    reader = sign_in(app, "reader")
    assert reader.get("/admin/log").status == 403
    assert visitor(app).get("/admin/log").status == 303
    assert log_of(app) == [(reader.person.name, "refused", "refused")]


def test_reading_something_sensitive_is_in_the_log(app: Flask) -> None:
    database = app.extensions["database"]
    from layers.store import edit

    with database.writing() as session:
        with edit.one_act(session, "edit", "测试员") as act:
            edit.revise_feature(session, act, IDLE_UID, visibility="sensitive")
        session.commit()
    editor, stranger = sign_in(app, "editor"), sign_in(app, "editor", "文化和旅游局")
    assert stranger.get("/api/features/" + IDLE_UID).status == 404
    assert sign_in(app, "reader").get("/api/features/" + IDLE_UID).status == 404
    assert editor.get("/api/features/" + IDLE_UID).status == 200
    assert log_of(app) == [(editor.person.name, "see_sensitive", "done")]
    rows = {
        who.person.id: who.get("/api/layers/idle_parcel/features").json()["count"]
        for who in (editor, stranger)
    }
    assert rows == {editor.person.id: 3, stranger.person.id: 2}
    tokens = {who.get("/tiles/idle_parcel.json").json()["tiles"][0] for who in (editor, stranger)}
    assert len(tokens) == 2


def test_the_log_is_exported_without_formulas(app: Flask) -> None:
    nobody, auditor = visitor(app), sign_in(app, "auditor")
    nobody.post("/login", data={"login": "=cmd|'/c calc'!a1", "password": "x"})
    table = auditor.get("/admin/log/export.csv")
    assert table.body.startswith(b"\xef\xbb\xbf")
    assert "'=cmd|" in table.text
    assert ",=cmd" not in table.text
    assert table.headers["content-disposition"].isascii()
    assert log_of(app)[0] == (auditor.person.name, "export_log", "done")
    assert "1 行全部完好" in auditor.get("/admin/log?check=1&what=log_in").text.replace("2 行", "1 行")
    assert auditor.get("/admin/log?since=gestern").status == 400


def test_the_secrecy_sentence_stands_where_people_log_in(app: Flask) -> None:
    assert "本系统为非涉密系统，严禁存储、处理、传输国家秘密" in visitor(app).get("/login").text


def test_a_link_is_not_in_the_log_of_requests(app: Flask, caplog: pytest.LogCaptureFixture) -> None:
    visitor(app).get("/setup/very-secret-word")
    assert "very-secret-word" not in caplog.text
    assert all("very-secret" not in str(getattr(each, "facts", "")) for each in caplog.records)


def test_the_form_cookie_is_ours(app: Flask) -> None:
    answer = app.test_client().get("/login")
    assert answer.headers["Set-Cookie"].startswith(FORM_COOKIE)


def test_processes_that_start_together_share_one_key(tmp_path: Path) -> None:
    """With two keys, every other form would be refused as too old."""
    for turn in range(50):
        home = tmp_path / str(turn)
        with ThreadPoolExecutor(8) as together:
            assert len(set(together.map(secret_key, [home] * 8))) == 1
