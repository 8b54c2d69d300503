"""Where do the tiles of these layers lie, as they are today?"""

from __future__ import annotations

from urllib.parse import quote

from flask import request

from layers.rights import Viewer
from webmap import tokens


def tile_address(keys: str, token: str, who: Viewer, where: str = "") -> str:
    """With places for z, x and y. keys: joined by +; token: of what they hold; where: the text of a filter."""
    then = f"&at={who.at.isoformat()}" if who.at else ""
    then += "".join(f"&{name}={quote(word)}" for name, word in tokens.carried().items())
    then += f"&f={quote(where)}" if where else ""
    return f"{request.url_root}tiles/{quote(keys, safe='+')}/{{z}}/{{x}}/{{y}}.mvt?v={quote(token)}{then}"
