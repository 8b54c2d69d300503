"""Which elements stand in this XML from outside? No entity, no bottomless nesting and no endless text gets through."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final
from xml.etree.ElementTree import Element, ParseError, XMLParser
from xml.parsers import expat

from layers.errors import UnreadableFile

MOST_BYTES: Final = 64 << 20
_DEEPEST: Final = 60
_CHINESE: Final = re.compile(rb"""^\s*<\?xml[^>]*?encoding\s*=\s*["'](?:gbk|gb2312|gb18030)["']""", re.I)


def parsed(content: bytes, sort: str) -> Element:
    """The root of a document; sort is what people call it. Raises UnreadableFile."""
    if len(content) > MOST_BYTES:
        raise UnreadableFile(
            f"{sort} 有 {len(content) >> 20} MB，最多 {MOST_BYTES >> 20} MB。请拆分，或改存为 Shapefile。"
        )
    encoding = None
    if _CHINESE.match(content):
        # The parser knows no Chinese encoding.
        content, encoding = content.decode("gb18030", "replace").encode(), "utf-8"
    _guarded(content, sort, encoding)
    parser = XMLParser(encoding=encoding)  # noqa: S314 (no DTD gets here)
    try:
        parser.feed(content)
        return parser.close()
    except ParseError as trouble:
        raise UnreadableFile(
            f"{sort} 不完整，第 {trouble.position[0]} 行附近无法解读。请重新导出后再导入。"
        ) from None


class _Ended(Exception):
    """The beginning of a document is over; whether it declared anything."""


def declares_entities(chunks: Iterable[bytes]) -> bool:
    """Whether a document type stands before the first element, however far down; False too for what is no XML."""
    parser = expat.ParserCreate()

    def end(is_declared: bool) -> None:
        # Not a word further: what was declared is never made use of.
        raise _Ended(is_declared)

    parser.StartDoctypeDeclHandler = lambda *_: end(True)
    parser.StartElementHandler = lambda *_: end(False)
    try:
        for chunk in chunks:
            parser.Parse(chunk, False)
    except _Ended as ended:
        return bool(ended.args[0])
    except (expat.ExpatError, LookupError, ValueError):
        return False
    return False


def local(element: Element) -> str:
    """The name of an element without its namespace."""
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def child_text(element: Element, tag: str) -> str:
    """The text of the first child of this name; "" where there is none."""
    return next((each.text or "" for each in element if local(each) == tag), "").strip()


def _guarded(content: bytes, sort: str, encoding: str | None) -> None:
    """Refuse entities (they reach for files and grow without end) and bottomless nesting, before a tree is built."""
    parser, depth = expat.ParserCreate(encoding), [0]

    def refuse(*_: object) -> None:
        raise UnreadableFile(f"{sort} 里有实体声明（DOCTYPE），不能导入。请在原软件中重新导出。")

    def enter(*_: object) -> None:
        depth[0] += 1
        if depth[0] > _DEEPEST:
            raise UnreadableFile(f"{sort} 嵌套超过 {_DEEPEST} 层。请整理文件夹后重新导出。")

    def leave(*_: object) -> None:
        depth[0] -= 1

    parser.StartDoctypeDeclHandler = refuse
    parser.EntityDeclHandler = refuse
    parser.StartElementHandler = enter
    parser.EndElementHandler = leave
    try:
        parser.Parse(content, True)
    except (expat.ExpatError, LookupError, ValueError) as trouble:
        line = getattr(trouble, "lineno", 1)
        raise UnreadableFile(f"不是完整的 {sort}：第 {line} 行附近无法解读。请重新导出后再导入。") from None
