"""Which long work waits, runs or is done? Rows of the table job.

Whoever runs a job carries the number of its try: when a job was taken up again, the one before writes nothing more.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, cast

from sqlalchemy import CursorResult, Update, func, select, update
from sqlalchemy.orm import Session

from layers import clock
from layers.errors import UnknownThing
from layers.rights import Viewer
from layers.store.engine import json_text
from layers.store.tables import DONE as ACT_DONE
from layers.store.tables import Act, Job

WAITING, RUNNING, DONE, FAILED, CANCELLED = "waiting", "running", "done", "failed", "cancelled"
STATES: Final = {
    WAITING: "排队中",
    RUNNING: "进行中",
    DONE: "已完成",
    FAILED: "未完成",
    CANCELLED: "已取消",
}
MOST_TRIES: Final = 3
BEYOND: Final = 2**31
"""No job is ever numbered like this: the column holds no more."""
INTERRUPTED: Final = "处理中断，未改动任何数据。请重新提交。"
NOTHING_CHANGED: Final = "已取消，未改动任何数据。"


@dataclass(frozen=True)
class FoundJob:
    """A job as others see it."""

    id: int
    kind: str
    state: str
    who: str
    account_id: int | None
    progress: float
    message: str
    tries: int
    act_id: int | None
    cancelling: bool
    created_at: datetime
    arguments: dict[str, Any]
    result: dict[str, Any] | None

    @property
    def ended(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.state not in (WAITING, RUNNING)


def enqueue(session: Session, viewer: Viewer, kind: str, arguments: dict[str, Any]) -> int:
    """Put a job into the queue; it begins after the caller has committed."""
    job = Job(
        kind=kind,
        state=WAITING,
        who=viewer.name,
        account_id=viewer.account,
        created_at=clock.now(),
        arguments=arguments,
    )
    session.add(job)
    session.flush()
    return job.id


def note_done(
    session: Session, viewer: Viewer, kind: str, arguments: dict[str, Any], result: dict[str, Any]
) -> int:
    """Write down a job that was so short that it is done already."""
    number, now = enqueue(session, viewer, kind, arguments), clock.now()
    values = {"state": DONE, "progress": 1.0, "result": result, "started_at": now, "ended_at": now}
    session.execute(update(Job).where(Job.id == number).values(**values))
    return number


def find(session: Session, number: int) -> FoundJob:
    """The job of this number."""
    job = look_up(session, number)
    if job is None:
        raise UnknownThing(f"没有编号为 {number} 的任务。请刷新页面后重试。")
    return job


def look_up(session: Session, number: int) -> FoundJob | None:
    """The job of this number, if there is one."""
    job = session.get(Job, number, populate_existing=True) if number < BEYOND else None
    return _found(job) if job else None


def is_waiting(session: Session) -> bool:
    """Whether some job could begin now; reading only, so that nobody waits for those who ask often."""
    return session.scalar(select(Job.id).where(Job.state == WAITING).limit(1)) is not None


def under_way(session: Session, kind: str) -> list[dict[str, Any]]:
    """The arguments of all jobs of this kind that wait or run."""
    wanted = select(Job.arguments).where(Job.kind == kind, Job.state.in_((WAITING, RUNNING)))
    return list(session.scalars(wanted))


def not_ended(session: Session, kind: str) -> list[FoundJob]:
    """Jobs of a kind that wait or run, in the order in which they were asked for."""
    wanted = select(Job).where(Job.kind == kind, Job.state.in_((WAITING, RUNNING))).order_by(Job.id)
    return [_found(job) for job in session.scalars(wanted)]


def latest_of(session: Session, kind: str, name: str) -> FoundJob | None:
    """The last job of a kind whose arguments carry this name."""
    wanted = select(Job).where(Job.kind == kind, json_text(Job.arguments, "name") == name)
    job = session.scalar(wanted.order_by(Job.id.desc()).limit(1))
    return None if job is None else _found(job)


def latest_by(session: Session, account_id: int | None, kind: str, limit: int) -> list[FoundJob]:
    """What this account asked for of a kind, the last first."""
    wanted = select(Job).where(Job.kind == kind, Job.account_id == account_id)
    return [_found(job) for job in session.scalars(wanted.order_by(Job.id.desc()).limit(limit))]


def claim(session: Session, last: Collection[str] = ()) -> FoundJob | None:
    """Begin the job that waits longest; two who ask at once get two jobs. last: kinds that let others pass."""
    wanted = select(Job).where(Job.state == WAITING).order_by(Job.kind.in_(last), Job.id).limit(1)
    job = session.scalar(wanted.with_for_update(skip_locked=True))
    if job is None:
        return None
    now = clock.now()
    job.state, job.tries, job.act_id = RUNNING, job.tries + 1, None
    job.started_at = job.heartbeat_at = now
    session.flush()
    return _found(job)


def beat(session: Session, number: int, tries: int, told: tuple[float, str] | None = None) -> bool:
    """Say that this try is alive, and how far it is; False when it shall stop."""
    values: dict[str, Any] = {"heartbeat_at": clock.now()}
    if told:
        values |= {"progress": told[0], "message": told[1]}
    if not _changed(session, _this(number, tries).values(values)):
        return False
    return goes_on(session, number, tries)


def goes_on(session: Session, number: int, tries: int) -> bool:
    """Whether this try is still wanted; reading only."""
    ours = Job.id == number, Job.tries == tries, Job.state == RUNNING
    return session.scalar(select(Job.cancelling).where(*ours)) is False


def note_act(session: Session, number: int, tries: int, act_id: int) -> bool:
    """Remember the act that this try writes, so that it is never written twice."""
    return _changed(session, _this(number, tries).values(act_id=act_id))


def end(
    session: Session,
    number: int,
    tries: int,
    state: str,
    message: str = "",
    result: dict[str, Any] | None = None,
) -> bool:
    """Write down how this try ended; False when another try has the job by now."""
    values: dict[str, Any] = {"state": state, "message": message, "ended_at": clock.now()}
    if result is not None:
        values["result"] = result
    if state == DONE:
        values["progress"] = 1.0
    return _changed(session, _this(number, tries).values(values))


def cancel(session: Session, number: int) -> None:
    """A job that waits ends at once; one that runs reads the flag at its next turn."""
    waiting = update(Job).where(Job.id == number, Job.state == WAITING)
    session.execute(
        waiting.values(state=CANCELLED, message=NOTHING_CHANGED, ended_at=clock.now(), cancelling=True)
    )
    session.execute(update(Job).where(Job.id == number, Job.state == RUNNING).values(cancelling=True))


def silent(session: Session, before: datetime) -> list[FoundJob]:
    """Jobs that run, but whose last sign of life is older than this."""
    wanted = select(Job).where(Job.state == RUNNING, Job.heartbeat_at < before).order_by(Job.id)
    return [_found(job) for job in session.scalars(wanted)]


def pick_up(session: Session, job: FoundJob, *, repeatable: bool) -> str:
    """Settle a job that fell silent, and say what became of it: what it wrote stands, it waits again, or it failed."""
    act = session.get(Act, job.act_id) if job.act_id else None
    if act is not None and act.state == ACT_DONE:
        result = {"act_id": act.id, "rows": act.count}
        end(session, job.id, job.tries, DONE, "", result)
        return DONE
    if job.cancelling:
        end(session, job.id, job.tries, CANCELLED, NOTHING_CHANGED)
        return CANCELLED
    if not repeatable or job.tries >= MOST_TRIES:
        end(session, job.id, job.tries, FAILED, INTERRUPTED)
        return FAILED
    _changed(session, _this(job.id, job.tries).values(state=WAITING, progress=0.0, message="", act_id=None))
    return WAITING


def count_ahead(session: Session, number: int) -> int:
    """How many jobs are before this one in the queue."""
    ahead = select(func.count()).select_from(Job).where(Job.state == WAITING, Job.id < number)
    return session.execute(ahead).scalar_one()


def _this(number: int, tries: int) -> Update:
    return update(Job).where(Job.id == number, Job.tries == tries, Job.state == RUNNING)


def _changed(session: Session, statement: Update) -> bool:
    done = session.execute(statement.execution_options(synchronize_session=False))
    return cast("CursorResult[Any]", done).rowcount == 1


def _found(job: Job) -> FoundJob:
    facts: dict[str, Any] = {name: getattr(job, name) for name in FoundJob.__dataclass_fields__}
    return FoundJob(**facts)
