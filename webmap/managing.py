"""How do the pages of administrators answer: who may see them, what was done, what went wrong?

Forms are plain HTML. What was refused comes back with its sentence and with what was typed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from flask import Response, current_app, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from layers.errors import InvalidValue, MapError
from layers.rights import Viewer, may, require
from layers.store import audit
from webmap import accounts
from webmap.database import current, viewer
from webmap.errors import STATUS
from webmap.work_page import work_page

TABS: Final = (
    ("manage_layers.listed", "图层", "manage_layers"),
    ("manage_themes.listed", "专题", "manage_layers"),
    ("manage_offices.units", "单位", "manage_layers"),
    ("manage_offices.posts", "指挥部", "manage_layers"),
    ("manage_bases.listed", "底图", "manage_layers"),
    ("imagery.listed", "影像", "manage_layers"),
    ("manage_deleted.page", "回收站", ""),
    ("people.listed", "账号", "manage_accounts"),
)
"""Endpoint, title, and the deed that opens it; an empty deed opens it to everybody who may change data."""
DONE: Final = {
    "saved": "已保存。",
    "created": "已新建。",
    "moved": "已调整顺序。",
    "archived": "已归档，地图上不再显示。",
    "unarchived": "已恢复显示。",
    "deleted": "已移入回收站。",
    "removed": "已删除。",
    "restored": "已恢复。",
    "merged": "已合并。",
    "checked": "已检查。",
}


def manager() -> Viewer:
    """Who is asking, when it is somebody who may manage layers."""
    require(viewer(), "manage_layers")
    return viewer()


def page(template: str, *, status: int = 200, **facts: Any) -> Response:
    """A page under the tabs of administration."""
    told = {
        "tabs": tabs(),
        "done": DONE.get(request.args.get("done", "")),
        "error": None,
    }
    return work_page(f"admin/{template}", status=status, **{**told, **facts})


def tabs() -> list[dict[str, Any]]:
    """The pages of administration that this viewer may open."""
    shown = [tab for tab in TABS if tab[0] in current_app.view_functions and _opens(tab[2])]
    return [
        {
            "title": title,
            "url": url_for(endpoint),
            "here": _family(endpoint) == _family(request.endpoint or ""),
        }
        for endpoint, title, _ in shown
    ]


def done(word: str, endpoint: str, **values: Any) -> AnyResponse:
    """Keep what was changed, and go on to a page that says so."""
    current().commit()
    return redirect(url_for(endpoint, done=word, **values), 303)


def noted(what: str, subject: str) -> None:
    """A line in the audit log, kept together with the change."""
    audit.record(current(), viewer(), what, subject, address=accounts.address())


def refused(act: Callable[[], AnyResponse], again: Callable[[MapError, int], AnyResponse]) -> AnyResponse:
    """What `act` answers; when it is refused, the form `again` with the sentence."""
    try:
        return act()
    except MapError as refusal:
        status = next(STATUS[kind] for kind in type(refusal).__mro__ if kind in STATUS)
        if status >= 500:
            raise
        current().rollback()
        return again(refusal, status)


def text(name: str) -> str:
    """What was typed into a field of the form."""
    return request.form.get(name, "").strip()


def whole(name: str) -> int:
    """A number that the page itself wrote into the form."""
    given = request.form.get(name, "")
    if not (given.isascii() and given.isdigit() and len(given) < 10):
        raise InvalidValue(f"表单里的 {name} 收到“{given[:40]}”，应为数字。请刷新页面后重试。")
    return int(given)


def _opens(deed: str) -> bool:
    return may(viewer(), deed) if deed else may(viewer(), "edit") or may(viewer(), "manage_layers")


def _family(endpoint: str) -> str:
    """Pages below a tab belong to it: those of units and of posts are told apart by their names."""
    blueprint, _, name = endpoint.partition(".")
    return f"{blueprint}.{name.split('_')[0][:4]}" if blueprint == "manage_offices" else blueprint
