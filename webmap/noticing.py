"""What stands in a public notice (公示件), and which features does it tell of?"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any, Final, NamedTuple

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from layers.errors import InvalidValue
from layers.export import Outgoing, PublicEdition, public_rows
from layers.kinds import BOUNDARIES
from layers.measure import half_up
from layers.rights import PUBLIC_VIEWER, Viewer
from layers.secrecy import refuse_secret
from layers.store import Database, query
from layers.store.chosen import Part
from layers.store.query import FoundFeature
from webmap.assets import STATIC
from webmap.outputs.notice import Label, Notice, pdf
from webmap.outputs.notice_page import html
from webmap.outputs.picture import Coat, drawn, shares

FONTS: Final = STATIC / "vendor" / "print"


class Carrier(NamedTuple):
    """On what a notice is made public."""

    title: str
    hint: str
    suffix: str
    made: Callable[[Notice, Callable[[float], object]], bytes]


CARRIERS: Final = {
    "notice": Carrier(
        "公示件 PDF",
        "张贴：公示期、反馈方式、位置图和表格",
        ".pdf",
        lambda notice, tell: pdf(notice, FONTS, tell),
    ),
    "notice_page": Carrier(
        "公示件网页", "挂网：同样内容，一个 .html 文件", ".html", lambda notice, tell: html(notice)
    ),
}
"""The same content, by the form that is asked for."""
OFFERS: Final = [
    {
        "key": key,
        "title": carrier.title,
        "hint": carrier.hint,
        "coordinates": "degrees",
        "encodings": [],
        "several": False,
        "public": True,
        "internal": False,
        "notice": True,
    }
    for key, carrier in CARRIERS.items()
]
"""How the page offers them beside the formats."""
MOST_ROWS: Final = 2000
COLUMNS: Final = ("name", "code", "town", "land_use", "symbol", "area_mu", "length_km")
"""What the table tells of each feature, as far as it is public and known."""
COUNTY: Final = "county"
TOWN: Final = "town"
MOST_NUMBERS: Final = 60
"""With more shapes on the picture, numbers would cover one another."""
EDGE: Final = 0.03
LONGEST: Final = {"title": 60, "text": 3000, "unit": 60, "phone": 40, "answer_to": 100}
TITLES: Final = {
    "title": "标题",
    "text": "正文",
    "unit": "反馈单位",
    "phone": "反馈电话",
    "answer_to": "地址或邮箱",
    "begin": "公示开始日期",
    "end": "公示结束日期",
}
_PHONE: Final = re.compile(r"[0-9()（）+\- ]{5,20}([,，、/][0-9()（）+\- ]{5,20})*")
TELLING: Final = "根据有关规定，现将{title}有关情况予以公示，接受社会监督。"


@dataclass(frozen=True, kw_only=True)
class Told:
    """What the person typed; days as 2026-03-01, so that a job can carry it."""

    title: str
    text: str
    begin: str
    end: str
    unit: str
    phone: str
    answer_to: str

    def plain(self) -> dict[str, str]:
        """As JSON."""
        return asdict(self)


def told(said: object) -> Told:
    """What a body says of a notice; raises InvalidValue for the first thing that is missing or odd."""
    facts: Mapping[str, Any] = said if isinstance(said, Mapping) else {}
    words = {key: str(facts.get(key) or "").strip() for key in TITLES}
    for key, most in LONGEST.items():
        if len(words[key]) > most:
            raise InvalidValue(f"“{TITLES[key]}”最多 {most} 个字，收到 {len(words[key])} 个字。请缩短。")
        refuse_secret(TITLES[key], words[key])
    for key in ("unit", "phone", "begin", "end"):
        if not words[key]:
            raise InvalidValue(f"公示件需要“{TITLES[key]}”。请填写。")
    if not _PHONE.fullmatch(words["phone"]):
        raise InvalidValue(
            f"“反馈电话”收到“{words['phone'][:40]}”，应为电话号码，例如 0539-3221234。请改正。"
        )
    if _day(words, "begin") > _day(words, "end"):
        raise InvalidValue("公示结束日期早于开始日期。请改正。")
    return Told(**words)


def written(
    database: Database,
    viewer: Viewer,
    layer: str,
    part: Part,
    edition: PublicEdition,
    said: Told,
    tell: Callable[[float, str], object],
    form: str = "notice",
) -> tuple[bytes, Outgoing]:
    """The file in the form of a carrier, and what it tells of."""
    tell(0.05, "正在读取图形")
    rows = public_rows(database, viewer, layer, part, edition, form)
    if len(rows.shapes) > MOST_ROWS:
        raise InvalidValue(
            f"公示件最多列 {MOST_ROWS:,} 个图形，收到 {len(rows.shapes):,} 个。请选择其中一部分。"
        )
    tell(0.2, "正在绘制")
    header, table = _table(rows)
    ground = _ground(database)
    notice = Notice(
        title=said.title or f"{rows.title}公示",
        text=said.text or TELLING.format(title=rows.title),
        begin=_day(said.plain(), "begin"),
        end=_day(said.plain(), "end"),
        unit=said.unit,
        phone=said.phone,
        answer_to=said.answer_to,
        day=rows.day,
        header=header,
        rows=table,
        picture=_picture(ground, rows),
        labels=tuple(_labels(ground, rows)),
        caption=f"{rows.title}位置示意图（{_exactness(edition)}）",
        marks=_marks(rows, edition),
    )
    return CARRIERS[form].made(notice, lambda share: tell(0.3 + 0.6 * share, "正在排版")), rows


def _exactness(edition: PublicEdition) -> str:
    return f"坐标取整到 {edition.grid_m:g} 米" if edition.grid_m else "位置仅供参考"


def _marks(rows: Outgoing, edition: PublicEdition) -> Sequence[str]:
    number = f"审图号：{edition.review_number}" if edition.review_number else "审图号：待填（未定稿）"
    return [number, *(["示例数据"] if rows.sample else [])]


def _table(rows: Outgoing) -> tuple[list[str], list[list[str]]]:
    told = {column.key: column for column in rows.columns}
    shown = [told[key] for key in COLUMNS if key in told]
    header = ["序号", *(column.title for column in shown)]
    lines = [
        [str(at + 1), *(_words(column.values[at]) for column in shown)] for at in range(len(rows.shapes))
    ]
    return header, lines


def _words(value: object) -> str:
    if value is None:
        return "—"
    return f"{half_up(value, 2):,}" if isinstance(value, float) else str(value)


def _ground(database: Database) -> list[FoundFeature]:
    """The boundaries that everybody may see."""
    with database.reading() as session:
        keys = [each.key for each in query.layers(session, PUBLIC_VIEWER) if each.kind == BOUNDARIES]
        layers = [query.layer_named(session, PUBLIC_VIEWER, key) for key in keys]
        return [each for layer in layers for each in query.find_features(session, PUBLIC_VIEWER, layer)]


def _picture(ground: Sequence[FoundFeature], rows: Outgoing) -> bytes:
    """The shapes over the boundaries."""
    county = [each.shape for each in ground if each.properties.get("level") == COUNTY]
    towns = [each.shape for each in ground if each.properties.get("level") != COUNTY]
    coats = [
        Coat(towns, None, "#C9C0AF", 1),
        Coat(county, None, "#7D7191", 3),
        Coat(list(rows.shapes), "#E8951F99", "#9A5200", 3),
    ]
    return drawn(coats, around=list(rows.shapes))


def _labels(ground: Sequence[FoundFeature], rows: Outgoing) -> Iterator[Label]:
    """Names of towns, and the numbers of the table where they can still be told apart."""
    around = list(rows.shapes)
    towns = [each for each in ground if each.properties.get("level") == TOWN]
    yield from _placed([each.name for each in towns], [each.shape for each in towns], around, loud=False)
    if len(around) <= MOST_NUMBERS:
        numbers = [f" {at + 1}" for at in range(len(around))]
        yield from _placed(numbers, around, around, loud=True)


def _placed(
    words: Sequence[str], shapes: Sequence[BaseGeometry], around: Sequence[BaseGeometry], *, loud: bool
) -> Iterator[Label]:
    if not shapes:
        return
    middles = shapely.get_coordinates(shapely.point_on_surface(np.array(shapes, object)))
    for word, (x, y) in zip(words, shares(middles, around=around).tolist(), strict=True):
        if EDGE < x < 1 - EDGE and EDGE < y < 1 - EDGE:
            yield Label(word, x, y, loud)


def _day(words: Mapping[str, str], key: str) -> date:
    try:
        return date.fromisoformat(words[key])
    except ValueError:
        raise InvalidValue(
            f"“{TITLES[key]}”收到“{words[key][:20]}”，应为日期，例如 2026-03-01。请改正。"
        ) from None
