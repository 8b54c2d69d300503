"""What does somebody ask for when he exports on the screen, and how does it become a file?"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from layers import clock
from layers.crs import is_zone
from layers.errors import InvalidValue, QuestionToUser
from layers.export import FAR, Exported, PublicEdition, checked_edition, export, format_named
from layers.rights import Viewer
from layers.store import Database
from layers.store.chosen import MOST_CHOSEN, Part
from webmap import finished, noticing

KIND: Final = "export"
"""Of its job."""
MOST_LAYERS: Final = 60
LONGEST_TITLE: Final = 40


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """One export as it was asked for; plain values, so that a job can carry it. grid_m: of a public edition."""

    layers: list[str]
    form: str
    uids: list[str]
    bbox: list[float] | None
    where: str
    zone: int | None
    profile: str
    encoding: str | None
    public: bool
    review_number: str
    final: bool
    grid_m: int
    notice: dict[str, str] | None = None
    far: bool = False

    @property
    def part(self) -> Part:
        """Which features."""
        west_south_east_north = self.bbox and (self.bbox[0], self.bbox[1], self.bbox[2], self.bbox[3])
        return Part(uids=tuple(self.uids), bounds=west_south_east_north or None, where=self.where)

    @property
    def edition(self) -> PublicEdition | None:
        """How it is published, or None when it stays in the house."""
        if not self.public:
            return None
        return PublicEdition(grid_m=self.grid_m, review_number=self.review_number, final=self.final)

    def plain(self) -> dict[str, Any]:
        """As JSON."""
        return asdict(self)


def wanted(body: Mapping[str, Any], grid_m: int) -> Wanted:
    """What the body of a request asks for; raises InvalidValue with what would be right."""
    said = str(body.get("form", ""))
    if said in noticing.CARRIERS:
        return _notice(body, said, grid_m)
    form = format_named(said)
    found = Wanted(
        layers=_texts(body, "layers", MOST_LAYERS),
        form=form.key,
        uids=_texts(body, "uids", MOST_CHOSEN),
        bbox=_bbox(body.get("bbox")),
        where=str(body.get("filter") or ""),
        zone=_zone(body.get("zone")),
        profile=str(body.get("profile") or "default"),
        encoding=str(body["encoding"]) if body.get("encoding") and form.encodings else None,
        public=body.get("public") is True,
        review_number=str(body.get("review_number") or ""),
        final=body.get("final") is True,
        grid_m=grid_m,
        far=body.get("far") is True,
    )
    if found.edition:
        checked_edition(found.edition)
    return found


def _notice(body: Mapping[str, Any], form: str, grid_m: int) -> Wanted:
    """A paper for the public: one layer, or a part of it."""
    layers = _texts(body, "layers", MOST_LAYERS)
    if len(layers) != 1:
        raise InvalidValue(f"公示件一次只写一个图层，收到 {len(layers)} 个。请只选一个。")
    found = Wanted(
        layers=layers,
        form=form,
        uids=_texts(body, "uids", MOST_CHOSEN),
        bbox=_bbox(body.get("bbox")),
        where=str(body.get("filter") or ""),
        zone=None,
        profile="default",
        encoding=None,
        public=True,
        review_number=str(body.get("review_number") or ""),
        final=body.get("final") is True,
        grid_m=grid_m,
        notice=noticing.told(body.get("notice")).plain(),
    )
    checked_edition(PublicEdition(review_number=found.review_number, final=found.final))
    return found


def carry_out(
    database: Database, viewer: Viewer, asked: Wanted, home: Path, tell: Callable[[float, str], object]
) -> dict[str, Any]:
    """Write the file and say what was written; nothing is left behind where it cannot be."""
    suffix = noticing.CARRIERS[asked.form].suffix if asked.notice else format_named(asked.form).suffix
    with finished.new_folder(home) as folder:
        target = folder / f"{_stem(asked.layers)}{suffix}"
        done = _written(database, viewer, asked, target, tell)
    return {
        "uid": folder.name,
        "file": target.name,
        "name": _name(done, asked, suffix),
        "rows": done.rows,
        "bytes": target.stat().st_size,
        "sample": done.sample,
        "notes": list(done.notes),
    }


def _written(
    database: Database, viewer: Viewer, asked: Wanted, target: Path, tell: Callable[[float, str], object]
) -> Exported:
    edition = asked.edition
    if asked.notice and edition:
        said = noticing.Told(**asked.notice)
        content, rows = noticing.written(
            database, viewer, asked.layers[0], asked.part, edition, said, tell, asked.form
        )
        target.write_bytes(content)
        return Exported(target, f"{rows.title}公示件", len(rows.shapes), rows.sample, (edition.mark,))
    return export(
        database,
        viewer,
        asked.layers,
        form=asked.form,
        target=target,
        zone=asked.zone,
        profile=asked.profile,
        encoding=asked.encoding,
        part=asked.part,
        edition=edition,
        far=asked.far,
        tell=tell,
    )


def asked_back(question: QuestionToUser) -> dict[str, Any]:
    """The question of a zone as the page puts it: each value is a zone, or `far`."""
    choices = [
        {
            "value": each.value if each.value == FAR else int(each.value),
            "title": each.title,
            "consequence": each.consequence,
        }
        for each in question.choices
    ]
    return {"error": question.message, "choices": choices}


def _stem(layers: list[str]) -> str:
    """Keys of layers are plain; whatever else came is no name of a file."""
    plain = len(layers) == 1 and layers[0].isascii() and layers[0].isidentifier()
    return layers[0][:LONGEST_TITLE] if plain else "layers"


def _name(done: Exported, asked: Wanted, suffix: str) -> str:
    """What the browser calls it."""
    several = f"{len(asked.layers)}个图层" if len(asked.layers) > 1 else done.title[:LONGEST_TITLE]
    marks = [*(["公开版"] if asked.public else []), *(["示例数据"] if done.sample else [])]
    plain = "".join(each if each.isalnum() or each in "-_（）" else "_" for each in several)
    return "_".join([plain, *marks, clock.today().strftime("%Y%m%d")]) + suffix


# --- the body ----------------------------------------------------------------------------------------------


def _texts(body: Mapping[str, Any], key: str, most: int) -> list[str]:
    said = body.get(key) or []
    if not isinstance(said, list) or not all(isinstance(each, str) for each in said):
        raise InvalidValue(f"“{key}”应为文字的列表（[…]）。请按接口说明提交。")
    if len(said) > most:
        raise InvalidValue(f"“{key}”有 {len(said):,} 个，一次最多 {most:,} 个。请减少，或导出整个图层。")
    return list(dict.fromkeys(said))


def _bbox(said: object) -> list[float] | None:
    if said is None:
        return None
    right = isinstance(said, list) and len(said) == 4 and all(_is_number(each) for each in said)
    if not right:
        raise InvalidValue("“bbox”应为 [西, 南, 东, 北] 四个经纬度数字（度）。请改正。")
    assert isinstance(said, list)  # noqa: S101
    west, south, east, north = said
    if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
        raise InvalidValue("“bbox”应为 [西, 南, 东, 北]，西不大于东、南不大于北（度）。请改正。")
    return [float(each) for each in said]


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _zone(said: object) -> int | None:
    if said in (None, ""):
        return None
    if not isinstance(said, int) or not is_zone(said) or said < 25:
        raise InvalidValue(f"带号收到“{str(said)[:20]}”，应为 3 度带带号 25 到 45，例如 39、40。请改正。")
    return said
