"""Drawings on the map: /drawings. A picture or a page comes in, is placed by control points, and lies over the map.

The tiles of a drawing are read like those of a base map, but each answer asks who may see it.
"""

from __future__ import annotations

import shutil
import sqlite3
from typing import Any, Final

from flask import Blueprint, Response, jsonify, redirect, request, url_for
from werkzeug.wrappers import Response as AnyResponse

from layers.errors import InvalidValue, UnknownThing, WrongSetting
from layers.imagery import LEAST, TITLES, Control, Placement, place, typed_place
from layers.imagery.limits import SHEET_BYTES, SHEET_PIXELS, SHEET_SUFFIXES
from layers.rights import NON_SECRET, VISIBILITIES, require
from layers.secrecy import refuse_secret
from layers.store import jobs, pictures
from layers.store.pictures import FoundPicture
from webmap import accounts, awaited
from webmap.answers import answer, digest
from webmap.bases.addresses import Square
from webmap.bases.archives import MBTiles
from webmap.bases.fetch import image_type
from webmap.body import read_json
from webmap.database import current, the_config, viewer
from webmap.managing import noted, whole
from webmap.map_place import view_of
from webmap.picture_files import TILES, folder_of
from webmap.picture_kinds import CUT, LOOK
from webmap.picturing import begin, end_job, job_of, refuse_while_running, take
from webmap.work_page import work_page

blueprint = Blueprint("drawings", __name__)

SORT: Final[pictures.Sort] = "drawing"
SEEN: Final = "seen.jpg"
OTHERWISE: Final = "请选择 JPG、PNG 或 PDF；CAD 图请打印成 PDF，或另存为 DXF 后导入。"
LONGEST: Final = 100
OPEN_TO: Final = ("internal", "public")
DAY_S: Final = 86_400
CLOSEST: Final = 22


@blueprint.get("/drawings")
def listed() -> Response:
    """Those of the own unit, and a place to drop a new one."""
    require(viewer(), pictures.DEEDS[SORT])
    found = [(each, job_of(each)) for each in pictures.kept(current(), viewer(), SORT)]
    return _page(
        "listed.html",
        pictures=found,
        states=jobs.STATES,
        visibilities=VISIBILITIES,
        most_mb=SHEET_BYTES >> 20,
        most_pixels=SHEET_PIXELS // 10_000,
        non_secret=NON_SECRET,
    )


@blueprint.post("/drawings")
def receive() -> tuple[Response, int]:
    """Take a file as the body, `?name=` what it is called; answers where it goes on."""
    uid = take(SORT, SHEET_BYTES, SHEET_SUFFIXES, OTHERWISE, deed="drawing", called="图纸")
    return jsonify(ok=True, url=url_for("drawings.one", uid=uid)), 201


@blueprint.get("/drawings/<uid>")
def one(uid: str) -> Response:
    """Wherever this drawing is: read, to be placed, or made into tiles."""
    picture = _own(uid)
    job = job_of(picture)
    if job is not None and not job.ended:
        return _page("wait.html", picture=picture, job=job)
    trouble = job.message if job is not None and job.state != jobs.DONE else ""
    if not picture.facts:
        return _page("wait.html", picture=picture, job=job, trouble=trouble or "图纸无法读取。")
    return _page(
        "place.html",
        picture=picture,
        trouble=trouble,
        boot=_boot(picture),
        ways=_ways(),
        open_to=_open_to(),
        map_url=_map_url(picture),
    )


@blueprint.get("/drawings/<uid>/state")
def state(uid: str) -> Response:
    picture = _own(uid)
    return awaited.state(job_of(picture))


@blueprint.get("/drawings/<uid>/seen")
def seen(uid: str) -> Response:
    """The drawing as a picture, for placing it."""
    picture = _own(uid)
    file = folder_of(the_config().home, picture.uid) / SEEN
    if not file.is_file():
        raise UnknownThing("图纸还没有读取完。请稍后再试。")
    response = Response(file.read_bytes(), mimetype="image/jpeg")
    response.headers["Cache-Control"] = "private, no-cache"
    return response


@blueprint.post("/drawings/<uid>/page")
def turn_page(uid: str) -> AnyResponse:
    """Another page of the PDF; the points of the old one mean nothing on it."""
    picture = _own(uid)
    refuse_while_running(picture)
    page, pages = whole("page"), int(picture.facts.get("pages") or 1)
    if not 1 <= page <= pages:
        raise InvalidValue(f"收到第 {page} 页，这份 PDF 共 {pages} 页。请填写 1 到 {pages} 之间的页码。")
    pictures.revise(current(), uid, answers={"page": page}, facts={})
    begin(uid, LOOK)
    current().commit()
    return redirect(url_for("drawings.one", uid=uid), 303)


@blueprint.post("/drawings/<uid>/fit")
def fit(uid: str) -> Response:
    """Where these points put the drawing: its corners, and how far each point is off, in metres."""
    picture = _own(uid)
    said = read_json()
    found = place(_points(said), said.get("way"))
    return jsonify(ok=True, **_fitted(picture, found, _points(said)))


@blueprint.post("/drawings/<uid>")
def save(uid: str) -> Response:
    """Keep the place and make the tiles."""
    picture = _own(uid)
    said = read_json()
    refuse_while_running(picture)
    points = _points(said)
    found = place(points, said.get("way"))
    title, visibility = str(said.get("title") or picture.title).strip()[:LONGEST], said.get("visibility")
    refuse_secret("名称", title)
    if visibility not in OPEN_TO:
        raise InvalidValue("可见范围应为内部或公开。请重新选择。")
    answers = {
        **{name: value for name, value in picture.answers.items() if name == "page"},
        "points": [list(each) for each in points],
        "way": found.sort,
        "seen_through": bool(said.get("seen_through")),
        "rms_m": round(found.rms_m, 3),
    }
    pictures.revise(current(), uid, answers=answers, title=title, visibility=visibility)
    begin(uid, CUT)
    noted("drawing", f"放置图纸 {title}")
    current().commit()
    return jsonify(ok=True, url=url_for("drawings.one", uid=uid))


@blueprint.post("/drawings/<uid>/cancel")
def cancel(uid: str) -> AnyResponse:
    end_job(_own(uid))
    return redirect(url_for("drawings.one", uid=uid), 303)


@blueprint.post("/drawings/<uid>/remove")
def remove(uid: str) -> AnyResponse:
    picture = _own(uid)
    refuse_while_running(picture)
    pictures.remove(current(), uid)
    noted("drawing", f"移除图纸 {picture.title}")
    current().commit()
    shutil.rmtree(folder_of(the_config().home, uid), ignore_errors=True)
    return redirect(url_for("drawings.listed"), 303)


@blueprint.get("/api/drawings")
def on_map() -> Response:
    """The drawings that may be laid over the map by whoever asks."""
    return answer({"drawings": [_told(each) for each in pictures.on_map(current(), viewer())]})


@blueprint.get("/drawings/<uid>/<int:z>/<int:x>/<int:y>")
def tile(uid: str, z: int, x: int, y: int) -> Response:
    picture, square = pictures.to_see(current(), viewer(), uid), Square(z, x, y)
    if z > CLOSEST or not square.is_on_earth:
        raise UnknownThing(
            f"没有 {z}/{x}/{y} 这张瓦片：级别应为 0 到 {CLOSEST}，行列号应为 0 到 2 的级别次方减 1。"
        )
    try:
        body = MBTiles(folder_of(the_config().home, uid) / TILES).tile(square)
    except (sqlite3.Error, WrongSetting):
        raise UnknownThing(f"图纸“{picture.title}”的瓦片读不了。请重新保存它的位置。") from None
    if body is None:
        return Response(status=204, headers={"Cache-Control": f"private, max-age={DAY_S}"})
    response = Response(body, mimetype=image_type(body))
    response.headers["Cache-Control"] = f"private, max-age={DAY_S}"
    response.set_etag(digest(body.hex()))
    response.make_conditional(request)
    return response


# --- what was said -------------------------------------------------------------------------------------


def _own(uid: str) -> FoundPicture:
    return pictures.to_change(current(), viewer(), SORT, uid)


def _points(said: dict[str, Any]) -> list[Control]:
    given = said.get("points")
    if not isinstance(given, list) or not all(isinstance(each, dict) for each in given):
        raise InvalidValue("没有收到控制点。请在图纸和地图上成对地选点。")
    return [_point(number, each) for number, each in enumerate(given, 1)]


def _point(number: int, given: dict[str, Any]) -> Control:
    """Pixels, and degrees or what was typed."""
    typed = given.get("typed")
    where = typed_place(str(typed)) if typed else (given.get("lon"), given.get("lat"))
    values = given.get("across"), given.get("down"), *where
    if not all(isinstance(each, (int, float)) and not isinstance(each, bool) for each in values):
        raise InvalidValue(f"控制点 {number} 不完整：图纸上和地图上都要有位置。请补全，或删去这一点。")
    across, down, lon, lat = (float(each) for each in values)
    return Control(across, down, lon, lat)


# --- what is told --------------------------------------------------------------------------------------


def _fitted(picture: FoundPicture, found: Placement, points: list[Control]) -> dict[str, Any]:
    width, height = picture.facts["width"], picture.facts["height"]
    corners = found.degrees([(0, 0), (width, 0), (width, height), (0, height)])
    return {
        "way": found.sort,
        "title": TITLES[found.sort],
        "spare": found.spare,
        "residuals_m": [round(each, 3) for each in found.residuals_m],
        "similarity_m": [round(each, 3) for each in found.similarity_m],
        "rms_m": round(found.rms_m, 3),
        "pixel_m": round(found.pixel_m(width, height), 4),
        "corners": [[round(lon, 8), round(lat, 8)] for lon, lat in corners],
        "points": [[point.lon, point.lat] for point in points],
    }


def _told(picture: FoundPicture) -> dict[str, Any]:
    place_of = url_for("drawings.tile", uid=picture.uid, z=0, x=0, y=0).removesuffix("0/0/0")
    return {
        "uid": picture.uid,
        "title": picture.title,
        "unit": picture.unit,
        "visibility": VISIBILITIES[picture.visibility],
        "url": f"{place_of}{{z}}/{{x}}/{{y}}?v={picture.edition}",
        **{name: picture.result[name] for name in ("bounds", "min_zoom", "max_zoom")},
        "rms_m": picture.answers.get("rms_m"),
    }


def _map_url(picture: FoundPicture) -> str:
    """The map with this drawing on it."""
    if not picture.result:
        return url_for("map.page")
    place = view_of(picture.result["bounds"], closest=18, least_deg=0.0005)
    return f"{url_for('map.page', **place)}&over={picture.uid}:0.7"


def _boot(picture: FoundPicture) -> dict[str, Any]:
    return {
        "urls": {
            "outline": url_for("mark.outline"),
            "bases": url_for("bases.listed"),
            "shift": url_for("bases.shift"),
            "layers": url_for("layers.catalogue"),
            "api": url_for("map.page") + "api/",
            "seen": f"{url_for('drawings.seen', uid=picture.uid)}?v={picture.job_id}",
            "fit": url_for("drawings.fit", uid=picture.uid),
            "save": url_for("drawings.save", uid=picture.uid),
            "map": url_for("map.page"),
        },
        "csrf": accounts.token(),
        "width": picture.facts["width"],
        "height": picture.facts["height"],
        "points": picture.answers.get("points", []),
        "way": picture.answers.get("way", ""),
        "least": LEAST,
        "placed": bool(picture.result),
    }


def _ways() -> dict[str, str]:
    return {"": "自动", **TITLES}


def _open_to() -> dict[str, str]:
    return {each: VISIBILITIES[each] for each in OPEN_TO}


def _page(template: str, **facts: Any) -> Response:
    return work_page(f"drawings/{template}", **{"trouble": "", **facts})
