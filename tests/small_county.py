"""What do tests of pages and answers look at? A county of three parcels, one road and one site, and payloads.

Texts that have broken map pages before stand in every text field of one parcel: they must show as they are.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import shapely
from flask import Flask
from flask.testing import FlaskClient

from layers.briefing import checked_scenes
from layers.rights import INTERNAL_VIEWER, SYSTEM_VIEWER, Viewer
from layers.store import briefings, edit
from layers.store.edit import NewFeature
from layers.store.engine import Database
from webmap import create_app
from webmap.config import Config

PAYLOADS: Final = (
    "<script>document.title='bad'</script>",
    "{{7*7}}",
    "{% for x in y %}",
    "{# never closed",
    "${alert(1)}",
    "`tick`",
    '" onmouseover="alert(1)',
    "'; DROP TABLE feature; --",
    "</script><img src=x onerror=alert(1)>",
)
PAYLOAD: Final = " ".join(PAYLOADS)
IDLE_UID: Final = "01934c00-0000-7000-8000-000000000001"
BRIEFING_SLUG: Final = "talk"
PAYLOAD_UID: Final = "01934c00-0000-7000-8000-000000000002"

COUNTY: Final = shapely.box(118.1, 35.2, 118.8, 35.8)
TOWN: Final = shapely.box(118.4, 35.4, 118.6, 35.6)
IDLE: Final[dict[str, Any]] = {
    "name": "示例地块 界湖-017",
    "code": "SL-2022-017",
    "status": "idle",
    "contract_start": "2024-06-30",
    "holder": "示例实业有限公司",
    "price": 1286,
    "area_declared_mu": 86.4,
    "lead_official": "示例领导",
    "source_doc": "规划文件",
    "source_clause": "二（一）2（2）",
    "is_sample": True,
}
HOSTILE: Final[dict[str, Any]] = {
    **dict.fromkeys(
        ("name", "code", "holder", "land_use", "village", "command_post", "note", "source_doc"), PAYLOAD
    ),
    "status": "low_use",
}


def small_county(home: Path, viewer: Viewer = INTERNAL_VIEWER, **settings: Any) -> Flask:
    """An application on a county of its own in this folder."""
    home.mkdir(parents=True, exist_ok=True)
    url = f"sqlite:///{home / 'map.db'}"
    if not (home / "map.db").exists():
        fill(Database(url))
    return create_app(Config(home=home, database_url=url, viewer=viewer, **settings))


def fill(database: Database) -> None:
    database.upgrade()
    with database.writing() as session:
        with edit.one_act(session, "import", "测试员") as act:
            for key, visibility, rows in county_rows():
                layer = edit.add_layer(session, kind=key, key=key, visibility=visibility)
                edit.add_features(session, act, layer, rows)
        briefings.add(
            session,
            SYSTEM_VIEWER,
            slug=BRIEFING_SLUG,
            title="汇报",
            unit="自然资源和规划局",
            scenes=checked_scenes([{"headline": "一幕"}]),
        )
        session.commit()
    database.dispose()


def county_rows() -> list[tuple[str, str, list[NewFeature]]]:
    square, line = (
        shapely.box(118.46, 35.55, 118.463, 35.552),
        shapely.LineString([(118.4, 35.5), (118.5, 35.6)]),
    )
    east, north = shapely.box(118.47, 35.55, 118.471, 35.551), shapely.box(118.47, 35.56, 118.472, 35.562)
    return [
        (
            "admin_area",
            "public",
            [
                NewFeature(COUNTY, {"name": "沂南县", "level": "county", "code": "371321"}),
                NewFeature(TOWN, {"name": "界湖街道", "level": "town", "code": "371321001"}),
            ],
        ),
        (
            "idle_parcel",
            "internal",
            [
                NewFeature(square, IDLE, uid=IDLE_UID),
                NewFeature(east, HOSTILE, uid=PAYLOAD_UID),
                NewFeature(north, {"name": "示例地块 界湖-018", "status": "revived"}),
            ],
        ),
        ("road_project", "public", [NewFeature(line, {"name": "229省道改线", "state": "planned"})]),
        (
            "scenic_site",
            "public",
            [
                NewFeature(
                    shapely.Point(118.45, 35.58), {"name": "竹泉村", "site_type": "village", "grade": "4A"}
                )
            ],
        ),
    ]


def asking(home: Path, viewer: Viewer = INTERNAL_VIEWER, **settings: Any) -> FlaskClient:
    """Somebody who asks this county."""
    return small_county(home, viewer, **settings).test_client()
