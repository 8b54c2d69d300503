"""How long is it from a file of 300 parcels in the hand to parcels that are seen on the map?

In a browser, by somebody signed in: the file is chosen, 导入 is clicked, then 在地图上查看. The first time no job has run
before on this server. What the person needs to look and to click is not counted. Beside it: the processor time that all
processes of the server took for it; the rest is the browser's.
"""

from __future__ import annotations

import os
import re
import statistics
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from playwright.sync_api import Page, sync_playwright

from tests.bench.memory import family
from tests.bench.pages import DRAWN, NEXT_FRAME
from tests.bench.table import Line, say
from tests.bench.turns import MOST_ROUNDS
from tests.browser import DESKTOP, FLAGS, chromium
from tests.files import gbk_shapefile_zip, parcels
from tests.people import add_account, bring_in, sign_in
from tests.running import Server, fill_with_sample, running

ROWS: Final = 300
MOST_S: Final = 5.0
TIMES: Final = 5
PATIENCE_MS: Final = 60_000


def lines(folder: Path) -> Iterator[Line]:
    program = chromium()
    if program is None:
        say("(not measured: a file from drop to visible, as there is no Chromium)")
        return
    home = fill_with_sample(folder / "dropped")
    add_account(home, "editor")
    with running(home) as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        context = browser.new_context(**DESKTOP)
        context.set_default_timeout(PATIENCE_MS)
        page = context.new_page()
        bring_in(page, server, sign_in(server, "editor"))
        page.goto(server.url)
        page.wait_for_function(DRAWN)
        taken, spent = [], []
        for time_ in range(min(TIMES, MOST_ROUNDS + 1)):
            before = processor_s(server)
            taken.append(brought(page, server, numbered(folder, time_)))
            spent.append(processor_s(server) - before)
        browser.close()
    yield told("the first time", taken[:1])
    yield told("later", taken[1:])
    yield told("later: processor time of the server", spent[1:])


def processor_s(server: Server) -> float:
    """Of all its processes, and of their children that have ended."""
    return sum(map(spent_s, family(server.pid)))


def spent_s(pid: int) -> float:
    # After the name, which may hold anything: state is field 3, the four times are fields 14 to 17.
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def told(when: str, taken: list[float]) -> Line:
    middle = statistics.median(taken)
    return Line(
        f"{ROWS} parcels from a file to the map, in 3 clicks, {when}",
        f"{middle:.1f} s",
        f"{MOST_S:.0f} s",
        middle / MOST_S,
        1,
        max(taken) / min(taken),
    )


def numbered(folder: Path, series: int) -> Path:
    frame = parcels(ROWS)
    numbers = [f"批{series}-{row:03}" for row in range(ROWS)]
    return gbk_shapefile_zip(folder / f"dropped_{series}.zip", frame=frame.assign(DKBH=numbers))


def brought(page: Page, server: Server, file: Path) -> float:
    """Seconds until the map that shows them has nothing more to draw."""
    page.goto(f"{server.url}/intake")
    start = time.perf_counter()
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="选择文件").click()
    chooser.value.set_files(file)
    page.wait_for_url(re.compile(r"/intake/.+"))
    apply = page.get_by_role("button", name="导入", exact=True)
    apply.wait_for()
    looked_at = time.perf_counter()
    apply.click()
    there = page.get_by_role("link", name="在地图上查看")
    there.wait_for()
    written = time.perf_counter()
    there.click()
    page.wait_for_function(DRAWN, polling=20)
    page.evaluate(NEXT_FRAME)
    end = time.perf_counter()
    say(f"(read {looked_at - start:.1f} s, written {written - looked_at:.1f} s, drawn {end - written:.1f} s)")
    return end - start
