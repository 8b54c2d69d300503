"""Where can a good project land? /siting asks, /siting/<uid> is the 项目选址比选表; /api/siting is the same as JSON."""

from __future__ import annotations

from typing import Any, Final

from flask import Blueprint, Response, jsonify, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from layers import clock
from layers.errors import InvalidValue
from layers.kinds.held import PROJECT
from layers.rights import may
from layers.rules.siting import CRITERIA, NOTE
from layers.store import analyses, jobs, query
from layers.store.analyses import FoundAnalysis
from layers.store.jobs import FoundJob
from layers.store.seen import require_insider
from webmap import accounts, awaited
from webmap.answers import answer, to_save, to_see
from webmap.body import read_json
from webmap.conflict_work import county_outline
from webmap.database import current, let_go, the_config, the_database, viewer
from webmap.outputs import official, siting_sheet
from webmap.outputs.conflict_sheet import minute
from webmap.outputs.fact_book import XLSX
from webmap.siting_form import asked_in, beginning, offered, typed_of
from webmap.siting_work import KIND, holds_now, needs_of
from webmap.siting_work import answer as look
from webmap.work_page import work_page

blueprint = Blueprint("siting", __name__)

LATEST: Final = 8


@blueprint.post("/api/siting")
def ask() -> tuple[Response, int]:
    """Wishes as JSON. 201 with the ranking, or 202 a job where very many parcels are looked at."""
    require_insider(viewer())
    asked = read_json()
    number, uid = _begun(asked)
    if number:
        return jsonify(ok=True, job=number, url=url_for("siting.wait", number=number)), 202
    with the_database().reading() as session:
        found = analyses.find(session, viewer(), KIND, uid)
    return jsonify(ok=True, uid=uid, url=url_for("siting.sheet", uid=uid), **_told(found, [])), 201


@blueprint.get("/api/siting")
def choices() -> Response:
    """What can be asked for: layers, towns, lines, routes, and the default weights."""
    require_insider(viewer())
    told = offered(current(), viewer())
    return answer(
        {
            "land": told.land,
            "towns": told.towns,
            "avoid": {"lines": told.lines, "layers": told.layers},
            "roads": told.roads,
            "routes": told.routes,
            "held": told.held,
            "criteria": {
                key: {"title": each.title, "weight": each.weight, "must": each.must, "help": each.help}
                for key, each in CRITERIA.items()
            },
            "note": NOTE,
        }
    )


@blueprint.get("/api/siting/<uid>")
def result(uid: str) -> Response:
    """A kept ranking; `changed`: the layers that have changed since; `holds`: who holds a parcel now."""
    found = _found(uid)
    told = _told(found, analyses.changed_since(current(), found))
    return answer({"uid": uid, **told, "holds": holds_now(the_database(), viewer(), found)})


@blueprint.get("/siting")
def page() -> Response:
    """The form; `from` the wishes of an earlier ranking."""
    require_insider(viewer())
    earlier = request.args.get("from", "")
    asked = analyses.find(current(), viewer(), KIND, earlier).asked if earlier else None
    return _page(asked or beginning(current(), viewer()))


@blueprint.post("/siting")
def begin() -> AnyResponse:
    """What was typed stays when something is wrong."""
    require_insider(viewer())
    asked = asked_in(request.form)
    try:
        number, uid = _begun(asked)
    except InvalidValue as refusal:
        let_go()
        return _page(asked, trouble=refusal.message, status=422)
    where = url_for("siting.wait", number=number) if number else url_for("siting.sheet", uid=uid)
    return redirect(where, 303)


@blueprint.get("/siting/<uid>")
def sheet(uid: str) -> Response:
    found = _found(uid)
    changed = analyses.changed_since(current(), found)
    holds = holds_now(the_database(), viewer(), found)
    with the_database().reading() as session:
        known = {
            each.uid: each
            for each in query.features_of(session, viewer(), [row["uid"] for row in found.result["rows"]])
        }
    return _page(
        found.asked,
        found=found,
        facts=siting_sheet.facts(found, changed),
        summary=siting_sheet.summary(found),
        changed=changed,
        holds=holds,
        gone=[row["uid"] for row in found.result["rows"] if row["uid"] not in known],
        may_hold=[
            each.uid
            for each in known.values()
            if PROJECT in each.declared.by_key and may(viewer(), "hold", unit=each.unit)
        ],
        overlap_words=siting_sheet.overlap_words,
        points=siting_sheet.points,
        map_url=url_for("map.page", siting=uid),
    )


@blueprint.get("/siting/<uid>.png")
def picture(uid: str) -> Response:
    found = _found(uid)
    return to_see(siting_sheet.picture(found, county_outline(current(), viewer())))


@blueprint.get("/siting/<uid>.docx")
def as_word(uid: str) -> Response:
    found = _found(uid)
    changed, holds = _now(found)
    content = siting_sheet.word(found, changed, holds, county_outline(current(), viewer()))
    return _file(found, content, "docx", official.MIMETYPE)


@blueprint.get("/siting/<uid>.xlsx")
def as_excel(uid: str) -> Response:
    found = _found(uid)
    return _file(found, siting_sheet.excel(found, *_now(found)), "xlsx", XLSX)


@blueprint.get("/siting/jobs/<int:number>")
def wait(number: int) -> AnyResponse:
    """How far a long search is; afterwards its sheet."""
    job = _job(number)
    if job.state == jobs.DONE and job.result:
        return redirect(url_for("siting.sheet", uid=job.result["uid"]), 303)
    return _rendered("wait.html", job=job)


def _begun(asked: dict[str, Any]) -> tuple[int, str]:
    """The number of a job, or the uid of the ranking."""
    _, is_long = needs_of(the_database(), viewer(), asked)
    if not is_long:
        return 0, look(the_database(), viewer(), asked)
    number = jobs.enqueue(current(), viewer(), KIND, {**asked, "audience": viewer().audience})
    current().commit()
    return number, ""


def _found(uid: str) -> FoundAnalysis:
    require_insider(viewer())
    return analyses.find(current(), viewer(), KIND, uid)


def _now(found: FoundAnalysis) -> tuple[list[str], dict[str, str]]:
    return analyses.changed_since(current(), found), holds_now(the_database(), viewer(), found)


def _told(found: FoundAnalysis, changed: list[str]) -> dict[str, Any]:
    return {
        "title": found.title,
        "summary": siting_sheet.summary(found),
        "who": found.who,
        "at": found.at.isoformat(),
        "digest": found.digest,
        "changed": changed,
        "result": found.result,
    }


def _job(number: int) -> FoundJob:
    require_insider(viewer())
    return awaited.own((KIND,), number, "没有这次选址，或者它是别人的。请重新查找。")


def _file(found: FoundAnalysis, content: bytes, ending: str, mimetype: str) -> Response:
    accounts.note("export", f"{siting_sheet.TITLE} {found.title}")
    mark = "（示例）" if found.result["sample"] else ""
    return to_save(content, f"{siting_sheet.TITLE}-{found.title}{mark}.{ending}", mimetype)


def _page(asked: dict[str, Any], *, status: int = 200, **facts: Any) -> Response:
    """The form with what was typed, beside a ranking where there is one."""
    with the_database().reading() as session:
        told = {
            "typed": typed_of(asked),
            "offered": offered(session, viewer()),
            "latest": analyses.latest(session, viewer(), KIND, LATEST),
            "criteria": CRITERIA,
            "days": the_config().hold_days,
            "today": clock.today(),
        }
    page = _rendered("page.html", **{"found": None, "trouble": "", **told, **facts})
    page.status_code = status
    return page


def _rendered(template: str, **facts: Any) -> Response:
    return work_page(f"siting/{template}", note=NOTE, minute=minute, **facts)


awaited.attend(blueprint, "/siting/jobs", _job, "siting.wait")
