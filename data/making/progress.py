"""How far is an invented project? Dates, money and progress that go together."""

from __future__ import annotations

from datetime import date, timedelta

from making.records import Facts

POSTS = {
    "industry": "重点工业项目指挥部（示例）",
    "service": "公共服务项目指挥部（示例）",
    "ecology": "生态治理指挥部（示例）",
}


STEPS = (("立项", 0.0), ("施工许可", 0.05), ("开工", 0.1), ("主体完工", 0.7), ("竣工验收", 1.0))
"""Invented milestones, each at a share of the planned time."""


def milestones(years: tuple[int, int], done_pct: int) -> list[str]:
    """Lines of 节点｜计划日期｜实际日期: what the progress has passed was reached a little late."""
    start, end = date(years[0], 3, 31), date(years[1], 12, 31)
    lines = []
    for name, share in STEPS:
        planned = start + (end - start) * share
        reached = planned + timedelta(days=20) if 100 * share < done_pct or done_pct == 100 else None
        lines.append(f"{name}｜{planned}" + (f"｜{reached}" if reached else ""))
    return lines


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
        "milestones": milestones(years, done_pct),
        "command_post": POSTS[post],
        "lead_official": "示例领导己",
        "responsible_unit": "示例责任单位",
    }
