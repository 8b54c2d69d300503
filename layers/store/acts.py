"""Which deed of which person does a change belong to?"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy import func, select, union, update
from sqlalchemy.orm import Session

from layers import clock
from layers.rights import Viewer
from layers.store.tables import DONE, PENDING, Act, Feature, Layer, StandIn

TITLES: Final = {
    "sample": "载入示例",
    "import": "导入",
    "create": "新建",
    "mark": "标点上报",
    "edit": "修改",
    "remove": "删除",
    "restore": "恢复",
    "undo": "撤销",
    "split": "分割",
    "merge": "合并",
    "duplicate": "复制",
    "change": "批量修改",
    "resubmit": "重新提交",
    "approve": "审核通过",
    "return": "退回",
    "approve_legal": "复核通过",
    "layer": "图层设置",
    "theme": "专题设置",
    "office": "单位与指挥部设置",
    "report": "填报进度",
    "attach": "添加附件",
    "detach": "删除附件",
}
"""What an act is called on the screen; a deed that is not here is called as it was written."""


@contextmanager
def one_act(
    session: Session, what: str, who: str | Viewer, reason: str | None = None, *, undoes: int | None = None
) -> Iterator[Act]:
    """Everything changed inside belongs to one act, done at the end; the caller commits.

    who: a viewer, or only a name.
    """
    act = new_act(session, what, who, reason, undoes=undoes)
    yield act
    finish_act(session, act)


def new_act(
    session: Session, what: str, who: str | Viewer, reason: str | None, *, undoes: int | None = None
) -> Act:
    """A pending act: nobody sees what it changes."""
    name, account = (who, None) if isinstance(who, str) else (who.name, who.account)
    act = Act(
        what=what,
        who=name,
        account_id=account,
        at=clock.now(),
        reason=reason,
        state=PENDING,
        undoes_act=undoes,
        count=0,
    )
    session.add(act)
    session.flush()
    return act


def finish_act(session: Session, act: Act) -> None:
    """The small write that makes an act visible; the layers it touched get a new version.

    Its time is when it became visible, so that the map of a past day agrees with what was seen on it.
    """
    session.flush()
    written_in = select(Feature.layer_id).where(Feature.act_id == act.id)
    standing = select(StandIn.feature_id).where(StandIn.act_id == act.id)
    # One index for each: with “or” every feature of the county would be looked at.
    touched = union(written_in, select(Feature.layer_id).where(Feature.id.in_(standing)))
    written = select(func.count()).select_from(Feature).where(Feature.act_id == act.id)
    removed = (
        select(func.count()).select_from(StandIn).where(StandIn.act_id == act.id, StandIn.by_id.is_(None))
    )
    act.count = session.execute(written).scalar_one() + session.execute(removed).scalar_one()
    act.state, act.at = DONE, clock.now()
    session.execute(
        update(Layer)
        .where(Layer.id.in_(touched))
        .values(version=Layer.version + 1)
        .execution_options(synchronize_session="fetch")
    )
    session.flush()


def title_of(what: str) -> str:
    """What a deed is called on the screen."""
    return TITLES.get(what, what)
