"""What lies under the shapes of a file that somebody brought to ask? Read in the fenced child, answered, thrown away.

Nothing of it becomes a feature. Where the file leaves something open, it waits for the answer, a day at most.
"""

from __future__ import annotations

import shutil
import time
from pathlib import Path
from typing import Any, Final

from layers import crs
from layers.analysis.conflict import MOST_SUBJECTS, Subject
from layers.editing.drawn import FAMILIES
from layers.errors import InvalidShape, InvalidValue, MapError, QuestionToUser, UnreadableFile
from layers.intake import Dataset, landing, read_dataset, refuse_secret_titles, refuse_secrets
from layers.jobs import Running
from layers.kinds.record import CODE, NAME
from layers.shapes import check_shapes
from layers.store import Database
from webmap.config import read_config
from webmap.conflict_work import LONGEST_NAME, keep, viewer_of
from webmap.intake_check import CoordinateCheck
from webmap.intake_question import asked
from webmap.uploading import ASKED_FOLDER, asked_file

KIND: Final = "conflict_file"
NAMED_AS: Final = tuple(
    word.casefold() for word in (NAME.title, *NAME.aliases, "DKMC", CODE.title, *CODE.aliases, "DKBH")
)
"""How offices call the columns with a name and a number, the best first."""
KEPT_S: Final = 24 * 3600
MOST_TOLD: Final = 3


def work(database: Database, job: Running) -> dict[str, Any]:
    """The uid of the result, or the question that the file leaves open."""
    viewer, home = viewer_of(database, job), read_config().home
    _sweep(home)
    name, answers = job.arguments["name"], job.arguments["answers"]
    file = asked_file(home, job.arguments["uid"], name)
    job.tell(0.1, "正在读取文件")
    try:
        dataset = _dataset(file, name, answers)
        subjects, system = _subjects(dataset, answers, landing.county_bounds(database, viewer))
        job.tell(0.5, "正在叠加各图层")
        told = {"file": name, "sha256": job.arguments["sha256"], "crs": system}
        uid = keep(database, viewer, subjects, told)
    except _Open as left:
        return {"question": left.question}
    except MapError:
        shutil.rmtree(file.parent, ignore_errors=True)
        raise
    shutil.rmtree(file.parent, ignore_errors=True)
    return {"uid": uid}


class _Open(Exception):
    """The file leaves something open. question: as JSON."""

    def __init__(self, question: dict[str, Any]) -> None:
        super().__init__()
        self.question = question


def _dataset(file: Path, name: str, answers: dict[str, Any]) -> Dataset:
    refuse_secret_titles(name)
    if not file.is_file():
        raise UnreadableFile("文件已不在服务器上（最多保留一天）。请重新选择文件。")
    try:
        dataset = read_dataset(
            file, encoding=answers.get("encoding"), source_layer=answers.get("source_layer")
        )
    except QuestionToUser as question:
        raise _Open(asked(question)) from None
    refuse_secrets(dataset)
    if not dataset.has_shapes:
        raise UnreadableFile(f"“{name}”是没有坐标的表，无法分析压盖。请选择带图形的文件。")
    if len(dataset) > MOST_SUBJECTS:
        raise InvalidValue(
            f"文件里有 {len(dataset):,} 个图形，一次最多分析 {MOST_SUBJECTS:,} 个。请拆分后重试。"
        )
    if dataset.name == file.stem:
        dataset.name = Path(name).stem
    return dataset


def _subjects(
    dataset: Dataset, answers: dict[str, Any], county: crs.Bounds | None
) -> tuple[list[Subject], str]:
    """What is to be checked, in CGCS2000 degrees, and as what its coordinates were read; all of it or nothing."""
    check = CoordinateCheck(dataset, county, answers)
    try:
        if answers.get("swap"):
            landing.swap(dataset)
        landing.settle_shift(dataset, None, answers.get("shift"))
        code = landing.chosen_crs(dataset, answers.get("crs"), county)
        came = landing.landed(dataset, code, county)
    except QuestionToUser as question:
        raise _Open(asked(question, dataset, answers, check)) from None
    except InvalidShape as refusal:
        if offered := check.question(refusal.message):
            raise _Open(offered) from None
        raise
    sound = check_shapes(came, FAMILIES, landing.expected(county))
    if troubles := sound.problems | dataset.bad_shapes:
        raise InvalidShape(_told(dataset, troubles))
    names = _names(dataset)
    shapes = zip(names, sound.shapes, strict=True)
    return [Subject(name[:LONGEST_NAME], shape) for name, shape in shapes], landing.system_of(dataset, code)


def _told(dataset: Dataset, troubles: dict[int, str]) -> str:
    first = [f"{_place(dataset, at)}：{troubles[at]}" for at in sorted(troubles)[:MOST_TOLD]]
    rest = f"另有 {len(troubles) - MOST_TOLD:,} 个图形也有问题。" if len(troubles) > MOST_TOLD else ""
    return f"{''.join(first)}{rest}没有分析。"


def _place(dataset: Dataset, at: int) -> str:
    return dataset.places[at] if dataset.places else f"第 {at + 1} 行"


def _names(dataset: Dataset) -> list[str]:
    """What each is called: its name, its number, or the file and its row."""
    columns = {column.strip().casefold(): values for column, values in dataset.columns.items()}
    said = [columns[word] for word in NAMED_AS if word in columns]
    return [
        next((str(values[at]).strip() for values in said if values[at]), "")
        or (f"{dataset.name} {_place(dataset, at)}" if len(dataset) > 1 else dataset.name)
        for at in range(len(dataset))
    ]


def _sweep(home: Path) -> None:
    """Take away what nobody answered for."""
    long_ago = time.time() - KEPT_S
    for folder in (home / ASKED_FOLDER).glob("*"):
        if folder.stat().st_mtime < long_ago:
            shutil.rmtree(folder, ignore_errors=True)
