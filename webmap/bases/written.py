"""How does an administrator change the declared base maps from the screen?

The same file that can be written by hand. It is checked before it is replaced, so that a mistake changes nothing. A key
that is kept is never shown; whoever leaves it empty keeps it.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from filelock import FileLock

from layers.errors import InvalidValue, OutOfDate, UnknownThing, WrongSetting
from webmap.bases.declared import FETCHED, FILES, read_bases

SHOWN: Final = (
    "title",
    "kind",
    "url",
    "layer",
    "style",
    "matrix_set",
    "matrix",
    "format",
    "subdomains",
    "file",
    "labels",
    "attribution",
    "review",
)
"""Texts that the form holds; what else stands in the file stays as it is."""
WHOLE: Final = ("min_zoom", "max_zoom")
TICKS: Final = ("image", "gcj02")
KINDS: Final = FETCHED + FILES
MOST_BASES: Final = 30
_ADVICE: Final = re.compile(r"底图配置 .* 有误：(?P<why>.*)。请更正后重新启动。", re.DOTALL)
_INSIDE: Final = re.compile(r"[\w.\- ]+(/[\w.\- ]+)*")
PATIENCE_S: Final = 10

Entry = dict[str, Any]


def entries(file: Path) -> list[Entry]:
    """What the file declares, with its secrets; none where there is no file."""
    if not file.exists():
        return []
    read_bases(file)
    found: list[Entry] = json.loads(file.read_text("utf-8-sig"))["bases"]
    return found


def edition(file: Path) -> str:
    """A name of exactly this content, so that two administrators do not overwrite each other."""
    return hashlib.sha256(file.read_bytes()).hexdigest()[:16] if file.exists() else "none"


def write_base(file: Path, seen: str, name: str | None, given: Mapping[str, str]) -> Entry:
    """Change the base map of this name, or add one (None). seen: the edition the administrator started from."""
    with _writing(file):
        found = _as_seen(file, seen)
        old = _named(found, name) if name else {}
        entry = _entry(old, given)
        if name:
            found[found.index(old)] = entry
        else:
            if len(found) >= MOST_BASES:
                raise InvalidValue(f"已有 {len(found)} 个底图，最多 {MOST_BASES} 个。请先移除不用的。")
            entry["name"] = _free_name(found)
            found.append(entry)
        _replace(file, found)
        return entry


def declare_file(file: Path, entry: Entry) -> str:
    """Add the base map of a file that was made here, or renew the one that shows this file; answers its name."""
    with _writing(file):
        found = entries(file)
        old = next((each for each in found if each.get("file") == entry["file"]), None)
        if old is not None:
            old |= entry
        elif len(found) >= MOST_BASES:
            raise InvalidValue(f"已有 {len(found)} 个底图，最多 {MOST_BASES} 个。请先移除不用的。")
        else:
            entry = {"name": _free_name(found), **entry}
            found.append(entry)
        _replace(file, found)
        return str(old["name"] if old else entry["name"])


def forget_file(file: Path, name: str) -> None:
    """Take the base maps that show this file off the list."""
    with _writing(file):
        found = entries(file)
        left = [each for each in found if each.get("file") != name]
        if len(left) < len(found):
            _replace(file, left)


def move_base(file: Path, seen: str, name: str, by: int) -> None:
    """One place up (-1) or down (1) in the list."""
    with _writing(file):
        found = _as_seen(file, seen)
        at = found.index(_named(found, name))
        found.insert(min(max(at + by, 0), len(found) - 1), found.pop(at))
        _replace(file, found)


def remove_base(file: Path, seen: str, name: str) -> Entry:
    """Take a base map off the list; its file or server is not touched."""
    with _writing(file):
        found = _as_seen(file, seen)
        gone = _named(found, name)
        found.remove(gone)
        _replace(file, found)
        return gone


def _writing(file: Path) -> FileLock:
    """One writer at a time, whether an administrator or a job in another process."""
    file.parent.mkdir(parents=True, exist_ok=True)
    return FileLock(f"{file}.lock", timeout=PATIENCE_S)


def _as_seen(file: Path, seen: str) -> list[Entry]:
    if edition(file) != seen:
        raise OutOfDate("底图配置已被他人修改，本次未保存。请刷新后在最新配置上修改。")
    return entries(file)


def _named(found: Sequence[Entry], name: str) -> Entry:
    entry = next((each for each in found if each.get("name") == name), None)
    if entry is None:
        raise UnknownThing(f"没有名为“{name[:40]}”的底图。请从底图列表中选择。")
    return entry


def _entry(old: Entry, given: Mapping[str, str]) -> Entry:
    entry = {option: value for option, value in old.items() if option not in (*SHOWN, *WHOLE, *TICKS)}
    entry |= {option: text for option in SHOWN if (text := given.get(option, "").strip())}
    entry |= {option: _whole(option, text) for option in WHOLE if (text := given.get(option, "").strip())}
    entry |= {option: True for option in TICKS if given.get(option)}
    if key := given.get("key", "").strip():
        entry["key"] = key
    if given.get("forget_key"):
        entry.pop("key", None)
    if "file" in entry and (not _INSIDE.fullmatch(entry["file"]) or ".." in entry["file"]):
        raise InvalidValue(
            f"file 收到“{entry['file'][:60]}”，应为数据文件夹内的文件名，如 影像.mbtiles。请先由管理员把文件放入数据文件夹。"
        )
    return entry


def _whole(option: str, text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 4):
        raise InvalidValue(f"{option} 收到“{text[:20]}”，应为 0 到 22 之间的整数。请改正。")
    return int(text)


def _free_name(found: Sequence[Entry]) -> str:
    taken, number = {each.get("name") for each in found}, 1
    while f"base-{number}" in taken:
        number += 1
    return f"base-{number}"


def _replace(file: Path, found: Sequence[Entry]) -> None:
    """Written beside the file, checked there, and moved into its place in one step."""
    text = json.dumps({"bases": list(found)}, ensure_ascii=False, indent=2)
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=".bases-", suffix=".json")
    draft = Path(name)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as writing:
            writing.write(text + "\n")
            writing.flush()
            os.fsync(writing.fileno())
        _check(draft)
        draft.replace(file)
    finally:
        draft.unlink(missing_ok=True)


def _check(draft: Path) -> None:
    try:
        read_bases(draft)
    except WrongSetting as refusal:
        found = _ADVICE.fullmatch(refusal.message)
        why = found["why"] if found else refusal.message
        raise InvalidValue(f"{why}。本次未保存，请更正后再保存。") from None
