"""Which features of a layer did somebody choose: some by name, those in a box, those that pass a filter, or all?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from sqlalchemy.orm import Session

from layers.crs import Bounds
from layers.errors import InvalidValue
from layers.rights import Viewer
from layers.store.engine import is_clean
from layers.store.found import FoundFeature, finding, read_features
from layers.store.query import find_features, read_filter
from layers.store.tables import Feature, Layer

MOST_CHOSEN: Final = 20_000
_TURN: Final = 500


@dataclass(frozen=True, kw_only=True)
class Part:
    """uids: only these. bounds: only what meets this box of degrees. where: only what passes this filter.

    Nothing said: the whole layer.
    """

    uids: tuple[str, ...] = ()
    bounds: Bounds | None = None
    where: str = ""

    @property
    def is_whole(self) -> bool:
        """Whether nothing is left out."""
        return not self.uids and self.bounds is None and not self.where


WHOLE: Final = Part()


def chosen_features(session: Session, viewer: Viewer, layer: Layer, part: Part) -> list[FoundFeature]:
    """The chosen features that this viewer may see; those chosen by name in the order of their names in `part`."""
    if not part.uids:
        where = read_filter(session, viewer, layer, part.where)
        return find_features(session, viewer, layer, bounds=part.bounds, where=where)
    if len(part.uids) > MOST_CHOSEN:
        raise InvalidValue(
            f"一次最多选 {MOST_CHOSEN:,} 个图形，收到 {len(part.uids):,} 个。请改为导出整个图层。"
        )
    found = {each.uid: each for each in _named(session, viewer, layer, part.uids)}
    return [found[uid] for uid in dict.fromkeys(part.uids) if uid in found]


def _named(session: Session, viewer: Viewer, layer: Layer, uids: Sequence[str]) -> Iterator[FoundFeature]:
    sound = [uid for uid in dict.fromkeys(uids) if is_clean(uid)]
    for at in range(0, len(sound), _TURN):
        some = Feature.layer_id == layer.id, Feature.uid.in_(sound[at : at + _TURN])
        yield from read_features(session, viewer, finding(viewer).where(*some))
