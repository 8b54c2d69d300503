"""Which colours does a projector need? It washes out what is pale: one table from the colours of the screen.

Text and edges reach 7:1 on white; a colour that is not in the table stays as it is.
"""

from __future__ import annotations

from typing import Any, Final

_HEX: Final = 7
WALL: Final = {
    # land, by its state
    "#B5480E": "#9C3400",
    "#E8951F": "#E07F00",
    "#9A5200": "#8A4E00",
    "#C76B1B": "#B85A0C",
    "#F6CF63": "#F2C230",
    "#8F6A00": "#6B5200",
    "#C79A1E": "#A87C00",
    "#7C7B3A": "#66652A",
    "#5F5E26": "#4E4D1E",
    "#2F8F5B": "#1F7F4B",
    "#1F6E45": "#155C37",
    # zones, roads, sites
    "#D9588F": "#CF3F7C",
    "#9C1F55": "#8E1548",
    "#2450B5": "#123C9E",
    "#0B7A63": "#00624E",
    "#6B3F1D": "#55300E",
    "#8E5BB5": "#7A43A8",
    "#157F9E": "#0B5E78",
    # the ground
    "#FCFBF7": "#FFFFFF",
    "#CDBFDD": "#B9A6D0",
    "#7D7191": "#4B3F66",
    "#A6D3EA": "#8FC7E4",
    "#2A6F97": "#0F4F78",
    # ink
    "#16222E": "#0B141C",
    "#33424F": "#1F2D39",
    "#5B6876": "#3C4A57",
    "#4A5561": "#33404C",
    "#6E7A86": "#56626E",
}


def on_the_wall(value: Any) -> Any:
    """The same JSON with every colour, with or without its strength (#B5480E33), as a projector needs it."""
    if isinstance(value, str):
        return WALL[value[:_HEX]] + value[_HEX:] if value[:_HEX] in WALL else value
    if isinstance(value, dict):
        return {key: on_the_wall(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [on_the_wall(each) for each in value]
    return value
