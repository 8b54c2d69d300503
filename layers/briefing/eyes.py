"""With whose eyes is each layer of a briefing read? With the viewer's, or, where it may leave only so, the public's."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy.orm import Session

from layers.rights import PUBLIC_VIEWER, Viewer
from layers.store import query
from layers.store.query import LayerSummary


@dataclass(frozen=True)
class Eyes:
    """as_public: keys of the layers of which only what is public is read."""

    viewer: Viewer
    as_public: frozenset[str] = frozenset()

    def of(self, keys: Iterable[str]) -> Viewer:
        """Whoever reads these layers together: nobody sees more of one because of another."""
        if self.as_public.isdisjoint(keys):
            return self.viewer
        return replace(PUBLIC_VIEWER, at=self.viewer.at)

    def parted(self, keys: Sequence[str]) -> list[tuple[Viewer, list[str]]]:
        """What is read together, and by whom."""
        inside = [key for key in keys if key not in self.as_public]
        public = [key for key in keys if key in self.as_public]
        return [(self.of(part), part) for part in (inside, public) if part]

    def on(self, day: date | None) -> Eyes:
        """The same, looking at the end of a past day."""
        return replace(self, viewer=replace(self.viewer, at=day))

    def layers(self, session: Session) -> dict[str, LayerSummary]:
        """By key, what there is to be seen, as it is seen."""
        seen = {layer.key: layer for layer in query.layers(session, self.viewer)}
        if not self.as_public:
            return seen
        public = {layer.key: layer for layer in query.layers(session, PUBLIC_VIEWER)}
        told = {key: public.get(key) if key in self.as_public else layer for key, layer in seen.items()}
        return {key: layer for key, layer in told.items() if layer is not None}
