"""The plain tables: every layer as rows, without JavaScript. /table, /table/<key>."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from flask import Blueprint, render_template, request, url_for

from layers.kinds import kind_for
from layers.listing import Column, columns, words
from layers.measure import half_up, mu
from layers.store import query
from layers.store.query import FoundFeature, LayerSummary
from webmap import asked
from webmap.accounts import note_sensitive
from webmap.catalogue import headings
from webmap.database import current, viewer

blueprint = Blueprint("table", __name__, url_prefix="/table")

ROWS_PER_PAGE: Final = 50
MOST_PAGES: Final = 1_000_000


@blueprint.get("")
def index() -> str:
    """All layers under their headings, with what they amount to."""
    found = query.layers(current(), viewer())
    groups = [(group, [layer for layer in found if layer.group == group.key]) for group in headings(found)]
    return render_template("tables.html", groups=groups, amount=amount, kind_for=kind_for)


@blueprint.get("/<key>")
def rows(key: str) -> str:
    """One page of one layer, sorted and cut to the view as the address says."""
    layer = query.layer_named(current(), viewer(), key)
    kind, bounds = kind_for(layer), asked.bounds()
    every = columns(kind, viewer())
    order, descending = asked.order(every)
    page = _page(query.count_features(current(), viewer(), layer, bounds=bounds))
    found = query.find_features(
        current(),
        viewer(),
        layer,
        bounds=bounds,
        limit=ROWS_PER_PAGE,
        offset=page.first - 1,
        order=order,
        descending=descending,
    )
    note_sensitive(found)
    said = [words(every, each.properties, each.derived) for each in found]
    shown = [each for each in every if _is_told(each, said, order)]
    return render_template(
        "table.html",
        layer=layer,
        kind=kind,
        page=page,
        bounds=bounds,
        columns=[_heading(key, column, order, descending) for column in shown],
        empty=[column.title for column in every if column not in shown],
        rows=[_row(*pair, shown, layer.sample) for pair in zip(found, said, strict=True)],
        to_page=lambda number: url_for("table.rows", key=key, **_asked(page=number)),
        everything=url_for("table.rows", key=key, **_asked(page=None, bbox=None)),
    )


@dataclass(frozen=True)
class Page:
    """Which part of all rows is shown; `first` counts from 1."""

    number: int
    count: int
    pages: int
    first: int


def _page(count: int) -> Page:
    """The page that was asked for, or the last one when there are not so many."""
    pages = max(1, -(-count // ROWS_PER_PAGE))
    number = min(asked.whole("page", 1, 1, MOST_PAGES), pages)
    return Page(number, count, pages, (number - 1) * ROWS_PER_PAGE + 1)


def _is_told(column: Column, said: list[dict[str, str]], order: str) -> bool:
    """A column of a field is left out where none of the rows has a value, unless they are sorted by it."""
    return column.of == "derived" or column.key in ("name", order) or any(each[column.key] for each in said)


def amount(layer: LayerSummary) -> str:
    """亩 or 公里 of a whole layer; empty for points."""
    if layer.area_m2:
        return f"{half_up(mu(layer.area_m2), 2):,} 亩"
    return f"{half_up(layer.length_m / 1000, 2):,} 公里" if layer.length_m else ""


def _heading(key: str, column: Column, order: str, descending: bool) -> dict[str, Any]:
    chosen = column.key == order
    direction = ("descending" if descending else "ascending") if chosen else "none"
    # A second click on the same heading turns the order round.
    turn = _asked(sort=column.key, desc="1" if chosen and not descending else None, page=None)
    return {"column": column, "sort": direction, "url": url_for("table.rows", key=key, **turn)}


def _row(feature: FoundFeature, said: dict[str, str], shown: list[Column], sample: bool) -> dict[str, Any]:
    return {
        "name": feature.name,
        "url": url_for("map.page", sel=feature.uid),
        "sample": bool(feature.properties.get("is_sample", sample)),
        "cells": [(column, said[column.key]) for column in shown],
    }


def _asked(**changes: Any) -> dict[str, Any]:
    """The present query string with changes; None leaves a parameter out."""
    kept = {name: request.args[name] for name in ("sort", "desc", "bbox", "page") if name in request.args}
    return {name: value for name, value in {**kept, **changes}.items() if value is not None}
