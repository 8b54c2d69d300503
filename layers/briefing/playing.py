"""What does a briefing show today, to whom it is shown: every scene with its figures, bars, legend and map?

One answer for the screen, the slides and the offline page. A scene that cannot be shown whole says so in
`trouble`, and the others are not touched by it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final

from sqlalchemy.orm import Session

from layers import clock
from layers.briefing.asking import bars, figure
from layers.briefing.eyes import Eyes
from layers.briefing.legend import colors_of, legend_of
from layers.errors import MapError
from layers.kinds import BOUNDARIES, kind_for
from layers.kinds.coloured import alternative, recoloured
from layers.kinds.moments import SPLIT
from layers.rights import Viewer
from layers.store import attachments, query
from layers.store.briefings import FoundBriefing
from layers.store.query import LayerSummary
from layers.store.seen import is_insider

GROUND: Final = "base"
NO_BREAK: Final = "\u00a0"
"""A number and its unit stay on one line."""
TOLD_TOWNS: Final = 4
"""So many towns carry their figure on the map."""
SAMPLE: Final = "示例数据"
EMPTY: Final = "这一幕还没有内容。请在“编辑汇报”中写一句结论，并打开要看的图层。"
PAST_ONLY_INSIDE: Final = "这一幕回看过去的数据，只供内部人员查看。请用工作账号登录后再看。"
_DIGITS: Final = "零一二三四五六七八九"
_SLOT: Final = re.compile(r"\{(?:([123])(?:\.(count|area_mu|length_km))?|(top)(%?))\}")


def play(
    session: Session, viewer: Viewer, briefing: FoundBriefing, as_public: frozenset[str] = frozenset()
) -> dict[str, Any]:
    """The whole briefing, resolved. Layers, figures and notes are those that this viewer may see.

    as_public: keys of the layers of which only what is public is told.

    scenes[i]: number, chapter, headline (slots filled), figures, bars, legend, layers (that are on), subject
    ({layer: classes}), color, colors ({layer: field}), filters ({layer: text}), bounds, towns ({name: figure}), at, compare, year, time (of the
    two, as it stands in addresses), picture, notes, source, trouble (sentences).
    """
    eyes = Eyes(viewer, as_public)
    found = eyes.layers(session)
    scenes = [
        _scene(session, eyes, found, scene, number, ordinal)
        for (number, scene), ordinal in zip(
            enumerate(briefing.scenes, 1), _ordinals(briefing.scenes), strict=True
        )
    ]
    return {
        "slug": briefing.slug,
        "title": briefing.title,
        "unit": briefing.unit,
        "visibility": briefing.visibility,
        "version": briefing.version,
        "day": clock.today().isoformat(),
        "county": _county(session, viewer, found.values()),
        "sample": any(scene["source"]["sample"] for scene in scenes),
        "may_change": briefing.may_change,
        "scenes": scenes,
    }


def _scene(
    session: Session,
    eyes: Eyes,
    found: Mapping[str, LayerSummary],
    scene: Mapping[str, Any],
    number: int,
    ordinal: str,
) -> dict[str, Any]:
    trouble: list[str] = []
    eyes = _on_day(eyes, scene.get("at"), trouble)
    figures = [figure(session, eyes.of(asked["layers"]), asked) for asked in scene["figures"]]
    asked_bars = scene["bars"]
    told_bars = bars(session, eyes.of(asked_bars["layers"]), asked_bars) if asked_bars else None
    layers = _layers(found, scene, trouble)
    colors = _colors(found, scene, layers, trouble)
    kinds = {key: recoloured(kind_for(found[key]), colors.get(key, "")) for key in layers}
    # Another field has other classes: then the whole layer is what the scene is about.
    subject = {
        key: [] if key in colors else classes for key, classes in scene["subject"].items() if key in layers
    }
    filters = _filters(session, eyes, scene, layers, trouble)
    trouble += [
        each["missing"] for each in (*figures, *([told_bars] if told_bars else [])) if each["missing"]
    ]
    if not (scene["headline"] or figures or told_bars or subject):
        trouble.append(EMPTY)
    return {
        "id": scene["id"],
        "number": number,
        "chapter": scene["chapter"],
        "ordinal": ordinal,
        "headline": headline(scene["headline"], figures, told_bars),
        "figures": figures,
        "bars": told_bars,
        "layers": layers,
        "subject": subject,
        **colors_of(kinds, subject),
        "legend": legend_of(session, eyes, found, kinds, subject, filters, colors),
        "colors": colors,
        "filters": filters,
        "bounds": scene["bounds"],
        "towns": _towns(told_bars),
        "at": eyes.viewer.at.isoformat() if eyes.viewer.at else None,
        "compare": scene["compare"],
        "year": scene["year"],
        "time": _time(scene),
        "picture": _picture(session, eyes, scene["picture"], trouble),
        "notes": scene["notes"] if is_insider(eyes.viewer) else "",
        "source": _source(found, figures, told_bars, subject or layers),
        "trouble": list(dict.fromkeys(trouble)),
    }


def _ordinals(scenes: Sequence[Mapping[str, Any]]) -> list[str]:
    """一 二 三: of the chapter of each scene; neighbours with one heading are one chapter."""
    told: list[str] = []
    count, before = 0, None
    for scene in scenes:
        if scene["chapter"] and scene["chapter"] != before:
            count += 1
        before = scene["chapter"]
        told.append(_chinese(count) if scene["chapter"] else "")
    return told


def _chinese(number: int) -> str:
    tens, ones = divmod(number, 10)
    if number > 99:
        return str(number)
    head = "" if not tens else "十" if tens == 1 else f"{_DIGITS[tens]}十"
    return head + (_DIGITS[ones] if ones else "")


def headline(text: str, figures: Sequence[Mapping[str, Any]], told_bars: Mapping[str, Any] | None) -> str:
    """The sentence with its slots filled; what cannot be told is a dash, words in other braces stay."""

    def filled(found: re.Match[str]) -> str:
        number, measure, top, share = found.groups()
        if top:
            return _top(told_bars, bool(share))
        if int(number) > len(figures):
            return "—"
        one = figures[int(number) - 1]
        told = one["others"].get(measure) if measure else one
        if told is None or told["value"] is None:
            return "—"
        return f"{told['text']}{'' if told['unit'] == '%' else NO_BREAK}{told['unit']}".strip()

    return _SLOT.sub(filled, text)


def _top(told_bars: Mapping[str, Any] | None, share: bool) -> str:
    rows = told_bars["rows"] if told_bars else []
    if not rows:
        return "—"
    return f"{rows[0]['share']:.0f}%" if share else str(rows[0]["label"])


def _on_day(eyes: Eyes, day: str | None, trouble: list[str]) -> Eyes:
    if day is None or date.fromisoformat(day) >= clock.today():
        return eyes
    if not is_insider(eyes.viewer):
        trouble.append(PAST_ONLY_INSIDE)
        return eyes
    return eyes.on(date.fromisoformat(day))


def _layers(found: Mapping[str, LayerSummary], scene: Mapping[str, Any], trouble: list[str]) -> list[str]:
    """Keys of the layers that are on, in the order of the legend; the ground always is."""
    wanted = scene["layers"]
    if wanted is None:
        on = {key for key, layer in found.items() if kind_for(layer).on_at_start}
    else:
        on = {key for key in wanted if key in found}
        gone = [key for key in wanted if key not in found]
        if gone:
            trouble.append(
                f"这一幕有 {len(gone)} 个图层已被删除，或者您无权查看，图上没有它们。其余内容照常显示。"
            )
    return [key for key, layer in found.items() if key in on or layer.group == GROUND]


def _filters(
    session: Session, eyes: Eyes, scene: Mapping[str, Any], layers: Sequence[str], trouble: list[str]
) -> dict[str, str]:
    """Those that still hold; one whose field is gone is left out, and said."""
    told = {}
    for key, text in scene["filters"].items():
        if key not in layers:
            continue
        try:
            viewer = eyes.of([key])
            layer = query.layer_named(session, viewer, key)
            told[key] = query.read_filter(session, viewer, layer, text).text
        except MapError as refusal:
            trouble.append(f"图上没有按条件筛选：{refusal.message}")
    return told


def _colors(
    found: Mapping[str, LayerSummary], scene: Mapping[str, Any], layers: Sequence[str], trouble: list[str]
) -> dict[str, str]:
    """Those that still hold; scenes of an older edition have none."""
    told = {}
    for key, field in scene.get("colors", {}).items():
        if key not in layers:
            continue
        try:
            alternative(key, kind_for(found[key]), field)
            told[key] = field
        except MapError as refusal:
            trouble.append(f"“{found[key].title}”仍按系统规定着色：{refusal.message}")
    return told


def _towns(told_bars: Mapping[str, Any] | None) -> dict[str, str]:
    if not told_bars or told_bars["by"] != "town":
        return {}
    return {row["label"]: f"{row['text']}{row['unit']}" for row in told_bars["rows"][:TOLD_TOWNS]}


def _picture(session: Session, eyes: Eyes, uid: str | None, trouble: list[str]) -> dict[str, Any] | None:
    if uid is None:
        return None
    try:
        found = attachments.attachment_named(session, eyes.viewer, uid)
        found = attachments.attachment_named(session, eyes.of([found.layer_key]), uid)
    except MapError:
        trouble.append("这一幕的照片已被移除，或者您无权查看。")
        return None
    return {"uid": uid, "name": found.row.name, "feature": found.feature_uid, "layer": found.layer_key}


def _time(scene: Mapping[str, Any]) -> str:
    """Two times have the word over one."""
    compare, year = scene["compare"] or {}, scene["year"] or {}
    sides = [str(compare.get(side, "")) for side in ("left", "right")]
    return SPLIT.join(sides) if all(sides) else str(year.get("time", ""))


def _source(
    found: Mapping[str, LayerSummary],
    figures: Sequence[Mapping[str, Any]],
    told_bars: Mapping[str, Any] | None,
    shown: Iterable[str],
) -> dict[str, Any]:
    """Whose data, of which day (the oldest of them), invented or not: of the figures, else of what is shown."""
    asked = [each for each in (*figures, *([told_bars] if told_bars else [])) if each["layers"]]
    if asked:
        dates = [each["date"] for each in asked if each["date"]]
        units = [unit for each in asked for unit in each["units"]]
        sample = any(each["sample"] for each in asked)
    else:
        layers = [found[key] for key in shown if found[key].group != GROUND]
        dates = [layer.data_date.isoformat() for layer in layers if layer.data_date]
        units, sample = [layer.unit for layer in layers], any(layer.sample for layer in layers)
    return {
        "units": list(dict.fromkeys(unit for unit in units if unit)),
        "date": min(dates) if dates else None,
        "sample": sample or any(found[key].sample for key in shown),
    }


def _county(session: Session, viewer: Viewer, found: Any) -> dict[str, Any]:
    boxes = [layer.bounds for layer in found if layer.kind == BOUNDARIES and layer.bounds]
    boxes = boxes or [layer.bounds for layer in found if layer.bounds]
    if not boxes:
        return {"bounds": None}
    west, south, east, north = zip(*boxes, strict=True)
    return {"bounds": [min(west), min(south), max(east), max(north)]}
