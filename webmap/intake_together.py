"""What does the job do that brings several files or layers together? All of them in one act, or none."""

from __future__ import annotations

from typing import Any

from layers.crs import Bounds, describe
from layers.errors import InvalidValue
from layers.intake import Part, apply_together
from layers.intake.applying import check_complete, told_together
from layers.jobs import Running
from layers.store import Database
from webmap import quality_work
from webmap.intake_names import joint_name, source_name
from webmap.intake_told import Told
from webmap.intake_work import heard

Ready = tuple[Told, Part]


def bring(database: Database, job: Running) -> dict[str, Any]:
    """Each layer as it was planned and agreed to; whatever one of them refuses, nothing of any is ever seen."""
    job.tell(0.02, "正在读取文件")
    found = [_ready(database, job, said) for said in job.arguments["parts"]]
    found = [(told, part) for told, part in found if part.new or part.changes]
    if not found:
        raise InvalidValue("勾选的图层在图上已是这样，没有要导入的内容。未改动任何数据。")
    parts = [part for _, part in found]
    count = sum(len(part.new) + len(part.changes) for part in parts)
    who = found[0][0].viewer
    result = apply_together(
        database,
        parts,
        who,
        reason=told_together([(name, part) for name, (_, part) in _named(found)]),
        heard=heard(job, count),
    )
    for told, part in found:
        told.note(part.plan, len(part.new) + len(part.changes))
    return {**_told(found), "act_id": result.act_id, "follows": _follow(database, found, result.act_id)}


def _ready(database: Database, job: Running, said: dict[str, Any]) -> Ready:
    told = Told(database, job, said)
    told.refuse_another_file()
    dataset = told.dataset()
    name = told.answers.get("source_layer", told.name)
    if not dataset.has_shapes:
        raise InvalidValue(f"“{name}”是没有图形的表，未导入任何内容。请单独核对和导入它。")
    part = told.ready(job, told.planned(str(told.answers["layer"]), dataset), dataset)
    check_complete(part.plan, told.leaves_out)
    return told, part


def _named(found: list[Ready]) -> list[tuple[str, Ready]]:
    several = len({told.name for told, _ in found}) > 1
    return [(source_name(each[0].name, each[0].answers, several=several), each) for each in found]


def _told(found: list[Ready]) -> dict[str, Any]:
    parts = [part for _, part in found]
    bounds = _around([part.plan.bounds for part in parts if part.plan.bounds])
    return {
        "rows": sum(len(part.new) for part in parts),
        "changed": sum(len(part.changes) - part.removed for part in parts),
        "removed": sum(part.removed for part in parts),
        "photos": 0,
        "amount": "",
        "bounds": bounds and list(bounds),
        "where": describe(bounds) if bounds else "",
        "layer": parts[0].plan.layer.key,
        "files": joint_name(told.name for told, _ in found),
        "layers": [
            {
                "layer": part.plan.layer.key,
                "from": name,
                "uid": told.arguments["uid"],
                "sha256": told.arguments["sha256"],
                "title": part.plan.title,
                "deeds": part.deeds,
            }
            for name, (told, part) in _named(found)
        ],
        "repaired": sum(len(part.plan.repairs) for part in parts),
    }


def _around(boxes: list[Bounds]) -> Bounds | None:
    if not boxes:
        return None
    west, south, east, north = zip(*boxes, strict=True)
    return min(west), min(south), max(east), max(north)


def _follow(database: Database, found: list[Ready], act_id: int) -> int | None:
    """The first of the reports that compare large layers with their neighbours afterwards."""
    reports = [
        quality_work.follow(database, told.viewer, part.plan.layer.key, act_id)
        for told, part in found
        if part.plan.follows
    ]
    return reports[0] if reports else None
