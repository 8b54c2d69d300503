"""What does the address ask for? Each parameter is read here, or refused with a sentence that says what would be right."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Final

from flask import request
from sqlalchemy.orm import Session

from layers import clock
from layers.crs import Bounds
from layers.errors import InvalidValue
from layers.filters import Filter
from layers.listing import Column
from layers.rights import Viewer
from layers.store import query
from layers.store.seen import require_insider

MOST_ROWS: Final = 5000
MOST_TOLD: Final = 12
EARLIEST: Final = date(2000, 1, 1)
LONGEST_WORDS: Final = 100
LONGEST_SHOWN: Final = 60
BBOX_EXAMPLE: Final = "118.4,35.5,118.5,35.6"


def bounds() -> Bounds | None:
    """`bbox=west,south,east,north` in degrees; None when it is not given."""
    text = request.args.get("bbox", "").strip()
    return bounds_in(text) if text else None


def whole(name: str, default: int, least: int, most: int) -> int:
    """A whole number within limits."""
    text = request.args.get(name, "").strip()
    if not text:
        return default
    if not (text.isascii() and text.isdigit() and len(text) < 12 and least <= int(text) <= most):
        raise _refused(name, text, f"{least} 到 {most} 之间的整数")
    return int(text)


def degrees(name: str, least: float, most: float, default: float | None = None) -> float:
    """A finite number of degrees within limits."""
    text = request.args.get(name, "").strip()
    if not text and default is not None:
        return default
    value = _number(text)
    if value is None or not least <= value <= most:
        raise _refused(name, text, f"{least:g} 到 {most:g} 之间的数字（度）")
    return value


def order(shown: Sequence[Column]) -> tuple[str, bool]:
    """`sort=` one of these columns and whether `desc=1`; in order of arrival when nothing is said."""
    key = request.args.get("sort", "").strip()
    if not key:
        return "id", False
    if key not in {column.key for column in shown}:
        raise _refused("sort", key, f"以下之一：{_some(column.key for column in shown)}")
    return key, flag("desc")


def chosen(shown: Sequence[Column]) -> list[Column]:
    """`cols=` some of these columns, in this order; all when nothing is said."""
    keys = [key for key in request.args.get("cols", "").split(",") if key]
    known = {column.key: column for column in shown}
    if unknown := next((key for key in keys if key not in known), None):
        raise _refused("cols", unknown, f"以下之中的几个，用逗号分开：{_some(known)}")
    return [known[key] for key in dict.fromkeys(keys)] if keys else list(shown)


def _some(keys: Iterable[str]) -> str:
    """The first of many, and how many there are: a sentence is to be read."""
    every = list(keys)
    return (
        "、".join(every) if len(every) <= MOST_TOLD else f"{'、'.join(every[:MOST_TOLD])} 等 {len(every)} 个"
    )


def where(session: Session, viewer: Viewer, layer: query.Layer) -> Filter:
    """`f=` the conditions that rows must fulfil; everything when nothing is said."""
    return query.read_filter(session, viewer, layer, request.args.get("f", "").strip())


def words(name: str = "q") -> str:
    """What somebody typed, without the blanks around it."""
    text = request.args.get(name, "").strip()
    if len(text) > LONGEST_WORDS:
        raise _refused(name, text, f"不超过 {LONGEST_WORDS} 个字的文字")
    return text


def as_of(viewer: Viewer) -> Viewer:
    """`at=2026-03-01`: the same viewer, who asks about the end of that day; about now when nothing is said."""
    text = request.args.get("at", "").strip()
    if not text:
        return viewer
    require_insider(viewer)
    today = clock.today()
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise _refused("at", text, f"日期，例如 {today.isoformat()}") from None
    if not EARLIEST <= day <= today:
        raise _refused("at", text, f"{EARLIEST.isoformat()} 到今天（{today.isoformat()}）之间的日期")
    return replace(viewer, at=day) if day < today else viewer


def flag(name: str) -> bool:
    """Whether `name=1` was said."""
    return request.args.get(name, "") in ("1", "true", "yes")


def bounds_in(text: str) -> Bounds:
    """The bounds that a text names: west,south,east,north in degrees."""
    right = f"“西,南,东,北”四个经纬度数字（度），例如 {BBOX_EXAMPLE}"
    parts = [_number(part) for part in text.split(",")]
    if len(parts) != 4 or any(part is None for part in parts):
        raise _refused("bbox", text, right)
    west, south, east, north = (float(part) for part in parts if part is not None)
    if not (-180 <= west <= 180 and -180 <= east <= 180 and -90 <= south <= 90 and -90 <= north <= 90):
        raise _refused("bbox", text, right + "，且经度在 -180 到 180、纬度在 -90 到 90 之间（经度在前）")
    if west > east or south > north:
        raise _refused("bbox", text, right + "，且西不大于东、南不大于北")
    return west, south, east, north


def _number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if math.isfinite(value) else None


def _refused(name: str, text: str, right: str) -> InvalidValue:
    shown = text if len(text) <= LONGEST_SHOWN else text[:LONGEST_SHOWN] + "…"
    came = f"收到“{shown}”" if text else "没有填写"
    return InvalidValue(f"网址参数 {name} {came}，应为{right}。请更正网址后重试。")
