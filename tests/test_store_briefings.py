"""Briefings on both databases: who may see and change them, steps back, and what figures say today."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import shapely
from pyproj import Geod

from layers import clock
from layers.briefing import checked_scenes, play, scenes_of
from layers.errors import InvalidValue, NeedsVersion, NotAllowed, OutOfDate, UnknownThing
from layers.rights import INTERNAL_VIEWER, PUBLIC_VIEWER, SYSTEM_VIEWER, Viewer, signed_in
from layers.store import briefings, edit, managed, query
from layers.store.edit import NewFeature
from layers.store.engine import Database
from tests.stored import lay, parcel, store, store_towns

LAND = "自然资源和规划局"
EDITOR = signed_in("李工", "editor", LAND, None, 1)
OTHER = signed_in("王工", "reviewer", LAND, None, 2)
STRANGER = signed_in("赵工", "editor", "文化和旅游局", None, 3)
READER = signed_in("领导", "reader", LAND, None, 4)
MU = 2000 / 3


def make(database: Database, *scenes: dict[str, Any], **told: Any) -> str:
    with database.writing() as session:
        made = briefings.add(
            session, EDITOR, **{"title": "三季度汇报", "scenes": checked_scenes(list(scenes)), **told}
        )
        session.commit()
    return made.slug


def save(database: Database, slug: str, version: int | None, who: Viewer = EDITOR, **change: Any) -> int:
    with database.writing() as session:
        saved = briefings.save(session, who, slug, version, **change)
        session.commit()
    return saved.version


def played(database: Database, slug: str, viewer: Viewer = INTERNAL_VIEWER) -> list[dict[str, Any]]:
    with database.reading() as session:
        scenes: list[dict[str, Any]] = play(session, viewer, briefings.to_see(session, SYSTEM_VIEWER, slug))[
            "scenes"
        ]
    return scenes


def ask(
    measure: str, layers: tuple[str, ...] = ("idle_parcel",), filter_: str = "", **fields: str
) -> dict[str, Any]:
    return {"label": measure, "layers": list(layers), "measure": measure, "filter": filter_, **fields}


# --- keeping -----------------------------------------------------------------------------------------------


def test_a_save_keeps_what_stood_before_and_can_be_taken_back(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    now = clock.now()
    slug = make(database, {"headline": "一"})
    monkeypatch.setattr(clock, "now", lambda: now + timedelta(minutes=5))
    assert save(database, slug, 1, scenes=checked_scenes([{"headline": "二"}])) == 2
    with database.reading() as session:
        steps = briefings.history(session, EDITOR, slug)
        assert [(step.version, step.count, step.who) for step in steps] == [(1, 1, "李工")]
        assert briefings.to_see(session, EDITOR, slug, 1).scenes[0]["headline"] == "一"
    with database.writing() as session:
        back = briefings.restore(session, OTHER, slug, 1, 2)
        session.commit()
    assert (back.version, back.scenes[0]["headline"], back.who) == (3, "一", "王工")


def test_saves_of_one_person_within_a_minute_are_one_step(database: Database) -> None:
    slug = make(database, {"headline": "一"})
    for version in range(1, 6):
        save(database, slug, version, title=f"第 {version} 次")
    save(database, slug, 6, OTHER, title="另一人")
    with database.reading() as session:
        assert [step.version for step in briefings.history(session, EDITOR, slug)] == [6, 1]


def test_who_was_overtaken_is_told_by_whom(database: Database) -> None:
    slug = make(database)
    save(database, slug, 1, OTHER, title="王工改过")
    with pytest.raises(OutOfDate, match="已被 王工 修改为第 2 版"):
        save(database, slug, 1, title="李工")
    with pytest.raises(NeedsVersion, match="If-Match"):
        save(database, slug, None, title="李工")


def test_only_the_own_unit_changes_and_a_removed_one_comes_back(database: Database) -> None:
    slug = make(database)
    for who in (STRANGER, READER):
        with pytest.raises(NotAllowed):
            save(database, slug, 1, who, title="别人的")
    with database.writing() as session:
        assert briefings.remove(session, EDITOR, slug) == "三季度汇报"
        assert briefings.listed(session, EDITOR) == []
        with pytest.raises(NotAllowed):
            briefings.bring_back(session, STRANGER, slug)
        assert briefings.bring_back(session, EDITOR, slug).slug == slug


def test_an_internal_briefing_does_not_exist_for_the_public(database: Database) -> None:
    inside, outside = make(database), make(database, visibility="public")
    with database.reading() as session:
        assert [each.slug for each in briefings.listed(session, PUBLIC_VIEWER)] == [outside]
        with pytest.raises(UnknownThing, match="没有这份汇报"):
            briefings.to_see(session, PUBLIC_VIEWER, inside)
        with pytest.raises(UnknownThing):
            briefings.to_see(session, EDITOR, "a\x00b")


# --- what stands in a scene --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("scene", "words"),
    [
        ({"headline": "字" * 2001}, "第 1 幕的标题有 2001 个字，最多 2000 个"),
        ({"headline": 5}, "应为文字"),
        ({"headline": "机密★10年"}, "非涉密系统"),
        ({"html": "<b>"}, "不认识的内容“html”"),
        ({"bounds": [1, 2, 3]}, "西、南、东、北"),
        ({"bounds": [118, 36, 119, 35]}, "南小于北"),
        ({"figures": [ask("count")] * 4}, "最多 3 个"),
        ({"figures": [ask("median")]}, "第 1 幕的数字 1的算法收到“median”"),
        ({"figures": [ask("count", ())]}, "没有选图层"),
        ({"figures": [ask("sum")]}, "没有选要合计的字段"),
        ({"bars": ask("count")}, "不认识|可用的有|按什么分组"),
        ({"at": "昨天"}, "回看日期收到“昨天”"),
        ({"picture": "../../etc/passwd"}, "应为附件的标识"),
        ({"compare": {"x": "y" * 9000}}, "可用的有：left、right、share"),
        ({"compare": {"left": "now", "right": "gone"}}, "第 1 幕的前后对比收到“gone”"),
        ({"compare": {"left": "now", "right": "plan", "share": 3}}, "应为 0 到 1 的数字"),
        ({"year": {"time": 1200}}, "1950 到 2100 的年份"),
        ({"colors": {"idle_parcel": 5}}, "第 1 幕的着色应按图层给出字段"),
        ({"layers": ["a", 5]}, "图层（或类别）的列表"),
        ({"filters": {"idle_parcel": "x" * 3001}}, "不超过 3000 个字符"),
    ],
)
def test_what_cannot_stand_in_a_scene_is_refused_with_a_sentence(scene: dict[str, Any], words: str) -> None:
    with pytest.raises((InvalidValue, NotAllowed), match=words):
        checked_scenes([scene])


def test_scenes_are_named_apart_and_limited() -> None:
    scenes = checked_scenes([{"id": "a"}, {"id": "a"}, {}])
    assert [scene["id"] for scene in scenes] == ["a", "s1", "s2"]
    with pytest.raises(InvalidValue, match="最多 200 幕"):
        checked_scenes([{}] * 201)


def test_a_layer_is_coloured_by_a_field_in_its_legend_and_a_lost_field_is_said(database: Database) -> None:
    store(
        database, [NewFeature(shapely.box(118.41, 35.51, 118.42, 35.52), {"name": "甲", "status": "low_use"})]
    )
    on = {"headline": "着色", "layers": ["idle_parcel"], "subject": {"idle_parcel": ["low_use"]}}
    fields = ({"colors": {"idle_parcel": field}} for field in ("status", "gone"))
    good, lost = played(database, make(database, *({**on, **each} for each in fields)))
    assert [row["title"] for row in good["legend"]] == ["低效"]
    assert good["subject"] == {"idle_parcel": []}
    assert lost["colors"] == {}
    assert "仍按系统规定着色：着色字段收到“gone”" in lost["trouble"][0]


# --- what it says today ------------------------------------------------------------------------------------


def test_figures_are_counted_measured_and_added_up_when_it_is_shown(database: Database) -> None:
    store_towns(database)
    rows = [
        parcel("大", 118.42, 35.52, status="low_use", investment_total=1200, jobs=30),
        parcel("小", 118.45, 35.52, status="low_use", investment_total=300),
        parcel("东", 118.55, 35.52, status="revived", jobs=10),
    ]
    store(database, rows)
    slug = make(
        database,
        {
            "headline": "低效 {1.count} 合 {1}，{top}占 {top%}，另有 {2}，{3}，{9}",
            "figures": [
                ask("area_mu", filter_="symbol.any.low_use"),
                ask("sum", field="investment_total"),
                ask("rate", field="jobs", of="investment_total"),
            ],
            "bars": {"title": "按乡镇", "by": "town", "layers": ["idle_parcel"], "measure": "area_mu"},
            "subject": {"idle_parcel": ["low_use"]},
        },
    )
    (scene,) = played(database, slug)
    geod = Geod(a=6378137.0, rf=298.257222101)
    areas = [abs(geod.geometry_area_perimeter(row.shape)[0]) / MU for row in rows]
    low, investment, rate = scene["figures"]
    assert low["value"] == pytest.approx(areas[0] + areas[1], abs=0.01)
    assert (investment["value"], investment["unit"], investment["text"]) == (1500, "万元", "1,500")
    assert rate["value"] == pytest.approx(100 * 40 / 1500, abs=0.001)
    share = round(100 * (areas[0] + areas[1]) / sum(areas))
    assert scene["headline"] == (
        f"低效 2\u00a0宗 合 {low['text']}\u00a0亩，界湖街道占 {share}%，另有 1,500\u00a0万元，2.7%，{{9}}"
    )
    assert [row["label"] for row in scene["bars"]["rows"]] == ["界湖街道", "铜井镇"]
    assert [row["key"] for row in scene["legend"]] == ["low_use", "revived"]
    assert scene["towns"].keys() == {"界湖街道", "铜井镇"}
    assert scene["trouble"] == []


def test_what_lies_within_others_or_waits_for_review_is_not_counted(database: Database) -> None:
    store_towns(database)
    whole, part = shapely.box(118.41, 35.51, 118.43, 35.53), shapely.box(118.41, 35.51, 118.42, 35.53)
    store(
        database,
        [
            NewFeature(whole, {"name": "片区", "households": 100}),
            NewFeature(part, {"name": "一期", "parent": "片区", "phase": "一期", "households": 60}),
            NewFeature(part, {"name": "待审", "households": 7}, review="pending"),
        ],
        "renewal_zone",
    )
    slug = make(
        database,
        {"figures": [ask("sum", ("renewal_zone",), field="households"), ask("count", ("renewal_zone",))]},
    )
    households, count = played(database, slug, EDITOR)[0]["figures"]
    assert (households["value"], count["value"], count["unit"]) == (100, 1, "片")


def test_a_broken_question_says_so_and_the_rest_of_the_briefing_stands(database: Database) -> None:
    store(database, [parcel("一", status="low_use")])
    lay(database, "road_project", visibility="internal")
    good = {"headline": "{1}", "figures": [ask("count")]}
    slug = make(
        database,
        {
            "headline": "{1} 和 {2}",
            "figures": [ask("count", ("gone",)), ask("count", filter_="no_field.any.x")],
            "bars": {"title": "", "by": "nothing", "layers": ["idle_parcel"], "measure": "count"},
            "layers": ["gone", "idle_parcel"],
            "filters": {"idle_parcel": "no_field.any.x"},
            "picture": "01934c00-0000-7000-8000-000000000001",
        },
        {},
        good,
    )
    broken, empty, fine = played(database, slug)
    assert broken["headline"] == "— 和 —"
    said = "".join(broken["trouble"])
    for words in (
        "没有图层“gone”",
        "不能按“no_field”筛选",
        "不能按“nothing”分组",
        "1 个图层已被删除",
        "照片已被移除",
    ):
        assert words in said
    assert broken["filters"] == {}
    assert "还没有内容" in empty["trouble"][0]
    assert (fine["headline"], fine["trouble"]) == ("1\u00a0宗", [])


def test_a_figure_over_what_one_may_not_see_says_so_and_tells_nothing(database: Database) -> None:
    lay(database, "idle_parcel", visibility="internal")
    store(database, [parcel("一", status="low_use")])
    slug = make(
        database,
        {
            "headline": "{1}",
            "figures": [ask("count")],
            "subject": {"idle_parcel": []},
            "notes": "只说给自己听",
        },
        visibility="public",
    )
    (inside,) = played(database, slug)
    (outside,) = played(database, slug, PUBLIC_VIEWER)
    assert (inside["headline"], inside["notes"]) == ("1\u00a0宗", "只说给自己听")
    assert (outside["headline"], outside["notes"], outside["subject"], outside["legend"]) == ("—", "", {}, [])
    assert "您无权查看" in outside["trouble"][0]


def test_a_scene_of_a_past_day_counts_that_day(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    day = clock.today()
    monkeypatch.setattr(clock, "now", lambda: _noon_of(day - timedelta(days=30)))
    store(database, [parcel("早", status="low_use")])
    monkeypatch.undo()
    with database.writing() as session:
        layer = query.layer_named(session, SYSTEM_VIEWER, "idle_parcel")
        with edit.one_act(session, "新建", "李工") as act:
            edit.add_features(session, act, layer, [parcel("晚", 118.45, status="low_use")])
        session.commit()
    at = (day - timedelta(days=10)).isoformat()
    slug = make(
        database, {"figures": [ask("count")], "at": at}, {"figures": [ask("count")]}, visibility="public"
    )
    then, now = played(database, slug)
    assert [then["figures"][0]["value"], now["figures"][0]["value"]] == [1, 2]
    assert (then["at"], then["source"]["date"]) == (at, at)
    assert "只供内部人员查看" in played(database, slug, PUBLIC_VIEWER)[0]["trouble"][0]


def test_a_removed_layer_is_missed_in_its_scene_only(database: Database) -> None:
    store(database, [parcel("一", status="low_use")])
    slug = make(
        database, {"figures": [ask("count")], "subject": {"idle_parcel": []}, "layers": ["idle_parcel"]}
    )
    with database.writing() as session:
        layer = next(each for each in managed.managed_layers(session) if each.key == "idle_parcel")
        with edit.one_act(session, "layer", "管理员") as act:
            managed.archive_layer(session, act, layer.key, layer.version, archived=True)
        session.commit()
    (scene,) = played(database, slug)
    assert (scene["layers"], scene["figures"][0]["value"], scene["figures"][0]["text"]) == ([], None, "—")


def test_the_templates_stand_without_data(database: Database) -> None:
    slug = make(database, *scenes_of("overview", "land", "supervision"))
    scenes = played(database, slug)
    assert [scene["ordinal"] for scene in scenes] == ["一", "二", "二", "三"]
    assert all(scene["trouble"] for scene in scenes)


def _noon_of(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 4, tzinfo=UTC)
