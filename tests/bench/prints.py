"""How soon is a printed sheet there, beside the same features drawn by geopandas and matplotlib without any furniture?

Theirs reads the files of the sample, fills areas, draws lines and points, writes the names and saves the page. Ours has
symbols, a legend, a grid, a frame and names that do not collide besides, and is right to scale.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import geopandas
import matplotlib as mpl
from matplotlib import font_manager
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from layers.rights import SYSTEM_VIEWER
from layers.store import Database
from tests.bench.table import Line, timed
from tests.bench.turns import in_turns
from tests.running import fill_with_sample
from webmap.outputs.print_fonts import FONTS
from webmap.print_asked import Wanted
from webmap.printing import carry_out

DATA: Final = Path(__file__).parents[2] / "data"
LAYERS: Final = (
    *("admin_area", "river", "existing_road", "renewal_zone", "idle_parcel", "road_project", "scenic_site"),
    "place_name",
)
PAPERS: Final = {"A3": (420, 297), "A0": (1189, 841)}
LONGEST_S: Final = {"A3": 3, "A0": 15}
MOST: Final = 1.0
ROUNDS: Final = 5
MM_PER_INCH: Final = 25.4


def lines(folder: Path) -> Iterator[Line]:
    home = fill_with_sample(folder / "prints")
    database = Database(f"sqlite:///{home / 'map.db'}")
    font_manager.fontManager.addfont(FONTS["hei"])
    for paper in PAPERS:
        for form in ("pdf", "png"):
            if (paper, form) != ("A0", "png"):
                yield _line(database, paper, form)
    database.dispose()


def _line(database: Database, paper: str, form: str) -> Line:
    asked = Wanted(paper=paper, form=form, layers=list(LAYERS))
    taken = in_turns(
        {
            "ours": lambda: carry_out(database, SYSTEM_VIEWER, asked, lambda *_: None),
            "theirs": lambda: drawn(paper, form),
        },
        ROUNDS,
    )
    question = f"the sample on {paper} as {form.upper()} (≤ {LONGEST_S[paper]} s) / plain geopandas"
    return timed(question, taken["ours"], taken["theirs"], MOST)


def drawn(paper: str, form: str) -> bytes:
    """The page as a file."""
    family = font_manager.FontProperties(fname=FONTS["hei"]).get_name()
    with mpl.rc_context({"pdf.fonttype": 42, "font.family": family}):
        width, height = PAPERS[paper]
        figure = Figure(figsize=(width / MM_PER_INCH, height / MM_PER_INCH))
        axes = figure.subplots()
        for number, key in enumerate(LAYERS):
            _draw(axes, key, f"C{number}")
        file = io.BytesIO()
        figure.savefig(file, format=form, dpi=300)
        return file.getvalue()


def _draw(axes: Axes, key: str, color: str) -> None:
    frame = geopandas.read_file(DATA / f"{key}.geojson")
    frame = frame.to_crs(frame.estimate_utm_crs())
    frame.plot(ax=axes, color=color, linewidth=0.5, markersize=4)
    places = frame.geometry.representative_point()
    for name, x, y in zip(frame["name"], places.x, places.y, strict=True):
        axes.annotate(str(name), (x, y), fontsize=6)
