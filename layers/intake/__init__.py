"""From a file to the map: `plan` says what would happen and changes nothing, `apply` does it in one act."""

from __future__ import annotations

from layers.formats import Dataset, read_dataset
from layers.intake.applying import Part, Result, apply, apply_together
from layers.intake.bulk_act import Heard
from layers.intake.comparing import Choice, Comparison, chosen_changes, compare, keys_offered
from layers.intake.guessing import likeliest
from layers.intake.joining import JoinPlan, apply_join, plan_join
from layers.intake.landing import county_bounds
from layers.intake.picturing import pictured
from layers.intake.planning import Plan, plan
from layers.intake.repairing import CROSSING, NOTHING_ACCEPTED, Accepted, accepted, accepted_sorts
from layers.intake.rows import RowProblem
from layers.intake.secrecy import refuse_secret_titles, refuse_secrets
from layers.intake.target import NewLayer

__all__ = [
    "CROSSING",
    "NOTHING_ACCEPTED",
    "Accepted",
    "Choice",
    "Comparison",
    "Dataset",
    "Heard",
    "JoinPlan",
    "NewLayer",
    "Part",
    "Plan",
    "Result",
    "RowProblem",
    "accepted",
    "accepted_sorts",
    "apply",
    "apply_join",
    "apply_together",
    "chosen_changes",
    "compare",
    "county_bounds",
    "keys_offered",
    "likeliest",
    "pictured",
    "plan",
    "plan_join",
    "read_dataset",
    "refuse_secret_titles",
    "refuse_secrets",
]
