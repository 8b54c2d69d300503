"""What does somebody want a feature to be? The body of a request, read and checked before anything is written."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from shapely.geometry.base import BaseGeometry

from layers import crs
from layers.crs import Bounds
from layers.editing.desk import Desk
from layers.errors import InvalidFields, InvalidShape, InvalidValue
from layers.formats.geojson import read_shape
from layers.intake import landing
from layers.kinds import LayerKind
from layers.kinds.fields import Field, is_blank, shortened
from layers.kinds.form import asked_for
from layers.rights import VISIBILITIES
from layers.shapes import fit_to_store
from layers.store.engine import is_clean

SHAPE, SHAPE_TITLE = "geometry", "图形"
UNNAMED: Final = "待命名"
Problem = dict[str, str]


@dataclass(frozen=True)
class Draft:
    """What was asked for. shape: None when it is not spoken of; properties: None removes a value.

    visibility: a text, or None for that of the layer; only meant when `says_visibility`.
    """

    shape: BaseGeometry | None
    properties: dict[str, Any] = field(default_factory=dict)
    visibility: str | None = None
    says_visibility: bool = False

    def onto(self, properties: Mapping[str, Any]) -> dict[str, Any]:
        """These properties with what the draft says of them."""
        merged = {**properties, **self.properties}
        return {key: value for key, value in merged.items() if value is not None}


def read_draft(body: Mapping[str, Any], desk: Desk, *, whole: bool, nameless: bool = False) -> Draft:
    """The draft in a GeoJSON feature; raises InvalidFields with every problem at once.

    whole: everything is said, so that what is required must be there. nameless: a name may come later.
    """
    problems: list[Problem] = []
    properties = _properties(body, desk, problems)
    if whole:
        _complete(properties, desk, problems, nameless=nameless)
    shape = _shape(body, desk, problems, needed=whole)
    visibility = _visibility(body, problems)
    if problems:
        raise InvalidFields(_sentence(problems), {"problems": problems})
    return Draft(shape, properties, visibility, "visibility" in body)


def read_properties(body: Mapping[str, Any], desk: Desk) -> dict[str, Any]:
    """Only the properties; raises InvalidFields with every problem at once."""
    return read_draft({"properties": body.get("properties")}, desk, whole=False).properties


def fit(shape: BaseGeometry | None, kind: LayerKind, county: Bounds | None) -> BaseGeometry:
    """The shape as it can be stored; raises InvalidShape when it is broken, of the wrong sort or elsewhere."""
    sound = fit_to_store(shape, kind.shapes)
    west, south, east, north = sound.bounds
    if not crs.within((west, south, east, north), landing.expected(county)):
        raise InvalidShape(landing.elsewhere(sound.bounds, sound.bounds, crs.STORED, county))
    return sound


def _properties(body: Mapping[str, Any], desk: Desk, problems: list[Problem]) -> dict[str, Any]:
    said = body.get("properties")
    if said is None:
        return {}
    if not isinstance(said, dict):
        problems.append(_problem("properties", "属性", said, "“属性”应为字段和值的对照表。请改正。"))
        return {}
    fields = {each.key: each for each in asked_for(desk.kind, desk.viewer, desk.unit)}
    read = dict[str, Any]()
    for key, value in said.items():
        _take(read, fields.get(key), key, value, desk, problems)
    return read


def _take(
    read: dict[str, Any], declared: Field | None, key: str, value: Any, desk: Desk, problems: list[Problem]
) -> None:
    if declared is None:
        reason = f"{desk.kind.title}没有“{key[:40]}”这个字段，或者您无权填写。请去掉它。"
        problems.append(_problem(key[:60], key[:60], value, reason))
        return
    try:
        read[key] = _value(declared, value)
    except InvalidValue as refusal:
        problems.append(_problem(key, declared.title, value, refusal.message))


def _value(declared: Field, value: Any) -> Any:
    if not _is_plain(value):
        raise InvalidValue(f"“{declared.title}”应为一个值，但收到“{shortened(value)}”。请改正，或留空。")
    if not all(map(is_clean, value if isinstance(value, list) else [value])):
        raise InvalidValue(f"“{declared.title}”含有不能保存的控制字符或残缺字符。请删除后重试。")
    read = None if is_blank(value) else declared.read(value)
    if read is None and declared.required:
        raise InvalidValue(f"“{declared.title}”必须填写，但这里是空的。请补上。")
    return read


def _is_plain(value: Any) -> bool:
    """No object, no list of lists, and no number that is none."""
    if isinstance(value, list):
        return all(isinstance(each, str) for each in value)
    if isinstance(value, float):
        return math.isfinite(value)
    return value is None or isinstance(value, (str, int, bool))


def _complete(read: dict[str, Any], desk: Desk, problems: list[Problem], *, nameless: bool) -> None:
    """What is required and was not spoken of."""
    told = {problem["field"] for problem in problems}
    if nameless and "name" not in told:
        read.setdefault("name", UNNAMED)
    for each in desk.kind.fields:
        if each.required and each.key not in read and each.key not in told:
            reason = f"“{each.title}”必须填写，但这里是空的。请补上。"
            problems.append(_problem(each.key, each.title, "", reason))


def _shape(
    body: Mapping[str, Any], desk: Desk, problems: list[Problem], *, needed: bool
) -> BaseGeometry | None:
    if "geometry" not in body and not needed:
        return None
    try:
        return fit(read_shape(body.get("geometry")), desk.kind, desk.county)
    except InvalidValue as refusal:
        problems.append(_problem(SHAPE, SHAPE_TITLE, "", refusal.message))
        return None


def _visibility(body: Mapping[str, Any], problems: list[Problem]) -> str | None:
    said = body.get("visibility")
    if said is None or (isinstance(said, str) and said in VISIBILITIES):
        return said
    allowed = "、".join(f"{code}（{word}）" for code, word in VISIBILITIES.items())
    reason = f"可见范围收到“{shortened(said)}”，应为以下之一：{allowed}。请改正。"
    problems.append(_problem("visibility", "可见范围", said, reason))
    return None


def _problem(key: str, label: str, value: Any, message: str) -> Problem:
    return {"field": key, "label": label, "value": shortened(value), "message": message}


def _sentence(problems: list[Problem]) -> str:
    if len(problems) == 1:
        return problems[0]["message"]
    return (
        f"有 {len(problems)} 处需要改正：{'、'.join(problem['label'] for problem in problems)}。本次未保存。"
    )
