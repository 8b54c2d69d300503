"""Administration of imagery: /admin/imagery. A GeoTIFF comes in, becomes tiles in the background, and is a base map."""

from __future__ import annotations

import shutil
from typing import Any, Final

from flask import Blueprint, Response, jsonify, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from layers.errors import InvalidValue, MapError
from layers.imagery.limits import DRIVERS, MOST_TILES, RASTER_BYTES
from layers.rights import NON_SECRET
from layers.secrecy import refuse_secret
from layers.store import jobs, pictures
from layers.store.pictures import FoundPicture
from webmap import accounts, awaited
from webmap.bases import written
from webmap.database import current, the_config, viewer
from webmap.managing import manager, noted, page, refused, text
from webmap.picture_files import base_file, folder_of
from webmap.picture_kinds import CUT
from webmap.picturing import begin, end_job, job_of, refuse_while_running, take

blueprint = Blueprint("imagery", __name__, url_prefix="/admin/imagery")

SORT: Final[pictures.Sort] = "raster"
OTHERWISE: Final = (
    "请选择 GeoTIFF（.tif），或把 .tif、.jpg、.png 连同坐标文件（.tfw、.jgw、.pgw）打包成 .zip；"
    "其他格式请先在 ArcGIS 或 QGIS 中导出为 GeoTIFF。"
)
LONGEST: Final = 200


@blueprint.get("")
def listed() -> Response:
    manager()
    found = [(each, job_of(each)) for each in pictures.kept(current(), viewer(), SORT)]
    return page(
        "imagery.html",
        pictures=found,
        states=jobs.STATES,
        most_mb=RASTER_BYTES >> 20,
        most_tiles=MOST_TILES // 10_000,
        csrf=accounts.token(),
        non_secret=NON_SECRET,
    )


@blueprint.post("")
def receive() -> tuple[Response, int]:
    """Take a file as the body, `?name=` what it is called; answers where it goes on."""
    uid = take(SORT, RASTER_BYTES, (*DRIVERS, ".zip"), OTHERWISE, deed="base", called="影像")
    return jsonify(ok=True, url=url_for("imagery.one", uid=uid)), 201


@blueprint.get("/<uid>")
def one(uid: str) -> Response:
    return _one(uid)


def _one(uid: str, error: MapError | None = None, status: int = 200) -> Response:
    picture = pictures.to_change(current(), viewer(), SORT, uid)
    job = job_of(picture)
    return page(
        "imagery_one.html",
        status=status,
        error=error,
        picture=picture,
        job=job,
        running=job is not None and not job.ended,
        trouble=job.message if job and job.ended and job.state != jobs.DONE else "",
        typed=request.form if error else picture.answers,
        csrf=accounts.token(),
    )


@blueprint.get("/<uid>/state")
def state(uid: str) -> Response:
    return awaited.state(job_of(pictures.to_change(current(), viewer(), SORT, uid)))


@blueprint.post("/<uid>")
def start(uid: str) -> AnyResponse:
    """Make the tiles as the form says."""

    def act() -> AnyResponse:
        picture = pictures.to_change(current(), viewer(), SORT, uid)
        refuse_while_running(picture)
        answers, title = _answers(picture), _title(picture)
        pictures.revise(current(), uid, answers=answers, title=title)
        begin(uid, CUT)
        noted("base", f"影像切片 {title}")
        current().commit()
        return redirect(url_for("imagery.one", uid=uid), 303)

    return refused(act, lambda error, status: _one(uid, error, status))


@blueprint.post("/<uid>/cancel")
def cancel(uid: str) -> AnyResponse:
    end_job(pictures.to_change(current(), viewer(), SORT, uid))
    return redirect(url_for("imagery.one", uid=uid), 303)


@blueprint.post("/<uid>/remove")
def remove(uid: str) -> AnyResponse:
    """The original, its tiles and the base map that shows them."""
    picture = pictures.to_change(current(), viewer(), SORT, uid)
    refuse_while_running(picture)
    pictures.remove(current(), uid)
    noted("base", f"移除影像 {picture.title}")
    current().commit()
    file = base_file(the_config().bases_file, uid)
    written.forget_file(the_config().bases_file, file.relative_to(the_config().bases_file.parent).as_posix())
    file.unlink(missing_ok=True)
    shutil.rmtree(folder_of(the_config().home, uid), ignore_errors=True)
    return redirect(url_for("imagery.listed", done="removed"), 303)


def _title(picture: FoundPicture) -> str:
    title = text("title")[:LONGEST] or picture.title
    refuse_secret("名称", title)
    return title


def _answers(picture: FoundPicture) -> dict[str, Any]:
    answers: dict[str, Any] = {
        name: said[:LONGEST] for name in ("attribution", "review") if (said := text(name))
    }
    said = text("crs") or str(picture.facts.get("chosen") or "")
    if not said:
        raise InvalidValue("影像没有写明坐标系。请在列出的坐标系中选择一个。")
    answers["crs"] = _whole(said)
    if text("gcj02"):
        answers["gcj02"] = True
    if nodata := text("nodata"):
        answers["nodata"] = _number(nodata)
    return answers


def _whole(said: str) -> int:
    if not (said.isascii() and said.isdigit() and len(said) <= 6):
        raise InvalidValue(f"坐标系编号收到“{said[:20]}”，应为 EPSG 编号。请改正。")
    return int(said)


def _number(said: str) -> float:
    try:
        value = float(said)
    except ValueError:
        value = float("inf")
    if abs(value) > 1e12 or value != value:
        raise InvalidValue(f"透明的像素值收到“{said[:20]}”，应为一个数，如 0 或 255。请改正，或留空。")
    return value
