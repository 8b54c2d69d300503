"""What of a briefing may leave the house in one file, and to whom is it said before it is made?

Inside the house a pack holds what its maker may export, of the layers of other units what is public, and nothing
sensitive; for the public only what is public, in squares no finer than the grid of public editions.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, Final, NamedTuple

from sqlalchemy.orm import Session

from layers.briefing.eyes import Eyes
from layers.briefing.scenes import MOST_SCENES
from layers.errors import InvalidValue
from layers.kinds import kind_for
from layers.kinds.fields import shortened
from layers.listing import columns
from layers.rights import PUBLIC_VIEWER, VISIBILITIES, Viewer, may, may_somewhere, require
from layers.secrecy import refuse_secret
from layers.store import query
from layers.store.briefings import FoundBriefing
from layers.store.query import LayerSummary

GROUND: Final = "base"
FORMS: Final = {
    "html": "离线汇报（HTML，双击放映）",
    "pptx": "幻灯片（PowerPoint，文字和图表可以改）",
    "pdf": "PDF（一幕一页，可以直接打印）",
    "png": "海报（PNG 图片，只要一幕）",
}
LONGEST_SCOPE: Final = 60
LONGEST_REVIEW: Final = 40
INTERNAL_MARK: Final = "内部资料 注意保存"
PUBLIC_MARK: Final = "公开版"


def mark_of(*, public: bool, review_number: str) -> str:
    """What stands on every page."""
    if not public:
        return INTERNAL_MARK
    return f"{PUBLIC_MARK} 审图号：{review_number}" if review_number else f"{PUBLIC_MARK} 未定稿"


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """A file as it was asked for; plain values, so that a job can carry it.

    scene: the number of the only one, on a poster; 0: all. grid_m: of public editions.
    """

    slug: str
    form: str = "html"
    scene: int = 0
    public: bool = False
    scope: str = ""
    review_number: str = ""
    grid_m: int = 0

    def plain(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)


class Going(NamedTuple):
    """What would go out. eyes: with which it is read; layers: those that go; left: those that stay."""

    eyes: Eyes
    layers: list[LayerSummary]
    left: list[LayerSummary]


def wanted(slug: str, body: Mapping[str, Any], grid_m: int) -> Wanted:
    """What the body of a request asks for; raises InvalidValue, NotAllowed for a mark of secrecy."""
    form = _form(body.get("form") or "html")
    return Wanted(
        slug=slug,
        form=form,
        scene=_scene(body.get("scene")) if form == "png" else 0,
        public=body.get("public") is True,
        scope=_words("知悉范围", body.get("scope"), LONGEST_SCOPE),
        review_number=_words("审图号", body.get("review_number"), LONGEST_REVIEW),
        grid_m=grid_m,
    )


def _form(said: object) -> str:
    if not isinstance(said, str) or said not in FORMS:
        raise InvalidValue(
            f"文件类型收到“{shortened(str(said))}”，应为以下之一：{'、'.join(FORMS)}。请改正。"
        )
    return said


def _scene(said: object) -> int:
    number = str(said or "")
    if not number.isdecimal() or not 0 < int(number) <= MOST_SCENES:
        raise InvalidValue(f"海报的幕收到“{shortened(number)}”，应为第几幕（1 到 {MOST_SCENES}）。请选一幕。")
    return int(number)


def _words(title: str, said: object, longest: int) -> str:
    if said is not None and not isinstance(said, str):
        raise InvalidValue(f"“{title}”收到“{shortened(str(said))}”，应为文字。请改正。")
    words = " ".join((said or "").split())
    if len(words) > longest:
        raise InvalidValue(f"“{title}”有 {len(words)} 个字，最多 {longest} 个。请缩短。")
    refuse_secret(title, words)
    return words


def require_maker(viewer: Viewer, asked: Wanted) -> None:
    """Whoever takes out internal data must be one who may export; slides hold pictures, as a print does.

    Raises NotAllowed, NotSignedIn.
    """
    if not asked.public and asked.form == "html":
        require(viewer, "export")


def going(session: Session, viewer: Viewer, found: FoundBriefing, *, public: bool) -> Going:
    """The layers of all scenes, parted into those that may go out and those that stay."""
    seen = {layer.key: layer for layer in query.layers(session, viewer)}
    shown = [seen[key] for key in _keys_of(found, list(seen.values())) if key in seen]
    # As the maker, but without what only the own unit sees; of what others own, what is public.
    others = frozenset(each.key for each in shown if not _may_go(viewer, each))
    eyes = Eyes(PUBLIC_VIEWER) if public else Eyes(Viewer(viewer.name, "internal"), others)
    outside = eyes.layers(session)
    go = [outside[each.key] for each in shown if each.key in outside]
    kept = {each.key for each in go}
    return Going(eyes, go, [each for each in shown if each.key not in kept])


def _may_go(viewer: Viewer, layer: LayerSummary) -> bool:
    return layer.group == GROUND or may_somewhere(viewer, "export", layer.unit)


def _keys_of(found: FoundBriefing, seen: Sequence[LayerSummary]) -> list[str]:
    """All layers that a scene shows or counts, and the ground, in the order of the panel."""
    used = {layer.key for layer in seen if layer.group == GROUND}
    for scene in found.scenes:
        on = scene["layers"]
        used |= set(on) if on is not None else {each.key for each in seen if kind_for(each).on_at_start}
        for asked in (*scene["figures"], *([scene["bars"]] if scene["bars"] else [])):
            used |= set(asked["layers"])
    return [layer.key for layer in seen if layer.key in used]


def told(session: Session, viewer: Viewer, found: FoundBriefing, *, public: bool) -> dict[str, Any]:
    """What is asked before it is made: layers with their fields, and what stays."""
    out = going(session, viewer, found, public=public)
    return {
        "public": public,
        "may": public or may(viewer, "export"),
        "layers": [_layer_told(each, out.eyes) for each in out.layers if each.group != GROUND],
        "left": [each.title for each in out.left],
    }


def _layer_told(layer: LayerSummary, eyes: Eyes) -> dict[str, Any]:
    who = eyes.of([layer.key])
    return {
        "title": layer.title,
        "visibility": VISIBILITIES[layer.visibility],
        "count": layer.count,
        "unit": layer.unit,
        "fields": [column.title for column in columns(kind_for(layer), who)],
        "sample": layer.sample,
    }
