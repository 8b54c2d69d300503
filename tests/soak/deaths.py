"""The server is killed in the middle of edits and uploads: is everything there that was acknowledged, and nothing half?"""

from __future__ import annotations

import hashlib
import json
import os
import random
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPException
from pathlib import Path
from uuid import uuid4

import shapely
from sqlalchemy import Select, func, select, text

from layers.store import Database
from layers.store.tables import DONE, Act, Attachment, Feature, FeatureVersion, Search
from tests.people import Caller
from tests.photos import photo
from tests.running import Server, command, environment, free_port, wait_until_ready
from tests.soak.desk import COUNTER, LAYER, Journal, count_one_more, editors, parcels
from tests.soak.ground import Place
from tests.stored import square

Deed = Callable[[Caller, list[str], "Promises"], None]
WRITERS = 4
LONGEST_LIFE_S = 30.0
SETTINGS = {"WEBMAP_WORKERS": "2", "WEBMAP_WRITES_PER_MINUTE": "0"}


@dataclass
class Promises:
    """What the server acknowledged before it died."""

    journal: Journal = field(default_factory=Journal)
    created: list[str] = field(default_factory=list)
    attached: dict[str, str] = field(default_factory=dict)

    def count(self) -> int:
        """How much was acknowledged."""
        return sum(self.journal.counted.values()) + len(self.created) + len(self.attached)


def die(place: Place, times: int, seed: int = 7) -> tuple[Promises, list[str]]:
    """Kill a working server so many times; returns what it promised, and what was found broken after each death."""
    chance, promises, broken = random.Random(seed), Promises(), list[str]()
    before = _counters(place)
    for number in range(times):
        with _mortal(place) as (server, process):
            people = editors(server, WRITERS)
            shared = parcels(people[0], 3)
            _work_until_death(people, shared, promises, process, chance.randint(3, 25))
        broken += [f"death {number + 1}: {each}" for each in _broken(place, promises, before)]
    return promises, broken


@contextmanager
def _mortal(place: Place) -> Iterator[tuple[Server, subprocess.Popen[bytes]]]:
    port, log = free_port(), place.home.parent / "mortal.log"
    with log.open("ab") as output:
        process = subprocess.Popen(
            [*command(None), "run"],
            env=environment(place.home, {"WEBMAP_PORT": str(port), **SETTINGS, **place.settings}),
            cwd=place.home.parent,
            stdout=output,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
    server = Server(f"http://127.0.0.1:{port}", port, log, place.home, process.pid, place.address)
    try:
        wait_until_ready(server, process)
        yield server, process
    finally:
        _kill(process)


def _kill(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _work_until_death(
    people: list[Caller],
    shared: list[str],
    promises: Promises,
    process: subprocess.Popen[bytes],
    more: int,
) -> None:
    """Kill it after so many further acknowledgements, wherever the other requests are by then."""
    deeds = (_count, _count, _create, _attach)
    work = [
        threading.Thread(target=_keep_on, args=(deed, caller, shared, promises))
        for deed, caller in zip(deeds, people, strict=True)
    ]
    for thread in work:
        thread.start()
    deadline, enough = time.monotonic() + LONGEST_LIFE_S, promises.count() + more
    while promises.count() < enough and time.monotonic() < deadline:
        time.sleep(0.002)
    _kill(process)
    for thread in work:
        thread.join()


def _keep_on(deed: Deed, caller: Caller, shared: list[str], promises: Promises) -> None:
    while True:
        try:
            deed(caller, shared, promises)
        except (OSError, HTTPException, json.JSONDecodeError):
            return  # it is dead


def _count(caller: Caller, shared: list[str], promises: Promises) -> None:
    count_one_more(caller, random.choice(shared), promises.journal)


def _create(caller: Caller, shared: list[str], promises: Promises) -> None:
    uid = str(uuid4())
    body = {
        "type": "Feature",
        "id": uid,
        "geometry": shapely.geometry.mapping(square(118.45, 35.55)),
        "properties": {"name": f"新地块 {uid[:8]}"},
    }
    answer = caller.post(f"/api/layers/{LAYER}/features", json=body)
    promises.journal.heard(answer, 201)
    if answer.status == 201:
        promises.created.append(uid)


def _attach(caller: Caller, shared: list[str], promises: Promises) -> None:
    uid, content = str(uuid4()), photo(size=(64, 48), seed=random.randrange(10**6))
    mark = uuid4().hex
    facts = json.dumps([{"uid": uid}]).encode()
    parts = [
        b'Content-Disposition: form-data; name="facts"\r\n\r\n' + facts,
        b'Content-Disposition: form-data; name="file"; filename="a.jpg"\r\nContent-Type: image/jpeg\r\n\r\n'
        + content,
    ]
    body = b"".join(b"--" + mark.encode() + b"\r\n" + part + b"\r\n" for part in parts)
    answer = caller.post(
        f"/api/features/{shared[0]}/attachments",
        body=body + b"--" + mark.encode() + b"--\r\n",
        headers={"Content-Type": f"multipart/form-data; boundary={mark}"},
    )
    if answer.status == 201:
        promises.attached[uid] = hashlib.sha256(content).hexdigest()
    elif answer.status != 422:  # a feature takes so many and no more
        promises.journal.heard(answer, 201)


# --- what is left ------------------------------------------------------------------------------------------


def _counters(place: Place) -> dict[str, int]:
    with _opened(place) as database, database.reading() as session:
        rows = session.execute(select(Feature.uid, Feature.properties))
        return {row.uid: row.properties.get(COUNTER, 0) for row in rows}


def _broken(place: Place, promises: Promises, before: dict[str, int]) -> Iterator[str]:
    now = _counters(place)
    for uid, counted in promises.journal.counted.items():
        # What died on its way to the writer may stand without having been acknowledged.
        if now[uid] - before[uid] < counted:
            yield f"{uid} counts {now[uid] - before[uid]} of {counted}"
    yield from (f"{uid} was created and is not there" for uid in promises.created if uid not in now)
    with _opened(place) as database, database.reading() as session:
        if database.is_sqlite:
            yield from (str(row) for (row,) in session.execute(text("PRAGMA integrity_check")) if row != "ok")
            yield from (str(row) for row in session.execute(text("PRAGMA foreign_key_check")))
        for row in session.execute(_without_history()):
            yield f"feature {row.id} has version {row.version} and another history"
        hidden = select(func.count()).select_from(Act).where(Act.state != DONE)
        if count := session.execute(hidden).scalar_one():
            yield f"{count} acts are half done"
        lost = select(Feature.id).where(
            Feature.deleted_at.is_(None), Feature.id.not_in(select(Search.feature_id))
        )
        yield from (f"feature {id_} is not found by its words" for id_ in session.scalars(lost))
        rows = session.execute(select(Attachment.uid, Attachment.sha256))
        kept = {row.uid: row.sha256 for row in rows}
    yield from _lost_files(place.home, promises, kept)


def _without_history() -> Select[int, int]:
    versions = (
        select(func.count())
        .where(FeatureVersion.feature_id == Feature.id, FeatureVersion.version < Feature.version)
        .scalar_subquery()
    )
    return select(Feature.id, Feature.version).where(versions != Feature.version - 1)


def _lost_files(home: Path, promises: Promises, kept: dict[str, str]) -> Iterator[str]:
    for uid, digest in promises.attached.items():
        if kept.get(uid) != digest:
            yield f"attachment {uid} is not there"
    for digest in set(kept.values()):
        file = home / "blobs" / digest[:2] / digest
        if not file.is_file() or hashlib.sha256(file.read_bytes()).hexdigest() != digest:
            yield f"the file of {digest} is not whole"


@contextmanager
def _opened(place: Place) -> Iterator[Database]:
    database = Database(place.database_url)
    try:
        yield database
    finally:
        database.dispose()
