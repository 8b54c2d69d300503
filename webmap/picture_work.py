"""What do the jobs of a picture do? `look` finds out what it is, `cut` makes its tiles and puts them on the map."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from layers import crs
from layers.errors import QuestionToUser, UnreadableFile
from layers.imagery import Control, Placement, place
from layers.imagery.cutting import Cut, cut_drawing, cut_raster
from layers.imagery.looking import bring_raster, chosen_crs
from layers.imagery.looking import look as look_at
from layers.imagery.sheets import PLAIN, SEEN, SOURCE, plain_sheet
from layers.intake import county_bounds
from layers.jobs import Running
from layers.rights import SYSTEM_VIEWER
from layers.store import Database, pictures
from layers.store.pictures import FoundPicture
from webmap.bases import written
from webmap.config import Config, read_config
from webmap.picture_files import TILES, base_file, folder_of, original

WORK: Final = "work"


def look(database: Database, job: Running) -> dict[str, Any]:
    """What is in the file, kept with the picture."""
    picture = _picture(database, job)
    job.tell(0.1, "正在读取文件")
    with _workshop(picture) as room:
        facts = _raster(database, picture, room) if picture.sort == "raster" else _sheet(picture, room)
    job.ask()
    with database.writing() as session:
        pictures.revise(session, picture.uid, facts=facts)
        session.commit()
    return {}


def cut(database: Database, job: Running) -> dict[str, Any]:
    """Tiles; they are seen when all of them are there, and what was seen before stays until then."""
    picture = _picture(database, job)
    with _workshop(picture) as room:
        made = (
            _cut_raster(database, picture, room, job)
            if picture.sort == "raster"
            else _cut_drawing(picture, room, job)
        )
        job.ask()
        _keep(made.file, tiles_of(read_config(), picture))
    result = {
        "bounds": list(made.bounds),
        "min_zoom": made.min_zoom,
        "max_zoom": made.max_zoom,
        "tiles": made.count,
        "sharp": made.sharp,
        "edition": f"{job.id}",
    }
    if picture.sort == "raster":
        result["base"] = _declare(picture, made)
    with database.writing() as session:
        pictures.revise(session, picture.uid, result=result)
        session.commit()
    return {"tiles": made.count}


def _picture(database: Database, job: Running) -> FoundPicture:
    with database.reading() as session:
        return pictures.of_job(session, str(job.arguments["uid"]))


@contextmanager
def _workshop(picture: FoundPicture) -> Iterator[Path]:
    """An empty folder beside the picture, gone afterwards; a try that died has left one."""
    room = folder_of(read_config().home, picture.uid) / WORK
    shutil.rmtree(room, ignore_errors=True)
    room.mkdir(parents=True)
    try:
        yield room
    finally:
        shutil.rmtree(room, ignore_errors=True)


def _original(picture: FoundPicture) -> Path:
    file = original(read_config().home, picture.uid, picture.name)
    if not file.is_file():
        raise UnreadableFile("原始文件已不在服务器上。请重新上传。")
    return file


def _raster(database: Database, picture: FoundPicture, room: Path) -> dict[str, Any]:
    raster = look_at(bring_raster(_original(picture), room))
    facts = raster.told()
    county = county_bounds(database, SYSTEM_VIEWER)
    try:
        facts["chosen"] = chosen_crs(raster, None, county)
        facts["chosen_title"] = crs.name_of(facts["chosen"])
    except QuestionToUser as question:
        facts["question"] = question.message
        facts["choices"] = [
            {"value": each.value, "title": each.title, "consequence": each.consequence}
            for each in question.choices
        ]
    return facts


def _sheet(picture: FoundPicture, room: Path) -> dict[str, Any]:
    """The plain picture and the one to be seen stay beside the original."""
    shutil.copyfile(_original(picture), room / SOURCE)
    page = int(picture.answers.get("page", 1))
    sheet = plain_sheet(room, page)
    for name in (PLAIN, SEEN):
        (room / name).replace(room.parent / name)
    return {"width": sheet.width, "height": sheet.height, "pages": sheet.pages, "page": page}


def _cut_raster(database: Database, picture: FoundPicture, room: Path, job: Running) -> Cut:
    raster = look_at(bring_raster(_original(picture), room))
    code = chosen_crs(raster, picture.answers.get("crs"), county_bounds(database, SYSTEM_VIEWER))
    return cut_raster(room, raster, code, picture.title, picture.answers.get("nodata"), job.tell)


def _cut_drawing(picture: FoundPicture, room: Path, job: Running) -> Cut:
    plain = room.parent / PLAIN
    if not plain.is_file():
        # A backup holds the drawing as it came, and nothing that was made of it.
        _sheet(picture, room)
    shutil.copyfile(plain, room / PLAIN)
    seen_through = bool(picture.answers.get("seen_through"))
    return cut_drawing(room, placement_of(picture), picture.title, seen_through=seen_through, tell=job.tell)


def placement_of(picture: FoundPicture) -> Placement:
    """Where the control points that were saved put the drawing."""
    points = [Control(*each) for each in picture.answers.get("points", ())]
    return place(points, picture.answers.get("way"))


def tiles_of(config: Config, picture: FoundPicture) -> Path:
    """Where its tiles lie, once they are made."""
    if picture.sort == "raster":
        return base_file(config.bases_file, picture.uid)
    return folder_of(config.home, picture.uid) / TILES


def _keep(made: Path, target: Path) -> None:
    """On the disk before it has its name."""
    target.parent.mkdir(parents=True, exist_ok=True)
    draft = target.with_suffix(".new")
    shutil.move(made, draft)
    with draft.open("rb+") as file:
        os.fsync(file.fileno())
    draft.replace(target)


def _declare(picture: FoundPicture, made: Cut) -> str:
    """The base map of these tiles, among the others that administrators declare."""
    config, answers = read_config(), picture.answers
    file = base_file(config.bases_file, picture.uid)
    entry: written.Entry = {
        "title": picture.title,
        "kind": "mbtiles",
        "file": file.relative_to(config.bases_file.parent).as_posix(),
        "image": True,
        "min_zoom": made.min_zoom,
        "max_zoom": made.max_zoom,
        "bounds": list(made.bounds),
    }
    entry |= {name: text for name in ("attribution", "review") if (text := answers.get(name))}
    if answers.get("gcj02"):
        entry["gcj02"] = True
    return written.declare_file(config.bases_file, entry)
