"""Which units and command posts are there, who is in them, and which projects are theirs?

Records refer to them by name, in their fields 指挥部 and 责任单位. A name that is in no table stays plain text, so an
import never fails for an office that nobody has entered yet.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from itertools import count
from typing import Any, Final, NamedTuple

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from layers.errors import InvalidValue, OutOfDate, UnknownThing
from layers.rights import Viewer, may_see
from layers.store import edit
from layers.store.engine import is_clean, json_text
from layers.store.found import FoundFeature, finding, read_features
from layers.store.tables import Account, Act, CommandPost, Feature, Layer, Unit

SORTS: Final = {
    "county": "县级",
    "bureau": "县直部门",
    "town": "乡镇街道",
    "company": "企业",
    "other": "其他",
}
RESPONSIBLE: Final = "responsible_unit"
MOST_PROJECTS: Final = 200
MOST_RENAMED: Final = 2000
"""Records that may change with the name of a unit in one deed."""
_KEY: Final = re.compile(r"[a-z][a-z0-9_]{0,62}")
_LONGEST: Final = 60


class Member(NamedTuple):
    """Somebody in a command post, and as what."""

    name: str
    role: str


class Post(NamedTuple):
    """A command post as its viewer may see it: office and members are internal."""

    key: str
    name: str
    office: str | None
    members: tuple[Member, ...]


class Office(NamedTuple):
    """A unit: parent is the name of the unit above it."""

    key: str
    name: str
    sort: str
    parent: str | None


def units(session: Session) -> list[Office]:
    """All units, those above first."""
    found = session.scalars(select(Unit).order_by(Unit.id)).all()
    names = {unit.id: unit.name for unit in found}
    return [Office(unit.key, unit.name, unit.sort, names.get(unit.parent_id or 0)) for unit in found]


def unit_named(session: Session, name: str) -> Office | None:
    """The unit that a record means; None when the name is in no table."""
    return next((unit for unit in units(session) if unit.name == name.strip()), None)


def command_posts(session: Session, viewer: Viewer) -> list[Post]:
    """All command posts, in the order in which they were set up."""
    return [_post(row, viewer) for row in session.scalars(select(CommandPost).order_by(CommandPost.id))]


def command_post_named(session: Session, viewer: Viewer, name: str) -> Post | None:
    """The command post that a record means; None when the name is in no table."""
    if not is_clean(name):
        return None
    row = session.scalar(select(CommandPost).where(CommandPost.name == name.strip()))
    return _post(row, viewer) if row else None


def projects_of(session: Session, viewer: Viewer, name: str) -> list[FoundFeature]:
    """What a command post drives, of what this viewer may see."""
    theirs = json_text(Feature.properties, "command_post") == name.strip()
    return read_features(
        session, viewer, finding(viewer).where(theirs).order_by(Feature.id).limit(MOST_PROJECTS)
    )


def beside(
    session: Session, viewer: Viewer, properties: Mapping[str, Any]
) -> dict[str, list[dict[str, str]]]:
    """What the card says beside a record's command post and unit: rows by the key of the field."""
    return {
        "command_post": list(_about_post(session, viewer, properties.get("command_post"))),
        "responsible_unit": list(_about_unit(session, properties.get("responsible_unit"))),
    }


def add_unit(session: Session, *, key: str, name: str, sort: str, parent: str | None = None) -> Unit:
    """A new unit. parent: the key of the unit above it."""
    _check_new(session, Unit, key, name)
    unit = Unit(key=key, name=_plain(name), sort=_checked_sort(sort), parent_id=_parent_id(session, parent))
    session.add(unit)
    session.flush()
    return unit


def revise_unit(session: Session, key: str, *, sort: str | None = None, parent: str | None = None) -> Unit:
    """Change what is given; the name stays, because records speak of the unit by it."""
    unit = session.scalar(select(Unit).where(Unit.key == key))
    if unit is None:
        raise UnknownThing(f"没有代码为“{key[:60]}”的单位。请从单位列表中选择。")
    if sort is not None:
        unit.sort = _checked_sort(sort)
    if parent is not None:
        unit.parent_id = _checked_parent(session, unit, parent)
    session.flush()
    return unit


def add_command_post(
    session: Session, *, key: str, name: str, office: str | None = None, members: Iterable[Member] = ()
) -> CommandPost:
    """A new command post."""
    _check_new(session, CommandPost, key, name)
    post = CommandPost(key=key, name=_plain(name), office=office, members=_stored(members))
    session.add(post)
    session.flush()
    return post


def revise_command_post(
    session: Session, key: str, *, office: str | None = None, members: Iterable[Member] | None = None
) -> CommandPost:
    """Change what is given; the name stays, because records speak of the post by it."""
    post = session.scalar(select(CommandPost).where(CommandPost.key == key))
    if post is None:
        raise UnknownThing(f"没有代码为“{key[:60]}”的指挥部。请从指挥部列表中选择。")
    if office is not None:
        post.office = office
    if members is not None:
        post.members = _stored(members)
    session.flush()
    return post


def rename_unit(session: Session, act: Act, key: str, name: str) -> Unit:
    """Give a unit another name, and say so wherever the map speaks of it; records keep their history."""
    unit = _unit(session, key)
    plain = _plain(name)
    if plain == unit.name:
        return unit
    if session.scalar(select(Unit.id).where(Unit.name == plain)):
        raise InvalidValue(f"已有名为“{plain}”的单位。要把两个单位合成一个，请用“合并”。")
    _speak_of(session, act, unit.name, plain)
    unit.name = plain
    session.flush()
    return unit


def merge_units(session: Session, act: Act, key: str, into: str) -> Unit:
    """Let the second unit take the place of the first, which goes."""
    unit, other = _unit(session, key), _unit(session, into)
    if unit.id == other.id:
        raise InvalidValue(f"“{unit.name}”不能与自己合并。请选择另一个单位。")
    if other.parent_id == unit.id:
        other.parent_id = unit.parent_id
    session.execute(update(Unit).where(Unit.parent_id == unit.id).values(parent_id=other.id))
    _speak_of(session, act, unit.name, other.name)
    session.delete(unit)
    session.flush()
    return other


def remove_command_post(session: Session, key: str) -> None:
    """A command post that was dissolved; records that speak of it keep its name."""
    post = session.scalar(select(CommandPost).where(CommandPost.key == key))
    if post is None:
        raise UnknownThing(f"没有代码为“{key[:60]}”的指挥部。请从指挥部列表中选择。")
    session.delete(post)
    session.flush()


def make_topmost(session: Session, key: str) -> None:
    """A unit with none above it."""
    _unit(session, key).parent_id = None
    session.flush()


def check_unit_name(session: Session, key: str, was: str) -> None:
    """Raises OutOfDate when somebody else renamed the unit in the meantime."""
    unit = _unit(session, key)
    if unit.name != " ".join(was.split()):
        raise OutOfDate(f"这个单位已被他人改名为“{unit.name}”，本次未保存。请刷新后重试。")


def free_unit_key(session: Session) -> str:
    """A key that no unit has."""
    return _free_key(session, Unit, "unit")


def free_post_key(session: Session) -> str:
    """A key that no command post has."""
    return _free_key(session, CommandPost, "post")


def _free_key(session: Session, table: type[Unit | CommandPost], stem: str) -> str:
    taken = set(session.scalars(select(table.key).where(table.key.startswith(stem, autoescape=True))))
    return next(f"{stem}_{number}" for number in count(1) if f"{stem}_{number}" not in taken)


def _unit(session: Session, key: str) -> Unit:
    unit = session.scalar(select(Unit).where(Unit.key == key)) if is_clean(key) else None
    if unit is None:
        raise UnknownThing(f"没有代码为“{key[:60]}”的单位。请从单位列表中选择。")
    return unit


def _speak_of(session: Session, act: Act, old: str, new: str) -> None:
    """Owners of layers, units of accounts, and who answers for a record."""
    owned = update(Layer).where(Layer.unit == old)
    session.execute(
        owned.values(unit=new, version=Layer.version + 1, settings_version=Layer.settings_version + 1)
    )
    session.execute(update(Account).where(Account.unit == old).values(unit=new))
    theirs = json_text(Feature.properties, RESPONSIBLE) == old
    found = session.execute(
        select(Feature.id, Feature.properties)
        .where(theirs, Feature.deleted_at.is_(None))
        .order_by(Feature.id)
    ).all()
    if len(found) > MOST_RENAMED:
        raise InvalidValue(
            f"有 {len(found)} 条记录的责任单位是“{old}”，一次最多改 {MOST_RENAMED} 条。请联系系统管理员分批处理。"
        )
    for row in found:
        edit.revise_feature(session, act, row.id, properties={**row.properties, RESPONSIBLE: new})


def _post(row: CommandPost, viewer: Viewer) -> Post:
    if not may_see(viewer, "internal"):
        return Post(row.key, row.name, None, ())
    return Post(row.key, row.name, row.office, tuple(Member(**member) for member in row.members))


def _about_post(session: Session, viewer: Viewer, name: object) -> Iterable[dict[str, str]]:
    post = command_post_named(session, viewer, name) if isinstance(name, str) else None
    if post and post.office:
        yield {"label": "指挥部地点", "value": post.office}
    if post and post.members:
        told = "、".join(f"{member.role} {member.name}" for member in post.members)
        yield {"label": "指挥部成员", "value": told}


def _about_unit(session: Session, name: object) -> Iterable[dict[str, str]]:
    unit = unit_named(session, name) if isinstance(name, str) else None
    if unit and unit.parent:
        yield {"label": "上级单位", "value": unit.parent}


def _check_new(session: Session, table: type[Unit | CommandPost], key: str, name: str) -> None:
    if not _KEY.fullmatch(key):
        raise InvalidValue(
            f"代码收到“{key[:60]}”，应以小写字母开头，只含小写字母、数字和下划线，最多 63 个字符。请改正。"
        )
    plain = _plain(name)
    if session.scalar(select(table.id).where((table.key == key) | (table.name == plain))):
        raise InvalidValue(f"代码“{key}”或名称“{plain}”已被使用。请换一个，或修改已有的一条。")


def _plain(name: str) -> str:
    plain = " ".join(name.split())
    if not plain or len(plain) > _LONGEST or not is_clean(plain):
        raise InvalidValue(
            f"名称收到“{plain[:60]}”（{len(plain)} 个字），应为 1 到 {_LONGEST} 个字。请改正。"
        )
    return plain


def _checked_sort(sort: str) -> str:
    if sort not in SORTS:
        raise InvalidValue(f"单位性质收到“{sort[:60]}”，应为以下之一：{'、'.join(SORTS)}。请改正。")
    return sort


def _parent_id(session: Session, key: str | None) -> int | None:
    if key is None:
        return None
    parent = session.scalar(select(Unit.id).where(Unit.key == key))
    if parent is None:
        raise UnknownThing(f"没有代码为“{key[:60]}”的上级单位。请先建立上级单位。")
    return parent


def _checked_parent(session: Session, unit: Unit, key: str) -> int | None:
    above = parent = _parent_id(session, key)
    while above is not None:
        if above == unit.id:
            raise InvalidValue(f"“{unit.name}”不能是自己的上级，或上级的上级。请换一个上级单位。")
        above = session.scalar(select(Unit.parent_id).where(Unit.id == above))
    return parent


def _stored(members: Iterable[Member]) -> list[dict[str, str]]:
    return [{"name": _plain(member.name), "role": _plain(member.role)} for member in members]
