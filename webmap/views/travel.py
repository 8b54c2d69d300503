"""What do the new roads do? POST /api/travel asks; /travel chooses, /travel/<uid> tells, also as Excel."""

from __future__ import annotations

from typing import Any, Final

from flask import Blueprint, Response, jsonify, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from layers import clock
from layers.analysis.travel_data import NAMES, SITES
from layers.errors import InvalidValue
from layers.rules.road_speeds import WORDS, speeds
from layers.store import analyses, jobs, query
from layers.store.analyses import FoundAnalysis
from layers.store.jobs import FoundJob
from layers.store.seen import require_insider
from webmap import accounts, awaited
from webmap.answers import answer, to_save, to_see
from webmap.body import read_json
from webmap.conflict_work import county_outline
from webmap.database import current, the_database, viewer
from webmap.outputs import official, travel_sheet
from webmap.outputs.conflict_sheet import minute
from webmap.travel_work import KIND, TITLE, choices, is_long, question
from webmap.travel_work import answer as work_out
from webmap.work_page import work_page

blueprint = Blueprint("travel", __name__)

LATEST: Final = 12
YEARS_BACK: Final = 6
YEARS_AHEAD: Final = 10
_FORM: Final = ("sites", "hub", "before", "after", "snap_m", "farthest_m", "join_expressways")
_SPEED: Final = "speed_"


@blueprint.post("/api/travel")
def ask() -> tuple[Response, int]:
    """A question (sites, hub, before, after, kmh …), all of it optional. 201 with the result, or 202 a job."""
    require_insider(viewer())
    told = read_json()
    asked = question(told)
    if _is_long():
        number = _enqueue(told)
        return jsonify(ok=True, job=number, url=url_for("travel.wait", number=number)), 202
    uid = work_out(the_database(), viewer(), asked)
    with the_database().reading() as session:
        found = analyses.find(session, viewer(), KIND, uid)
    return jsonify(ok=True, uid=uid, url=url_for("travel.sheet", uid=uid), **_told(found, [])), 201


@blueprint.get("/api/travel/<uid>")
def result(uid: str) -> Response:
    """A kept result; `changed`: the layers that have changed since."""
    require_insider(viewer())
    found = analyses.find(current(), viewer(), KIND, uid)
    changed = analyses.changed_since(current(), found)
    return answer({"uid": uid, "url": url_for("travel.sheet", uid=uid), **_told(found, changed)})


@blueprint.get("/travel")
def choose() -> Response:
    """What can be asked, and what was."""
    require_insider(viewer())
    return _choose({}, "")


@blueprint.post("/travel")
def start() -> AnyResponse:
    """The same as POST /api/travel, from the form; a mistake is said in the form that keeps what was typed."""
    require_insider(viewer())
    said = request.form
    told: dict[str, Any] = {key: said[key].strip() for key in _FORM if said.get(key, "").strip()}
    kmh = {key.removeprefix(_SPEED): value for key, value in said.items() if key.startswith(_SPEED)}
    told["kmh"] = {key: value.strip() for key, value in kmh.items() if value.strip()}
    try:
        asked = question(told)
        if _is_long():
            return redirect(url_for("travel.wait", number=_enqueue(told)), 303)
        return redirect(url_for("travel.sheet", uid=work_out(the_database(), viewer(), asked)), 303)
    except InvalidValue as refusal:
        page = _choose(told, refusal.message)
        page.status_code = 422
        return page


@blueprint.get("/travel/<uid>")
def sheet(uid: str) -> Response:
    require_insider(viewer())
    found = analyses.find(current(), viewer(), KIND, uid)
    changed = analyses.changed_since(current(), found)
    return _page(
        "sheet.html",
        found=found,
        facts=travel_sheet.facts(found, changed),
        tables=travel_sheet.tables(found),
        changed=changed,
        note=travel_sheet.NOTE,
        caption=travel_sheet.caption(found.result),
        map_layers=_map_layers(found),
        longest=max((each["before"] or 0 for each in found.result["sites"]), default=0),
    )


@blueprint.get("/travel/<uid>.xlsx")
def as_excel(uid: str) -> Response:
    require_insider(viewer())
    found = analyses.find(current(), viewer(), KIND, uid)
    content = travel_sheet.excel(found, analyses.changed_since(current(), found))
    return _file(found, content, "xlsx", travel_sheet.XLSX)


@blueprint.get("/travel/<uid>.docx")
def as_word(uid: str) -> Response:
    require_insider(viewer())
    found = analyses.find(current(), viewer(), KIND, uid)
    county = county_outline(current(), viewer())
    content = travel_sheet.word(found, analyses.changed_since(current(), found), county)
    return _file(found, content, "docx", official.MIMETYPE)


@blueprint.get("/travel/<uid>.png")
def picture(uid: str) -> Response:
    require_insider(viewer())
    found = analyses.find(current(), viewer(), KIND, uid)
    return to_see(travel_sheet.picture(found, county_outline(current(), viewer())))


@blueprint.get("/travel/jobs/<int:number>")
def wait(number: int) -> AnyResponse:
    """How far a long calculation is; afterwards its sheet."""
    job = _job(number)
    if job.state == jobs.DONE and job.result:
        return redirect(url_for("travel.sheet", uid=job.result["uid"]), 303)
    return _page("wait.html", job=job)


def _file(found: FoundAnalysis, content: bytes, ending: str, mimetype: str) -> Response:
    accounts.note("export", f"{TITLE} {found.title}")
    mark = "（示例）" if found.result["sample"] else ""
    return to_save(content, f"{TITLE}-{found.title}{mark}.{ending}", mimetype)


def _map_layers(found: FoundAnalysis) -> str:
    """What the map shows with it: its own layers on their ground."""
    there = query.layers(current(), viewer())
    return ",".join(each.key for each in there if each.group == "base" or each.key in found.versions)


def _is_long() -> bool:
    # In a session that reads: nobody holds the lock for writing while the minutes are worked out.
    with the_database().reading() as session:
        return is_long(session, viewer())


def _enqueue(told: dict[str, Any]) -> int:
    number = jobs.enqueue(current(), viewer(), KIND, {**told, "audience": viewer().audience})
    current().commit()
    return number


def _choose(told: dict[str, Any], trouble: str) -> Response:
    session, who = current(), viewer()
    chosen = speeds().kmh
    return _page(
        "choose.html",
        layers=choices(session, who),
        usual=SITES,
        towns=_towns(),
        years=_years(),
        told=told,
        trouble=trouble,
        speeds=[(key, words, chosen[key]) for key, words in WORDS.items()],
        found=analyses.latest(session, who, KIND, LATEST),
    )


def _years() -> list[int]:
    return list(range(clock.today().year - YEARS_BACK, clock.today().year + YEARS_AHEAD + 1))


def _towns() -> list[str]:
    names = [layer.key for layer in query.layers(current(), viewer()) if layer.kind == NAMES]
    rows = [each for key in names for each in query.find_features(current(), viewer(), _layer(key))]
    return [each.name for each in rows if each.properties.get("level") == "town"]


def _layer(key: str) -> query.Layer:
    return query.layer_named(current(), viewer(), key)


def _told(found: FoundAnalysis, changed: list[str]) -> dict[str, Any]:
    return {
        "title": found.title,
        "sentences": found.result["sentences"],
        "who": found.who,
        "at": found.at.isoformat(),
        "digest": found.digest,
        "changed": changed,
        "note": travel_sheet.NOTE,
        "result": found.result,
    }


def _job(number: int) -> FoundJob:
    require_insider(viewer())
    return awaited.own((KIND,), number, "没有这项计算，或者它是别人的。请重新计算。")


def _page(template: str, **facts: Any) -> Response:
    return work_page(f"travel/{template}", minute=minute, **facts)


awaited.attend(blueprint, "/travel/jobs", _job, "travel.wait")
