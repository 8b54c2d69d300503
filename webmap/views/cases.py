"""The 处置台账: /cases lists every case with its next deadline; /cases/<uid> is one case and takes its next step."""

from __future__ import annotations

from typing import Any, Final

from flask import Blueprint, Response, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from layers import clock
from layers.analysis import cases
from layers.analysis.cases import Case
from layers.editing import casework as writing
from layers.editing.casework import Typed
from layers.errors import InvalidValue
from layers.kinds.case_days import case_days
from layers.kinds.case_steps import NOTE, NUMBER
from layers.kinds.idle_parcel import CASE
from layers.rights import require
from layers.rules.idle_case import STEP_WORDS, Step
from layers.store import query
from layers.store.seen import require_insider
from webmap import accounts, casework
from webmap.answers import to_save
from webmap.database import current, the_database, viewer
from webmap.ledger_line import started_from, typed_as, written
from webmap.outputs import case_sheet
from webmap.outputs.fact_book import XLSX
from webmap.work_page import work_page

blueprint = Blueprint("cases", __name__)

STEPS: Final = {step.value: words for step, words in STEP_WORDS.items()}


@blueprint.get("/cases")
def ledger() -> Response:
    """Every case; `step=`, `town=` and `overdue=1` narrow it."""
    require_insider(viewer())
    everything = cases.cases(current(), viewer())
    step, town, overdue = _asked()
    rows = cases.filtered(everything, step, town, overdue=overdue)
    towns = sorted({str(name) for each in everything if (name := each.found.derived.get("town"))})
    return _page(
        "list.html",
        rows=[cases.told_of(each) for each in rows],
        counts={each.value: number for each, number in cases.by_step(everything).items()},
        late=sum(1 for each in everything if each.overdue),
        everything=len(everything),
        towns=towns,
        asked={"step": step or None, "town": town or None, "overdue": 1 if overdue else None},
    )


@blueprint.get("/cases.xlsx")
def as_excel() -> Response:
    require_insider(viewer())
    step, town, overdue = _asked()
    rows = cases.filtered(cases.cases(current(), viewer()), step, town, overdue=overdue)
    words = "、".join(part for part in (STEPS.get(step), town, "超期" if overdue else "") if part) or "全部"
    content = case_sheet.workbook(rows, words, clock.today())
    accounts.note("export", case_sheet.TITLE)
    return to_save(content, f"{case_sheet.TITLE}-{clock.today().isoformat()}.xlsx", XLSX)


@blueprint.get("/cases/<uid>")
def one(uid: str) -> Response:
    require_insider(viewer())
    return _one(uid)


@blueprint.post("/cases/<uid>")
def write(uid: str) -> AnyResponse:
    """A step more, or with `strike` one less; what was typed stays when something is wrong."""
    require(viewer(), "edit")
    typed, gone = typed_as(Typed), request.form.get("strike", "")

    def act() -> object:
        if gone:
            return writing.strike(the_database(), viewer(), uid, started_from(), _place(gone))
        return writing.record(the_database(), viewer(), uid, started_from(), typed)

    return written(
        act,
        lambda trouble, status: _one(uid, typed, trouble, status),
        lambda: redirect(url_for(".one", uid=uid, done=1), 303),
        "这个地块刚刚被他人修改，本次未保存。下面已是最新的台账，请核对后再登记一次。",
    )


def _one(uid: str, typed: Typed | None = None, trouble: str = "", status: int = 200) -> Response:
    with the_database().reading() as session:
        found = query.feature_of(session, viewer(), uid)
        told, files = casework.section(session, viewer(), found), casework.files(session, viewer(), found)
    if not cases.has_ledger(found, viewer()):
        raise InvalidValue(f"“{found.name}”没有处置台账，只有闲置低效用地有。请从处置台账中选择地块。")
    case = cases.case_of(found, clock.today())
    page = _page(
        "one.html",
        found=found,
        case=told or {"steps": [], "next": None, "trouble": [], "may_write": False},
        has_lines=bool(found.properties.get(CASE)),
        files=files,
        typed=typed or Typed(step=_next_step(case), day=clock.today().isoformat()),
        trouble=trouble,
        done=request.method == "GET" and "done" in request.args,
        limits={"number": NUMBER.longest, "note": NOTE.longest},
    )
    page.status_code = status
    return page


def _next_step(case: Case | None) -> str:
    if case is None:
        return Step.FOUND.value
    return case.due.step.value if case.due else ""


def _asked() -> tuple[str, str, bool]:
    step, town = request.args.get("step", "").strip(), request.args.get("town", "").strip()
    if step and step not in STEPS:
        raise InvalidValue(
            f"步骤收到“{step[:40]}”，应为以下之一：{'、'.join(STEPS.values())}。请从页面上选择。"
        )
    return step, town, request.args.get("overdue") == "1"


def _place(said: str) -> int:
    return int(said) if said.isascii() and said.isdigit() and len(said) < 4 else -1


def _page(template: str, **facts: Any) -> Response:
    told: dict[str, Any] = {
        "steps": STEPS,
        "deadlines": "、".join(f"{STEP_WORDS[step]} {days} 日" for step, days in case_days().items()),
    }
    return work_page(f"cases/{template}", **told, **facts)
