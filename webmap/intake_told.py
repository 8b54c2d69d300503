"""What was a job of an import told, who asks, and what does that make of the file? Every step of the wizard begins here."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from layers.blobs import Blobs
from layers.errors import InvalidValue, UnreadableFile
from layers.intake import (
    Comparison,
    Dataset,
    JoinPlan,
    Part,
    Plan,
    accepted,
    chosen_changes,
    compare,
    keys_offered,
    likeliest,
    pictured,
    plan,
    plan_join,
    read_dataset,
    refuse_secret_titles,
    refuse_secrets,
)
from layers.intake.comparing import UID, UID_COLUMNS, UID_TITLE, offered
from layers.intake.mapping import brought_by
from layers.intake.picturing import Pictured
from layers.jobs import Cancelled, Running
from layers.kinds import LayerKind, kind_for
from layers.rights import Viewer, may, require
from layers.store import Database, accounts, audit, query, uploads
from layers.store.attachments import NewAttachment
from layers.store.edit import Change, NewFeature
from webmap import intake_compare, intake_differences, intake_kept
from webmap.config import read_config
from webmap.uploading import differences_of, file_of


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
        dataset = self._read()
        refuse_secrets(dataset)
        if dataset.name == self.file.stem:
            dataset.name = Path(self.name).stem
        return dataset

    def _read(self) -> Dataset:
        """As people call the file: its bytes lie under a name of ours."""
        try:
            return read_dataset(
                self.file,
                encoding=self.answers.get("encoding"),
                source_layer=self.answers.get("source_layer"),
            )
        except UnreadableFile as refusal:
            told = refusal.message.replace(f"“{self.file.name}”", f"“{self.name}”")
            raise type(refusal)(told) from refusal

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


def _digest(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
