"""How does a long import stay unseen until it is complete, and nobody waits for it?

    act_id = start_bulk(database, "导入", who)
    add_in_turns(database, act_id, layer_key, rows)
    finish_bulk(database, act_id)

The rows are written in turns under a pending act; one small write makes them visible. What a dead process left
behind is swept by the next start.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing, suppress

from sqlalchemy import Select, delete, or_, select
from sqlalchemy.orm import Session

from layers.errors import MapError
from layers.kinds import kind_for
from layers.rights import Viewer
from layers.store.acts import finish_act, new_act
from layers.store.ahead import ahead, behind
from layers.store.engine import Database
from layers.store.pace import UNHURRIED_S, Pace
from layers.store.rows import NewFeature, Prepared, towns_for, write, write_features
from layers.store.stand_ins import carry_over, left_behind, refuse_overtaken
from layers.store.tables import DONE, PENDING, Act, Feature, Layer, StandIn
from layers.store.wordbook import forget_words

Also = Callable[[Session, Act], object]
"""What happens in the moment in which a bulk act becomes visible."""


def nothing_else(session: Session, act: Act) -> None:
    """The usual case."""


def start_bulk(
    database: Database, what: str, who: str | Viewer, reason: str | None = None, *, undoes: int | None = None
) -> int:
    """Begin an act whose rows nobody sees before `finish_bulk`; it dies with this process."""
    with database.writing() as session:
        act = new_act(session, what, who, reason, undoes=undoes)
        # Claimed before anybody can see it: another process that starts now sweeps what nobody claims.
        database.claim(act.id)
        session.commit()
        return act.id


def add_in_turns(
    database: Database,
    act_id: int,
    layer_key: str,
    rows: Iterable[NewFeature],
    on_turn: Callable[[int], object] = lambda count: None,
) -> int:
    """Store rows under a pending act in turns; returns how many. on_turn hears the number written so far.

    SQLite has one lock for all who write: a turn of it holds that for 0.2 s at most.
    """
    with database.reading() as session:
        layer = session.execute(_layer_of(layer_key, act_id)).scalar_one()
        towns = towns_for(session, layer.kind, act_id)
    kind, count, dialect = kind_for(layer), 0, database.engine.dialect
    pace = Pace() if database.is_sqlite else Pace(UNHURRIED_S)
    turns = (Prepared(kind, turn, towns).made_ready(dialect) for turn in pace.turns(iter(rows)))
    written = _written if database.is_sqlite else _written_by_two
    # Closed before anybody takes back what it wrote, whatever is raised by who hears of a turn.
    with closing(written(database, act_id, layer, turns, pace)) as written_turns:
        for turn in written_turns:
            count += turn
            on_turn(count)
    return count


def _written(
    database: Database, act_id: int, layer: Layer, turns: Iterator[Prepared], pace: Pace
) -> Generator[int]:
    """How many rows each turn wrote. A second thread would only hold up who has the one lock."""
    for prepared in turns:
        with database.writing(in_turns=True) as session, pace.measured():
            write(session, act_id, layer, prepared)
            session.commit()
        yield len(prepared.uids)


def _written_by_two(
    database: Database, act_id: int, layer: Layer, turns: Iterator[Prepared], pace: Pace
) -> Generator[int]:
    """The same, where a server writes features and, over a second connection, the words of those before."""

    def write_words(told: tuple[Prepared, list[int]]) -> None:
        prepared, ids = told
        with database.writing(in_turns=True) as session:
            prepared.insert_words(session, ids)
            session.commit()

    with behind(write_words) as words:
        for prepared in ahead(turns):
            with database.writing(in_turns=True) as session, pace.measured():
                ids = write_features(session, act_id, layer, prepared)
                session.commit()
            words((prepared, ids))
            yield len(ids)


def finish_bulk(
    database: Database,
    act_id: int,
    layer_key: str | None = None,
    also: Also = nothing_else,
) -> Act:
    """Make a bulk act visible. The act knows which layers it touched; `layer_key` only reminds the reader.

    also: what happens in the same moment. Raises OutOfDate when somebody changed a feature that the act changes.
    """
    with database.writing() as session:
        act = session.get_one(Act, act_id)
        refuse_overtaken(session, act_id)
        also(session, act)
        finish_act(session, act)
        session.commit()
    # It is done and seen by now: what a full disk keeps from being carried over, the next start does.
    with suppress(MapError):
        carry_over(database, act_id)
    database.release(act_id)
    return act


def abandon_bulk(database: Database, act_id: int) -> None:
    """Take back a bulk act that cannot be finished; nobody ever saw it."""
    try:
        _remove(database, act_id)
    finally:
        database.release(act_id)


def sweep_pending(database: Database) -> int:
    """Take back the bulk acts of processes that died; returns how many."""
    with database.reading() as session:
        pending = list(session.scalars(select(Act.id).where(Act.state == PENDING)))
    dead = [act_id for act_id in pending if database.claim(act_id)]
    for act_id in dead:
        abandon_bulk(database, act_id)
    _carry_over_left(database)
    return len(dead)


def _carry_over_left(database: Database) -> None:
    """Bring to an end what was seen already when its process died."""
    with database.reading() as session:
        left = left_behind(session)
    for act_id in left:
        if database.claim(act_id):
            try:
                carry_over(database, act_id)
            finally:
                database.release(act_id)


def _layer_of(key: str, act_id: int) -> Select[Layer]:
    done = select(Act.id).where(Act.state == DONE)
    ours_or_done = or_(Layer.act_id.is_(None), Layer.act_id == act_id, Layer.act_id.in_(done))
    return select(Layer).where(Layer.key == key, ours_or_done)


def _remove(database: Database, act_id: int) -> None:
    pace = Pace()
    while _remove_some(database, act_id, pace):
        pass
    with database.writing() as session:
        session.execute(delete(StandIn).where(StandIn.act_id == act_id))
        session.execute(delete(Layer).where(Layer.act_id == act_id))
        session.execute(delete(Act).where(Act.id == act_id))
        session.commit()


def _remove_some(database: Database, act_id: int, pace: Pace) -> bool:
    """Whether there was something left."""
    with database.writing(in_turns=True) as session, pace.measured():
        act = session.get(Act, act_id)
        if act is None or act.state != PENDING:
            raise RuntimeError(f"act {act_id} is not pending: its rows are on the map")
        some = list(session.scalars(select(Feature.id).where(Feature.act_id == act_id).limit(pace.size)))
        forget_words(session, some)
        session.execute(delete(Feature).where(Feature.id.in_(some)))
        session.commit()
    return bool(some)
