"""What does an empty database show? The embedded sample: 示意 geography with invented parcels and zones."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

from shapely.geometry import shape
from sqlalchemy.orm import Session

from layers import briefing, clock
from layers.kinds import kind_of
from layers.rights import SYSTEM_VIEWER
from layers.store import Database, briefings, edit, offices, query

WHAT: Final = "sample"
WHO: Final = "示例数据"
DATA_DATE: Final = date(2026, 10, 31)
FILES: Final = {
    # Areas first: features learn from them in which town they lie.
    "admin_area": "public",
    "river": "public",
    "existing_road": "public",
    "place_name": "public",
    "road_project": "public",
    "scenic_site": "public",
    "tour_route": "public",
    "village": "public",
    "farm_base": "public",
    "public_facility": "public",
    "ecology_project": "public",
    "renewal_zone": "internal",
    "housing_stock": "internal",
    "idle_parcel": "internal",
    "land_supply": "internal",
    "industry_project": "internal",
    "utility_line": "internal",
    "control_line": "internal",
}
"""Kind → who may see its layer; each kind has one file, <kind>.geojson."""
BRIEFING_UNIT: Final = "自然资源和规划局"
REPORTED: Final = "reported_days_ago"
OFFICES: Final = "offices.json"
"""Units and command posts."""


def fill(database: Database) -> bool:
    """Write the sample as one act; False, and nothing changed, when the database has a layer already."""
    with database.reading() as session:
        if not _is_empty(session):
            return False
    rows = {kind: list(_rows(kind)) for kind in FILES}
    with database.writing() as session:
        # Somebody else may have filled it in the meantime.
        if not _is_empty(session):
            return False
        _write(session, rows)
        session.commit()
    return True


def data_folder() -> Path:
    """In an installed package the files lie beside this module, in the source tree beside the package."""
    installed = Path(__file__).parent / "data"
    return installed if installed.is_dir() else Path(__file__).parents[1] / "data"


def _is_empty(session: Session) -> bool:
    return not query.layers(session, SYSTEM_VIEWER)


def _write(session: Session, rows: dict[str, list[edit.NewFeature]]) -> None:
    _write_offices(session)
    with edit.one_act(session, WHAT, WHO) as act:
        for kind, visibility in FILES.items():
            layer = edit.add_layer(
                session, kind=kind, key=kind, visibility=visibility, sample=True, data_date=DATA_DATE, act=act
            )
            edit.add_features(session, act, layer, rows[kind])
    _write_briefing(session)


def _write_briefing(session: Session) -> None:
    briefings.add(
        session,
        replace(SYSTEM_VIEWER, name=WHO),
        slug=briefing.SAMPLE_SLUG,
        title=briefing.SAMPLE_TITLE,
        unit=BRIEFING_UNIT,
        scenes=briefing.sample_scenes(),
    )


def _write_offices(session: Session) -> None:
    """Those that the county has not entered itself."""
    told = json.loads((data_folder() / OFFICES).read_text("utf-8"))
    units = {unit.name for unit in offices.units(session)}
    posts = {post.name for post in offices.command_posts(session, SYSTEM_VIEWER)}
    for unit in told["units"]:
        if unit["name"] not in units:
            offices.add_unit(session, **unit)
    for post in told["command_posts"]:
        if post["name"] not in posts:
            members = [offices.Member(**member) for member in post.pop("members", ())]
            offices.add_command_post(session, **post, members=members)


def _rows(kind: str) -> Iterator[edit.NewFeature]:
    text = (data_folder() / f"{kind}.geojson").read_text("utf-8")
    for feature in json.loads(text)["features"]:
        yield _row(kind, feature)


def dated(told: dict[str, Any]) -> dict[str, Any]:
    """An invented report is so many days old when the sample is written, so that the lights of the sample differ."""
    days = told.get(REPORTED)
    if days is None:
        return told
    on = clock.today() - timedelta(days=days)
    return {**{key: value for key, value in told.items() if key != REPORTED}, "reported_on": on.isoformat()}


def _row(kind: str, feature: dict[str, Any]) -> edit.NewFeature:
    checked = kind_of(kind).check(dated(feature["properties"]))
    if checked.problems:
        name = feature["properties"].get("name")
        raise ValueError(f"{kind}.geojson, {name}: {checked.problems[0].reason}")
    return edit.NewFeature(
        shape(feature["geometry"]),
        checked.properties,
        uid=feature["id"],
        visibility=feature.get("visibility"),
    )
