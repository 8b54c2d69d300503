"""`make soak`: two minutes of a crowd, a hundred races, hostile files, fifty deaths. Ends with 1 when anything was lost."""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from tests.running import fill_with_sample
from tests.soak.crowd import LONGEST_WAIT_S, crowd
from tests.soak.deaths import die
from tests.soak.desk import office
from tests.soak.hostile import beside, hostile_files, wreck
from tests.soak.races import race

WRITERS, READERS, SECONDS = 8, 30, 120.0
RACES, DEATHS = 100, 50
SEEDS, CORNERS, ANSWERS, MOST_SLOWER = 40, (100, 5_000, 30_000, 99_000), 300, 2.0


def main() -> int:
    """Report each part as it ends."""
    folder = Path(tempfile.mkdtemp(prefix="webmap-soak-"))
    template = fill_with_sample(folder / "sample")
    return int(
        any(
            [
                _crowd(template, folder),
                _races(template, folder),
                _hostile(template, folder),
                _deaths(template, folder),
            ]
        )
    )


def _crowd(template: Path, folder: Path) -> bool:
    with office(template, folder / "crowd") as server:
        report = crowd(server, WRITERS, READERS, SECONDS)
    _say(str(report))
    for trouble in report.troubles[:10]:
        _say(f"  {trouble}")
    slow = report.longest_s > LONGEST_WAIT_S
    if slow:
        _say(f"  a writer waited longer than {LONGEST_WAIT_S:g} s")
    return bool(report.lost or report.troubles or slow)


def _races(template: Path, folder: Path) -> bool:
    with office(template, folder / "races") as server:
        run = race(server, RACES)
    silent = [
        each for each in run if each.statuses != [200, 412] or not each.stands == each.winner == each.told_of
    ]
    _say(f"{RACES} races of two editors on one feature: {len(silent)} silent overwrites")
    for each in silent[:10]:
        _say(f"  {each}")
    return bool(silent)


def _hostile(template: Path, folder: Path) -> bool:
    files = hostile_files(folder / "hostile", SEEDS, CORNERS)
    with office(template, folder / "beside") as server:
        alone, busy = beside(server, [file for file in files if file.name.startswith("bow")], ANSWERS)
        wrecks = wreck(folder / "beside", folder / "hostile")
    slowest = max(each.seconds for each in wrecks.found)
    _say(
        f"{len(files)} hostile files: slowest {slowest:.0f} s, most memory {wrecks.own_kb >> 10} MB, of a child "
        f"{wrecks.children_kb >> 10} MB; others wait {1000 * alone:.0f} ms (p95), beside them {1000 * busy:.0f} ms"
    )
    for each in wrecks.troubles[:10]:
        _say(f"  {each}")
    return bool(wrecks.troubles or busy > MOST_SLOWER * max(alone, 0.02))


def _deaths(template: Path, folder: Path) -> bool:
    home = folder / "deaths"
    template.rename(home)
    start = time.monotonic()
    promises, broken = die(home, DEATHS)
    _say(
        f"{DEATHS} deaths in {time.monotonic() - start:.0f} s: {sum(promises.journal.counted.values())} edits, "
        f"{len(promises.created)} new features and {len(promises.attached)} photos acknowledged, {len(broken)} broken"
    )
    for each in [*broken[:10], *promises.journal.troubles[:10]]:
        _say(f"  {each}")
    return bool(broken or promises.journal.troubles)


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
