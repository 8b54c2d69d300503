"""From a file to the map: `plan` says what would happen and changes nothing, `apply` does it in one act."""

from __future__ import annotations

from layers.intake.applying import Result, apply
from layers.intake.planning import NewLayer, Plan, plan
from layers.intake.rows import RowProblem

__all__ = ["NewLayer", "Plan", "Result", "RowProblem", "apply", "plan"]
