"""What lies under a project? POST /api/conflict asks, also about a file; /conflict/<uid> is the 合规性审查表."""

from __future__ import annotations

import json
from typing import Any, Final

import shapely
from flask import Blueprint, Response, jsonify, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from layers import crs
from layers.errors import InvalidValue
from layers.rules.compliance import NO_APPROVAL
from layers.store import analyses, jobs
from layers.store.analyses import FoundAnalysis
from layers.store.jobs import FoundJob
from layers.store.seen import require_insider
from webmap import accounts, awaited, conflict_file_work
from webmap.answers import answer, to_save, to_see
from webmap.body import read_json, text_of, texts_of
from webmap.conflict_work import KIND, county_outline, is_long
from webmap.conflict_work import answer as look
from webmap.database import current, the_database, viewer
from webmap.map_place import view_of
from webmap.outputs import conflict_sheet, official
from webmap.outputs.fact_book import XLSX
from webmap.receiving import received
from webmap.sketch import county_lines, sketch
from webmap.uploading import ASKED_BYTES, asked_file
from webmap.work_page import work_page

blueprint = Blueprint("conflict", __name__)

MOST_UIDS: Final = 2000
LATEST: Final = 12
TAKEN: Final = (
    *(".txt", ".zip", ".geojson", ".json", ".kml", ".kmz", ".ovkml", ".ovkmz", ".dxf", ".gpkg", ".gpx"),
    *(".csv", ".xlsx", ".xls", ".ods"),
)
OTHERWISE: Final = (
    "请选择界址点 TXT、打包成 .zip 的 Shapefile、GeoJSON、KML、DXF、GeoPackage、GPX，或带坐标的 Excel、CSV。"
)


@blueprint.post("/api/conflict")
def ask() -> tuple[Response, int]:
    """`uids`: features; `layer`: all of a layer; `geometry` (with `name`): a shape. 201 with the result, or 202 a job."""
    require_insider(viewer())
    asked = _asked(read_json())
    if is_long(asked):
        number = jobs.enqueue(current(), viewer(), KIND, {**asked, "audience": viewer().audience})
        current().commit()
        return jsonify(ok=True, job=number, url=url_for("conflict.wait", number=number)), 202
    uid = look(the_database(), viewer(), asked)
    with the_database().reading() as session:
        found = analyses.find(session, viewer(), KIND, uid)
    return jsonify(ok=True, uid=uid, url=url_for("conflict.sheet", uid=uid), **_told(found, [])), 201


@blueprint.post("/api/conflict/file")
def receive() -> tuple[Response, int]:
    """The same of the shapes of a small file, `?name=` what it is called; none of them becomes a feature."""
    require_insider(viewer())
    with received(ASKED_BYTES, TAKEN, OTHERWISE, asked_file) as file:
        number = _begin({"uid": file.uid, "name": file.name, "sha256": file.sha256, "answers": {}})
        current().commit()
    return jsonify(ok=True, job=number, url=url_for("conflict.wait", number=number)), 202


@blueprint.get("/api/conflict/<uid>")
def result(uid: str) -> Response:
    """A kept result; `changed`: the layers that have changed since."""
    require_insider(viewer())
    found = analyses.find(current(), viewer(), KIND, uid)
    return answer({"uid": uid, **_told(found, analyses.changed_since(current(), found))})


@blueprint.get("/conflict")
def own() -> Response:
    """What this person had checked."""
    require_insider(viewer())
    found = analyses.latest(current(), viewer(), KIND, LATEST)
    told = [(each, conflict_sheet.summary(each)) for each in found]
    return _page("own.html", found=told, most_mb=ASKED_BYTES >> 20)


@blueprint.get("/conflict/<uid>")
def sheet(uid: str) -> Response:
    require_insider(viewer())
    found = analyses.find(current(), viewer(), KIND, uid)
    changed = analyses.changed_since(current(), found)
    return _page(
        "sheet.html",
        found=found,
        facts=conflict_sheet.facts(found, changed),
        summary=conflict_sheet.summary(found),
        tables=conflict_sheet.tables(found),
        changed=changed,
        map_url=_map_url(found),
    )


@blueprint.get("/conflict/<uid>.png")
def picture(uid: str) -> Response:
    require_insider(viewer())
    found = analyses.find(current(), viewer(), KIND, uid)
    return to_see(conflict_sheet.picture(found, county_outline(current(), viewer())))


@blueprint.get("/conflict/<uid>.docx")
def as_word(uid: str) -> Response:
    require_insider(viewer())
    found = analyses.find(current(), viewer(), KIND, uid)
    content = conflict_sheet.word(
        found, analyses.changed_since(current(), found), county_outline(current(), viewer())
    )
    return _file(found, content, "docx", official.MIMETYPE)


@blueprint.get("/conflict/<uid>.xlsx")
def as_excel(uid: str) -> Response:
    require_insider(viewer())
    found = analyses.find(current(), viewer(), KIND, uid)
    content = conflict_sheet.excel(found, analyses.changed_since(current(), found))
    return _file(found, content, "xlsx", XLSX)


@blueprint.get("/conflict/jobs/<int:number>")
def wait(number: int) -> AnyResponse:
    """How far a long check is; afterwards its sheet."""
    job = _job(number)
    if job.state == jobs.DONE and job.result and "uid" in job.result:
        return redirect(url_for("conflict.sheet", uid=job.result["uid"]), 303)
    question = (job.result or {}).get("question")
    if question:
        county = county_lines(the_database(), viewer())
        for choice in question["choices"]:
            choice["sketch"] = sketch(choice["shapes"], county, whole=True) if choice["shapes"] else None
    return _page("wait.html", job=job, question=question)


@blueprint.post("/conflict/jobs/<int:number>/answer")
def decide(number: int) -> AnyResponse:
    """One of the answers to what the file left open; it is read again with it."""
    question = (_job(number).result or {}).get("question")
    if question is None:
        raise InvalidValue("这个文件没有待回答的问题。请从“压盖分析”页重新开始。")
    said = request.form.get(question["name"], "")
    if said not in {each["value"] for each in question["choices"]}:
        raise InvalidValue(f"收到“{said[:40]}”，不是列出的选项之一。请重新选择。")
    arguments = _job(number).arguments
    begun = _begin({**arguments, "answers": {**arguments["answers"], **_answered(question["name"], said)}})
    current().commit()
    return redirect(url_for("conflict.wait", number=begun), 303)


def _asked(body: dict[str, Any]) -> dict[str, Any]:
    if isinstance(body.get("geometry"), dict):
        wide = {"buffer_m": body["buffer_m"]} if "buffer_m" in body else {}
        return {"geometry": body["geometry"], "name": text_of(body, "name", 60) or "", **wide}
    if body.get("layer") is not None:
        return {"layer": text_of(body, "layer", 63) or ""}
    if "uids" not in body:
        raise InvalidValue(
            "没有说明要分析什么：请给出 uids（图形编号）、layer（图层）或 geometry（绘制的范围）。"
        )
    return {"uids": texts_of(body, "uids", MOST_UIDS)}


def _begin(arguments: dict[str, Any]) -> int:
    return jobs.enqueue(
        current(), viewer(), conflict_file_work.KIND, {**arguments, "audience": viewer().audience}
    )


def _answered(name: str, said: str) -> dict[str, Any]:
    """A coordinate system also says whether X and Y change places."""
    if name != "crs":
        return {name: said}
    number, swapped, _ = said.partition(crs.SWAPPED)
    return {"crs": int(number), "swap": bool(swapped)}


def _told(found: FoundAnalysis, changed: list[str]) -> dict[str, Any]:
    return {
        "title": found.title,
        "summary": conflict_sheet.summary(found),
        "who": found.who,
        "at": found.at.isoformat(),
        "digest": found.digest,
        "changed": changed,
        "note": NO_APPROVAL,
        "result": found.result,
    }


def _job(number: int) -> FoundJob:
    require_insider(viewer())
    return awaited.own((KIND, conflict_file_work.KIND), number, "没有这项分析，或者它是别人的。请重新分析。")


def _file(found: FoundAnalysis, content: bytes, ending: str, mimetype: str) -> Response:
    accounts.note("export", f"{conflict_sheet.TITLE} {found.title}")
    mark = "（示例）" if found.result["sample"] else ""
    return to_save(content, f"{conflict_sheet.TITLE}-{found.title}{mark}.{ending}", mimetype)


def _map_url(found: FoundAnalysis) -> str:
    """The feature that was checked on the map, or the place of what somebody drew or brought."""
    uid = next((each["uid"] for each in found.result["subjects"] if each["uid"]), None)
    if uid:
        return url_for("map.page", sel=uid)
    shapes = [shapely.from_geojson(json.dumps(each)) for each in found.result["shapes"]]
    return url_for("map.page", **(view_of(tuple(shapely.total_bounds(shapes))) if shapes else {}))


def _page(template: str, **facts: Any) -> Response:
    return work_page(f"conflict/{template}", no_approval=NO_APPROVAL, minute=conflict_sheet.minute, **facts)


awaited.attend(blueprint, "/conflict/jobs", _job, "conflict.wait")
