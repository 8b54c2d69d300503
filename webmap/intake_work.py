"""What do the jobs of an import do? `read` finds out what would happen, `bring` does it."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any, Final

import numpy as np
import shapely

from layers import clock, crs, shift
from layers.errors import InvalidValue, MapError, QuestionToUser, UnreadableFile
from layers.intake import (
    Dataset,
    Heard,
    Plan,
    RowProblem,
    accepted,
    apply,
    likeliest,
    plan,
    read_dataset,
    refuse_secret_titles,
    refuse_secrets,
)
from layers.jobs import Cancelled, Running
from layers.kinds import LayerKind, kind_for
from layers.measure import half_up, mu
from layers.rights import VISIBILITIES, Viewer, may, require
from layers.store import Database, accounts, audit, query, uploads
from layers.store.targets import standing
from webmap import quality_work
from webmap.config import read_config
from webmap.sketch import light
from webmap.uploading import file_of, stored

MOST_TOLD: Final = 400
"""Problems that the page lists."""
MOST_COMPARED: Final = 200_000
SAMPLE: Final = 400


def read(database: Database, job: Running) -> dict[str, Any]:
    """The plan of an import as the page shows it, a question, or why it cannot be."""
    told, config = _Told(database, job), read_config()
    remove_outdated(database, config.home, config.upload_days)
    job.tell(0.1, "正在读取文件")
    try:
        dataset = told.dataset()
    except QuestionToUser as question:
        return {"question": _asked(question), "columns": []}
    layers = told.layers()
    job.tell(0.5, "正在检查每一行")
    facts = {
        "columns": list(dataset.columns),
        "layers": [{"key": key, "title": title} for key, title, _ in layers],
        "has_shapes": dataset.has_shapes,
    }
    try:
        layer = told.layer(dataset, layers)
        facts["layer"] = layer
        found = told.planned(layer, dataset)
    except QuestionToUser as question:
        return {**facts, "question": _asked(question, dataset, told.answers)}
    except MapError as refusal:
        return {**facts, "refusal": refusal.message}
    job.tell(0.9, "正在与图上已有的比较")
    return {**facts, **_plan(found), **told.compared(found)}


def bring(database: Database, job: Running) -> dict[str, Any]:
    """Import the file as it was planned; the hash says that it is the same file."""
    told = _Told(database, job)
    job.tell(0.02, "正在读取文件")
    dataset = told.dataset(check=True)
    layer = str(told.answers["layer"])
    found = told.planned(layer, dataset)
    if job.arguments.get("only_new"):
        left_out = told.known(found)
        code = found.kind.code_field
        found.good[:] = [row for row in found.good if str(row.properties.get(code) or "") not in left_out]
        if not found.good:
            raise InvalidValue("这些编号图上都已经有了，没有新的内容可导入。未改动任何数据。")
    count = max(len(found.good), 1)
    result = apply(
        database,
        found,
        told.viewer,
        good_rows=bool(job.arguments.get("good_rows")),
        heard=Heard(
            job.writes,
            lambda done: job.tell(0.1 + 0.85 * done / count, f"已写入 {done:,} / {count:,}"),
            job.ask,
        ),
    )
    _note(database, told, f"{told.name} → {found.title} {result.rows} {found.kind.measure_word}")
    report = quality_work.follow(database, told.viewer, layer, result.act_id) if found.follows else None
    return {
        "act_id": result.act_id,
        "rows": result.rows,
        **_amounts(found),
        "layer": layer,
        "found": found.found,
        "repaired": len(found.repairs),
        "follows": report,
    }


class _Told:
    """What the job was told, and who asks."""

    def __init__(self, database: Database, job: Running) -> None:
        self.database, self.arguments = database, job.arguments
        self.name: str = job.arguments["name"]
        self.answers: dict[str, Any] = job.arguments["answers"]
        if job.account_id is None:
            raise Cancelled
        with database.reading() as session:
            person = accounts.person(session, job.account_id)
        self.viewer: Viewer = person.viewer
        require(self.viewer, "import")
        self.file = file_of(read_config().home, job.arguments["uid"], self.name)

    def dataset(self, *, check: bool = False) -> Dataset:
        refuse_secret_titles(self.name)
        if not self.file.is_file():
            raise UnreadableFile("原始文件已到保留期限，不在服务器上了。请重新选择文件。")
        if check and _digest(self.file) != self.arguments["sha256"]:
            raise UnreadableFile("服务器上的文件与上传时不一致，未导入。请重新上传。")
        dataset = read_dataset(
            self.file, encoding=self.answers.get("encoding"), source_layer=self.answers.get("source_layer")
        )
        refuse_secrets(dataset)
        if dataset.name == self.file.stem:
            dataset.name = Path(self.name).stem
        return dataset

    def layers(self) -> list[tuple[str, str, LayerKind]]:
        """Those into which this person may import."""
        with self.database.reading() as session:
            found = query.layers(session, self.viewer)
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
            remembered = uploads.known_columns(session, uploads.header_of(dataset.columns), layer)
        said = self.answers.get("columns")
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
            columns=remembered if said is None else said,
            dataset=dataset,
            repairs=accepted(self.answers.get("repairs")),
            limits=read_config().quality_limits,
        )

    def known(self, found: Plan) -> set[str]:
        """The codes that are on the layer already."""
        code = found.kind.code_field
        brought = {str(row.properties.get(code) or "") for row in found.good} - {""}
        if not brought or code not in found.kind.by_key:
            return set()
        with self.database.reading() as session:
            there = standing(session, self.viewer, found.layer.key, MOST_COMPARED)
        return brought & {str(each.state.properties.get(code) or "") for each in there}

    def compared(self, found: Plan) -> dict[str, Any]:
        """How many of the rows are on the map already, by their code."""
        known, code = self.known(found), found.kind.code_field
        title = found.kind.by_key[code].title if code in found.kind.by_key else ""
        return {"known": len(known), "known_some": sorted(known)[:5], "code_title": title}


# --- in words ------------------------------------------------------------------------------------------


def _plan(found: Plan) -> dict[str, Any]:
    shapes = np.array([row.shape for row in found.good], object)
    return {
        "title": found.title,
        "kind": found.kind.key,
        "measure_word": found.kind.measure_word,
        "count": found.count,
        "good": len(found.good),
        "bad": found.bad_count,
        "visibility": found.visibility,
        "visibility_title": VISIBILITIES[found.visibility],
        "crs": found.crs,
        "crs_name": crs.name_of(found.crs),
        "shift": found.shift,
        "encoding": found.encoding,
        "matched": _matched(found),
        "others": found.others,
        "notes": found.notes,
        "problems": [_problem(found, each) for each in found.problems[:MOST_TOLD]],
        "problem_count": len(found.problems),
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
        "place": found.place(problem.row),
        "field": problem.field,
        "value": problem.value[:80],
        "reason": problem.reason,
        "spot": problem.spot or found.spots.get(problem.row),
        "check": problem.check,
        "row": problem.row,
        "repair": problem.repair,
    }


def _asked(
    question: QuestionToUser, dataset: Dataset | None = None, answers: dict[str, Any] | None = None
) -> dict[str, Any]:
    values = [choice.value for choice in question.choices]
    if all(value.isdigit() for value in values):
        name = "crs"
    elif "gcj02" in values:
        name = "shift"
    else:
        name = "encoding" if set(values) <= {"UTF-8", "GBK"} else "source_layer"
    return {
        "name": name,
        "sentence": question.message,
        "choices": [
            {
                "value": choice.value,
                "title": choice.title,
                "consequence": choice.consequence,
                "shapes": _landing(dataset, name, choice.value, answers or {}) if dataset else [],
            }
            for choice in question.choices
        ],
    }


def _landing(dataset: Dataset, name: str, value: str, answers: dict[str, Any]) -> list[Any]:
    """Where some of the shapes would lie with this answer."""
    shapes = dataset.shapes[: 4 * SAMPLE]
    some = shapes[~shapely.is_missing(shapes)][:SAMPLE]
    said = answers.get("crs") or (dataset.crs.code if dataset.crs else None) or crs.STORED
    code = int(value) if name == "crs" else int(said)
    taken = shift.public_map(value) if name == "shift" else None
    try:
        return light(shift.to_stored(some, code, taken))
    except MapError:
        return []


def _note(database: Database, told: _Told, subject: str) -> None:
    with database.writing() as session:
        audit.record(session, told.viewer, "import", subject)
        session.commit()


def _digest(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()


def remove_outdated(database: Database, home: Path, days: int) -> int:
    """Take away the files that were kept long enough; what is known of them stays."""
    import shutil
    from datetime import timedelta

    with database.reading() as session:
        old = uploads.outdated(session, clock.now() - timedelta(days=days), "intake_bring")
    for uid in old:
        shutil.rmtree(stored(home, uid), ignore_errors=True)
    if old:
        with database.writing() as session:
            uploads.mark_removed(session, old)
            session.commit()
    return len(old)
