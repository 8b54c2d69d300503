"""How is the product used? /manual: the handbook by role, in the product itself and without network."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from flask import Blueprint, render_template

from layers.errors import UnknownThing
from layers.rules.idle_land import CLAUSES, STATE_WORDS, WARNING_DAYS

blueprint = Blueprint("manual", __name__, url_prefix="/manual")


@dataclass(frozen=True)
class Chapter:
    """key: its address and its template. readers: for whom it is written."""

    key: str
    title: str
    readers: str
    summary: str


CHAPTERS: Final = (
    Chapter("start", "快速上手", "所有人", "打开地图、看懂图例、查一处、分享一个视图。"),
    Chapter("leader", "领导汇报", "县领导与会务人员", "大屏上一键切换专题，点哪里都有依据。"),
    Chapter("planner", "国土规划", "自然资源局", "闲置低效用地、法定时钟、导出、绘制与修改、历史。"),
    Chapter(
        "files",
        "文件导入与质检",
        "业务与审核人员",
        "导入向导、坐标检查、先在地图上看差异、几个图层一起导入、数据质检、大图层的概览。",
    ),
    Chapter("briefing", "制作汇报与打印", "业务与审核人员", "编辑各幕、带走、按比例尺打印。"),
    Chapter("tourism", "文旅采集", "文旅局与乡镇", "手机拍照标点、离线待传、电脑批量整理照片、审核。"),
    Chapter(
        "administrator", "系统管理", "系统管理员与审计员", "安装、账号、图层、底图、备份恢复、自检、审计。"
    ),
    Chapter("words", "名词与状态", "所有人", "地图上每个词的含义和依据。"),
)


@blueprint.get("/")
def contents() -> str:
    return render_template("manual/contents.html", chapters=CHAPTERS)


@blueprint.get("/<key>")
def chapter(key: str) -> str:
    """One chapter, with the way to the next."""
    keys = [each.key for each in CHAPTERS]
    if key not in keys:
        raise UnknownThing("使用手册里没有这一章，可能是链接有误。请从手册目录重新打开。")
    at = keys.index(key)
    following = CHAPTERS[at + 1] if at + 1 < len(CHAPTERS) else None
    return render_template(
        f"manual/{CHAPTERS[at].key}.html",
        chapters=CHAPTERS,
        chapter=CHAPTERS[at],
        following=following,
        states=[(state.value, word, CLAUSES.get(state)) for state, word in STATE_WORDS.items()],
        warning_days=WARNING_DAYS,
    )
