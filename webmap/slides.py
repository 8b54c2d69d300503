"""What stands on the slides of a briefing, on the pages of its PDF or on the poster of a scene, for whom they are made?"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from layers.blobs import Blobs
from layers.briefing import play
from layers.errors import InvalidValue, MapError
from layers.kinds import kind_for
from layers.kinds.moments import read_times
from layers.rights import Viewer
from layers.store import Database, attachments, audit, briefings, query
from webmap.outputs.print_paper import Plate, plate_of
from webmap.printing import in_time, laid_layer

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from layers.store.query import LayerSummary
    from webmap.outputs.print_shapes import DrawnLayer
    from webmap.outputs.scene_page import Picture, Slide

MAP_MM: Final = (118.0, 82.0)
"""The map is drawn smaller than it stands on a slide: its letters, of 7 points on paper, are read from afar."""
WIDE_MAP_MM: Final = (164.0, 114.0)
"""Of a scene that is about more than a few layers: more has to find room."""
FEW: Final = 2
PIXELS: Final = 1860
"""Of the width of a map: sharp on a screen of 1920."""
AROUND: Final = 0.08
LOST_PHOTO: Final = "这一幕的照片文件不在服务器上，没有放进来。"


def carry_out(
    database: Database,
    viewer: Viewer,
    slug: str,
    tell: Callable[[float, str], object],
    *,
    readers: Viewer | None = None,
    form: str = "pptx",
    mark: str = "",
    blobs: Blobs | None = None,
    only: int = 0,
) -> tuple[str, bytes, int]:
    """The title, the file and the number of its scenes; raises UnknownThing, InvalidValue.

    What is read is noted. readers: for whom it is made; they see less than the viewer, who makes it. form: pptx, pdf or
    png. mark: on every page of a pdf, and on a poster. blobs: where photos lie. only: the number of the scene of a
    poster, from 1; 0: all of them.
    """
    with database.reading() as session:
        who = readers or viewer
        told = play(session, who, briefings.to_see(session, viewer, slug))
        found = {each.key: each for each in query.layers(session, who)}
        slides: list[Slide] = []
        for scene in _wanted(told, only):
            tell(len(slides) / (len(told["scenes"]) + 1), f"正在制作第 {scene['number']} 页")
            picture = _picture(session, who, found, scene, told["county"]["bounds"])
            slides.append(_slide(session, who, scene, picture, blobs))
    content = _written(form, told, slides, mark)
    part = f" 第 {only} 幕" if only else ""
    with database.writing() as session:
        audit.record(session, viewer, "print", f"{told['title']} {form.upper()}{part}"[:300])
        session.commit()
    return told["title"], content, len(slides)


def _wanted(told: Mapping[str, Any], only: int) -> list[dict[str, Any]]:
    scenes: list[dict[str, Any]] = told["scenes"]
    if not scenes:
        raise InvalidValue(f"汇报“{told['title']}”还没有幕，没有可以带走的内容。请先加入至少一幕。")
    if only > len(scenes):
        raise InvalidValue(f"汇报“{told['title']}”有 {len(scenes)} 幕，没有第 {only} 幕。请重新选择。")
    return scenes[only - 1 : only] if only else scenes


def _slide(
    session: Session, who: Viewer, scene: dict[str, Any], picture: bytes | None, blobs: Blobs | None
) -> Slide:
    from webmap.outputs.scene_page import Slide

    photo = None
    if scene["picture"] and blobs:
        try:
            photo = _photo(session, who, scene["picture"]["uid"], blobs)
        except MapError:
            scene = {**scene, "trouble": [*scene["trouble"], LOST_PHOTO]}
    return Slide(scene, picture, photo)


def _photo(session: Session, who: Viewer, uid: str, blobs: Blobs) -> Picture | None:
    """As everybody sees it; None: it is a document."""
    from webmap.outputs.scene_page import picture_of

    row = attachments.attachment_named(session, who, uid).row
    return picture_of(blobs.path(row.shown_sha256).read_bytes()) if row.shown_sha256 else None


def _written(form: str, told: Mapping[str, Any], slides: Sequence[Slide], mark: str) -> bytes:
    from webmap.outputs import briefing_pdf
    from webmap.outputs import slides as presentation

    if form == "png":
        return briefing_pdf.poster(told["title"], slides[0], len(told["scenes"]), mark)
    if form == "pdf":
        return briefing_pdf.written(told["title"], slides, mark)
    return presentation.written(told["title"], slides, mark)


def _picture(
    session: Session,
    viewer: Viewer,
    found: Mapping[str, LayerSummary],
    scene: Mapping[str, Any],
    county: Any,
) -> bytes | None:
    from webmap.outputs.print_map import pictured

    bounds = scene["bounds"] or county
    if not bounds:
        return None
    who = replace(viewer, at=date.fromisoformat(scene["at"])) if scene["at"] else viewer
    width, height = MAP_MM if 0 < len(scene["subject"]) <= FEW else WIDE_MAP_MM
    plate = plate_of(tuple(bounds), width, height, AROUND)
    laid = [_layer(session, who, found[key], plate, scene) for key in scene["layers"]]
    layers, beside = in_time(laid, plate, read_times(scene["time"]), _curtain(scene, bounds))
    return pictured(plate, layers, PIXELS * 25.4 / width, beside)


def _curtain(scene: Mapping[str, Any], bounds: Sequence[float]) -> float | None:
    """Degrees of longitude; None: the middle."""
    share = (scene["compare"] or {}).get("share")
    west, _, east, _ = bounds
    return None if share is None else west + share * (east - west)


def _layer(
    session: Session, who: Viewer, summary: LayerSummary, plate: Plate, scene: Mapping[str, Any]
) -> DrawnLayer:
    """What the scene is not about is quiet; the ground is as always."""
    text, color_by = (scene[name].get(summary.key, "") for name in ("filters", "colors"))
    layer = laid_layer(session, who, summary, plate, text, color_by=color_by)
    if kind_for(summary).backdrop or not scene["subject"]:
        return layer
    classes = {each.key for each in layer.kind.classes}
    about = scene["subject"].get(summary.key)
    loud = set() if about is None else set(about) or classes
    return replace(layer, quiet=frozenset(classes - loud))
