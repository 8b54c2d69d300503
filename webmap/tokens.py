"""Which programs read the map for somebody? QGIS and scripts carry a token instead of a cookie.

A token opens /ogc and /tiles, and only for reading: `Authorization: Bearer …`, or `?token=…` where a program can
only be given an address. Links in answers carry on what came in the address, so that programs can follow them.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from flask import g, request

from layers import clock
from layers.errors import NotSignedIn
from layers.store import read_tokens
from layers.store.accounts import Person
from layers.store.read_tokens import Token
from webmap.database import READING, the_database
from webmap.logs import LOG

PARAMETER: Final = "token"
OPENED: Final = ("ogc.", "tiles.")
"""The endpoints that a token opens."""
USED_EVERY: Final = timedelta(hours=1)
WRONG: Final = "访问令牌不对，或者已经撤销。请在“我的账号”里重新生成，并更新 QGIS 等程序里的连接。"


def reader() -> Person | None:
    """Whose token came with this request; None without one. A word that opens nothing is refused, not ignored."""
    word = _word()
    if not word or not (request.endpoint or "").startswith(OPENED) or request.method not in READING:
        return None
    with the_database().reading() as session:
        found = read_tokens.find_token(session, word)
    if found is None:
        raise NotSignedIn(WRONG)
    g.read_token = found[0]
    return found[1]


def carried() -> dict[str, str]:
    """What links must carry on: the token, where it came in the address."""
    word = request.args.get(PARAMETER, "")
    return {PARAMETER: word} if word else {}


def remember() -> None:
    """Write when a token was last used, now and then."""
    token: Token | None = g.get("read_token")
    if token is None or (token.used_at and clock.now() - token.used_at < USED_EVERY):
        return
    try:
        with the_database().writing() as session:
            read_tokens.touch_token(session, token.id)
            session.commit()
    except Exception as error:
        LOG.warning("token used", extra={"facts": {"why": str(error)[:300]}})


def _word() -> str:
    sort, _, word = request.headers.get("Authorization", "").partition(" ")
    if sort.lower() == "bearer" and word.strip():
        return word.strip()
    return request.args.get(PARAMETER, "")
