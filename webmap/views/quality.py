"""数据质检: which layer is checked, how far is that, and what was found? /quality, and as JSON under the layer."""

from __future__ import annotations

from typing import Any, Final
from urllib.parse import quote

from flask import Blueprint, Response, jsonify, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from layers.checks import BY_CODE, CHECKS, SEVERITIES
from layers.errors import UnknownThing
from layers.kinds import kind_for, kind_of
from layers.rights import Viewer
from layers.store import jobs, quality, query
from layers.store.jobs import FoundJob
from layers.store.quality import Report, ToldTrouble
from layers.store.seen import require_insider
from webmap import accounts, asked, awaited, quality_work
from webmap.answers import answer, to_save
from webmap.database import current, the_database, viewer
from webmap.outputs.quality_sheet import XLSX, excel, scope_of, title_of, words_of
from webmap.sketch import county_lines, sketch
from webmap.work_page import work_page

blueprint = Blueprint("quality", __name__)

PER_PAGE: Final = 100
LATEST: Final = 20
NUMBERED: Final = 60
"""Findings of a page that have a number on the sketch."""
MOST_PAGES: Final = 10_000
CLOSE: Final = 18


@blueprint.get("/quality")
def choose() -> Response:
    """Which layer, and what was checked before."""
    who = _insider()
    found = [layer for layer in query.layers(current(), who) if layer.count]
    latest = quality.reports(current(), who, limit=LATEST)
    under_way = [job for job in jobs.not_ended(current(), quality_work.KIND) if _is_ours(job, who)]
    titles = {layer.key: layer.title for layer in found}
    return _page(
        "choose.html",
        layers=found,
        measure_word=lambda key: kind_of(key).measure_word,
        towns=quality.town_names(current(), who),
        latest=[(each, _totals(each)) for each in latest],
        under_way=[(job, titles.get(job.arguments["layer"], "")) for job in under_way],
        wanted=request.args.get("layer", ""),
        states=jobs.STATES,
        checks=CHECKS,
        severities=SEVERITIES,
    )


@blueprint.post("/quality")
def start() -> AnyResponse:
    number = _start(request.form.get("layer", ""), request.form.get("town") or None)
    return redirect(url_for("quality.wait", number=number), 303)


@blueprint.get("/quality/jobs/<int:number>")
def wait(number: int) -> AnyResponse:
    """How far the check is; its report once it is done."""
    job = _job(number)
    if job.state == jobs.DONE and job.result:
        return redirect(url_for("quality.report", uid=job.result["report"]), 303)
    layer = query.layer_named(current(), viewer(), job.arguments["layer"])
    return _page("wait.html", job=job, layer=layer)


@blueprint.get("/quality/<uid>")
def report(uid: str) -> Response:
    """What was found: how much of each check, and the list with places."""
    who = _insider()
    found = quality.report_of(current(), who, uid)
    check = request.args.get("check")
    check = check if check in BY_CODE else None
    count = quality.count_troubles(current(), who, found, check)
    pages = max(1, -(-count // PER_PAGE))
    number = min(asked.whole("page", 1, 1, MOST_PAGES), pages)
    troubles = quality.troubles_of(
        current(), who, found, check=check, limit=PER_PAGE, offset=(number - 1) * PER_PAGE
    )
    layer = query.layer_named(current(), who, found.layer_key)
    listed = _numbered(troubles)
    spots = [[each["trouble"].lon, each["trouble"].lat] for each in listed if each["number"]]
    county = county_lines(the_database(), who)
    return _page(
        "report.html",
        found=found,
        kind=kind_for(layer),
        sample=layer.sample,
        totals=_totals(found),
        check=BY_CODE[check] if check else None,
        by_code=BY_CODE,
        severities=SEVERITIES,
        troubles=[(each, _map_url(found, each["trouble"])) for each in listed],
        count=count,
        page=number,
        pages=pages,
        scope=scope_of(found),
        picture=sketch([], county, spots, whole=True) if spots else None,
    )


@blueprint.get("/quality/<uid>/report.xlsx")
def sheet(uid: str) -> Response:
    """The whole list as a table for the office."""
    who = _insider()
    found = quality.report_of(current(), who, uid)
    words = words_of(found, accounts.moment(found.at), sample=_is_sample(found))
    content = excel(found, words, quality.troubles_of(current(), who, found))
    return to_save(content, f"{title_of(found)}.xlsx", XLSX)


@blueprint.get("/api/layers/<key>/quality")
def latest_report(key: str) -> Response:
    """The newest report of a layer with its findings; `null` where it was never checked."""
    who = _insider()
    query.layer_named(current(), who, key)
    found = next(iter(quality.reports(current(), who, layer=key, limit=1)), None)
    if found is None:
        return answer({"report": None})
    troubles = quality.troubles_of(current(), who, found, limit=asked.whole("limit", PER_PAGE, 0, 2000))
    return answer({"report": _as_json(found, troubles)})


@blueprint.post("/api/layers/<key>/quality")
def start_for_layer(key: str) -> tuple[Response, int]:
    number = _start(key, request.args.get("town") or None)
    return jsonify(ok=True, job=number, url=url_for("quality.wait", number=number)), 202


# --- who and what --------------------------------------------------------------------------------------


def _insider() -> Viewer:
    who = viewer()
    require_insider(who)
    return who


def _start(key: str, town: str | None) -> int:
    who = _insider()
    layer = query.layer_named(current(), who, key)
    if town is not None and town not in quality.town_names(current(), who):
        raise UnknownThing(f"没有乡镇街道“{town[:40]}”。请从列表中选择。")
    number = quality_work.start(current(), who, layer.key, town=town)
    current().commit()
    return number


def _job(number: int) -> FoundJob:
    _insider()
    gone = f"没有编号为 {number} 的质检任务，或者它是别人的。请在“数据质检”页重新检查。"
    return awaited.own((quality_work.KIND,), number, gone)


def _is_ours(job: FoundJob, who: Viewer) -> bool:
    return job.account_id == who.account


# --- in words ------------------------------------------------------------------------------------------


def _is_sample(found: Report) -> bool:
    return query.layer_named(current(), viewer(), found.layer_key).sample


def _numbered(troubles: list[ToldTrouble]) -> list[dict[str, Any]]:
    """With the numbers that they have on the sketch; those without a place have none."""
    number, listed = 0, []
    for each in troubles:
        there = each.lon is not None and each.lat is not None and number < NUMBERED
        number += there
        listed.append({"trouble": each, "number": number if there else None})
    return listed


def _totals(found: Report) -> dict[str, Any]:
    counts = found.told["counts"]
    listed = sorted(CHECKS, key=lambda check: check.severity != "error")
    lines = [(check, counts[check.code]) for check in listed if check.code in counts]
    by_severity = {
        severity: sum(count for check, count in lines if check.severity == severity)
        for severity in SEVERITIES
    }
    return {"lines": lines, "all": sum(counts.values()), **by_severity}


def _map_url(found: Report, trouble: ToldTrouble) -> str:
    """The map at the feature, with a marker where the trouble is."""
    place = [f"sel={trouble.uid}"]
    if not kind_of(found.kind).on_at_start:
        place.append(f"layers={quote(found.layer_key)}")
    if trouble.lon is not None and trouble.lat is not None:
        place += [f"lon={trouble.lon:.6f}", f"lat={trouble.lat:.6f}", f"z={CLOSE}"]
        place.append(f"mark={trouble.lon:.7f},{trouble.lat:.7f}")
    return f"{url_for('map.page')}?{'&'.join(place)}"


def _as_json(found: Report, troubles: list[ToldTrouble]) -> dict[str, Any]:
    return {
        "uid": found.uid,
        "layer": found.layer_key,
        "who": found.who,
        "at": found.at.isoformat(),
        "outdated": found.outdated,
        **found.asked,
        **found.told,
        "findings": [
            {
                "check": each.check,
                "title": BY_CODE[each.check].title,
                "severity": BY_CODE[each.check].severity,
                "feature": each.uid,
                "name": each.name,
                "other": each.other_uid,
                "field": each.field,
                "value": each.value,
                "reason": each.reason,
                "position": None if each.lon is None else [each.lon, each.lat],
            }
            for each in troubles
        ],
    }


def _page(template: str, **facts: Any) -> Response:
    return work_page(f"quality/{template}", **facts)


awaited.attend(blueprint, "/quality/jobs", _job, "quality.wait")
