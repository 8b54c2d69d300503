"""Which projects lag, who answers for them, and who has not reported? One board, by command post, leader, unit or town."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy.orm import Session

from layers import clock
from layers.errors import InvalidValue
from layers.kinds.milestones import KEY as MILESTONES
from layers.kinds.milestones import milestones_of
from layers.rights import Viewer, may_see
from layers.rules.milestones import Milestone, late
from layers.rules.supervision import Light
from layers.store.found import FoundFeature
from layers.store.projects import projects

BY: Final = {
    "command_post": "指挥部",
    "lead_official": "包保领导",
    "responsible_unit": "责任单位",
    "town": "乡镇街道",
}
GRAVEST: Final = (Light.RED, Light.YELLOW, Light.GREY, Light.GREEN)
NOBODY: Final = "未明确"


@dataclass(frozen=True)
class Row:
    """A project on the board. lag, expected, done: percent (points); None where unknown. late: overdue milestones."""

    uid: str
    name: str
    layer: str
    layer_key: str
    light: Light
    why: str
    lag: float | None
    expected: float | None
    done: float | None
    reported_on: str | None
    stage: str
    unit: str
    leader: str
    post: str
    town: str
    sample: bool
    late: tuple[Milestone, ...] = ()


@dataclass(frozen=True)
class Part:
    """Projects that share a post, a leader, a unit or a town, the gravest first."""

    title: str
    rows: list[Row]

    @property
    def counts(self) -> dict[Light, int]:
        """How many show each light."""
        return count(self.rows)


@dataclass(frozen=True)
class Board:
    """All that this viewer may see."""

    by: str
    rows: list[Row]
    parts: list[Part]

    @property
    def counts(self) -> dict[Light, int]:
        """How many show each light."""
        return count(self.rows)

    @property
    def late(self) -> list[Row]:
        """Those with overdue milestones."""
        return [row for row in self.rows if row.late]

    @property
    def silent(self) -> list[tuple[str, list[Row]]]:
        """催报: units with projects that nobody reported in time, the most first."""
        units: dict[str, list[Row]] = {}
        for row in self.rows:
            if row.light is Light.GREY:
                units.setdefault(row.unit or NOBODY, []).append(row)
        return sorted(units.items(), key=lambda pair: (-len(pair[1]), pair[0]))


def board(
    session: Session,
    viewer: Viewer,
    by: str = "command_post",
    light: str | None = None,
    *,
    late_only: bool = False,
) -> Board:
    """The board. light: only projects that show it; late_only: with overdue milestones. InvalidValue for another word."""
    if by not in BY or (by == "lead_official" and not may_see(viewer, "internal")):
        raise InvalidValue(f"分组收到“{by[:40]}”，应为以下之一：{'、'.join(BY)}。请改正。")
    if light is not None and light not in {each.value for each in Light}:
        allowed = "、".join(each.value for each in Light)
        raise InvalidValue(f"督查灯收到“{light[:40]}”，应为以下之一：{allowed}。请改正。")
    rows = sorted((_row(each) for each in projects(session, viewer)), key=_gravity)
    shown = [row for row in rows if light in (None, row.light.value) and (row.late or not late_only)]
    return Board(by, shown, _parts(shown, by))


def count(rows: Sequence[Row]) -> dict[Light, int]:
    """How many show each light, the gravest first, zeros too."""
    counted = Counter(row.light for row in rows)
    return {light: counted[light] for light in GRAVEST}


def _parts(rows: Sequence[Row], by: str) -> list[Part]:
    found: dict[str, list[Row]] = {}
    for row in rows:
        found.setdefault(_shared(row, by) or NOBODY, []).append(row)
    parts = [Part(title, group) for title, group in found.items()]
    return sorted(parts, key=lambda part: (*(-number for number in part.counts.values()), part.title))


def _shared(row: Row, by: str) -> str:
    return {
        "command_post": row.post,
        "lead_official": row.leader,
        "responsible_unit": row.unit,
        "town": row.town,
    }[by]


def _gravity(row: Row) -> tuple[int, float, str]:
    return GRAVEST.index(row.light), -(row.lag or 0.0), row.name


def _row(found: FoundFeature) -> Row:
    said, derived = found.properties, found.derived
    stage = said.get("stage")
    return Row(
        uid=found.uid,
        name=found.name,
        layer=found.layer_title,
        layer_key=found.layer_key,
        light=Light(derived["light"]),
        why=str(derived.get("light_why", "")),
        lag=derived.get("lag_pct"),
        expected=derived.get("expected_pct"),
        done=said.get("progress_pct"),
        reported_on=said.get("reported_on"),
        stage=found.declared.by_key["stage"].show(stage) if stage else "",
        unit=str(said.get("responsible_unit") or ""),
        leader=str(said.get("lead_official") or ""),
        post=str(said.get("command_post") or ""),
        town=str(derived.get("town") or ""),
        sample=bool(said.get("is_sample")),
        late=tuple(late(milestones_of(said.get(MILESTONES)), clock.today())),
    )
