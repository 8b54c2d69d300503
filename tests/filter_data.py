"""What do tests of filters look at? Random records of every sort of field, the same on every run, and what is asked of them.

`ASKED` says each condition twice: as it stands in addresses, and as plain Python over the record, written without
our code. Days count from 2025-03-01.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

import numpy as np
import shapely

from layers.kinds import CUSTOM
from layers.kinds.custom_layer import declaration_from
from layers.rights import SYSTEM_VIEWER
from layers.store import Database, edit, query
from layers.store.edit import NewFeature
from tests.own_layer import field

LAYER: Final = "own_1"
COUNT: Final = 300
Record = dict[str, Any]

FIELDS: Final = [
    field("结果", "choice", choices=["属实", "部分属实", "不属实"], filterable=True),
    field("问题", "choices", choices=["超期", "围而不建", "改变用途"]),
    field("意见", filterable=True),
    field("宗数", "whole", unit="宗", filterable=True),
    field("面积数", "decimal", unit="亩", filterable=True),
    field("日期", "day", filterable=True),
    field("整改", "flag", filterable=True),
    field("核查人", filterable=True, visibility="internal"),
]
DECLARED: Final = {"geometry": "polygon", "word": "宗", "fields": FIELDS, "color_by": "f1"}


def records(seed: int = 20250301) -> list[Record]:
    """Each value is missing once in a while."""
    rng = np.random.default_rng(seed)
    words = ("甲;乙", "需补材料", "100%已核，A|B", "", "需补“证”", "乙,丙", "核查O'Neil")

    def maybe(value: Any) -> Any:
        return None if rng.random() < 0.15 else value

    def one() -> Record:
        told = {
            "name": f"地块{rng.integers(1000)}",
            "aliases": maybe(
                [str(each) for each in rng.choice(["东地", "西地", "南地块"], 2, replace=False)]
            ),
            "f1": maybe(f"c{rng.integers(1, 4)}"),
            "f2": maybe([f"c{each}" for each in sorted(rng.choice([1, 2, 3], 2, replace=False))]),
            "f3": maybe(str(rng.choice(words))) or None,
            "f4": maybe(int(rng.integers(-3, 12))),
            "f5": maybe(float(np.round(rng.uniform(0, 60), 2))),
            "f6": maybe(str(np.datetime64("2024-12-01") + int(rng.integers(0, 180)))),
            "f7": maybe(bool(rng.random() < 0.5)),
            "f8": maybe(str(rng.choice(["张三", "李四"]))),
        }
        return {key: value for key, value in told.items() if value is not None}

    return [one() for _ in range(COUNT)]


def boxes(seed: int = 7) -> list[shapely.Polygon]:
    """Squares of 100 to 400 m, all over 118.40–118.60°E, 35.50–35.60°N; many overlap."""
    rng = np.random.default_rng(seed)
    west, south = rng.uniform(118.40, 118.60, COUNT), rng.uniform(35.50, 35.60, COUNT)
    side = rng.uniform(0.001, 0.004, COUNT)
    return list(shapely.box(west, south, west + side, south + side))


def lay_records(database: Database) -> list[int]:
    """The layer with these records; their ids in order."""
    rows = [NewFeature(shape, told) for shape, told in zip(boxes(), records(), strict=True)]
    with database.writing() as session:
        own = declaration_from(DECLARED)
        edit.add_layer(session, kind=CUSTOM, key=LAYER, visibility="public", title="核查", own_fields=own)
        layer = query.layer_named(session, SYSTEM_VIEWER, LAYER)
        with edit.one_act(session, "import", "测试") as act:
            ids = edit.add_features(session, act, layer, rows)
        session.commit()
    return ids


def _is(key: str, *values: Any) -> Callable[[Record], bool]:
    return lambda record: record.get(key) in values


def _where(key: str, holds: Callable[[Any], bool]) -> Callable[[Record], bool]:
    return lambda record: record.get(key) is not None and holds(record[key])


def _but(test: Callable[[Record], bool]) -> Callable[[Record], bool]:
    return lambda record: not test(record)


ASKED: Final[dict[str, Callable[[Record], bool]]] = {
    "f1.any.c1": _is("f1", "c1"),
    "f1.any.属实,部分属实": _is("f1", "c1", "c2"),
    "f1.none.c2": _but(_is("f1", "c2")),
    "f1.filled": _where("f1", lambda value: True),
    "f1.empty": _but(_where("f1", lambda value: True)),
    "f2.any.围而不建": _where("f2", lambda value: "c2" in value),
    "f2.any.c1,c3": _where("f2", lambda value: bool({"c1", "c3"} & set(value))),
    "f2.none.c1": _but(_where("f2", lambda value: "c1" in value)),
    "f2.empty": _but(_where("f2", lambda value: True)),
    "f3.any.甲%3B乙": _is("f3", "甲;乙"),
    "f3.any.乙%2C丙,需补材料": _is("f3", "乙,丙", "需补材料"),
    "f3.none.甲%3B乙": _but(_is("f3", "甲;乙")),
    "f3.has.补": _where("f3", lambda value: "补" in value),
    "f3.has.%25已": _where("f3", lambda value: "%已" in value),
    "f3.has.A%7CB": _where("f3", lambda value: "A|B" in value),
    "f3.has._": _where("f3", lambda value: "_" in value),
    "f3.has.O'N": _where("f3", lambda value: "O'N" in value),
    "f3.lacks.补": _but(_where("f3", lambda value: "补" in value)),
    "aliases.has.地块": _where("aliases", lambda value: any("地块" in each for each in value)),
    "aliases.lacks.东": _but(_where("aliases", lambda value: any("东" in each for each in value))),
    "f4.is.0": _is("f4", 0),
    "f4.over.5": _where("f4", lambda value: value > 5),
    "f4.least.5": _where("f4", lambda value: value >= 5),
    "f4.under.0": _where("f4", lambda value: value < 0),
    "f4.most.0": _where("f4", lambda value: value <= 0),
    "f4.filled": _where("f4", lambda value: True),
    "f5.over.20": _where("f5", lambda value: value > 20),
    "f5.between.10,30.5": _where("f5", lambda value: 10 <= value <= 30.5),
    "f5.empty": _but(_where("f5", lambda value: True)),
    "f6.since.2025-03-01": _where("f6", lambda value: value >= "2025-03-01"),
    "f6.before.2025年3月1日": _where("f6", lambda value: value < "2025-03-01"),
    "f6.between.2025-01-01,2025-01-31": _where("f6", lambda value: value[:7] == "2025-01"),
    "f6.next.30": _where("f6", lambda value: "2025-03-01" <= value <= "2025-03-31"),
    "f6.last.30": _where("f6", lambda value: "2025-01-30" <= value <= "2025-03-01"),
    "f6.month": _where("f6", lambda value: value[:7] == "2025-03"),
    "f6.passed": _where("f6", lambda value: value < "2025-03-01"),
    "f6.year.2024": _where("f6", lambda value: value[:4] == "2024"),
    "f6.year.2024,2025": _where("f6", lambda value: value[:4] in ("2024", "2025")),
    "f7.any.是": _is("f7", True),
    "f7.any.true,false": _where("f7", lambda value: True),
    "f7.none.true": lambda record: record.get("f7") is not True,
    "f8.any.张三": _is("f8", "张三"),
    "f5.over.20;f1.any.c1,c3;f7.any.否": lambda record: (
        record.get("f5", 0) > 20 and record.get("f1") in ("c1", "c3") and record.get("f7") is False
    ),
}
