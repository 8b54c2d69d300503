"""Somebody ties two records together, unties them, or puts stops in another order: one act of the history each.

The tie is written where it is said: into the record that names the other, or that takes the other's number.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy.orm import Session

from layers.editing import changes
from layers.editing.changes import Outcome, Request
from layers.errors import Contested, InvalidValue, OutOfDate
from layers.kinds.fields import shortened
from layers.kinds.links import SORTS, LinkSort, value_of
from layers.kinds.references import Ref, ref_of, refs_of, shown_ref
from layers.rights import VISIBILITIES, Viewer
from layers.store import Database, query
from layers.store.found import FoundFeature
from layers.store.links import named_by
from layers.store.targets import Target, require_edit, target

MOST: Final = 100
LONGEST: Final = 100
HIGHEST: Final = 20


def tie(
    database: Database, viewer: Viewer, ref: int | str, version: int | None, body: Mapping[str, Any]
) -> Outcome:
    """Name the record `uid`, or whatever is called `words`, by the link `sort`; InvalidValue with what would be right."""
    sort = _sort(body.get("sort"))
    with database.reading() as session:
        found = _started(session, viewer, ref, sort)
        other = _other(session, viewer, found, sort, body.get("uid"))
        words = _words(body.get("words"), sort) if other is None else other.name
        if sort.shared:
            value = said = _shared(found, other, words, sort)
        else:
            texts = _added(session, viewer, found, other, words, sort)
            value, said = value_of(texts, sort), shown_ref(texts[-1])
    # The history is read by more people than the other record may be.
    return _written(database, viewer, found, version, sort, value, f"新增{sort.there}：{said}")


def untie(
    database: Database, viewer: Viewer, ref: int | str, version: int | None, sort_key: str, text: str
) -> Outcome:
    """Take away one reference, as it is stored; of a shared number: leave the group."""
    sort = _sort(sort_key)
    with database.reading() as session:
        found = _started(session, viewer, ref, sort)
    said = found.state.properties.get(sort.field)
    if sort.shared:
        if not said:
            raise InvalidValue(_gone(found, sort))
        return _written(database, viewer, found, version, sort, None, f"解除{sort.there}：{said}")
    texts = [each.text for each in refs_of(said)]
    if text not in texts:
        raise InvalidValue(_gone(found, sort))
    texts.remove(text)
    reason = f"解除{sort.there}：{shown_ref(text)}"
    return _written(database, viewer, found, version, sort, value_of(texts, sort), reason)


def order(
    database: Database, viewer: Viewer, ref: int | str, version: int | None, sort_key: str, given: Any
) -> Outcome:
    """The same references in another order."""
    sort = _sort(sort_key)
    with database.reading() as session:
        found = _started(session, viewer, ref, sort)
    texts = [each.text for each in refs_of(found.state.properties.get(sort.field))]
    if not sort.ordered:
        raise InvalidValue(f"“{sort.there}”没有先后顺序，不需要排序。")
    if not isinstance(given, list) or sorted(map(str, given)) != sorted(texts):
        raise InvalidValue(f"“{sort.there}”的内容刚刚有变化，本次未保存。请刷新后重新排序。")
    return _written(
        database,
        viewer,
        found,
        version,
        sort,
        value_of(list(map(str, given)), sort),
        f"调整{sort.there}的顺序",
    )


def _sort(said: Any) -> LinkSort:
    if not isinstance(said, str) or said not in SORTS:
        listed = "、".join(f"{sort.key}（{sort.there}）" for sort in SORTS.values())
        raise InvalidValue(f"关联的种类收到“{shortened(said)}”，应为以下之一：{listed}。请改正。")
    return SORTS[said]


def _started(session: Session, viewer: Viewer, ref: int | str, sort: LinkSort) -> Target:
    found = target(session, viewer, ref)
    require_edit(session, viewer, found)
    if not sort.starts_at(found.kind):
        raise InvalidValue(f"{found.kind.title}不能关联“{sort.there}”。请从另一方的详情里关联，或换一种。")
    return found


def _other(session: Session, viewer: Viewer, found: Target, sort: LinkSort, uid: Any) -> FoundFeature | None:
    """The record that was picked; None where only words were given."""
    if uid is None:
        return None
    if not isinstance(uid, str):
        raise InvalidValue(f"关联对象的标识收到“{shortened(uid)}”，应为 UUID。请从搜索结果中选择。")
    other = query.feature_of(session, viewer, uid)
    if other.id == found.id:
        raise InvalidValue(f"“{found.name}”不能关联自己。请选择另一条记录。")
    fits = other.kind in sort.tos if sort.tos else other.kind == found.kind.key
    if not fits:
        raise InvalidValue(f"“{other.name}”是{other.layer_title}，不能作为“{sort.there}”。请另选。")
    return other


def _words(said: Any, sort: LinkSort) -> str:
    words = " ".join(said.split()) if isinstance(said, str) else ""
    if not words:
        raise InvalidValue(f"没有说明关联哪一个“{sort.there}”。请从搜索结果中选择，或填写名称、编号。")
    if len(words) > LONGEST:
        raise InvalidValue(f"“{sort.there}”最多 {LONGEST} 个字，但收到 {len(words)} 个字。请缩短。")
    # What only looks like a uid behind it is not one.
    return ref_of(words).words or words.strip("〔〕")


def _shared(found: Target, other: FoundFeature | None, words: str, sort: LinkSort) -> str:
    """The number of the group: that of the other, or the words."""
    if other is None:
        return words
    number = other.properties.get(sort.field)
    title = found.kind.by_key[sort.field].title
    if not number:
        raise InvalidValue(f"“{other.name}”还没有填写“{title}”。请先给它填写，或直接输入一个。")
    if sort.side:
        own, theirs = sort.side(found.state.properties), sort.side(other.properties)
        if own is None or theirs is None or own == theirs:
            raise InvalidValue(
                f"“{found.name}”与“{other.name}”应一处为拆旧区、一处为建新区。请先改正地块角色，或另选。"
            )
    return str(number)


def _added(
    session: Session, viewer: Viewer, found: Target, other: FoundFeature | None, words: str, sort: LinkSort
) -> list[str]:
    refs = refs_of(found.state.properties.get(sort.field))
    new = _ref(found, other, words)
    if any(each.uid == new.uid and (new.uid or each.words == new.words) for each in refs):
        raise InvalidValue(f"“{words}”已经是“{found.name}”的{sort.there}，不需要再关联一次。")
    if other is not None and not sort.tos:
        _refuse_circle(session, viewer, found, other, sort)
    if not sort.many:
        return [new.text]
    if len(refs) >= MOST:
        raise InvalidValue(f"“{sort.there}”最多 {MOST} 个，已经有 {len(refs)} 个。请先解除一些。")
    return [*(each.text for each in refs), new.text]


def _ref(found: Target, other: FoundFeature | None, words: str) -> Ref:
    """Who sees this record reads the words: they stay away where fewer people may see the other."""
    if other is None:
        return Ref(words, None)
    ranks = list(VISIBILITIES)
    open_enough = ranks.index(other.visibility) <= ranks.index(found.visibility)
    return Ref(other.name if open_enough else "", other.uid)


def _refuse_circle(
    session: Session, viewer: Viewer, found: Target, other: FoundFeature, sort: LinkSort
) -> None:
    """A project cannot be a part of its own part."""
    above: Sequence[FoundFeature] = [other]
    for _ in range(HIGHEST):
        if any(each.id == found.id for each in above):
            raise InvalidValue(
                f"“{other.name}”已经在“{found.name}”之下，不能反过来作为它的{sort.there}。请先解除原来的关联。"
            )
        above = [each for one in above for each in named_by(session, viewer, one, sort)]
        if not above:
            return


def _written(
    database: Database,
    viewer: Viewer,
    found: Target,
    version: int | None,
    sort: LinkSort,
    value: Any,
    reason: str,
) -> Outcome:
    asked = Request(found.uid, version or found.version, {"reason": reason}, apart={sort.field: value})
    try:
        return changes.revise(database, viewer, asked)
    except OutOfDate:
        if version is None:
            raise Contested(f"“{found.name}”刚刚被他人修改。请刷新后重试。") from None
        raise


def _gone(found: Target, sort: LinkSort) -> str:
    return f"“{found.name}”没有这个{sort.there}，可能已被解除。请刷新页面查看最新状态。"
