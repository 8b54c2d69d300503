"""What is urgent? /api/today for the start page; /due lists land that comes due, with a reminder for each holder."""

from __future__ import annotations

from typing import Any, Final

from flask import Blueprint, Response, make_response, render_template, request, url_for

from layers import clock
from layers.analysis import today
from layers.analysis.today import IDLE, PERIODS, Urgent
from layers.editing import reviewing
from layers.errors import InvalidValue
from layers.rights import NON_SECRET, may
from layers.store import query
from layers.store.seen import require_insider
from webmap import accounts
from webmap.answers import answer, to_save
from webmap.database import current, viewer
from webmap.outputs import official, reminder
from webmap.outputs.fact_book import XLSX

blueprint = Blueprint("due", __name__)

WAITING: Final = "waiting"
PLACES: Final = {
    "due": ("due.page", ("period", "month")),
    "case": ("cases.ledger", ("overdue", "1")),
    "red": ("supervision.board", ("light", "red")),
    "grey": ("supervision.board", ("light", "grey")),
    "milestone": ("supervision.board", ("late", "1")),
}


@blueprint.get("/api/today")
def urgent() -> Response:
    """今日要紧: what needs somebody today, and where it stands."""
    require_insider(viewer())
    rows = [
        {
            "key": each.key,
            "title": each.title,
            "count": each.count,
            "measure_word": each.measure_word,
            "tone": each.tone,
            "url": _url(each),
        }
        for each in today.urgent(current(), viewer())
    ]
    rows += _waiting()
    return answer({"day": clock.today().isoformat(), "rows": rows})


def _waiting() -> list[dict[str, Any]]:
    """What waits for a decision of this reviewer: marks, and changes of rights and deadlines."""
    if not may(viewer(), "review"):
        return []
    counts = reviewing.waiting_for(current(), viewer())["counts"]
    number = counts["pending"] + counts["proposals"]
    told = {"key": WAITING, "title": "等您审核、复核", "count": number, "measure_word": "处", "tone": "due"}
    return [{**told, "url": f"{url_for('map.page')}#review"}] if number else []


@blueprint.get("/due")
def page() -> Response:
    """到期清单."""
    require_insider(viewer())
    period = _period()
    told = {
        "rows": [today.told_of(each) for each in today.due(current(), viewer(), period)],
        "period": period,
        "periods": {key: title for key, (title, _) in PERIODS.items()},
        "non_secret": NON_SECRET,
    }
    shown = make_response(render_template("due.html", **told))
    shown.headers["Cache-Control"] = "no-store"
    return shown


@blueprint.get("/due.xlsx")
def as_excel() -> Response:
    require_insider(viewer())
    period = _period()
    rows = [today.told_of(each) for each in today.due(current(), viewer(), period)]
    title = PERIODS[period][0]
    return _file(reminder.ledger(rows, title, clock.today()), f"{reminder.LIST_TITLE}-{title}.xlsx", XLSX)


@blueprint.get("/due/<uid>.docx")
def letter(uid: str) -> Response:
    """提醒函 to the holder of one parcel."""
    require_insider(viewer())
    found = query.feature_of(current(), viewer(), uid)
    if found.kind != IDLE or not found.derived.get("next_due"):
        raise InvalidValue(f"“{found.name}”没有下一法定节点，不需要提醒。请从到期清单中选择。")
    content = reminder.letter(found, found.unit, clock.today())
    return _file(content, f"提醒函-{found.name}.docx", official.MIMETYPE)


def _period() -> str:
    said = request.args.get("period", "month")
    if said not in PERIODS:
        raise InvalidValue(f"期限收到“{said[:40]}”，应为以下之一：{'、'.join(PERIODS)}。请改正。")
    return said


def _url(urgent: Urgent) -> str:
    if urgent.filters:
        return url_for("map.page", f=urgent.filters)
    endpoint, (name, value) = PLACES[urgent.key]
    return f"{url_for(endpoint)}?{name}={value}"


def _file(content: bytes, name: str, mimetype: str) -> Response:
    accounts.note("export", name)
    return to_save(content, name, mimetype)
