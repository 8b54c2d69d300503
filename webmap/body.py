"""What does the body of a request say, and from which version does the change start?

Read before any session opens: nobody waits while a body trickles in.
"""

from __future__ import annotations

import json
import re
from typing import Any, Final, NoReturn

from flask import Flask, request
from werkzeug.exceptions import UnsupportedMediaType

from layers.errors import InvalidValue
from webmap.database import READING

MOST_BYTES: Final = 8 * 1024 * 1024
"""A shape of 100,000 vertices has about four million characters."""
JSON_TYPES: Final = ("application/json", "application/geo+json", "application/merge-patch+json")
WITH_SHAPES: Final = ("editing.", "reshaping.", "conflict.")
_VERSION: Final = re.compile(r'(?:W/)?"?(\d{1,9})(?:-[0-9a-f]{1,64})?"?')


def take_shapes(app: Flask) -> None:
    """Let the addresses that take shapes have larger bodies than others, before anybody reads one.

    Who does not even bring the word for writes in a header is refused anyway, and gets no room.
    """

    @app.before_request
    def allow() -> None:
        taken = (request.endpoint or "").startswith(WITH_SHAPES)
        if taken and request.method not in READING and "X-CSRF-Token" in request.headers:
            request.max_content_length = MOST_BYTES


def read_json(*, optional: bool = False) -> dict[str, Any]:
    """The object in the body; raises InvalidValue for anything else. optional: no body is an empty object."""
    content = request.get_data(cache=True)
    if optional and not content.strip():
        return {}
    if request.mimetype not in JSON_TYPES:
        raise UnsupportedMediaType
    found = _parsed(content)
    _refuse_half_characters(content, found)
    if not isinstance(found, dict):
        raise InvalidValue("提交的内容应为一个 JSON 对象（{…}）。请按接口说明提交。")
    return found


def started_from() -> int | None:
    """The version in If-Match: an ETag as we gave it, or the bare number; None when it says none."""
    said = _VERSION.fullmatch(request.headers.get("If-Match", "").strip())
    return int(said[1]) if said else None


def text_of(body: dict[str, Any], key: str, longest: int = 500) -> str | None:
    """A short text in a body; None when there is none."""
    said = body.get(key)
    if said is None:
        return None
    if not isinstance(said, str) or len(said) > longest:
        raise InvalidValue(f"“{key}”应为不超过 {longest} 个字的文字。请改正。")
    return " ".join(said.split()) or None


def texts_of(body: dict[str, Any], key: str, most: int) -> list[str]:
    """A list of texts in a body."""
    said = body.get(key)
    if not isinstance(said, list) or not all(isinstance(each, str) for each in said):
        raise InvalidValue(f"“{key}”应为文字的列表（[…]）。请按接口说明提交。")
    if len(said) > most:
        raise InvalidValue(f"“{key}”有 {len(said)} 个，一次最多 {most} 个。请分几次提交。")
    return list(dict.fromkeys(said))


def _parsed(content: bytes) -> object:
    try:
        return json.loads(content, parse_constant=_refuse_constant)
    except UnicodeDecodeError:
        raise InvalidValue("提交的内容不是 UTF-8 文字。请按接口说明提交。") from None
    except json.JSONDecodeError as error:
        raise InvalidValue(
            f"提交的内容不是完整的 JSON：第 {error.lineno} 行第 {error.colno} 列附近无法解读。请重新提交。"
        ) from None
    except RecursionError:
        raise InvalidValue("提交的内容括号嵌套过深。请按接口说明提交。") from None
    except ValueError:
        raise InvalidValue("提交的内容中有位数过多的数字。请改正后重新提交。") from None


def _refuse_half_characters(content: bytes, found: object) -> None:
    """Half of a surrogate pair can neither be stored nor said back."""
    if b"\\ud" not in content.lower():
        return
    try:
        json.dumps(found, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise InvalidValue("提交的文字中有残缺的字符，不能保存。请删除后重新填写。") from None


def _refuse_constant(constant: str) -> NoReturn:
    raise InvalidValue(f"提交的内容中出现了 {constant}，它不是数字。请改为数字或 null。")
