"""The shell of the map, drawn by folium: an empty Leaflet map with our limits, and nothing else.

Only constants pass through here. folium compiles rendered text a second time as a template and writes popups as
HTML, so no name, sentence or property may come near it: features arrive by fetch and are drawn by our modules.
The only file that imports folium.
"""

from __future__ import annotations

from functools import cache
from typing import Final, NamedTuple, cast

import folium
from branca.element import Figure, MacroElement
from folium.template import Template

MAP_NAME: Final = "map_county"
SCRIPTS: Final = (
    "vendor/leaflet.js",
    "vendor/maplibre-gl.js",
    "vendor/leaflet-maplibre-gl.js",
    "vendor/protomaps-leaflet.js",
)
"""What a page with the map loads before its script, in the order in which they must run."""
START: Final = (35.55, 118.46)
START_ZOOM: Final = 10
LEAST_ZOOM: Final = 7
MOST_ZOOM: Final = 19


class Shell(NamedTuple):
    """What the page needs of folium: the place of the map, and the script that makes it."""

    html: str
    script: str


class HandOver(MacroElement):
    """Gives the Leaflet map and its limits to our modules; the script itself runs as a module."""

    _template = Template(
        """
        {% macro script(this, kwargs) %}
            window.{{ this._parent.get_name() }} = {{ this._parent.get_name() }};
            {{ this._parent.get_name() }}.setMinZoom({{ this.least_zoom|tojson }});
            {{ this._parent.get_name() }}.setMaxZoom({{ this.most_zoom|tojson }});
        {% endmacro %}
        """
    )

    def __init__(self, least_zoom: int, most_zoom: int) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "HandOver"
        self.least_zoom = least_zoom
        self.most_zoom = most_zoom


@cache
def shell() -> Shell:
    """The map `window.map_county`, empty; the same bytes every time."""
    county = folium.Map(
        location=START,
        zoom_start=START_ZOOM,
        tiles=None,
        zoom_control=False,
        zoom_snap=0,
        zoom_delta=0.5,
        wheel_px_per_zoom_level=100,
        attribution_control=False,
    )
    county._id = "county"
    county.add_child(HandOver(LEAST_ZOOM, MOST_ZOOM))
    figure = cast(Figure, county.get_root())
    figure.render()
    return Shell(_tidy(figure.html.render()), _tidy(figure.script.render()))


def _tidy(text: str) -> str:
    return "\n".join(line.strip() for line in text.splitlines() if line.strip())
