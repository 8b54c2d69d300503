"""How is a question that a file leaves open put to a person? In words, with what each answer would look like."""

from __future__ import annotations

from typing import Any

from layers import crs, shift
from layers.errors import MapError, QuestionToUser
from layers.intake import Dataset
from webmap.intake_check import CoordinateCheck, sample_of
from webmap.sketch import light


def asked(
    question: QuestionToUser,
    dataset: Dataset | None = None,
    answers: dict[str, Any] | None = None,
    check: CoordinateCheck | None = None,
) -> dict[str, Any]:
    """A question as JSON: which answer it asks for, and where some of the shapes would lie with each."""
    values = [choice.value for choice in question.choices]
    if all(value.removesuffix(crs.SWAPPED).isdigit() for value in values):
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
                "shapes": _shown(name, choice.value, dataset, answers or {}, check),
            }
            for choice in question.choices
        ],
    }


def _shown(
    name: str, value: str, dataset: Dataset | None, answers: dict[str, Any], check: CoordinateCheck | None
) -> list[Any]:
    """Where some of the shapes would lie with this answer."""
    if dataset is None or check is None:
        return []
    if name == "crs":
        return check.landing(value)
    code = int(answers.get("crs") or (dataset.crs.code if dataset.crs else None) or crs.STORED)
    try:
        taken = shift.public_map(value) if name == "shift" else None
        return light(shift.to_stored(sample_of(dataset), code, taken))
    except MapError:
        return []
