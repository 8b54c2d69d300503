"""What does the audit log hold? /admin/log, for the auditor: filter, check, export."""

from __future__ import annotations

import csv
import io
from datetime import date, datetime, timedelta
from typing import Any, Final

from flask import Blueprint, make_response, render_template, request
from werkzeug.wrappers import Response

from layers import clock
from layers.cells import quoted
from layers.errors import InvalidValue
from layers.rights import ROLES, require
from layers.store import audit
from layers.store.audit import DEEDS, RESULTS, Entry, Wanted
from webmap import asked, assets
from webmap.accounts import note
from webmap.answers import to_save
from webmap.database import current, the_config, viewer

blueprint = Blueprint("log", __name__, url_prefix="/admin/log")

ROWS: Final = 100
MOST_EXPORTED: Final = 200_000
NAMES: Final = ("who", "what", "result", "since", "until")
HEADING: Final = ("行号", "时间", "人员", "单位", "角色", "来自", "事项", "内容", "结果", "校验值")


@blueprint.before_request
def only_who_may() -> None:
    require(viewer(), "read_log")


@blueprint.get("")
def shown() -> Response:
    wanted, page = _wanted(), asked.whole("page", 1, 1, 1_000_000)
    count = audit.count(current(), viewer(), wanted)
    found = audit.entries(current(), viewer(), wanted, limit=ROWS, offset=(page - 1) * ROWS)
    told: dict[str, Any] = {
        "entries": found,
        "count": count,
        "page": page,
        "pages": -(-count // ROWS),
        "checked": audit.check(current()) if asked.flag("check") else None,
        "asked": {name: value for name in NAMES if (value := request.args.get(name, "").strip())},
        "months": the_config().audit_months,
        "imports": assets.import_map(),
    }
    words = {"deeds": DEEDS, "results": RESULTS, "roles": ROLES, "second": second}
    return make_response(render_template("log.html", **told, **words))


@blueprint.get("/export.csv")
def exported() -> Response:
    """The lines as a table that Excel opens without taking any text for a formula."""
    found = audit.entries(current(), viewer(), _wanted(), limit=MOST_EXPORTED)
    file = io.StringIO()
    writer = csv.writer(file)
    writer.writerow(HEADING)
    writer.writerows([quoted(cell) for cell in _cells(entry)] for entry in reversed(found))
    note("export_log", f"{len(found)} 行")
    text = "\ufeff" + file.getvalue()
    return to_save(text.encode(), f"审计日志-{clock.today().isoformat()}.csv", "text/csv")


def second(when: datetime) -> str:
    """A moment on the county's clock, to the second."""
    return when.astimezone(clock.timezone()).strftime("%Y-%m-%d %H:%M:%S")


def _cells(entry: Entry) -> tuple[str, ...]:
    role = ROLES.get(entry.role or "", "")
    said = DEEDS.get(entry.what, entry.what), entry.subject, RESULTS.get(entry.result, entry.result)
    return (
        str(entry.id),
        second(entry.at),
        entry.who,
        entry.unit or "",
        role,
        entry.address,
        *said,
        entry.digest,
    )


def _wanted() -> Wanted:
    given = {name: request.args.get(name, "").strip()[:60] for name in NAMES}
    since, until = _day("since", given["since"]), _day("until", given["until"])
    return Wanted(
        who=given["who"].replace("\0", ""),
        what=given["what"].replace("\0", ""),
        result=given["result"].replace("\0", ""),
        since=_midnight(since) if since else None,
        before=_midnight(until + timedelta(days=1)) if until else None,
    )


def _day(name: str, text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        title = {"since": "从", "until": "到"}[name]
        raise InvalidValue(
            f"筛选条件“{title}”收到“{text}”，应为年-月-日，例如 2026-01-31。请改正。"
        ) from None


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=clock.timezone())
