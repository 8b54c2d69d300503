"""`make soak`: two minutes of a crowd, a hundred races, hostile files, fifty deaths; on SQLite, and on PostGIS where there is one. Ends with 1 when anything was lost."""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from tests.running import fill_with_sample
from tests.soak.crowd import LONGEST_WAIT_S, crowd
from tests.soak.deaths import die
from tests.soak.desk import office
from tests.soak.ground import Ground, postgis, postgis_is_named
from tests.soak.hostile import beside, hostile_files, wreck
from tests.soak.races import race

WRITERS, READERS, SECONDS = 8, 30, 120.0
RACES, DEATHS = 100, 50
SEEDS, CORNERS, ANSWERS, MOST_SLOWER = 40, (100, 5_000, 30_000, 99_000), 300, 2.0


def main() -> int:
    """Report each part as it ends, on each database that there is."""
    folder = Path(tempfile.mkdtemp(prefix="webmap-soak-"))
    on_postgis = postgis_is_named()
    trouble = _all_on(Ground("SQLite", fill_with_sample(folder / "sample")), folder / "sqlite")
    if not on_postgis:
        _say("PostGIS: not here (neither PGHOST nor WEBMAP_DATABASE_URL names a server)")
        return int(trouble)
    with postgis(folder / "on_postgis") as ground:
        return int(_all_on(ground, folder / "postgis") or trouble)


def _all_on(ground: Ground, folder: Path) -> bool:
    """Whether anything was lost."""
    folder.mkdir()
    troubled = [part(ground, folder) for part in (_crowd, _races, _hostile, _deaths)]
    return any(troubled)


def _crowd(ground: Ground, folder: Path) -> bool:
    with ground.place(folder / "crowd") as place, office(place) as server:
        report = crowd(server, WRITERS, READERS, SECONDS)
    _say(f"{ground.title}: {report}")
    for trouble in report.troubles[:10]:
        _say(f"  {trouble}")
    slow = report.longest_s > LONGEST_WAIT_S
    if slow:
        _say(f"  a writer waited longer than {LONGEST_WAIT_S:g} s")
    return bool(report.lost or report.troubles or slow)


def _races(ground: Ground, folder: Path) -> bool:
    with ground.place(folder / "races") as place, office(place) as server:
        run = race(server, RACES)
    silent = [
        each for each in run if each.statuses != [200, 412] or not each.stands == each.winner == each.told_of
    ]
    _say(f"{ground.title}: {RACES} races of two editors on one feature: {len(silent)} silent overwrites")
    for each in silent[:10]:
        _say(f"  {each}")
    return bool(silent)


def _hostile(ground: Ground, folder: Path) -> bool:
    files = hostile_files(folder / "hostile", SEEDS, CORNERS)
    with ground.place(folder / "beside") as place:
        with office(place) as server:
            alone, busy = beside(server, [file for file in files if file.name.startswith("bow")], ANSWERS)
        wrecks = wreck(place.database_url, folder / "hostile")
    slowest = max(each.seconds for each in wrecks.found)
    _say(
        f"{ground.title}: {len(files)} hostile files: slowest {slowest:.0f} s, most memory {wrecks.own_kb >> 10} MB, of a "
        f"child {wrecks.children_kb >> 10} MB; others wait {1000 * alone:.0f} ms (p95), beside them {1000 * busy:.0f} ms"
    )
    for each in wrecks.troubles[:10]:
        _say(f"  {each}")
    return bool(wrecks.troubles or busy > MOST_SLOWER * max(alone, 0.02))


def _deaths(ground: Ground, folder: Path) -> bool:
    start = time.monotonic()
    with ground.place(folder / "deaths") as place:
        promises, broken = die(place, DEATHS)
    _say(
        f"{ground.title}: {DEATHS} deaths in {time.monotonic() - start:.0f} s: "
        f"{sum(promises.journal.counted.values())} edits, {len(promises.created)} new features and "
        f"{len(promises.attached)} photos acknowledged, {len(broken)} broken"
    )
    for each in [*broken[:10], *promises.journal.troubles[:10]]:
        _say(f"  {each}")
    return bool(broken or promises.journal.troubles)


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
