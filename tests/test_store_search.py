"""A planner types what he remembers: a name, a code, a village, pinyin or initials."""

from __future__ import annotations

import dataclasses

import pytest
import shapely
from sqlalchemy import delete, select, text, update

from layers.kinds import KINDS, kind_of
from layers.kinds.fields import Text
from layers.rights import INTERNAL_VIEWER, PUBLIC_VIEWER, SYSTEM_VIEWER, Viewer
from layers.store import edit, words
from layers.store.edit import NewFeature
from layers.store.engine import Database
from layers.store.search import SearchHit, _matches, search
from layers.store.tables import Search, Sound
from layers.store.words import folded, sounds_of
from tests.stored import parcel, store, store_towns


def hits(database: Database, asked: str, viewer: Viewer = SYSTEM_VIEWER, limit: int = 20) -> list[SearchHit]:
    with database.reading() as session:
        return search(session, viewer, asked, limit)


def names(database: Database, asked: str, viewer: Viewer = SYSTEM_VIEWER) -> list[str]:
    return [hit.name for hit in hits(database, asked, viewer)]


def site(name: str, **properties: object) -> NewFeature:
    return NewFeature(shapely.Point(118.45, 35.55), {"name": name, **properties})


@pytest.fixture
def county(database: Database) -> Database:
    store_towns(database)
    store(
        database,
        [
            parcel("界湖-017", code="SL-2022-017", village="北村"),
            parcel("示例地块 8", lon=118.52, aliases=["老纺织厂", "棉纺厂"]),
        ],
    )
    store(database, [site("竹泉村"), site("红石寨", village="竹泉村")], "scenic_site")
    return database


REMEMBERED: dict[str, list[str]] = {
    "竹泉": ["竹泉村", "红石寨"],
    "zq": ["竹泉村"],
    "ZQC": ["竹泉村"],
    "zhuquan": ["竹泉村"],
    "zhu quan": ["竹泉村"],
    "Zhuquancun": ["竹泉村"],
    "SL-2022-017": ["界湖-017"],
    "sl-2022": ["界湖-017"],
    "ＳＬ－２０２２－０１７": ["界湖-017"],
    "北村": ["界湖-017"],
    "棉纺": ["示例地块 8"],
    "lfzc": ["示例地块 8"],
    "铜井": ["铜井镇", "示例地块 8"],
    "地块 铜井": ["示例地块 8"],
    "铜井 竹泉": [],
    "不存在的名字": [],
    "": [],
    "   ": [],
}
"""What is typed → what is found. One test for the whole table: an empty PostGIS database takes a second."""


def test_it_is_found_by_what_people_remember(county: Database) -> None:
    assert {asked: names(county, asked) for asked in REMEMBERED} == REMEMBERED


def test_a_hit_says_where_it_is(county: Database) -> None:
    (hit,) = hits(county, "SL-2022-017")
    assert (hit.layer_key, hit.layer_title, hit.kind) == ("idle_parcel", "闲置低效用地", "idle_parcel")
    assert (hit.place, hit.symbol) == ("界湖街道", "unknown")
    assert hit.bounds == pytest.approx((118.42, 35.52, 118.422, 35.522))


def test_the_best_comes_first(database: Database) -> None:
    store(
        database,
        [
            site("朱泉旧址", note="不算"),
            site("老竹泉"),
            site("竹泉村二期"),
            site("红石寨", village="竹泉"),
            site("竹泉村"),
            site("竹泉"),
            site("别处的泉", aliases=["竹泉"]),
        ],
        "scenic_site",
    )
    assert names(database, "竹泉") == ["竹泉", "别处的泉", "竹泉村", "竹泉村二期", "老竹泉", "红石寨"]
    # 朱泉 sounds the same; the shorter name first, then what only contains the sound.
    assert names(database, "zhuquan") == ["竹泉", "竹泉村", "别处的泉", "朱泉旧址", "竹泉村二期", "老竹泉"]


NUMBERED: dict[str, list[str]] = {
    "jh": ["界湖-017", "界湖-0175", "界湖2022-17"],
    "jiehu": ["界湖-017", "界湖-0175", "界湖2022-17"],
    "jh017": ["界湖-017", "界湖-0175"],
    "jiehu0175": ["界湖-0175"],
    "JH01": ["界湖-017", "界湖-0175"],
    "h017": ["界湖-017", "界湖-0175"],
    "ehu01": ["界湖-017", "界湖-0175"],
    "jh2022": ["界湖2022-17"],
    "jh202217": ["界湖2022-17"],
    "202217": ["界湖2022-17"],
    "jh 17": ["界湖-017", "界湖-0175", "界湖2022-17"],
    "jh17": [],
    "jh0170": [],
    "jie017": [],
    "dk12": ["大库 12", "地块（12）号"],
    "dk12h": ["地块（12）号"],
    "yh12": [],
    "s229": ["S229 改线"],
    "s229gx": ["S229 改线"],
    "gx229": [],
    "007": ["007"],
}
"""Many names are the same but for the number behind them, and people type both in one."""


def test_sounds_run_on_into_the_number_behind_a_name(database: Database) -> None:
    numbered = ["界湖-017", "界湖-0175", "界湖2022-17", "地块（12）号", "大库 12", "S229 改线", "007"]
    store(database, [site("12园", aliases=["阳湖"]), *map(site, numbered)], "scenic_site")
    assert {asked: names(database, asked) for asked in NUMBERED} == NUMBERED
    with database.reading() as session:
        stems = session.scalars(select(Sound.stem).order_by(Sound.stem)).all()
    assert list(stems) == ["12园", "s229 改线", "地块(12)号", "大库", "界湖"]


def test_a_new_name_has_a_new_sound_and_the_old_one_none(database: Database) -> None:
    store(database, [site("竹泉-1"), site("竹泉-2")], "scenic_site")
    (hit,) = hits(database, "zq1")
    with database.writing() as session:
        with edit.one_act(session, "改名", "李工") as act:
            edit.revise_feature(session, act, hit.uid, properties={"name": "红石寨-1"})
        session.commit()
    assert {asked: names(database, asked) for asked in ("zq1", "zq", "hsz1", "hsz")} == {
        "zq1": [],
        "zq": ["竹泉-2"],
        "hsz1": ["红石寨-1"],
        "hsz": ["红石寨-1"],
    }


def test_what_was_written_with_its_sounds_in_its_words_is_found_as_before(database: Database) -> None:
    store(database, [site("界湖-017"), site("竹泉")], "scenic_site")
    with database.writing() as session:
        session.execute(delete(Sound))
        session.execute(
            update(Search)
            .where(Search.name == "界湖-017")
            .values(stem="", words="\n界湖-017\n\vjiehu017\vjh017\v")
        )
        session.commit()
    assert {asked: names(database, asked) for asked in ("jh017", "hu01", "jh", "zq")} == {
        "jh017": ["界湖-017"],
        "hu01": ["界湖-017"],
        "jh": ["界湖-017"],
        "zq": [],
    }


def test_two_who_bring_the_same_stem_at_once_bring_one_hit(database: Database) -> None:
    with database.writing() as session:
        session.add(Sound(stem="竹泉", sounds="\vzhuquan\vzq\v"))
        session.add(Sound(stem="竹泉", sounds="\vzhuquan\vzq\v"))
        session.commit()
    store(database, [site("竹泉-1")], "scenic_site")
    assert names(database, "zq1") == ["竹泉-1"]


def test_a_server_asks_its_indexes_for_words_and_sounds(postgis_database: Database) -> None:
    store(postgis_database, [site("界湖-017")], "scenic_site")
    with postgis_database.reading() as session:
        asked = select(Search.feature_id).where(_matches(session, SYSTEM_VIEWER, "jiehu017"))
        told = str(asked.compile(postgis_database.engine, compile_kwargs={"literal_binds": True}))
        session.execute(text("SET LOCAL enable_seqscan = off"))
        plan = "\n".join(session.connection().exec_driver_sql(f"EXPLAIN {told}").scalars())
    indexes = ("ix_search_words", "ix_search_inner", "ix_search_stem")
    assert [each for each in indexes if f"Bitmap Index Scan on {each}" not in plan] == [], plan


def test_of_very_many_names_that_sound_so_the_shortest_are_found(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("layers.store.search.MOST_STEMS", 2)
    store(database, [site("竹泉村甲"), site("竹泉乙"), site("竹泉")], "scenic_site")
    assert names(database, "zq") == ["竹泉", "竹泉乙"]
    assert names(database, "竹泉") == ["竹泉", "竹泉乙", "竹泉村甲"]


def test_among_equals_the_order_of_the_legend_decides(database: Database) -> None:
    for kind in ("river", "scenic_site", "idle_parcel"):
        shape = (
            shapely.Point(118.4, 35.5) if kind == "scenic_site" else shapely.box(118.4, 35.5, 118.41, 35.51)
        )
        store(database, [NewFeature(shape, {"name": "汶河"})], kind)
    assert [hit.kind for hit in hits(database, "汶河")] == ["idle_parcel", "scenic_site", "river"]


ODD = [
    "%",
    "_",
    "%%",
    "a%",
    "'",
    '"',
    "\\",
    "\\%",
    "'; DROP TABLE search; --",
    "[a-z]",
    "*",
    "😀",
    "\0",
    "\ud800",
    "\n",
    "\t\v\f",
]


def test_odd_input_finds_nothing_and_harms_nothing(county: Database) -> None:
    assert {asked: names(county, asked) for asked in ODD} == {asked: [] for asked in ODD}
    assert names(county, "竹泉") == ["竹泉村", "红石寨"]


def test_signs_that_are_in_a_name_find_it(database: Database) -> None:
    store(
        database,
        [site("100%田园"), site("a_b"), site("C:\\村"), site("他说“好”"), site("😀谷")],
        "scenic_site",
    )
    for asked, name in (("%", "100%田园"), ("_", "a_b"), ("\\", "C:\\村"), ("“", "他说“好”"), ("😀", "😀谷")):
        assert names(database, asked) == [name]


def test_long_input_is_cut_and_answered(county: Database) -> None:
    assert names(county, "竹" * 200) == []
    assert names(county, "竹泉" + " " * 300) == ["竹泉村", "红石寨"]
    assert names(county, " ".join("竹泉村") * 100) == []


def test_a_name_that_is_far_too_long_is_stored_and_found(database: Database) -> None:
    store(database, [site("竹" * 5000)], "scenic_site")
    assert len(names(database, "竹竹竹")) == 1


def test_no_more_than_asked_for(database: Database) -> None:
    store(database, [site(f"竹泉{number:02}") for number in range(30)], "scenic_site")
    assert len(hits(database, "竹泉")) == 20
    assert [hit.name for hit in hits(database, "竹泉", limit=3)] == ["竹泉00", "竹泉01", "竹泉02"]


def test_nobody_finds_by_a_field_he_may_not_see(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    kind = kind_of("scenic_site")
    inner = [
        Text(key="code", title="编号", visibility="internal"),
        Text(key="village", title="村", visibility="sensitive"),
    ]
    fields = [each for each in kind.fields if each.key not in ("code", "village")]
    monkeypatch.setitem(KINDS, "scenic_site", dataclasses.replace(kind, fields=(*fields, *inner)))
    store(database, [site("竹泉村", code="秘-7", village="某村")], "scenic_site")
    assert names(database, "秘-7", PUBLIC_VIEWER) == []
    assert names(database, "秘-7", INTERNAL_VIEWER) == ["竹泉村"]
    for viewer in (PUBLIC_VIEWER, INTERNAL_VIEWER, SYSTEM_VIEWER):
        assert names(database, "某村", viewer) == []
        assert names(database, "竹泉", viewer) == ["竹泉村"]


@pytest.mark.parametrize(
    ("name", "sounds"),
    [
        ("竹泉村", ["zhuquancun", "zqc"]),
        ("长深高速", ["zhangshengaosu", "changshengaosu", "zsgs", "csgs"]),
        ("重庆路", ["chongqinglu", "cql"]),
        ("G2京沪高速", ["g2jinghugaosu", "g2jhgs"]),
        ("S229 改线", ["s229gaixian", "s229gx"]),
        ("界湖-017", ["jiehu017", "jh017"]),
        ("绿化带", ["lvhuadai", "lhd"]),
    ],
)
def test_names_are_known_by_their_sound(name: str, sounds: list[str]) -> None:
    assert set(sounds) <= set(sounds_of(name))


@pytest.mark.parametrize("name", ["", " ", "😀", "—", "\0"])
def test_what_has_no_sound_has_none(name: str) -> None:
    assert sounds_of(name) == []


def test_a_long_name_of_many_readings_stays_short() -> None:
    assert len(sounds_of("长行乐单" * 50)) <= 2 * words.MOST_READINGS


@pytest.mark.parametrize(
    ("typed", "compared"),
    [
        ("ＡＢｃ１２", "abc12"),
        ("  竹 \t泉\n", "竹 泉"),
        ("a\0b", "a b"),
        ("\ud800x", "x"),
        ("沂南　县", "沂南 县"),
    ],
)
def test_words_are_compared_without_width_case_and_blanks(typed: str, compared: str) -> None:
    assert folded(typed) == compared
