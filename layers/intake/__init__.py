"""From a file to the map: `plan` says what would happen and changes nothing, `apply` does it in one act."""

from __future__ import annotations

from layers.intake.applying import Result, apply
from layers.intake.joining import JoinPlan, apply_join, plan_join
from layers.intake.planning import NewLayer, Plan, plan
from layers.intake.rows import RowProblem

__all__ = ["JoinPlan", "NewLayer", "Plan", "Result", "RowProblem", "apply", "apply_join", "plan", "plan_join"]
