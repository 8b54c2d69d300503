"""How does the page of a ledger take one line more, or one less: the steps of a case, the milestones of a project?

What was typed stays when something is wrong; a page that others overtook is shown anew.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from typing import Final, TypeVar

from flask import request
from werkzeug.wrappers import Response as AnyResponse

from layers.errors import InvalidFields, InvalidValue, OutOfDate

LONGEST: Final = 500


Typed = TypeVar("Typed")


def typed_as(form: type[Typed]) -> Typed:
    """What stands in the form, cut at a length beyond every field."""
    return form(**{each.name: request.form.get(each.name, "")[:LONGEST] for each in fields(form)})  # type: ignore[arg-type]


def started_from() -> int | None:
    """The version that the page showed; None where it said none."""
    version = request.form.get("version", "")
    return int(version) if version.isascii() and version.isdigit() and len(version) < 10 else None


def written(
    act: Callable[[], object],
    again: Callable[[str, int], AnyResponse],
    done: Callable[[], AnyResponse],
    overtaken: str,
) -> AnyResponse:
    """Where `done` leads after the act; the page `again` with a sentence when it is refused."""
    try:
        act()
    except OutOfDate:
        return again(overtaken, 412)
    except InvalidFields as refusal:
        return again("".join(each["message"] for each in refusal.details["problems"]), 422)
    except InvalidValue as refusal:
        return again(refusal.message, 422)
    return done()
