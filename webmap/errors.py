"""Which answer does an error give: status, Chinese sentence, reference number, as JSON or as a page?

MapError comes from the map (layers/errors.py), HTTPException from Flask; anything else is our fault: it is
logged with its traceback under the reference number, and the sentence says so.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from flask import Flask, Response, jsonify, make_response, redirect, render_template, request, url_for
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, SecurityError
from werkzeug.wrappers import Response as AnyResponse

from layers import errors
from webmap.accounts import note
from webmap.database import READING, let_go, the_database
from webmap.logs import LOG, reference

STATUS: Final[dict[type[errors.MapError], int]] = {
    errors.InvalidValue: 422,
    errors.UnknownThing: 404,
    errors.NotAllowed: 403,
    errors.NotSignedIn: 401,
    errors.NeedsVersion: 428,
    errors.OutOfDate: 412,
    errors.Contested: 409,
    errors.UnreadableFile: 422,
    errors.UnsupportedFile: 415,
    errors.TooLarge: 413,
    errors.QuestionToUser: 409,
    errors.Busy: 503,
    errors.NoSpace: 507,
    errors.WrongSetting: 500,
}
TITLES: Final = {
    400: "请求有误",
    401: "请先登录",
    403: "没有权限",
    404: "没有找到",
    405: "不支持的操作",
    409: "需要您回答",
    412: "数据已被更新",
    413: "内容太大",
    414: "网址太长",
    415: "格式不支持",
    422: "数据有误",
    428: "缺少版本号",
    429: "请求太频繁",
    500: "程序出错",
    503: "数据库正忙",
    507: "存储空间不足",
}
SENTENCES: Final = {
    400: "服务器没有看懂这个请求。请检查网址是否完整，或从首页重新进入。",
    404: "这里没有您要找的内容，网址可能已失效。请检查网址，或从首页重新进入。",
    405: "这个网址不支持这种操作。请从首页重新进入。",
    413: "提交的内容超出大小限制。请减少内容后再提交。",
    414: "网址过长，服务器无法处理。请从首页重新进入。",
    415: "服务器不支持这种格式的内容。请按接口说明提交。",
    429: "短时间内请求太多。请稍等片刻再试。",
}
STALE_FORM: Final = "页面已过期，本次提交没有保存。请刷新页面后再提交；若仍然如此，请重新登录。"
OUR_FAULT: Final = (
    "这是程序的问题，不是您的操作有误，未保存的修改没有写入。请把编号 {reference} 告诉系统管理员。"
)
OTHER_VERSION: Final = (
    "数据库的结构不是本版本的（也许刚恢复了旧的备份），页面暂时不能使用。"
    "请管理员停止服务，运行 webmap upgrade 后再启动。没有改动任何数据。"
)
WRONG_HOST: Final = "服务器不接受以“{host}”访问。请改用启动时显示的网址；确需使用这个名称时，由管理员把它加入设置 WEBMAP_HOSTS。"
RETRY_AFTER_S: Final = 5
JSON_PATHS: Final = ("/api/", "/tiles/", "/base/")
OGC_PATH: Final = "/ogc"


def answer_errors(app: Flask) -> None:
    """Answer every error in one shape."""
    app.register_error_handler(errors.MapError, _from_the_map)
    app.register_error_handler(HTTPException, _from_http)
    app.register_error_handler(Exception, _from_a_bug)


def _from_the_map(error: errors.MapError) -> AnyResponse:
    if isinstance(error, errors.NotAllowed):
        _note_refusal(error)
    if isinstance(error, errors.NotSignedIn) and request.method in READING and not wants_json():
        return redirect(
            url_for("account.log_in_page", next=request.script_root + request.full_path.rstrip("?")), 303
        )
    status = next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)
    plain = isinstance(error, errors.InvalidValue) and not isinstance(error, errors.InvalidFilter)
    if plain and request.method in READING:
        status = 400  # what was wrong is the address itself, not a body
    if status >= 500:
        LOG.warning("refused", extra={"facts": {"reference": reference(), "why": error.message}})
    response = _answer(status, error.message, error.details)
    if status == 503:
        response.headers["Retry-After"] = str(RETRY_AFTER_S)
    return response


def _from_http(error: HTTPException) -> AnyResponse:
    status = error.code or 500
    if status >= 500:
        return _from_a_bug(error)
    if status < 400:
        return make_response(error.get_response())
    if isinstance(error, SecurityError):
        return _wrong_host()
    sentence = STALE_FORM if isinstance(error, CSRFError) else SENTENCES.get(status, SENTENCES[400])
    response = _answer(status, sentence)
    for name, value in error.get_headers():
        if name in ("Allow", "Retry-After"):
            response.headers[name] = value
    if status == 429:
        response.headers.setdefault("Retry-After", "60")
    return response


def _note_refusal(error: errors.NotAllowed) -> None:
    """Who tried what without the right to: people with an account, and visitors who would have changed something."""
    if isinstance(error, errors.NotSignedIn) and request.method in READING:
        return
    let_go()
    try:
        note("refused", f"{request.method} {request.path}：{error.message}", result="refused")
    except Exception as failure:
        LOG.warning("refusal not noted", extra={"facts": {"why": str(failure)[:300]}})


def _wrong_host() -> Response:
    # Under a name that is not ours no link can be written, so this is no page.
    sentence = WRONG_HOST.format(host=request.environ.get("HTTP_HOST", "")[:100])
    return Response(sentence, 400, mimetype="text/plain")


def _from_a_bug(error: Exception) -> Response:
    if _is_other_version():
        LOG.warning("refused", extra={"facts": {"reference": reference(), "why": OTHER_VERSION}})
        return _answer(500, OTHER_VERSION)
    LOG.error("bug", exc_info=error, extra={"facts": {"reference": reference(), "path": request.path[:200]}})
    return _answer(500, OUR_FAULT.format(reference=reference()))


def _is_other_version() -> bool:
    """A column that is not there is no bug where the tables are those of another version."""
    try:
        return not the_database().is_current()
    except Exception:
        return False


def _answer(status: int, sentence: str, details: Mapping[str, Any] | None = None) -> Response:
    if wants_json():
        told = {"ok": False, "error": sentence, "status": status, "reference": reference()}
        response = jsonify({**(details or {}), **told})
    else:
        response = make_response(render_template("error.html", **_page(status, sentence)))
    response.status_code = status
    response.headers["Cache-Control"] = "no-store"
    return response


def wants_json() -> bool:
    """Programs ask under /api and /tiles, or say that they want JSON rather than a page."""
    accepted = request.accept_mimetypes
    prefers_json = accepted["application/json"] > accepted["text/html"]
    # GIS programs say what they accept in many ways, and never that it is a page.
    by_program = request.path.startswith(OGC_PATH) and "text/html" not in list(accepted.values())
    return request.path.startswith(JSON_PATHS) or prefers_json or by_program


def _page(status: int, sentence: str) -> dict[str, Any]:
    title = TITLES.get(status, "请求有误")
    return {"title": title, "sentence": sentence, "status": status, "reference": reference()}
