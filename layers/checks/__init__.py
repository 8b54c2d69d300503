"""What is wrong with the data of a layer or a file? Checks find it, and some of it they can put right.

alone(rows, …), together(crowd, …)   findings, each with its row, field, value, reason and place
repaired_shape(check, shape, …)      the shape once a person has accepted the repair
"""

from __future__ import annotations

from layers.checks.declared import BY_CODE, CHECKS, REPAIRABLE, SEVERITIES, Check, Limits, limits_in
from layers.checks.finding import SHAPE, Finding, Rows
from layers.checks.looking import Crowd, alone, in_order, names_of, shape_findings, together, worst_first
from layers.checks.repairs import ORDER as REPAIR_ORDER
from layers.checks.repairs import repaired_shape

__all__ = [
    "BY_CODE",
    "CHECKS",
    "REPAIRABLE",
    "REPAIR_ORDER",
    "SEVERITIES",
    "SHAPE",
    "Check",
    "Crowd",
    "Finding",
    "Limits",
    "Rows",
    "alone",
    "in_order",
    "limits_in",
    "names_of",
    "repaired_shape",
    "shape_findings",
    "together",
    "worst_first",
]
