"""What do the jobs of an import do? `read` finds out what would happen, `bring` does it."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from layers import clock, crs
from layers.blobs import Blobs
from layers.errors import InvalidShape, InvalidValue, MapError, QuestionToUser, UnreadableFile
from layers.intake import (
    Comparison,
    Dataset,
    Heard,
    JoinPlan,
    Part,
    Plan,
    RowProblem,
    accepted,
    apply,
    apply_join,
    chosen_changes,
    compare,
    keys_offered,
    landing,
    likeliest,
    pictured,
    plan,
    plan_join,
    read_dataset,
    readiness,
    refuse_secret_titles,
    refuse_secrets,
    reporting,
)
from layers.intake.applying import told_reason
from layers.intake.comparing import UID, UID_COLUMNS, UID_TITLE, offered
from layers.intake.mapping import brought_by
from layers.intake.picturing import Pictured
from layers.jobs import Cancelled, Running
from layers.kinds import LayerKind, kind_for
from layers.measure import half_up, mu
from layers.rights import VISIBILITIES, Viewer, may, require
from layers.store import Database, accounts, audit, query, uploads
from layers.store.attachments import NewAttachment
from layers.store.edit import Change, NewFeature
from webmap import intake_compare, intake_differences, intake_kept, quality_work
from webmap.config import read_config
from webmap.intake_check import CoordinateCheck
from webmap.intake_kinds import BRINGING
from webmap.intake_question import asked
from webmap.sketch import light
from webmap.uploading import differences_of, file_of, report_of, stored

MOST_TOLD: Final = 400
"""Problems that the page lists."""
FIRST_ROWS: Final = 10


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
        "preview": _preview(dataset),
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
    facts |= _plan(found, compared)
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
    titles = {each.title: each.key for each in found.kind.fields}
    problems = [{**_row(found.place(each.row), each), "spot": None} for each in found.problems[:MOST_TOLD]]
    told.differ(intake_differences.of_ledger(told.database, told.viewer, found, problems))
    return {
        "compare": intake_compare.told_of_ledger(told.database, told.viewer, found, keys),
        "keys": [list(each) for each in keys],
        "title": found.title,
        "kind": found.kind.key,
        "measure_word": found.kind.measure_word,
        "count": found.count,
        "good": found.count - len({each.row for each in found.problems}),
        "bad": len({each.row for each in found.problems}),
        "encoding": found.encoding,
        "matched": {column: titles[title] for column, title in found.matched.items()},
        "notes": found.notes,
        "problems": problems,
        "problem_count": len(found.problems),
        "warnings": [],
        "shapes": [],
        "where": "",
        "amount": "",
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
        **_amounts(found),
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


class Told:
    """What the job was told, and who asks."""

    def __init__(self, database: Database, job: Running, part: dict[str, Any] | None = None) -> None:
        """part: what is said of one file, where the job is about several."""
        self.database, self.arguments = database, part or job.arguments
        self.name: str = self.arguments["name"]
        self.answers: dict[str, Any] = self.arguments["answers"]
        if job.account_id is None:
            raise Cancelled
        with database.reading() as session:
            person = accounts.person(session, job.account_id)
        self.viewer: Viewer = person.viewer
        require(self.viewer, "import")
        self.file = file_of(read_config().home, self.arguments["uid"], self.name)

    def ground(self, layer: str) -> str:
        """All that the plan for this layer rests on."""
        limits = read_config().quality_limits
        return intake_kept.ground_of(self.database, self.viewer, self.arguments, layer, limits)

    def refuse_another_file(self) -> None:
        """The hash says whether it is the one that was read."""
        self._refuse_missing()
        if _digest(self.file) != self.arguments["sha256"]:
            raise UnreadableFile("服务器上的文件与上传时不一致，未导入。请重新上传。")

    def _refuse_missing(self) -> None:
        if not self.file.is_file():
            raise UnreadableFile("原始文件已到保留期限，不在服务器上了。请重新选择文件。")

    def dataset(self) -> Dataset:
        refuse_secret_titles(self.name)
        self._refuse_missing()
        dataset = read_dataset(
            self.file, encoding=self.answers.get("encoding"), source_layer=self.answers.get("source_layer")
        )
        refuse_secrets(dataset)
        if dataset.name == self.file.stem:
            dataset.name = Path(self.name).stem
        return dataset

    @property
    def leaves_out(self) -> bool:
        """Whether rows with a problem stay outside."""
        return bool(self.arguments.get("good_rows"))

    def ready(self, job: Running, found: Plan, dataset: Dataset) -> Part:
        """What is to be done of a plan as it was agreed to; raises OutOfDate when it would be something else now."""
        job.tell(0.1, "正在与图上已有的比较")
        compared, _ = self.compared(found, dataset)
        new, changes = found.good, list[Change]()
        if compared:
            intake_compare.refuse_stale(self.arguments.get("stamp"), compared.stamp)
            choice = intake_compare.choice_of(self.arguments)
            new = compared.new if choice.new else []
            changes = chosen_changes(self.database, self.viewer, found.kind, compared, choice)
            if compared.problems and not self.leaves_out:
                raise InvalidValue(
                    f"有 {len(compared.problems)} 行的编号不明确，未导入任何内容。请改正后再导入。"
                )
        photos: dict[str, NewAttachment] = {}
        if found.pictures:
            new, photos = self.pictured(job, found, new)
        return Part(found, new, changes, photos)

    def note(self, found: Plan | JoinPlan, count: int) -> None:
        """Leave a line in the log."""
        subject = f"{self.name} → {found.title} {count} {found.kind.measure_word}"
        with self.database.writing() as session:
            audit.record(session, self.viewer, "import", subject)
            session.commit()

    def pictured(self, job: Running, found: Plan, new: Sequence[NewFeature]) -> Pictured:
        """The photos of these points, shown anew and kept."""

        def tell(count: int) -> None:
            job.ask()
            job.tell(0.1 + 0.5 * count / len(new), f"正在处理照片 {count:,} / {len(new):,}")

        return pictured(Blobs(read_config().blobs_folder), self.file, found, new, tell)

    def differ(self, said: dict[str, Any]) -> None:
        """Write down what the map would show of it."""
        intake_differences.write(differences_of(read_config().home, self.arguments["uid"]), said)

    def layers(self) -> list[tuple[str, str, LayerKind]]:
        """Those into which this person may import."""
        with self.database.reading() as session:
            found = query.layer_rows(session, self.viewer)
        allowed = [layer for layer in found if may(self.viewer, "import", unit=layer.unit)]
        return [(layer.key, layer.title, kind_for(layer)) for layer in allowed]

    def layer(self, dataset: Dataset, layers: list[tuple[str, str, LayerKind]]) -> str:
        said = self.answers.get("layer")
        if said in {key for key, _, _ in layers}:
            return str(said)
        if not layers:
            raise InvalidValue(
                f"没有由“{self.viewer.unit}”主管的图层可以导入。请联系系统管理员设置图层的主管单位。"
            )
        found = likeliest(dataset, [(key, kind) for key, _, kind in layers])
        if found is None:
            raise InvalidValue("文件里的图形类型与可以导入的图层都不相符。请在下面选择图层，或检查文件。")
        return found

    def planned(self, layer: str, dataset: Dataset) -> Plan:
        with self.database.reading() as session:
            row = query.layer_named(session, self.viewer, layer)
            require(self.viewer, "import", unit=row.unit)
            kind = kind_for(row)
        return plan(
            self.database,
            self.viewer,
            Path(self.name),
            kind=kind.key,
            layer=layer,
            visibility=self.answers.get("visibility") or "internal",
            crs=self.answers.get("crs"),
            parameters=self.answers.get("parameters"),
            public_map=self.answers.get("shift"),
            swapped=bool(self.answers.get("swap")),
            local=self.answers.get("local"),
            encoding=self.answers.get("encoding"),
            columns=self.columns(layer, dataset),
            dataset=dataset,
            repairs=accepted(self.answers.get("repairs")),
            limits=read_config().quality_limits,
        )

    def columns(self, layer: str, dataset: Dataset) -> dict[str, str]:
        """Which column is which field, as it was said now, or before of a file with this header."""
        said: dict[str, str] | None = self.answers.get("columns")
        if said is not None:
            return said
        with self.database.reading() as session:
            return uploads.known_columns(session, uploads.header_of(dataset.columns), layer)

    def compared(self, found: Plan, dataset: Dataset) -> tuple[Comparison | None, list[tuple[str, str]]]:
        """What is on the map of it already, by the key that was chosen or the likeliest; and all keys there are."""
        keys = keys_offered(found, dataset.columns)
        said = self.answers.get("key")
        key = said if said in {key for key, _ in keys} else None
        if key is None and said != intake_compare.NO_KEY:
            key = next((key for key, _ in keys if key != "name"), None)
        if key is None:
            return None, keys
        uids = next((dataset.columns[name] for name in UID_COLUMNS if name in dataset.columns), None)
        return compare(self.database, self.viewer, found, key, uids), keys

    def ledger(self, layer: str, dataset: Dataset) -> tuple[JoinPlan, list[tuple[str, str]]]:
        """What a table without shapes would change, and the keys by which its rows could be matched."""
        with self.database.reading() as session:
            kind = kind_for(query.layer_named(session, self.viewer, layer))
        columns = self.columns(layer, dataset)
        brought = brought_by(kind, dataset.columns, columns)
        keys = offered(kind, brought, dataset.columns)
        if not keys:
            raise InvalidValue(
                "表里没有坐标，也没有认得出的编号列，不知道要更新哪些图形。请在“字段对应”里指明编号是哪一列，"
                "或改选图层；要新增图形，请补上经度、纬度，或 X、Y，或 WKT 一列。"
            )
        said = self.answers.get("key")
        key = said if said in {key for key, _ in keys} else keys[0][0]
        found = plan_join(
            self.database,
            self.viewer,
            Path(self.name),
            layer=layer,
            key=UID_TITLE if key == UID else key,
            columns=columns,
            dataset=dataset,
        )
        return found, keys


# --- in words ------------------------------------------------------------------------------------------


def _plan(found: Plan, compared: Comparison | None = None) -> dict[str, Any]:
    unclear = compared.problems if compared else []
    problems = sorted([*found.problems, *unclear], key=lambda each: each.row)
    shapes = np.array([row.shape for row in found.good], object)
    return {
        "title": found.title,
        "kind": found.kind.key,
        "measure_word": found.kind.measure_word,
        "count": found.count,
        "good": len(found.good) - len(unclear),
        "bad": found.bad_count + len(unclear),
        "visibility": found.visibility,
        "visibility_title": VISIBILITIES[found.visibility],
        "crs": found.crs,
        "crs_name": found.system,
        "shift": found.shift,
        "encoding": found.encoding,
        "matched": _matched(found),
        "others": found.others,
        "notes": found.notes,
        "problems": [_problem(found, each) for each in problems[:MOST_TOLD]],
        "problem_count": len(problems),
        "warnings": [_problem(found, each) for each in found.warnings[:MOST_TOLD]],
        "warning_count": len(found.warnings),
        "sorts": found.found,
        "repaired": len(found.repairs),
        "shapes": light(shapes),
        **_amounts(found),
    }


def _matched(found: Plan) -> dict[str, str]:
    keys = {each.title: each.key for each in found.kind.fields}
    return {column: keys[title] for column, title in found.matched.items()}


def _amounts(found: Plan) -> dict[str, Any]:
    amount = ""
    if found.area_m2:
        amount = f"{half_up(mu(found.area_m2), 2):,} 亩"
    elif found.length_m:
        amount = f"{half_up(found.length_m / 1000, 3):,} 公里"
    where = crs.describe(found.bounds) if found.bounds else ""
    return {"amount": amount, "bounds": found.bounds and list(found.bounds), "where": where}


def _problem(found: Plan, problem: RowProblem) -> dict[str, Any]:
    return {
        **_row(found.place(problem.row), problem),
        "spot": problem.spot or found.spots.get(problem.row),
        "check": problem.check,
        "row": problem.row,
        "repair": problem.repair,
    }


def _row(place: str, problem: RowProblem) -> dict[str, Any]:
    return {"place": place, "field": problem.field, "value": problem.value[:80], "reason": problem.reason}


def _preview(dataset: Dataset) -> list[list[str]]:
    """The first rows as they were read."""
    rows = zip(*(values[:FIRST_ROWS] for values in dataset.columns.values()), strict=True)
    return [["" if value is None else str(value)[:60] for value in row] for row in rows]


def _digest(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


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
