"""SQLite or PostGIS? The only room that knows the difference.

`Database` opens sessions for reading or for writing; the expressions are compiled for whichever database asks.
"""

from __future__ import annotations

from layers.store.engine.columns import (
    SPATIAL_INDEX,
    WEB_MERCATOR_COLUMN,
    Json,
    Shape,
    Utc,
    is_clean,
    to_json,
)
from layers.store.engine.connect import Database
from layers.store.engine.expressions import (
    among,
    among_ids,
    contains_text,
    in_bounds,
    in_layer_bounds,
    json_list_has,
    json_list_holds,
    json_number,
    json_real,
    json_row,
    json_text,
    json_truth,
    json_value,
    rare,
    wkb,
)
from layers.store.engine.rows import boxes_of, cells, enter_boxes, insert_columns, new_ids, one_at_a_time

__all__ = [
    "SPATIAL_INDEX",
    "WEB_MERCATOR_COLUMN",
    "Database",
    "Json",
    "Shape",
    "Utc",
    "among",
    "among_ids",
    "boxes_of",
    "cells",
    "contains_text",
    "enter_boxes",
    "in_bounds",
    "in_layer_bounds",
    "insert_columns",
    "is_clean",
    "json_list_has",
    "json_list_holds",
    "json_number",
    "json_real",
    "json_row",
    "json_text",
    "json_truth",
    "json_value",
    "new_ids",
    "one_at_a_time",
    "rare",
    "to_json",
    "wkb",
]
