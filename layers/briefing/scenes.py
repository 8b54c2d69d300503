"""What is a scene, and what may stand in it?

A scene is JSON. All text is plain; a headline may hold slots that are filled when it is shown: `{1}` to `{3}` the
scene's figures, `{1.count}` `{1.area_mu}` `{1.length_km}` the same question measured otherwise, `{top}` and
`{top%}` the longest bar and its share.

    id          short word, unique in the briefing
    chapter     what stands above the headline
    headline    the sentence that is said
    bounds      [west, south, east, north] in degrees; null is the whole county
    layers      keys of the layers that are on beside the ground; null is as the map starts
    subject     {layer: [class, …]} what the scene is about; an empty list is all of the layer; the rest is fainter
    colors      {layer: key of the field that colours it in this scene}
    filters     {layer: filter as it stands in addresses}
    figures     up to three questions: {label, layers, filter, measure, field?, of?}
    bars        one question told in groups: {title, by, layers, filter, measure, field?, of?}; null is none
    at          a past day (2026-03-01); null is now
    year        {time}: what stands then ("now", "plan", "2027" for the end of that year); null is everything
    compare     {left, right, share}: two such times and where the curtain hangs between them, as a share of the width
                of the bounds (null: in the middle); null is one picture
    picture     uid of an attachment; null is none
    notes       for the one who speaks
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from datetime import date
from typing import Any, Final

from layers.briefing.measures import MEASURES
from layers.errors import InvalidValue
from layers.kinds.fields import shortened
from layers.kinds.moments import checked_time
from layers.secrecy import refuse_secret

Scene = dict[str, Any]

MOST_SCENES: Final = 200
MOST_FIGURES: Final = 3
MOST_LAYERS: Final = 80
MOST_ASKED: Final = 12
"""Layers of one question."""
ADVISED_HEADLINE: Final = 60
LONGEST: Final = {"chapter": 60, "headline": 2000, "label": 60, "notes": 10_000, "title": 60}
LONGEST_FILTER: Final = 3000
LONGEST_KEY: Final = 100
_ID: Final = re.compile(r"[a-z0-9]{1,16}")
_UID: Final = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_EARLIEST: Final = date(2000, 1, 1)


def checked_title(said: object) -> str:
    """The title of a briefing; raises InvalidValue, NotAllowed for a mark of secrecy."""
    words = _text(said, "汇报标题", LONGEST["title"])
    if not words:
        raise InvalidValue("汇报标题是空的，应为 1 到 60 个字。请填写。")
    return words


def checked_scenes(said: object) -> list[Scene]:
    """All scenes as they are stored; raises InvalidValue with the scene and what is wrong in it."""
    if not isinstance(said, list):
        raise InvalidValue("“scenes”应为各幕的列表（[…]）。请按接口说明提交。")
    if len(said) > MOST_SCENES:
        raise InvalidValue(f"汇报有 {len(said)} 幕，最多 {MOST_SCENES} 幕。请删去一些，或分成几份汇报。")
    scenes = [checked_scene(each, number) for number, each in enumerate(said, 1)]
    return _named_apart(scenes)


def checked_scene(said: object, number: int = 1) -> Scene:
    """One scene as it is stored; number: what it is called in a refusal."""
    here = f"第 {number} 幕"
    if not isinstance(said, dict):
        raise InvalidValue(f"{here}应为一个对象（{{…}}）。请按接口说明提交。")
    unknown = next((key for key in said if key not in _READ), None)
    if unknown is not None:
        raise InvalidValue(f"{here}里有不认识的内容“{shortened(str(unknown))}”。请去掉，或升级系统后重试。")
    return {key: read(said.get(key), here) for key, read in _READ.items()}


# --- what stands in a scene ------------------------------------------------------------------------------


def _id(said: object, here: str) -> str:
    if said is None or said == "":
        return ""
    if not isinstance(said, str) or not _ID.fullmatch(said):
        raise InvalidValue(f"{here}的标识收到“{shortened(str(said))}”，应为 1 到 16 个小写字母或数字。")
    return said


def _words(title: str, longest: int, *, lines: bool = False) -> Callable[[object, str], str]:
    return lambda said, here: _text(said, f"{here}的{title}", longest, lines=lines)


def _text(said: object, title: str, longest: int, *, lines: bool = False) -> str:
    if said is None:
        return ""
    if not isinstance(said, str):
        raise InvalidValue(f"{title}收到“{shortened(str(said))}”，应为文字。请改正。")
    if "\x00" in said:
        raise InvalidValue(f"{title}里有不能保存的字符。请删除后重新填写。")
    words = said.strip() if lines else " ".join(said.split())
    if len(words) > longest:
        raise InvalidValue(f"{title}有 {len(words)} 个字，最多 {longest} 个。请缩短。")
    refuse_secret(title, words)
    return words


def _bounds(said: object, here: str) -> list[float] | None:
    if said is None:
        return None
    sides = [float(side) for side in said if _is_number(side)] if isinstance(said, list) else []
    sound = len(sides) == 4 and isinstance(said, list) and len(said) == 4
    if not (sound and -180 <= sides[0] < sides[2] <= 180 and -90 <= sides[1] < sides[3] <= 90):
        raise InvalidValue(
            f"{here}的视野应为西、南、东、北四个度数，且西小于东、南小于北。请在地图上重新取用。"
        )
    return [round(side, 6) for side in sides]


def _is_number(side: object) -> bool:
    return isinstance(side, int | float) and not isinstance(side, bool) and math.isfinite(side)


def _keys(said: object, title: str, most: int) -> list[str]:
    if not isinstance(said, list) or not all(_is_key(each) for each in said):
        raise InvalidValue(f"{title}应为图层（或类别）的列表。请从列表中重新选择。")
    if len(said) > most:
        raise InvalidValue(f"{title}有 {len(said)} 个，最多 {most} 个。请减少。")
    return list(dict.fromkeys(said))


def _is_key(said: object) -> bool:
    return isinstance(said, str) and 0 < len(said) <= LONGEST_KEY and said.isprintable()


def _layers(said: object, here: str) -> list[str] | None:
    return None if said is None else _keys(said, f"{here}打开的图层", MOST_LAYERS)


def _by_layer(said: object, title: str) -> dict[str, Any]:
    if said is None:
        return {}
    if not isinstance(said, dict) or not all(map(_is_key, said)) or len(said) > MOST_LAYERS:
        raise InvalidValue(f"{title}应按图层给出（{{图层: …}}），最多 {MOST_LAYERS} 个图层。请重新选择。")
    return said


def _subject(said: object, here: str) -> dict[str, list[str]]:
    title = f"{here}突出的内容"
    return {layer: _keys(each, title, MOST_LAYERS) for layer, each in _by_layer(said, title).items()}


def _filters(said: object, here: str) -> dict[str, str]:
    title = f"{here}的筛选"
    return {layer: text for layer, each in _by_layer(said, title).items() if (text := _filter(each, title))}


def _colors(said: object, here: str) -> dict[str, str]:
    title = f"{here}的着色"
    found = _by_layer(said, title)
    if not all(each is None or _is_key(each) for each in found.values()):
        raise InvalidValue(f"{title}应按图层给出字段（{{图层: 字段}}）。请重新选择。")
    return {layer: field for layer, field in found.items() if field}


def _filter(said: object, title: str) -> str:
    text = "" if said is None else said
    if not isinstance(text, str) or "\x00" in text or len(text) > LONGEST_FILTER:
        raise InvalidValue(f"{title}应为不超过 {LONGEST_FILTER} 个字符的筛选条件。请重新设置筛选。")
    return text


def _figures(said: object, here: str) -> list[dict[str, Any]]:
    if said is None:
        return []
    if not isinstance(said, list) or len(said) > MOST_FIGURES:
        raise InvalidValue(f"{here}的数字最多 {MOST_FIGURES} 个。请去掉不重要的。")
    return [_figure(each, f"{here}的数字 {at}") for at, each in enumerate(said, 1)]


def _figure(said: object, here: str) -> dict[str, Any]:
    asked = _asked(said, here, ("label",))
    return {"label": _text(asked.get("label"), f"{here}的说明", LONGEST["label"]), **_question(asked, here)}


def _bars(said: object, here: str) -> dict[str, Any] | None:
    if said is None:
        return None
    here = f"{here}的条形图"
    asked = _asked(said, here, ("title", "by"))
    if not _is_key(asked.get("by")):
        raise InvalidValue(f"{here}没有说明按什么分组。请选择一个字段，例如乡镇街道（town）。")
    title = _text(asked.get("title"), f"{here}的标题", LONGEST["label"])
    return {"title": title, "by": asked["by"], **_question(asked, here)}


def _asked(said: object, here: str, also: tuple[str, ...]) -> dict[str, Any]:
    known = (*also, "layers", "filter", "measure", "field", "of")
    if not isinstance(said, dict) or any(key not in known for key in said):
        raise InvalidValue(f"{here}应为一个对象，可用的有：{'、'.join(known)}。请按接口说明提交。")
    return said


def _question(asked: dict[str, Any], here: str) -> dict[str, Any]:
    measure = asked.get("measure")
    if not isinstance(measure, str) or measure not in MEASURES:
        words = "、".join(f"{key}（{each.title}）" for key, each in MEASURES.items())
        raise InvalidValue(f"{here}的算法收到“{shortened(str(measure))}”，应为以下之一：{words}。请改正。")
    layers = _keys(asked.get("layers"), f"{here}的图层", MOST_ASKED)
    if not layers:
        raise InvalidValue(f"{here}没有选图层。请选择 1 到 {MOST_ASKED} 个图层。")
    fields = {key: _field(asked, key, here) for key in MEASURES[measure].fields}
    return {"layers": layers, "filter": _filter(asked.get("filter"), here), "measure": measure, **fields}


def _field(asked: dict[str, Any], key: str, here: str) -> str:
    if not _is_key(asked.get(key)):
        raise InvalidValue(f"{here}没有选要合计的字段（{key}）。请选择一个数字字段。")
    return str(asked[key])


def _day(said: object, here: str) -> str | None:
    if said is None or said == "":
        return None
    try:
        day = date.fromisoformat(said) if isinstance(said, str) else None
    except ValueError:
        day = None
    if day is None or day < _EARLIEST:
        raise InvalidValue(
            f"{here}的回看日期收到“{shortened(str(said))}”，应为日期，例如 2026-03-01。请改正。"
        )
    return day.isoformat()


def _year(said: object, here: str) -> dict[str, Any] | None:
    if said is None:
        return None
    return {"time": checked_time(_parts(said, here, ("time",)).get("time"), f"{here}的年份")}


def _compare(said: object, here: str) -> dict[str, Any] | None:
    if said is None:
        return None
    parts = _parts(said, here, ("left", "right", "share"))
    sides = {side: checked_time(parts.get(side), f"{here}的前后对比") for side in ("left", "right")}
    return {**sides, "share": _share(parts.get("share"), here)}


def _parts(said: object, here: str, known: tuple[str, ...]) -> dict[str, Any]:
    if not isinstance(said, dict) or any(key not in known for key in said):
        raise InvalidValue(f"{here}的时间应为一个对象，可用的有：{'、'.join(known)}。请重新取用当前视图。")
    return said


def _share(said: object, here: str) -> float | None:
    if said is None:
        return None
    if not _is_number(said) or not 0 <= float(str(said)) <= 1:
        raise InvalidValue(
            f"{here}的卷帘位置收到“{shortened(str(said))}”，应为 0 到 1 的数字（从左到右）。请重新取用当前视图。"
        )
    return round(float(str(said)), 4)


def _picture(said: object, here: str) -> str | None:
    if said is None or said == "":
        return None
    if not isinstance(said, str) or not _UID.fullmatch(said):
        raise InvalidValue(
            f"{here}的照片收到“{shortened(str(said))}”，应为附件的标识。请从对象的附件中选择。"
        )
    return said


_READ: Final[dict[str, Callable[[object, str], Any]]] = {
    "id": _id,
    "chapter": _words("栏目", LONGEST["chapter"]),
    "headline": _words("标题", LONGEST["headline"]),
    "bounds": _bounds,
    "layers": _layers,
    "subject": _subject,
    "colors": _colors,
    "filters": _filters,
    "figures": _figures,
    "bars": _bars,
    "at": _day,
    "compare": _compare,
    "year": _year,
    "picture": _picture,
    "notes": _words("讲稿", LONGEST["notes"], lines=True),
}


def _named_apart(scenes: list[Scene]) -> list[Scene]:
    """Every scene has a word of its own, by which an editor and a presenter's screen know it."""
    taken: set[str] = set()
    for scene in scenes:
        if not scene["id"] or scene["id"] in taken:
            known = taken | {each["id"] for each in scenes}
            number = next(number for number in range(1, len(known) + 2) if f"s{number}" not in known)
            scene["id"] = f"s{number}"
        taken.add(scene["id"])
    return scenes
