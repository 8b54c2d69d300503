"""Who lags, and who reports? /board shows all projects by their lights; /report is where a unit says how far its own are."""

from __future__ import annotations

from typing import Any, Final

from flask import Blueprint, Response, request, url_for

from layers import clock
from layers.analysis import supervision
from layers.analysis.supervision import BY, Board, Row
from layers.editing import reporting
from layers.errors import InvalidFields, OutOfDate
from layers.rights import may, require
from layers.rules.supervision import LIGHT_WORDS, Light
from layers.store.found import FoundFeature
from layers.store.projects import projects
from layers.store.seen import require_insider
from webmap import accounts
from webmap.answers import answer, to_save
from webmap.conflict_work import county_outline
from webmap.database import current, the_database, viewer
from webmap.outputs import official, supervision_paper
from webmap.outputs.fact_book import XLSX
from webmap.work_page import work_page

blueprint = Blueprint("supervision", __name__)

LONGEST: Final = 500
INPUTS: Final = {
    "stage": "select",
    "progress_pct": "number",
    "investment_done": "number",
    "actual_start": "date",
    "actual_end": "date",
    "status": "text",
}


@blueprint.get("/board")
def board() -> Response:
    require_insider(viewer())
    found = _board()
    return _page(
        "board.html",
        board=found,
        by=BY,
        light=request.args.get("light", ""),
        late="1" if _late_only() else None,
        today=clock.today(),
        summary=supervision_paper.summary(found),
        rule=supervision_paper.rule_words(),
    )


@blueprint.get("/api/board")
def as_json() -> Response:
    """Every project with its light: `by=` and `light=` as on the page."""
    require_insider(viewer())
    found = _board()
    counts = {light.value: number for light, number in found.counts.items()}
    return answer(
        {
            "summary": supervision_paper.summary(found),
            "counts": counts,
            "projects": [_told(row) for row in found.rows],
        }
    )


@blueprint.get("/board.docx")
def as_word() -> Response:
    require_insider(viewer())
    found, day = _board(), clock.today()
    shown = {row.uid: row.light for row in found.rows}
    places = [(shown[each.uid], each.shape) for each in projects(current(), viewer()) if each.uid in shown]
    content = supervision_paper.word(
        found, day, viewer().unit or viewer().name, places, county_outline(current(), viewer())
    )
    return _file(content, "docx", official.MIMETYPE)


@blueprint.get("/board.xlsx")
def as_excel() -> Response:
    require_insider(viewer())
    return _file(supervision_paper.excel(_board(), clock.today()), "xlsx", XLSX)


@blueprint.get("/report")
def form() -> Response:
    require(viewer(), "report")
    return _form({}, {})


@blueprint.post("/report")
def send() -> Response:
    """All rows of the form that were ticked, as one act; what was typed stays when something is wrong."""
    require(viewer(), "report")
    typed = _typed()
    try:
        done = reporting.report(the_database(), viewer(), list(typed.values()))
    except (InvalidFields, OutOfDate) as refusal:
        return _form(typed, {}, refusal)
    return _form({}, {"rows": done.rows})


# --- pages -----------------------------------------------------------------------------------------------


def _board() -> Board:
    by, light = request.args.get("by", "command_post"), request.args.get("light", "").strip() or None
    return supervision.board(current(), viewer(), by, light, late_only=_late_only())


def _late_only() -> bool:
    return request.args.get("late") == "1"


def _form(typed: dict[str, dict[str, Any]], done: dict[str, int], refusal: Any = None) -> Response:
    with the_database().reading() as session:
        found = reporting.owed(session, viewer())
    problems: dict[str, list[str]] = {}
    for each in refusal.details.get("problems", ()) if isinstance(refusal, InvalidFields) else ():
        problems.setdefault(each["uid"], []).append(f"{each['label']}：{each['message']}")
    page = _page(
        "report.html",
        rows=[_asked(each, typed.get(each.uid), problems.get(each.uid, [])) for each in found],
        done=done,
        trouble=refusal.message if refusal else "",
        rule=supervision_paper.rule_words(),
        month=clock.today(),
    )
    page.status_code = 200 if refusal is None else 422 if isinstance(refusal, InvalidFields) else 412
    return page


def _asked(found: FoundFeature, typed: dict[str, Any] | None, problems: list[str]) -> dict[str, Any]:
    """One row of the form; last time's values stand in it."""
    fields = []
    for key, sort in INPUTS.items():
        declared = found.declared.by_key.get(key)
        if declared is None:
            continue
        value = (typed or found.properties).get(key)
        choices = getattr(declared, "choices", {}) if sort == "select" else {}
        title = f"{declared.title}（{declared.unit}）" if declared.unit else declared.title
        fields.append(
            {
                "key": key,
                "title": title,
                "sort": sort,
                "value": "" if value is None else value,
                "choices": choices,
            }
        )
    return {
        "uid": found.uid,
        "version": (typed or {}).get("version", found.version),
        "ticked": typed is not None,
        "name": found.name,
        "sample": bool(found.properties.get("is_sample")),
        "light": Light(found.derived["light"]),
        "why": found.derived.get("light_why", ""),
        "reported_on": found.properties.get("reported_on"),
        "fields": fields,
        "problems": problems,
        "url": url_for("map.page", sel=found.uid),
    }


def _typed() -> dict[str, dict[str, Any]]:
    """The ticked rows of the form, by their uid."""
    rows: dict[str, dict[str, Any]] = {}
    for uid in request.form.getlist("uid")[: reporting.MOST_ROWS + 1]:
        row: dict[str, Any] = {"uid": uid[:36], "version": request.form.get(f"{uid}:version", "")[:12]}
        for key in INPUTS:
            if f"{uid}:{key}" in request.form:
                row[key] = request.form[f"{uid}:{key}"].strip()[:LONGEST]
        rows[row["uid"]] = row
    return rows


def _told(row: Row) -> dict[str, Any]:
    return {
        "uid": row.uid,
        "name": row.name,
        "layer": row.layer_key,
        "light": row.light.value,
        "why": row.why,
        "lag_pct": row.lag,
        "expected_pct": row.expected,
        "progress_pct": row.done,
        "reported_on": row.reported_on,
        "command_post": row.post,
        "responsible_unit": row.unit,
        "late_milestones": [each.name for each in row.late],
        "is_sample": row.sample,
    }


def _file(content: bytes, ending: str, mimetype: str) -> Response:
    accounts.note("export", supervision_paper.TITLE)
    return to_save(content, f"{supervision_paper.TITLE}-{clock.today().isoformat()}.{ending}", mimetype)


def _page(template: str, **facts: Any) -> Response:
    told: dict[str, Any] = {
        "lights": LIGHT_WORDS,
        "short": supervision_paper.SHORT,
        "may_report": may(viewer(), "report"),
    }
    return work_page(f"supervision/{template}", **told, **facts)
