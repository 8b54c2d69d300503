"""What is a record tied to, from either side? Only what the viewer may see is named; the rest is counted."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from layers.kinds import KINDS, LayerKind
from layers.kinds.links import LinkSort, sorts_of
from layers.kinds.references import Ref, References, refs_of
from layers.rights import Viewer
from layers.store.engine import contains_text, json_list_holds, json_text
from layers.store.found import FoundFeature, finding, read_features
from layers.store.tables import Feature, Layer, Search
from layers.store.tied import tied
from layers.store.words import folded

MOST_LINKED: Final = 200


@dataclass(frozen=True)
class Linked:
    """Another record, and the text that names it where this one does."""

    feature: FoundFeature
    text: str = ""


@dataclass
class Links:
    """All ties of one sort and direction. unknown: texts that name nothing on the map, or more than one (with why).

    hidden, deleted: how many there are that this viewer may not see, or that were taken off the map.
    """

    sort: LinkSort
    back: bool
    found: list[Linked] = field(default_factory=list)
    unknown: list[tuple[str, str]] = field(default_factory=list)
    hidden: int = 0
    deleted: int = 0

    @property
    def is_empty(self) -> bool:
        return not (self.found or self.unknown or self.hidden or self.deleted)


def links_of(session: Session, viewer: Viewer, feature: FoundFeature) -> list[Links]:
    """Every sort in which this record takes part, also those without a tie yet."""
    told: list[Links] = []
    for sort in sorts_of(feature.declared):
        if sort.shared:
            told.append(_sharing(session, viewer, feature, sort))
            continue
        if sort.starts_at(feature.declared):
            told.append(_named(session, viewer, feature, sort))
        if sort.ends_at(feature.declared):
            told.append(_naming(session, viewer, feature, sort))
    return told


def named_by(session: Session, viewer: Viewer, feature: FoundFeature, sort: LinkSort) -> list[FoundFeature]:
    """Those that this record names."""
    return [each.feature for each in _named(session, viewer, feature, sort).found]


# --- what this one names -----------------------------------------------------------------------------------


def _named(session: Session, viewer: Viewer, feature: FoundFeature, sort: LinkSort) -> Links:
    links, kinds = Links(sort, back=False), _ends(sort, feature.declared)
    refs = refs_of(feature.properties.get(sort.field))[:MOST_LINKED]
    known = _by_uid(session, viewer, refs, kinds)
    gone = _deleted(session, [ref.uid for ref in refs if ref.uid and ref.uid not in known])
    for ref in refs:
        if ref.uid is None:
            _by_words(session, viewer, ref, kinds, feature, links)
        elif ref.uid in known:
            links.found.append(Linked(known[ref.uid], ref.text))
        elif ref.uid in gone:
            links.deleted += 1
        else:
            links.hidden += 1
    return links


def _by_uid(
    session: Session, viewer: Viewer, refs: Iterable[Ref], kinds: Sequence[str]
) -> dict[str, FoundFeature]:
    uids = [ref.uid for ref in refs if ref.uid]
    if not uids:
        return {}
    found = read_features(
        session, viewer, finding(viewer).where(Feature.uid.in_(uids), Layer.kind.in_(kinds))
    )
    return {each.uid: each for each in found}


def _deleted(session: Session, uids: Sequence[str]) -> set[str]:
    """Those that stand on nobody's map any more; that they once did tells nothing of them."""
    if not uids:
        return set()
    there = session.scalars(select(Feature.uid).where(Feature.uid.in_(uids), Feature.deleted_at.is_(None)))
    return set(uids) - set(there)


def _by_words(
    session: Session, viewer: Viewer, ref: Ref, kinds: Sequence[str], feature: FoundFeature, links: Links
) -> None:
    found = [each for each in _called(session, viewer, ref.words, kinds) if each.id != feature.id]
    if len(found) == 1:
        links.found.append(Linked(found[0], ref.text))
    else:
        why = f"有 {len(found)} 个同名" if found else "图上没有找到"
        links.unknown.append((ref.text, why))


def _called(session: Session, viewer: Viewer, words: str, kinds: Sequence[str]) -> list[FoundFeature]:
    """Records of these kinds with this number, name or alias; a number wins over a name, a name over an alias."""
    asked = folded(words)
    if not asked:
        return []
    there = select(Search.feature_id).where(or_(Search.name == asked, contains_text(Search.words, asked)))
    near = read_features(
        session,
        viewer,
        finding(viewer).where(Layer.kind.in_(kinds), Feature.id.in_(there)).limit(MOST_LINKED),
    )
    for place in range(3):
        exact = [each for each in near if asked in _calls(each)[place]]
        if exact:
            return exact
    return []


def _calls(feature: FoundFeature) -> tuple[list[str], list[str], list[str]]:
    """Its numbers, its name, its aliases, as they are compared."""
    said = feature.properties
    aliases = said.get("aliases")
    return (
        [folded(str(said[key])) for key in (feature.declared.code_field,) if said.get(key)],
        [folded(feature.name)],
        [folded(str(each)) for each in aliases] if isinstance(aliases, list) else [],
    )


# --- who names this one ------------------------------------------------------------------------------------


def _naming(session: Session, viewer: Viewer, feature: FoundFeature, sort: LinkSort) -> Links:
    links = Links(sort, back=True)
    kinds = [feature.kind] if not sort.tos else [kind.key for kind in KINDS.values() if sort.starts_at(kind)]
    calls = [word for words in _raw_calls(feature) for word in words]
    rows = finding(viewer).where(
        tied(), Layer.kind.in_(kinds), Feature.id != feature.id, _mentions(sort, kinds, [feature.uid, *calls])
    )
    for each in read_features(session, viewer, rows.order_by(Feature.id).limit(MOST_LINKED)):
        if any(
            _means(session, viewer, ref, feature, sort) for ref in refs_of(each.properties.get(sort.field))
        ):
            links.found.append(Linked(each))
    return links


def _raw_calls(feature: FoundFeature) -> list[list[str]]:
    said = feature.properties
    aliases = said.get("aliases")
    code = said.get(feature.declared.code_field)
    return [[str(code)] if code else [], [feature.name], aliases if isinstance(aliases, list) else []]


def _mentions(sort: LinkSort, kinds: Sequence[str], words: Sequence[str]) -> ColumnElement[bool]:
    several = any(isinstance(KINDS[key].by_key.get(sort.field), References) for key in kinds if key in KINDS)
    if several:
        return or_(*(json_list_holds(Feature.properties, sort.field, word) for word in words))
    value = json_text(Feature.properties, sort.field)
    return or_(*(contains_text(value, word) for word in words))


def _means(session: Session, viewer: Viewer, ref: Ref, feature: FoundFeature, sort: LinkSort) -> bool:
    if ref.uid is not None:
        return ref.uid == feature.uid
    if not any(folded(ref.words) in words for words in _calls(feature)):
        return False
    # A word that several are called by names none of them.
    kinds = _ends(sort, feature.declared)
    return [each.id for each in _called(session, viewer, ref.words, kinds)] == [feature.id]


# --- who shares its number ---------------------------------------------------------------------------------


def _sharing(session: Session, viewer: Viewer, feature: FoundFeature, sort: LinkSort) -> Links:
    links = Links(sort, back=False)
    said = feature.properties.get(sort.field)
    if said:
        same = json_text(Feature.properties, sort.field) == str(said)
        rows = finding(viewer).where(tied(), Layer.kind == feature.kind, Feature.id != feature.id, same)
        found = read_features(session, viewer, rows.order_by(Feature.id).limit(MOST_LINKED))
        # Who may not see the number of the other may not see the tie.
        links.found = [Linked(each, str(said)) for each in found if each.properties.get(sort.field) == said]
    return links


def _ends(sort: LinkSort, own: LayerKind) -> list[str]:
    return list(sort.tos) if sort.tos else [own.key]
