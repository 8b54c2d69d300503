"""What was asked for on the command line of `webmap intake`, and what does it make of a file?"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from layers.blobs import Blobs
from layers.errors import InvalidValue
from layers.intake import (
    Comparison,
    Dataset,
    NewLayer,
    Part,
    Plan,
    accepted_sorts,
    chosen_changes,
    likeliest,
    pictured,
    plan,
    read_dataset,
    refuse_secret_titles,
)
from layers.kinds import kind_for
from layers.rights import SYSTEM_VIEWER
from layers.store import Database, query
from webmap import cli_compare
from webmap.cli_compare import Wanted
from webmap.config import read_config


@dataclass(frozen=True, kw_only=True)
class Asked:
    """The options. system: EPSG code; repairs: codes of checks."""

    kind: str | None
    layer: str | None
    new_layer: str | None
    title: str | None
    visibility: str
    system: int | None
    encoding: str | None
    source_layer: str | None
    key: str | None
    changed: str
    removed: str
    parameters: str | None
    shift: str | None
    local: str | None
    repairs: Sequence[str]
    swap: bool
    dry_run: bool
    good_rows: bool

    @property
    def wanted(self) -> Wanted:
        """What is to become of features that are there already."""
        return Wanted(self.key, update=self.changed == "update", delete=self.removed == "delete")

    def dataset(self, file: Path) -> Dataset:
        """The rows of a file; raises QuestionToUser for what the options do not answer."""
        refuse_secret_titles(file.name)
        return read_dataset(file, encoding=self.encoding, source_layer=self.source_layer)

    def plan(self, database: Database, file: Path, dataset: Dataset, layer: str | None = None) -> Plan:
        """What would happen to it. layer: into which it goes, where the options leave that open."""
        return plan(
            database,
            SYSTEM_VIEWER,
            file,
            kind=self.kind,
            layer=self.layer or layer,
            new_layer=self._new_layer(),
            visibility=self.visibility,
            crs=self.system,
            encoding=self.encoding,
            source_layer=self.source_layer,
            parameters=self.parameters,
            public_map=self.shift,
            swapped=self.swap,
            local=self.local,
            dataset=dataset,
            repairs=accepted_sorts(self.repairs),
            limits=read_config().quality_limits,
        )

    def guessed(self, database: Database, dataset: Dataset) -> str | None:
        """The layer that a file most likely goes into, where the options do not say it."""
        if self.kind or self.layer:
            return None
        with database.reading() as session:
            layers = query.layer_rows(session, SYSTEM_VIEWER)
        found = likeliest(dataset, [(each.key, kind_for(each)) for each in layers])
        if found is None:
            raise InvalidValue(
                f"“{dataset.name}”的图形类型与已有的图层都不相符，没有导入任何内容。请用 --kind 或 --layer 说明。"
            )
        return found

    def part(self, database: Database, found: Plan, there: Comparison | None) -> Part:
        """What of a plan is to be done."""
        if there is None:
            return Part(found, found.good)
        choice = self.wanted.choice
        return Part(found, there.new, chosen_changes(database, SYSTEM_VIEWER, found.kind, there, choice))

    def compared(self, database: Database, found: Plan, dataset: Dataset) -> Comparison | None:
        """Against what is on the map already; None where that says nothing but that all is new."""
        there = cli_compare.compared(database, found, dataset, self.key)
        known = there and (there.changed or there.unchanged or there.problems or self.wanted.delete)
        return there if known else None

    def refuse_problems(self, found: Plan, there: Comparison | None) -> None:
        """Raises InvalidValue for rows that cannot be taken, unless they shall be left out."""
        if self.good_rows:
            return
        if found.problems:
            raise InvalidValue(
                f"“{found.file}”有 {found.bad_count} 行有问题，未导入任何内容。请改正后再导入，"
                f"或加 --good-rows 只导入其余 {len(found.good)} 行。"
            )
        if there and there.problems:
            raise InvalidValue(
                f"“{found.file}”有 {len(there.problems)} 行的编号不明确，未导入任何内容。"
                "请改正后再导入，或加 --good-rows 略过它们。"
            )

    def _new_layer(self) -> NewLayer | None:
        if self.new_layer is None and self.title is None:
            return None
        if not self.new_layer or not self.title or self.layer:
            raise InvalidValue(
                "新建图层要同时给出 --new-layer（代码）和 --title（名称），且不能与 --layer 一起用。"
            )
        return NewLayer(self.new_layer, self.title)


def with_pictures(file: Path, part: Part) -> Part:
    """Of photos also the pictures, which are made ready here."""
    if not part.plan.pictures or not part.new:
        return part
    blobs = Blobs(read_config().blobs_folder)
    new, photos = pictured(blobs, file, part.plan, part.new, lambda count: None)
    return part._replace(new=new, photos=photos)
