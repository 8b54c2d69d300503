"""By what can a layer be filtered? Its fields, what is derived of them, and its shapes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final, Literal

from layers.kinds import LayerKind
from layers.kinds.fields import Choice, Choices, Day, Field, Flag, Names, Number, Text, Year
from layers.rights import Viewer, may_see

Sort = Literal["choice", "choices", "text", "names", "number", "day", "flag", "shape"]
SHAPE: Final = "shape"
_NEVER: Final = frozenset({"map_label", "town"})


@dataclass(frozen=True)
class Facet:
    """What is asked of a feature. of: where its value is; tiled: it travels in the tiles of the map.

    common: offered first. bare: its words speak for themselves, without its title.
    """

    field: Field
    sort: Sort
    of: Literal["properties", "derived", "shape"]
    tiled: bool = False
    common: bool = False
    bare: bool = False

    @property
    def key(self) -> str:
        return self.field.key

    @property
    def title(self) -> str:
        return self.field.title

    @property
    def choices(self) -> dict[str, str]:
        """The words of its codes; empty where any value may stand."""
        if isinstance(self.field, Choice | Choices):
            return dict(self.field.choices)
        return {"true": "是", "false": "否"} if self.sort == "flag" else {}

    @property
    def is_year(self) -> bool:
        """Whether its numbers are years."""
        return isinstance(self.field, Year)

    @property
    def grouped(self) -> bool:
        """Whether what passes can be told by its values: codes, days by their year, and words that repeat."""
        if self.sort in ("choice", "flag", "day"):
            return True
        return self.is_year or (self.sort == "text" and self.common)

    def words(self, value: object) -> str:
        """What stands for a stored value on the screen."""
        if self.sort == "flag":
            return "是" if value else "否"
        return self.choices.get(str(value), str(value))


def facets_of(kind: LayerKind, viewer: Viewer, unit: str | None = None) -> dict[str, Facet]:
    """Everything by which this viewer may filter a layer of this kind and unit: what he cannot see is not among it."""
    return {facet.key: facet for facet in _all(kind, viewer, unit)}


def _all(kind: LayerKind, viewer: Viewer, unit: str | None) -> Iterator[Facet]:
    travels = {each.key for each in kind.tile_fields if _is_open(kind, each.key, viewer)}
    yield from _derived(kind, travels, viewer, unit)
    for field in kind.fields:
        if field.key not in _NEVER and may_see(viewer, field.visibility, unit):
            tiled = field.key in travels and field.key in kind.tiled_keys
            yield Facet(field, _sort(field), "properties", tiled, field.filterable)
    yield Facet(Text(key=SHAPE, title="位置"), "shape", "shape", common=True)


def _derived(kind: LayerKind, travels: set[str], viewer: Viewer, unit: str | None) -> Iterator[Facet]:
    classes = {each.key: each.title for each in kind.classes}
    if len(classes) > 1:
        yield Facet(
            Choice(key="symbol", title="类别", choices=classes), "choice", "derived", True, True, bare=True
        )
    yield Facet(Text(key="town", title="乡镇街道"), "text", "derived", True, True, bare=True)
    if "polygon" in kind.shapes:
        yield Facet(
            Number(key="area_mu", title="图形面积", unit="亩"), "number", "derived", True, True, bare=True
        )
    if "line" in kind.shapes:
        yield Facet(
            Number(key="length_km", title="图形长度", unit="公里", digits=3),
            "number",
            "derived",
            True,
            True,
            bare=True,
        )
    for field in kind.derived_fields:
        if may_see(viewer, field.visibility, unit):
            yield Facet(field, _sort(field), "derived", field.key in travels, field.filterable)


def _is_open(kind: LayerKind, key: str, viewer: Viewer) -> bool:
    """As the tiles decide it, which know no unit."""
    return key not in kind.tiled_keys or may_see(viewer, kind.by_key[key].visibility)


def _sort(field: Field) -> Sort:
    if isinstance(field, Choice):
        return "choice"
    if isinstance(field, Choices):
        return "choices"
    if isinstance(field, Names):
        return "names"
    if isinstance(field, Number):
        return "number"
    if isinstance(field, Day):
        return "day"
    return "flag" if isinstance(field, Flag) else "text"
