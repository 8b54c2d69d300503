"""How far is an invented project? Dates, money and progress that go together."""

from __future__ import annotations

from making.records import Facts

POSTS = {
    "industry": "重点工业项目指挥部（示例）",
    "service": "公共服务项目指挥部（示例）",
    "ecology": "生态治理指挥部（示例）",
}


def progress(
    stage: str,
    *,
    years: tuple[int, int],
    investment: tuple[float, float],
    done_pct: int,
    post: str,
    started: str | None = None,
    ended: str | None = None,
    reported_days_ago: int = 12,
) -> Facts:
    """Facts of one invented project. years: planned start and end; investment: total and spent, in 万元.

    reported_days_ago: counted from the day on which the sample is written into a database.
    """
    actual = {"actual_start": started, "actual_end": ended}
    return {
        "stage": stage,
        "plan_start": f"{years[0]}-03-31",
        "plan_end": f"{years[1]}-12-31",
        **{key: day for key, day in actual.items() if day},
        "investment_total": investment[0],
        "investment_done": investment[1],
        "annual_plan": f"示例：本年度完成投资 {round(investment[0] * 0.3)} 万元",
        "progress_pct": done_pct,
        "reported_days_ago": reported_days_ago,
        "milestones": "示例节点：立项、用地、规划许可、施工许可、开工、主体完工、竣工验收",
        "command_post": POSTS[post],
        "lead_official": "示例领导己",
        "responsible_unit": "示例责任单位",
    }
