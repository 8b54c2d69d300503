"""Who has an account, and who may do what? /admin/accounts, for those who manage accounts."""

from __future__ import annotations

from base64 import b64encode
from datetime import timedelta
from typing import Any, Final

from flask import Blueprint, make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from layers.errors import InvalidValue, MapError
from layers.rights import ROLES, require
from layers.store import accounts as store
from layers.store import audit
from webmap import accounts, roster
from webmap.answers import to_save
from webmap.database import the_database, viewer
from webmap.managing import tabs
from webmap.passwords import FIRST_DAYS, first_password, hashed

blueprint = Blueprint("people", __name__, url_prefix="/admin/accounts")

XLSX: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@blueprint.before_request
def only_who_may() -> None:
    require(viewer(), "manage_accounts")


@blueprint.get("")
def listed() -> Response:
    with the_database().reading() as reading:
        everybody = store.people(reading)
        locked = set(store.locked_names(reading))
    words = request.args.get("q", "").strip()
    found = [
        each for each in everybody if words in f"{each.login} {each.name} {each.unit} {ROLES[each.role]}"
    ]
    return _page(
        "accounts.html",
        people=found,
        all=len(everybody),
        words=words,
        locked=locked,
        saved=request.args.get("done"),
    )


@blueprint.get("/new")
def new() -> Response:
    return _form(None)


@blueprint.post("/new")
def add() -> Response:
    """A new account, and a link that works once with which its owner sets the password."""
    word = store.new_word()
    try:
        with the_database().writing() as writing:
            facts = _facts(store.known_units(writing))
            person = store.add_account(writing, login=request.form.get("login", ""), **facts)
            store.add_link(writing, word, person.id, timedelta(days=FIRST_DAYS))
            _record(writing, "add_account", person)
            writing.commit()
    except MapError as refusal:
        return _form(None, refusal.message)
    return _link_page(person, word)


@blueprint.get("/<int:number>")
def one(number: int) -> Response:
    with the_database().reading() as reading:
        return _form(store.person(reading, number))


@blueprint.post("/<int:number>")
def revise(number: int) -> Response:
    """Change name, unit, role or town; whoever is logged in under the account is logged out."""
    with the_database().reading() as reading:
        before = store.person(reading, number)
    try:
        with the_database().writing() as writing:
            facts = _facts([*store.known_units(writing), before.unit])
            person = store.revise_account(writing, number, **facts)
            _record(
                writing, "revise_account", person, f"原为 {before.unit} {before.name} {ROLES[before.role]}"
            )
            writing.commit()
    except MapError as refusal:
        return _form(before, refusal.message)
    return redirect(url_for("people.listed", done=person.login), 303)


@blueprint.post("/<int:number>/reset")
def reset(number: int) -> Response:
    """The password no longer works; a link that works once sets a new one."""
    word = store.new_word()
    with the_database().writing() as writing:
        person = store.set_password(writing, number, None, must_change=True)
        store.add_link(writing, word, number, timedelta(days=FIRST_DAYS))
        _record(writing, "reset_password", person)
        writing.commit()
    return _link_page(person, word)


@blueprint.post("/<int:number>/lock")
def lock(number: int) -> Response:
    return _turn(number, locked=True)


@blueprint.post("/<int:number>/unlock")
def unlock(number: int) -> Response:
    return _turn(number, locked=False)


@blueprint.get("/list")
def from_list() -> Response:
    return _page("accounts_list.html", columns=roster.COLUMNS, roles=ROLES)


@blueprint.get("/list.xlsx")
def empty_list() -> Response:
    """An empty list to fill in."""
    with the_database().reading() as reading:
        units = store.known_units(reading)
    return to_save(roster.empty(units), "账号名单.xlsx", XLSX)


@blueprint.post("/list")
def add_list() -> Response:
    """All accounts of the list, or none and every mistake; first passwords are shown this once."""
    try:
        rows = roster.read(_sent())
        with the_database().reading() as reading:
            plan = roster.plan(reading, rows)
        if plan.problems:
            return _page("accounts_list.html", 422, columns=roster.COLUMNS, roles=ROLES, plan=plan)
        given = [(row, first_password()) for row in plan.rows]
        ready = [(row, password, hashed(password)) for row, password in given]
        with the_database().writing() as writing:
            for row, _, stored in ready:
                person = store.add_account(writing, hashed=stored, **row.facts)
                _record(writing, "add_account", person, "由名单建立")
            writing.commit()
    except MapError as refusal:
        return _page("accounts_list.html", 422, columns=roster.COLUMNS, roles=ROLES, trouble=refusal.message)
    sheet = roster.handed_out(given, request.url_root + "login")
    address = f"data:{XLSX};base64,{b64encode(sheet).decode()}"
    return _page("accounts_given.html", given=given, roles=ROLES, address=address, days=FIRST_DAYS)


def _turn(number: int, *, locked: bool) -> Response:
    with the_database().writing() as writing:
        person = store.lock_account(writing, number, locked)
        _record(writing, "lock_account" if locked else "unlock_account", person)
        writing.commit()
    return redirect(url_for("people.listed", done=person.login), 303)


def _facts(units: list[str]) -> dict[str, Any]:
    form = request.form
    unit = " ".join(form.get("unit", "").split())
    if units and unit not in units:
        raise InvalidValue(roster.unknown_unit(unit, units))
    town = form.get("town", "").strip() or None
    return {"name": form.get("name", ""), "unit": unit, "role": form.get("role", ""), "town": town}


def _record(writing: Any, what: str, person: store.Person, more: str = "") -> None:
    told = f"{person.login}（{person.unit} {person.name} {ROLES[person.role]}）{more}"
    audit.record(writing, viewer(), what, told, address=accounts.address())


def _form(person: store.Person | None, trouble: str = "") -> Response:
    with the_database().reading() as reading:
        units, towns = store.known_units(reading), store.known_towns(reading)
    given = request.form if request.method == "POST" else None
    return _page(
        "account_form.html",
        422 if trouble else 200,
        person=person,
        trouble=trouble,
        given=given,
        units=units,
        towns=towns,
        roles=ROLES,
    )


def _link_page(person: store.Person, word: str) -> Response:
    address = url_for("account.set_up", word=word, _external=True)
    return _page("accounts_link.html", person=person, address=address, days=FIRST_DAYS, roles=ROLES)


def _page(template: str, status: int = 200, **facts: Any) -> Response:
    return make_response(render_template(template, **{"roles": ROLES, "tabs": tabs(), **facts}), status)


def _sent() -> bytes:
    sent = request.files.get("list")
    if sent is None or not sent.filename:
        raise InvalidValue("没有收到文件。请选择一个 .xlsx 名单后再提交。")
    content: bytes = sent.read()
    return content
