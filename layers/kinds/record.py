"""Which fields does every record of the plan carry, whatever its kind?

The vocabulary of 督查考核: who drives a project, who answers for it, by when, from which document.
"""

from __future__ import annotations

from layers.kinds.fields import Choice, Day, Flag, Names, Number, Text, Whole
from layers.kinds.milestones import Milestones
from layers.kinds.references import Reference

STAGES = {
    "planned": "谋划",
    "preparing": "前期",
    "started": "开工",
    "building": "在建",
    "completed": "竣工",
    "operating": "投产运营",
    "halted": "停工",
    "cancelled": "取消",
}
POSITION_SOURCES = {
    "gps": "手机定位",
    "exif": "照片自带位置",
    "gcj02": "照片自带位置（由火星坐标改正）",
    "hand": "在地图上指定",
}

NAME = Text(
    key="name",
    title="名称",
    required=True,
    aliases=(
        "NAME",
        "MC",
        "XMMC",
        "项目名称",
        "地块名称",
        "景点名称",
        "道路名称",
        "片区名称",
        "线路名称",
        "设施名称",
    ),
)
CODE = Text(key="code", title="编号", aliases=("CODE", "BH", "XMBH", "BSM", "地块编号"), card=True)
IDENTITY = (
    Text(key="map_label", title="图上简称", longest=40),
    Names(key="aliases", title="别名"),
)
PLACE = (
    Text(key="town", title="乡镇街道", aliases=("XZJD", "XZMC", "乡镇", "街道", "所属乡镇"), filterable=True),
    Text(key="village", title="村居", aliases=("ZLDWMC", "CMC", "坐落", "村", "所在村")),
)
ORIGIN = (
    Text(key="source_doc", title="来源文件", aliases=("文件", "依据")),
    Text(key="source_clause", title="来源条目", aliases=("条目",)),
    Text(key="source_words", title="文件原文", longest=400),
    Text(key="accuracy", title="位置精度", aliases=("精度",)),
    Flag(key="is_sample", title="示例数据"),
    Text(key="note", title="备注", longest=2000, aliases=("BZ", "说明")),
)
PROJECT = (
    Choice(key="stage", title="项目阶段", choices=STAGES, filterable=True, aliases=("阶段",)),
    Text(key="status", title="现状说明", aliases=("现状",)),
    Day(key="plan_start", title="计划开工", aliases=("计划开工日期",), card=True),
    Day(key="actual_start", title="实际开工", aliases=("实际开工日期",)),
    Day(key="plan_end", title="计划竣工", aliases=("计划竣工日期",), card=True),
    Day(key="actual_end", title="实际竣工", aliases=("实际竣工日期",)),
    Number(key="investment_total", title="总投资", unit="万元", aliases=("总投资额", "ZTZ")),
    Number(key="investment_done", title="已完成投资", unit="万元", aliases=("完成投资",)),
    Text(key="annual_plan", title="年度计划", longest=400),
    Number(key="progress_pct", title="形象进度", unit="%", at_most=100, digits=0, aliases=("进度",)),
    Day(key="reported_on", title="进度填报日期", aliases=("填报日期",)),
    Milestones(
        key="milestones",
        title="节点",
        off_form=True,
        off_card=True,
        help="每行一个：节点｜计划日期｜实际日期",
    ),
    Choice(
        key="priority_no",
        title="工程序号",
        choices={"1": "一号工程", "2": "二号工程", "3": "三号工程"},
        filterable=True,
    ),
    Number(key="land_mu", title="用地面积", unit="亩", aliases=("用地", "占地面积")),
)
SUPERVISION = (
    Text(key="command_post", title="指挥部", filterable=True, card=True),
    Text(
        key="lead_official",
        title="包保领导",
        visibility="internal",
        card=True,
        aliases=("包扶领导", "帮包领导"),
    ),
    Text(key="support_unit", title="包保单位", visibility="internal", aliases=("包扶单位",)),
    Text(key="responsible_unit", title="责任单位", filterable=True, card=True, aliases=("ZRDW",)),
    Text(key="responsible_line", title="责任条线"),
    Text(key="contact", title="联系人", visibility="internal", aliases=("LXR",)),
)
PHASE = (
    Reference(key="parent", title="所属项目", aliases=("上级项目",), off_form=True, off_card=True),
    Text(key="phase", title="期次", aliases=("期数", "批次")),
    Whole(key="batch_year", title="批次年度", at_least=2000, at_most=2100, aliases=("年度",)),
)
RECORD = (NAME, CODE, *IDENTITY, *PLACE, *SUPERVISION, *ORIGIN)
PROJECT_RECORD = (NAME, CODE, *IDENTITY, *PLACE, *PROJECT, *PHASE, *SUPERVISION, *ORIGIN)
