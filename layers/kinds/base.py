"""What is a kind, and what follows from its declaration?

A kind is declared once. Form, check, import mapping, table, card, legend, tiles and style derive from it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, Literal, NamedTuple

from layers.errors import InvalidValue
from layers.kinds.fields import Choice, Field, Flag, JsonValue, shortened
from layers.kinds.lifetime import Lifetime
from layers.rights import Viewer, Visibility, may_see
from layers.symbols.vocabulary import Cluster, SymbolClass

Properties = Mapping[str, Any]
Geometry = Literal["point", "line", "polygon"]

DERIVED_FIELDS = ("symbol", "label", "town", "area_mu", "length_km", "review")
"""What the store derives for every feature, whatever its kind."""


class Derived(NamedTuple):
    """Values that follow from the properties on a day. until: the first day on which they may differ."""

    values: dict[str, Any]
    until: date | None = None


class TileField(NamedTuple):
    """A value that travels in the tiles: `of` says in which JSON column it is."""

    key: str
    of: Literal["properties", "derived"]


class Problem(NamedTuple):
    """Why a value cannot be taken: which field, what came, the whole sentence."""

    key: str
    title: str
    value: str
    reason: str


class Checked(NamedTuple):
    """A row after reading: what can be stored, and what cannot."""

    properties: dict[str, JsonValue]
    problems: list[Problem]


class Question(NamedTuple):
    """What people ask of a layer again and again: its words on the button, and the filter as it stands in addresses."""

    title: str
    filter: str


class ClockStop(NamedTuple):
    """A day that a rule counts from or to, and the symbol class of the state that begins there."""

    title: str
    day: date
    symbol: str


class Insight(NamedTuple):
    """What the card says first: a second figure, a sentence, the clause it rests on, and the line of its days."""

    value: str = ""
    unit: str = ""
    label: str = ""
    sentence: str = ""
    clause: str = ""
    line: tuple[ClockStop, ...] = ()


def nothing_derived(properties: Properties, today: date) -> Derived:
    """For kinds whose features carry all they mean."""
    return Derived({})


def no_insight(properties: Properties, derived: Properties, today: date) -> Insight:
    """For kinds without a rule."""
    return Insight()


def nothing_settled(properties: Properties) -> Properties:
    """For kinds none of whose fields follows from another."""
    return properties


@dataclass(frozen=True, kw_only=True)
class LayerKind:
    """The declaration of one sort of thing.

    geometry: what its totals count; shapes: what may be stored. rank: order in the legend.
    classify: properties and derived values → key of one of `classes`.
    tiled: keys of fields that travel in tiles beside DERIVED_FIELDS. owner: the unit that keeps the layer.
    label_field: whose words stand on the map instead of the name. searched: further fields by whose words a feature
    is found. retired: keys whose values are kept and shown to nobody. apart_by: fields by which features lie in
    different sheets: only those that agree in them must not overlap.
    settle: gives fields that follow from others their value, before anything is stored.
    shipped: the kind with its own colours, of one
    that another field colours. derived_fields: the derived values that tables and filters know. questions: filters
    that are one click away. lifetime: what says from when until when a feature stands; None: always.
    """

    key: str
    title: str
    group: str
    measure_word: str
    geometry: Geometry
    shapes: tuple[Geometry, ...]
    fields: tuple[Field, ...]
    classes: tuple[SymbolClass, ...]
    classify: Callable[[Properties, Properties], str]
    rank: int
    owner: str
    settle: Callable[[Properties], Properties] = nothing_settled
    derive: Callable[[Properties, date], Derived] = nothing_derived
    insight: Callable[[Properties, Properties, date], Insight] = no_insight
    tiled: tuple[str, ...] = ()
    derived_tiled: tuple[str, ...] = ()
    cluster: Cluster | None = None
    on_at_start: bool = True
    backdrop: bool = False
    code_field: str = "code"
    aliases: tuple[str, ...] = field(default=())
    label_field: str = ""
    searched: tuple[str, ...] = ()
    retired: frozenset[str] = frozenset()
    apart_by: tuple[str, ...] = ()
    shipped: LayerKind | None = None
    derived_fields: tuple[Field, ...] = ()
    questions: tuple[Question, ...] = ()
    lifetime: Lifetime | None = None

    @cached_property
    def by_key(self) -> dict[str, Field]:
        """The fields by their key."""
        return {each.key: each for each in self.fields}

    @cached_property
    def derived_columns(self) -> tuple[Field, ...]:
        """The derived values that tables and exports have as columns."""
        return tuple(each for each in self.derived_fields if each.listed)

    @cached_property
    def tile_fields(self) -> tuple[TileField, ...]:
        """All that travels in the tiles of this kind, the common derived values first."""
        derived = (*DERIVED_FIELDS, *self.derived_tiled)
        return (
            *(TileField(key, "derived") for key in derived),
            *(TileField(key, "properties") for key in self.tiled_keys),
        )

    @cached_property
    def tiled_keys(self) -> tuple[str, ...]:
        """Keys of the fields that travel in the tiles: for styles, labels, the years, and codes that filters ask for."""
        asked = (each.key for each in self.fields if each.filterable and isinstance(each, Choice | Flag))
        days = self.lifetime.fields if self.lifetime else ()
        return tuple(dict.fromkeys((*self.tiled, *asked, *days)))

    @cached_property
    def digest(self) -> str:
        """Changes whenever the declaration does; part of the tile token."""
        told = repr((self.fields, self.classes, self.cluster, self.tile_fields, self.label_field))
        return hashlib.sha256(told.encode()).hexdigest()[:12]

    def widest_px(self, zoom: float) -> float:
        """The width of the widest line of this kind at Leaflet's zoom, never less than it is drawn."""
        return max((line.widest_px(zoom) for each in self.classes for line in each.lines), default=0)

    def symbol_of(self, properties: Properties, derived: Properties) -> str:
        """The key of the one symbol class this feature belongs to."""
        return self.classify(properties, derived)

    def label_of(self, properties: Properties) -> str:
        """The words beside the symbol: the short name for the map where one is given, or those of label_field."""
        if self.label_field:
            value = properties.get(self.label_field)
            return "" if value is None else shortened(self.by_key[self.label_field].show(value))
        return str(properties.get("map_label") or properties.get("name") or "")

    def symbol_class(self, key: str) -> SymbolClass:
        """The class with this key; features of an older edition fall to the last one."""
        return next((each for each in self.classes if each.key == key), self.classes[-1])

    def field_for(self, column: str) -> Field | None:
        """The field that a column of a file means: by key, title or alias, without regard to case and blanks."""
        return self._columns.get(_column_name(column))

    def check(self, raw: Mapping[str, object]) -> Checked:
        """Read one row given by field keys; a bad value is reported and left out, nothing else is lost."""
        properties: dict[str, JsonValue] = {}
        problems: list[Problem] = []
        for each in self.fields:
            try:
                value = each.read(raw.get(each.key))
            except InvalidValue as refusal:
                problems.append(Problem(each.key, each.title, shortened(raw[each.key]), refusal.message))
                continue
            if value is not None:
                properties[each.key] = value
            elif each.required:
                reason = f"“{each.title}”必须填写，但这里是空的。请补上。"
                problems.append(Problem(each.key, each.title, "", reason))
        return Checked(properties, problems)

    def seen_properties(
        self, properties: Properties, viewer: Viewer, unit: str | None = None
    ) -> dict[str, Any]:
        """Without what this viewer may not see in a layer of this unit; what no field declares is internal."""
        return {
            key: value
            for key, value in properties.items()
            if key not in self.retired and may_see(viewer, self._visibility(key), unit)
        }

    def _visibility(self, key: str) -> Visibility:
        return self.by_key[key].visibility if key in self.by_key else "internal"

    def schema(self) -> dict[str, Any]:
        """JSON schema of a feature's properties."""
        return {
            "title": self.title,
            "type": "object",
            "properties": {each.key: each.schema() for each in self.fields},
            "required": [each.key for each in self.fields if each.required],
        }

    @cached_property
    def _columns(self) -> dict[str, Field]:
        # A key or title wins over another field's alias.
        names = {_column_name(alias): each for each in self.fields for alias in each.aliases}
        names |= {_column_name(each.title): each for each in self.fields}
        return names | {_column_name(each.key): each for each in self.fields}


def _column_name(column: str) -> str:
    return "".join(column.split()).split("（")[0].split("(")[0].lower()
