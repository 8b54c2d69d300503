"""How does a layer become a file? Written beside its target, read back where the format allows, then renamed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import shapely

from layers import crs
from layers.errors import Answer, InvalidValue, QuestionToUser
from layers.export.gathering import gathered
from layers.export.publishing import PublicEdition, checked_edition
from layers.export.writers import Format, Order, checked_encoding, format_named
from layers.formats import boundary_txt
from layers.formats.outgoing import Outgoing
from layers.rights import PUBLIC_VIEWER, Viewer, may, require
from layers.store import Database, audit, query
from layers.store.chosen import WHOLE, Part


@dataclass(frozen=True)
class Exported:
    """What was written."""

    file: Path
    title: str
    rows: int
    sample: bool
    notes: tuple[str, ...] = ()


def nobody_listens(progress: float, message: str) -> None:
    """For those who do not ask how far it is."""


def export(
    database: Database,
    viewer: Viewer,
    layer: str | Sequence[str],
    *,
    form: str,
    target: Path,
    zone: int | None = None,
    profile: str = "default",
    encoding: str | None = None,
    readers: Viewer | None = None,
    part: Part = WHOLE,
    edition: PublicEdition | None = None,
    far: bool = False,
    tell: Callable[[float, str], object] = nobody_listens,
) -> Exported:
    """Write what `readers` (else the viewer) may see of a layer, or of several, or of a part of one.

    zone: the 3° zone of the coordinates. far: 界址点 may lie more than 1° outside it. edition: for the public, who then are the readers. tell: hears how far it
    is (0 to 1), and may end it by an exception. Raises QuestionToUser where a zone is needed and the layer lies in two.
    """
    keys = [layer] if isinstance(layer, str) else list(dict.fromkeys(layer))
    wanted, edition = format_named(form), checked_edition(edition) if edition else None
    _refuse_odd_orders(wanted, keys, part, edition)
    order = Order(boundary_txt.profile_named(profile), checked_encoding(encoding), target, far)
    towns = [refuse_export(database, viewer, key) for key in keys]
    eyes = PUBLIC_VIEWER if edition else readers or viewer
    tell(0.05, "正在读取图形")
    outgoing = [
        gathered(database, eyes, key, zone, part=part, town=town, edition=edition)
        for key, town in zip(keys, towns, strict=True)
    ]
    outgoing = [_in_zone(each, wanted) for each in outgoing]
    tell(0.5, f"正在写成 {wanted.title}")
    notes = (*_town_notes(towns), *wanted.write(outgoing, order))
    tell(0.95, "正在登记")
    _write_down(database, viewer, outgoing, form, edition)
    title = "、".join(each.title for each in outgoing)
    rows, sample = sum(len(each.shapes) for each in outgoing), any(each.sample for each in outgoing)
    return Exported(target, title, rows, sample, notes)


def public_rows(
    database: Database, viewer: Viewer, layer: str, part: Part, edition: PublicEdition, form: str
) -> Outgoing:
    """What the public may see of a part of a layer, for papers that are made elsewhere; it stands in the log."""
    checked = checked_edition(edition)
    town = refuse_export(database, viewer, layer)
    rows = gathered(database, PUBLIC_VIEWER, layer, None, part=part, town=town, edition=checked)
    _write_down(database, viewer, [rows], form, checked)
    return rows


def _refuse_odd_orders(wanted: Format, keys: list[str], part: Part, edition: PublicEdition | None) -> None:
    if not keys:
        raise InvalidValue("没有收到要导出的图层。请至少选择一个。")
    if len(keys) > 1 and not wanted.several:
        raise InvalidValue(
            f"{wanted.title} 一个文件只有一个图层，收到 {len(keys)} 个。请改用 gpkg，或分别导出。"
        )
    if len(keys) > 1 and not part.is_whole:
        raise InvalidValue("多个图层只能整层导出。请只选一个图层，或去掉范围。")
    if edition and wanted.surveyed:
        raise InvalidValue(
            f"{wanted.title} 用于勘测坐标，不能作公开版。请改用 xlsx、kml、geojson、gpkg 或 shp，或按内部导出。"
        )


def refuse_export(database: Database, viewer: Viewer, key: str) -> str | None:
    """Raises where he may take nothing of this layer; the town that he may take from where it is not the whole."""
    with database.reading() as session:
        unit = query.layer_named(session, viewer, key).unit
    if (
        viewer.town
        and not may(viewer, "export", unit=unit)
        and may(viewer, "export", unit=unit, town=viewer.town)
    ):
        return viewer.town
    require(viewer, "export", unit=unit)
    return None


def _town_notes(towns: Sequence[str | None]) -> tuple[str, ...]:
    return tuple(f"只含{town}范围内的图形" for town in dict.fromkeys(towns) if town)


def _write_down(
    database: Database, viewer: Viewer, layers: Sequence[Outgoing], form: str, edition: PublicEdition | None
) -> None:
    """What leaves the house stands in the log."""
    public = f" {edition.mark}" if edition else ""
    with database.writing() as session:
        for each in layers:
            audit.record(session, viewer, "export", f"{each.title} {form} {len(each.shapes)} 条{public}")
        session.commit()


def _in_zone(layer: Outgoing, wanted: Format) -> Outgoing:
    if wanted.coordinates == "degrees" and layer.zone:
        raise InvalidValue(f"{wanted.title} 只用经纬度，没有投影带。请去掉带号，或换一种格式。")
    if wanted.coordinates != "plane" or layer.zone:
        return layer
    zones = Counter(crs.zone_of(lon) for lon in shapely.get_x(shapely.centroid(layer.shapes)).tolist())
    if len(zones) == 1:
        return replace(layer, zone=next(iter(zones)))
    told = "、".join(f"第 {zone} 带 {count} 个" for zone, count in sorted(zones.items()))
    raise QuestionToUser(
        f"图层“{layer.title}”跨带（{told}），而一个文件只用一个带。请选择带号。",
        [
            Answer(
                str(zone),
                crs.zone_title(zone),
                f"全部 {len(layer.shapes)} 个图形按此带写出",
            )
            for zone, _ in zones.most_common()
        ],
    )
