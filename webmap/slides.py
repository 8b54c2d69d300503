"""What stands on the slides of a briefing, or on the pages of its PDF, for whom they are made?"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any, Final

from layers.briefing import play
from layers.kinds import kind_for
from layers.kinds.moments import read_times
from layers.rights import Viewer
from layers.store import Database, audit, briefings, query
from webmap.outputs.print_paper import Plate, plate_of
from webmap.printing import in_time, laid_layer

if TYPE_CHECKING:
    from sqlalchemy.orm import Session

    from layers.store.query import LayerSummary
    from webmap.outputs.print_shapes import DrawnLayer
    from webmap.outputs.slides import Slide

MAP_MM: Final = (118.0, 82.0)
"""The map is drawn smaller than it stands on a slide: its letters, of 7 points on paper, are read from afar."""
WIDE_MAP_MM: Final = (164.0, 114.0)
"""Of a scene that is about more than a few layers: more has to find room."""
FEW: Final = 2
PIXELS: Final = 1860
"""Of the width of a map: sharp on a screen of 1920."""
AROUND: Final = 0.08


def carry_out(
    database: Database,
    viewer: Viewer,
    slug: str,
    tell: Callable[[float, str], object],
    *,
    readers: Viewer | None = None,
    form: str = "pptx",
    mark: str = "",
) -> tuple[str, bytes, int]:
    """The title, the file and the number of its scenes; raises UnknownThing. What is read is noted.

    readers: for whom it is made; they see less than the viewer, who makes it. form: pptx or pdf. mark: on every page of
    a pdf.
    """
    from webmap.outputs.slides import Slide

    with database.reading() as session:
        who = readers or viewer
        told = play(session, who, briefings.to_see(session, viewer, slug))
        found = {each.key: each for each in query.layers(session, who)}
        slides = []
        for scene in told["scenes"]:
            tell(scene["number"] / (len(told["scenes"]) + 1), f"正在制作第 {scene['number']} 页")
            slides.append(Slide(scene, _picture(session, who, found, scene, told["county"]["bounds"])))
    content = _written(form, told["title"], slides, mark)
    with database.writing() as session:
        audit.record(session, viewer, "print", f"{told['title']} {form.upper()}"[:300])
        session.commit()
    return told["title"], content, len(slides)


def _written(form: str, title: str, slides: Sequence[Slide], mark: str) -> bytes:
    from webmap.outputs import briefing_pdf
    from webmap.outputs import slides as presentation

    if form == "pdf":
        return briefing_pdf.written(title, slides, mark)
    return presentation.written(title, slides)


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
