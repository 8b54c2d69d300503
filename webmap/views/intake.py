"""From a file to the map, step by step: /intake. Choose, see what would happen, answer, import, take back.

The bytes are on the disk before the database is opened; reading and importing are jobs, so no answer waits for them.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any, Final

from flask import (
    Blueprint,
    Response,
    jsonify,
    redirect,
    request,
    send_file,
    url_for,
)
from werkzeug.wrappers import Response as AnyResponse

from layers import crs
from layers.errors import InvalidValue, NoSpace, UnknownThing
from layers.kinds import LayerKind, kind_for
from layers.rights import VISIBILITIES, require
from layers.store import jobs, query, uploads
from layers.store.history import Deed, deed
from layers.store.jobs import FoundJob
from layers.store.rows import checked_uid, new_uid
from layers.store.uploads import Upload
from webmap import awaited, intake_differences, intake_repairs
from webmap.database import current, the_config, the_database, viewer
from webmap.intake_kinds import BRING, BRINGING, READ
from webmap.intaking import begin, is_brought, job_of, refuse_while_running
from webmap.map_place import view_of
from webmap.receiving import received
from webmap.sketch import county_lines, sketch
from webmap.uploading import INTAKE_BYTES, differences_of, file_of, report_of
from webmap.work_page import work_page

blueprint = Blueprint("intake", __name__, url_prefix="/intake")

LONGEST_NAME: Final = 200
LATEST: Final = 12
NUMBERED: Final = 40
"""Problems that have a number on the sketch."""
SHIFTS: Final = {
    "": "按文件本身",
    "gcj02": "GCJ-02（高德、腾讯、奥维），反算",
    "bd09": "BD-09（百度），反算",
    "none": "没有偏移",
}
ANSWERS: Final = (
    "layer",
    "visibility",
    "crs",
    "swap",
    "parameters",
    "shift",
    "local",
    "encoding",
    "source_layer",
    "key",
)
LOCAL: Final = ("meridian", "local_x", "local_y", "local_height")
"""The parts of a town's own system, as the form asks for them."""
MOST_LAYERS: Final = 40
LONGEST_ANSWER: Final = 200


@blueprint.get("")
def choose() -> Response:
    require(viewer(), "import")
    found = [(each, job_of(each)) for each in uploads.latest(current(), viewer(), LATEST)]
    return _page(
        "choose.html", latest=found, states=jobs.STATES, bringing=BRINGING, most_mb=INTAKE_BYTES >> 20
    )


@blueprint.post("")
def receive() -> tuple[Response, int]:
    """Take a file as the body, `?name=` what it is called; answers where its import goes on.

    group: a UUID that files have in common which are brought together.
    """
    require(viewer(), "import")
    group = request.args.get("group")
    answers = {uploads.GROUP: checked_uid(group)} if group else {}
    with received(INTAKE_BYTES, None, "", file_of) as file:
        uploads.add(current(), viewer(), file.uid, file.name, file.sha256, file.size)
        begin(uploads.find(current(), viewer(), file.uid), READ, answers)
        current().commit()
    onward = url_for("intake_together.page", group=group) if group else url_for("intake.step", uid=file.uid)
    return jsonify(ok=True, url=onward), 201


@blueprint.get("/<uid>")
def step(uid: str) -> Response:
    """Wherever this import is."""
    require(viewer(), "import")
    upload = uploads.find(current(), viewer(), uid)
    job = job_of(upload)
    if job is None or not job.ended:
        return _page("wait.html", upload=upload, job=job)
    if is_brought(job):
        done = job.result or {}
        told = _deed(done)
        facts: dict[str, Any] = {
            "reason": told.reason if told else "",
            "undone": told is not None and told.undone,
            "mended": intake_repairs.told(current(), done.get("act_id")),
        }
        facts |= {"upload": upload, "job": job, "done": done, "map_url": _map_url(job)}
        return _page("done.html", **facts)
    return _plan_page(upload, job)


@blueprint.get("/<uid>/state")
def state(uid: str) -> Response:
    require(viewer(), "import")
    return awaited.state(job_of(uploads.find(current(), viewer(), uid)))


@blueprint.post("/<uid>")
def revise(uid: str) -> AnyResponse:
    """Other answers: the file is read again."""
    require(viewer(), "import")
    upload = uploads.find(current(), viewer(), uid)
    refuse_while_running(upload)
    answers = _answers(upload)
    if "columns" in answers and request.form.getlist("column"):
        header = uploads.header_of(answers["columns"])
        uploads.remember_columns(current(), header, str(answers.get("layer")), answers["columns"])
    begin(upload, READ, answers)
    current().commit()
    return _onward(uid)


@blueprint.post("/<uid>/repairs")
def repair(uid: str) -> AnyResponse:
    """Which repairs are accepted: all of a sort, or of single rows. The file is read again with them."""
    require(viewer(), "import")
    upload = uploads.find(current(), viewer(), uid)
    refuse_while_running(upload)
    said = intake_repairs.chosen(upload.answers.get("repairs"), request.form)
    begin(upload, READ, {**upload.answers, "repairs": said})
    current().commit()
    return _onward(uid)


@blueprint.post("/<uid>/apply")
def apply(uid: str) -> AnyResponse:
    """Import what the plan says: all, only the good rows, only those with a new code."""
    require(viewer(), "import")
    upload = uploads.find(current(), viewer(), uid)
    job = job_of(upload)
    if job is None or job.kind != READ or job.state != jobs.DONE or not (job.result or {}).get("good"):
        raise InvalidValue("还没有可导入的内容。请先完成核对，再点导入。")
    answers = {**upload.answers, "layer": (job.result or {})["layer"]}
    choice = {
        "good_rows": request.form.get("rows") == "good",
        **{
            name: request.form.get(name, "")[:LONGEST_ANSWER]
            for name in ("stamp", "new", "changed", "removed")
        },
        "ticked": [uid[:36] for uid in request.form.getlist("ticked")],
    }
    begin(upload, BRING, answers, choice)
    current().commit()
    return _onward(uid)


@blueprint.post("/<uid>/cancel")
def cancel(uid: str) -> AnyResponse:
    require(viewer(), "import")
    job = job_of(uploads.find(current(), viewer(), uid))
    if job is not None:
        awaited.cancel(job.id)
    return _onward(uid)


@blueprint.post("/<uid>/split")
def split(uid: str) -> AnyResponse:
    """Several layers of one file: each is looked at by itself, with the same file, and with what came beside it."""
    require(viewer(), "import")
    upload = uploads.find(current(), viewer(), uid)
    refuse_while_running(upload)
    chosen = [name[:LONGEST_NAME] for name in request.form.getlist("source_layer")][:MOST_LAYERS]
    if not chosen:
        raise InvalidValue("没有勾选图层。请至少勾选一个，再继续。")
    first, *others = chosen
    there = upload.answers.get(uploads.GROUP)
    group = {uploads.GROUP: there or new_uid()} if there or others else {}
    begin(upload, READ, {**_without_layer(upload), **group, "source_layer": first})
    for name in others:
        begin(_again(upload), READ, {**_without_layer(upload), **group, "source_layer": name})
    current().commit()
    return (
        redirect(url_for("intake_together.page", group=group[uploads.GROUP]), 303) if group else _onward(uid)
    )


@blueprint.get("/<uid>/original")
def original(uid: str) -> Response:
    """The file as it came, for the one who brought it and for colleagues who answer for its layers."""
    require(viewer(), "import")
    upload = uploads.original(current(), viewer(), uid)
    return _saved(file_of(the_config().home, upload.uid, upload.name), upload.name)


@blueprint.get("/<uid>/report")
def report(uid: str) -> Response:
    """All that was found about it, as a spreadsheet."""
    require(viewer(), "import")
    upload = uploads.find(current(), viewer(), uid)
    return _saved(report_of(the_config().home, upload.uid), f"{Path(upload.name).stem}-核对报告.xlsx")


@blueprint.get("/<uid>/differences.json")
def differences(uid: str) -> Response:
    """What the map shows of an import before it is done, for the one who brought the file."""
    require(viewer(), "import")
    upload = uploads.find(current(), viewer(), uid)
    job = job_of(upload)
    if job is None or job.kind != READ or job.state != jobs.DONE:
        raise UnknownThing("这次导入正在处理，或已经导入。请回到“导入”页查看。")
    told = intake_differences.read(differences_of(the_config().home, upload.uid))
    outdated = False
    if told["layer"]:
        # Who may no longer see the layer gets nothing of it.
        layer = query.layer_named(current(), viewer(), told["layer"])
        outdated = intake_differences.has_changed(layer, told)
    response = jsonify(file=upload.name, url=url_for("intake.step", uid=uid), outdated=outdated, **told)
    response.headers["Cache-Control"] = "private, no-store"
    return response


# --- files ---------------------------------------------------------------------------------------------


def _again(upload: Upload) -> Upload:
    """The same file once more, for another of its layers."""
    home, uid = the_config().home, new_uid()
    target = file_of(home, uid, upload.name)
    target.parent.mkdir(parents=True)
    try:
        shutil.copyfile(file_of(home, upload.uid, upload.name), target)
    except OSError as refusal:
        shutil.rmtree(target.parent, ignore_errors=True)
        raise NoSpace(f"文件存不下（{refusal.strerror}），未导入任何内容。请联系系统管理员。") from None
    uploads.add(current(), viewer(), uid, upload.name, upload.sha256, upload.bytes)
    return uploads.find(current(), viewer(), uid)


def _without_layer(upload: Upload) -> dict[str, Any]:
    """What was answered about the file itself; each of its layers has a place and columns of its own."""
    kept = ("visibility", "encoding", "shift")
    return {name: upload.answers[name] for name in kept if name in upload.answers}


def _saved(file: Path, name: str) -> Response:
    if not file.is_file():
        raise UnknownThing("文件已到保留期限，或还没有生成。请重新选择文件。")
    response = send_file(file, as_attachment=True, download_name=name, mimetype="application/octet-stream")
    response.headers["Cache-Control"] = "private, no-store"
    return response


# --- answers -------------------------------------------------------------------------------------------


def _answers(upload: Upload) -> dict[str, Any]:
    """What was chosen before, with what this form says; columns belong to their layer."""
    answers = dict(upload.answers)
    told = {name: request.form[name].strip()[:LONGEST_ANSWER] for name in ANSWERS if name in request.form}
    if any(name in request.form for name in LOCAL):
        told["local"] = _local()
    if told.get("crs"):
        # A candidate says in one word which system it is, and whether X and Y change places.
        number, swap, _ = told["crs"].partition(crs.SWAPPED)
        told |= {"crs": number, **({"swap": "yes"} if swap else {})}
        if not swap and "crs" in request.form and "layer_was" not in request.form:
            told["swap"] = ""
    for name, said in told.items():
        answers[name] = _code(said) if name == "crs" and said else said
        if not said:
            del answers[name]
    if answers.get("visibility") not in (None, "internal", "public"):
        raise InvalidValue("可见范围应为内部或公开。请重新选择。")
    columns, fields = request.form.getlist("column"), request.form.getlist("field")
    if answers.get("layer") != request.form.get("layer_was", answers.get("layer")):
        answers.pop("columns", None)
    elif columns and len(columns) == len(fields):
        answers["columns"] = dict(zip(columns, fields, strict=True))
    return answers


def _local() -> str:
    """What was typed of a town's own system, in the order of `shift.local_in`; nothing where nothing was typed."""
    typed = [request.form.get(name, "").strip()[:40] for name in LOCAL]
    if not any(typed[:3]):
        return ""
    return ",".join(typed[:3] + [word for word in typed[3:] if word])


def _code(said: str) -> int:
    if not (said.isascii() and said.isdigit() and len(said) <= 6):
        raise InvalidValue(f"坐标系编号收到“{said[:20]}”，应为 EPSG 编号。请改正。")
    return int(said)


# --- pages ---------------------------------------------------------------------------------------------


def _page(template: str, **facts: Any) -> Response:
    return work_page(f"intake/{template}", **facts)


def _plan_page(upload: Upload, job: FoundJob) -> Response:
    found = (job.result or {}) if job.kind == READ else {}
    county = county_lines(the_database(), viewer())
    listed = [*found.get("problems", []), *found.get("warnings", [])]
    numbered = [each for each in listed if each["spot"]][:NUMBERED]
    for number, each in enumerate(numbered, 1):
        each["number"] = number
    question = found.get("question")
    check = found.get("check") or {}
    for choice in [*(question["choices"] if question else []), *check.get("choices", [])]:
        choice["sketch"] = sketch(choice["shapes"], county, whole=True) if choice["shapes"] else None
    for choice in check.get("sources", []):
        choice["sketch"] = sketch(choice["shapes"], choice["plain"]) if choice["shapes"] else None
    return _page(
        "plan.html",
        upload=upload,
        job=job,
        found=found,
        question=question,
        trouble=found.get("refusal") or (job.message if job.state != jobs.DONE else ""),
        fields=_fields(found.get("layer")),
        visibilities={key: VISIBILITIES[key] for key in ("internal", "public")},
        shifts=SHIFTS,
        sorts=intake_repairs.sorts(found, upload.answers.get("repairs")),
        accepted_sorts=(upload.answers.get("repairs") or {}).get("sorts", ()),
        local=dict(
            zip(LOCAL, [*str(upload.answers.get("local", "")).split(","), "", "", "", ""], strict=False)
        ),
        county=county,
        near=sketch(found.get("shapes", []), county, [each["spot"] for each in numbered], together=True),
        far=sketch(found.get("shapes", []), county, whole=True),
    )


def _fields(layer: str | None) -> list[tuple[str, str]]:
    if layer is None:
        return []
    kind: LayerKind = kind_for(query.layer_named(current(), viewer(), layer))
    return [(each.key, each.title) for each in kind.fields if each.key != "is_sample"]


def _deed(done: dict[str, Any]) -> Deed | None:
    """What history says of the import."""
    try:
        return deed(current(), viewer(), int(done.get("act_id") or 0))
    except UnknownThing:
        return None


def _map_url(job: FoundJob) -> str:
    """The map, at the place of what was imported."""
    done = job.result or {}
    bounds = done.get("bounds")
    keys = [each["layer"] for each in done.get("layers", [])] or [
        done.get("layer") or job.arguments["answers"].get("layer", "")
    ]
    place = view_of(bounds) if bounds else {}
    kinds = [kind_for(layer) for layer in query.layers_named(current(), viewer(), keys)]
    shown: dict[str, Any] = {} if all(kind.on_at_start for kind in kinds) else {"layers": ",".join(keys)}
    return url_for("map.page", **place, **shown)


def _onward(uid: str) -> AnyResponse:
    return redirect(url_for("intake.step", uid=uid), 303)
