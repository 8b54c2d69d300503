"""What do the jobs of an import do? `read` finds out what would happen, `bring` does it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from layers import clock
from layers.errors import InvalidShape, InvalidValue, MapError, QuestionToUser
from layers.intake import (
    Dataset,
    Heard,
    apply,
    apply_join,
    landing,
    readiness,
    reporting,
)
from layers.intake.applying import told_reason
from layers.jobs import Running
from layers.store import Database, uploads
from webmap import intake_compare, intake_differences, intake_facts, intake_kept, quality_work
from webmap.config import read_config
from webmap.intake_check import CoordinateCheck
from webmap.intake_kinds import BRINGING
from webmap.intake_question import asked
from webmap.intake_told import Told
from webmap.uploading import differences_of, report_of, stored


def make_ready() -> None:
    """Load what the first file needs besides this, before it comes."""
    readiness.make_ready()


def read(database: Database, job: Running) -> dict[str, Any]:
    """The plan of an import as the page shows it, a question, or why it cannot be."""
    told, config = Told(database, job), read_config()
    remove_outdated(database, config.home, config.upload_days)
    differences_of(config.home, job.arguments["uid"]).unlink(missing_ok=True)
    job.tell(0.1, "正在读取文件")
    try:
        dataset = told.dataset()
    except QuestionToUser as question:
        return {"question": asked(question), "columns": []}
    layers = told.layers()
    job.tell(0.5, "正在检查每一行")
    facts: dict[str, Any] = {
        "columns": list(dataset.columns),
        "layers": [{"key": key, "title": title} for key, title, _ in layers],
        "has_shapes": dataset.has_shapes,
        "preview": intake_facts.preview(dataset),
    }
    check = CoordinateCheck(dataset, landing.county_bounds(database, told.viewer), told.answers)
    try:
        layer = told.layer(dataset, layers)
        facts["layer"] = layer
        if not dataset.has_shapes:
            return {**facts, **_read_ledger(told, job, layer, dataset)}
        found = told.planned(layer, dataset)
        job.tell(0.8, "正在与图上已有的比较")
        compared, keys = told.compared(found, dataset)
    except QuestionToUser as question:
        return {**facts, "question": asked(question, dataset, told.answers, check)}
    except InvalidShape as refusal:
        offered = check.question(refusal.message)
        return {
            **facts,
            "check": check.told(),
            **({"question": offered} if offered else {"refusal": refusal.message}),
        }
    except MapError as refusal:
        return {**facts, "check": check.told(), "refusal": refusal.message}
    intake_kept.keep(told.ground(layer), dataset, found)
    reporting.write(report_of(config.home, job.arguments["uid"]), reporting.of_plan(found, compared))
    facts["check"] = check.told(found.crs, found.system)
    facts["keys"] = [list(each) for each in keys]
    if compared:
        facts["compare"] = intake_compare.told(database, told.viewer, compared, keys)
    facts |= intake_facts.of_plan(found, compared)
    doubtful = [
        *({**each, "grave": True} for each in facts["problems"]),
        *({**each, "grave": False} for each in facts["warnings"]),
    ]
    told.differ(intake_differences.of_plan(database, told.viewer, found, compared, doubtful))
    return facts


def _read_ledger(told: Told, job: Running, layer: str, dataset: Dataset) -> dict[str, Any]:
    """What a table without shapes would change about what is on the map."""
    found, keys = told.ledger(layer, dataset)
    reporting.write(report_of(read_config().home, job.arguments["uid"]), reporting.of_ledger(found))
    said = intake_facts.of_ledger(found)
    told.differ(intake_differences.of_ledger(told.database, told.viewer, found, said["problems"]))
    return {
        **said,
        "compare": intake_compare.told_of_ledger(told.database, told.viewer, found, keys),
        "keys": [list(each) for each in keys],
    }


def bring(database: Database, job: Running) -> dict[str, Any]:
    """Import the file as it was planned; the hash says that it is the same file."""
    told, layer = Told(database, job), str(job.arguments["answers"]["layer"])
    job.tell(0.02, "正在读取文件")
    told.refuse_another_file()
    at_hand = intake_kept.taken(told.ground(layer))
    dataset = at_hand.dataset if at_hand else told.dataset()
    if not dataset.has_shapes:
        return _bring_ledger(told, job, layer, dataset)
    ready = told.ready(job, at_hand.plan if at_hand else told.planned(layer, dataset), dataset)
    if not ready.new and not ready.changes:
        raise InvalidValue("按所选，没有要新增、更新或删除的内容。未改动任何数据。")
    found, removed = ready.plan, ready.removed
    reason = told_reason(found)
    if ready.changes:
        updated = len(ready.changes) - removed
        reason = f"{reason}：新增 {len(ready.new)}、更新 {updated}、删除 {removed}"
    result = apply(
        database,
        found,
        told.viewer,
        good_rows=told.leaves_out,
        new=ready.new,
        photos=ready.photos,
        changes=ready.changes,
        reason=reason,
        heard=heard(job, len(ready.new) + len(ready.changes)),
    )
    told.note(found, result.rows + len(ready.changes))
    report = quality_work.follow(database, told.viewer, layer, result.act_id) if found.follows else None
    return {
        "act_id": result.act_id,
        "rows": result.rows,
        "changed": len(ready.changes) - removed,
        "removed": removed,
        "photos": len(ready.photos),
        **intake_facts.amounts(found),
        "layer": layer,
        "found": found.found,
        "repaired": len(found.repairs),
        "follows": report,
    }


def _bring_ledger(told: Told, job: Running, layer: str, dataset: Dataset) -> dict[str, Any]:
    found, _ = told.ledger(layer, dataset)
    intake_compare.refuse_stale(job.arguments.get("stamp"), intake_compare.stamp_of(found))
    choice = intake_compare.choice_of(job.arguments)
    done = apply_join(
        told.database,
        told.viewer,
        found,
        told.viewer,
        good_rows=bool(job.arguments.get("good_rows")),
        chosen=choice.changed,
        heard=heard(job, len(found.changes)),
    )
    if done.act_id is None:
        raise InvalidValue("按所选，没有要更新的内容。未改动任何数据。")
    told.note(found, done.rows)
    return {
        "act_id": done.act_id,
        "rows": 0,
        "changed": done.rows,
        "removed": 0,
        "amount": "",
        "layer": layer,
    }


def heard(job: Running, count: int) -> Heard:
    """How far the writing of so many is."""
    most = max(count, 1)
    return Heard(
        job.writes, lambda done: job.tell(0.1 + 0.85 * done / most, f"已写入 {done:,} / {count:,}"), job.ask
    )


def remove_outdated(database: Database, home: Path, days: int) -> int:
    """Take away the files that were kept long enough; what is known of them stays."""
    import shutil
    from datetime import timedelta

    with database.reading() as session:
        old = uploads.outdated(session, clock.now() - timedelta(days=days), BRINGING)
    for uid in old:
        shutil.rmtree(stored(home, uid), ignore_errors=True)
    if old:
        with database.writing() as session:
            uploads.mark_removed(session, old)
            session.commit()
    return len(old)
