"""Photos and documents of a feature: /api/features/<ref>/attachments, /api/attachments/<uid>.

Files are read, judged and written down before the database is opened for writing. What is served carries a policy
of its own under which nothing in it can run.
"""

from __future__ import annotations

import json
from typing import Any, Final

from flask import Blueprint, Flask, Response, request, send_file, url_for
from werkzeug.datastructures import FileStorage

from layers import attaching
from layers.attaching import PDF, Upload
from layers.blobs import Blobs
from layers.errors import InvalidValue
from layers.kinds.record import POSITION_SOURCES
from layers.rights import Viewer, may, require
from layers.store import attachments as store
from layers.store import query
from layers.store.attachments import FoundAttachment
from layers.store.query import FoundFeature
from layers.store.seen import require_insider
from webmap.answers import PRIVATE, answer
from webmap.database import current, the_config, the_database, viewer
from webmap.views.features import reference

blueprint = Blueprint("attachments", __name__, url_prefix="/api")

MOST_PHOTOS: Final = 48
LONGEST_WORDS: Final = 40
MOST_BYTES_OF_A_REQUEST: Final = 64 * 1024 * 1024
MOST_FILES_OF_A_REQUEST: Final = 10
JPEG: Final = "image/jpeg"
NOTHING_RUNS: Final = "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; sandbox"


def take_files(app: Flask) -> None:
    """Let this one address take more bytes than the others, before anybody reads the body.

    Who does not even bring the word for writes in a header is refused anyway, and gets no room.
    """

    @app.before_request
    def allow() -> None:
        if request.endpoint == f"{blueprint.name}.{add.__name__}" and "X-CSRF-Token" in request.headers:
            request.max_content_length = MOST_BYTES_OF_A_REQUEST


@blueprint.get("/features/<ref>/attachments")
def of_feature(ref: str) -> Response:
    feature = query.feature_of(current(), viewer(), reference(ref))
    return answer(_listing(feature))


@blueprint.post("/features/<ref>/attachments")
def add(ref: str) -> tuple[Response, int]:
    """Attach files: form fields `file` (several) and `facts` (JSON, one object for each file, with its uid)."""
    require(viewer(), "attach")
    _look(ref)
    new = [attaching.prepare(_blobs(), upload) for upload in _uploads()]
    feature = query.feature_of(current(), viewer(), reference(ref))
    if not all(store.known(current(), feature, each.uid, each.sha256) for each in new):
        _require_attach(feature)
    count = store.attach(current(), viewer(), feature, new)
    current().commit()
    return answer(_listing(feature)), 201 if count else 200


@blueprint.get("/photos")
def photos() -> Response:
    """The newest photos that may be put beside a scene; `q` stands in their name or that of their feature."""
    require_insider(viewer())
    words = request.args.get("q", "").strip()[:LONGEST_WORDS]
    found = store.photos(current(), viewer(), words, MOST_PHOTOS)
    return answer({"photos": [_offered(each, name) for each, name in found]})


@blueprint.get("/attachments/<uid>")
def shown(uid: str) -> Response:
    """A photo as everybody sees it, or a document to save."""
    found = store.attachment_named(current(), viewer(), uid)
    if found.row.shown_sha256 is None:
        return _file(found, found.row.sha256, PDF, saved_as=found.row.name)
    return _file(found, found.row.shown_sha256, JPEG)


@blueprint.get("/attachments/<uid>/thumb")
def thumb(uid: str) -> Response:
    found = store.attachment_named(current(), viewer(), uid)
    return _file(found, found.row.thumb_sha256 or "", JPEG)


@blueprint.get("/attachments/<uid>/original")
def original(uid: str) -> Response:
    """The file as it came, with all it says of itself: only for those who answer for the layer."""
    found = store.attachment_named(current(), viewer(), uid)
    require(viewer(), "edit", unit=found.unit, town=found.town, visibility=found.visibility)
    return _file(found, found.row.sha256, found.row.media_type, saved_as=found.row.name)


@blueprint.patch("/attachments/<uid>")
def change(uid: str) -> Response:
    """Say what a photo shows: {"role": "then" | "now" | "doc" | null}."""
    role = _role()
    found = store.attachment_named(current(), viewer(), uid)
    _require_change(found)
    store.give_role(current(), viewer(), found, role)
    current().commit()
    return answer(_listing(query.feature_of(current(), viewer(), found.feature_uid)))


@blueprint.delete("/attachments/<uid>")
def remove(uid: str) -> Response:
    """Off its feature; `act` names the deed, which can be taken back."""
    found = store.attachment_named(current(), viewer(), uid)
    _require_change(found)
    act = store.remove_attachment(current(), viewer(), found)
    current().commit()
    return answer(_listing(query.feature_of(current(), viewer(), found.feature_uid)) | {"act": act})


def _look(ref: str) -> None:
    """Nothing is decoded for a feature that is not there; the gate of writers stays open meanwhile."""
    with the_database().reading() as session:
        query.feature_of(session, viewer(), reference(ref))


def _uploads() -> list[Upload]:
    files = [file for file in request.files.getlist("file") if file.filename or file.content_length]
    told = _facts(len(files))
    return [_upload(file, facts) for file, facts in zip(files, told, strict=True)]


def _upload(file: FileStorage, facts: dict[str, Any]) -> Upload:
    content = file.stream.read(attaching.MOST_BYTES + 1)
    name = str(facts.get("name") or file.filename or "")
    return Upload(content, name, file.mimetype or "", attaching.read_facts(facts))


def _facts(count: int) -> list[dict[str, Any]]:
    try:
        told = json.loads(request.form.get("facts", "[]"))
    except ValueError:
        told = None
    if not isinstance(told, list) or not all(isinstance(each, dict) for each in told):
        raise InvalidValue('表单字段 facts 应为 JSON 数组，每个文件一项，例如 [{"uid": "…"}]。请改正后重试。')
    if not 0 < count <= MOST_FILES_OF_A_REQUEST or len(told) != count:
        raise InvalidValue(
            f"收到 {count} 个文件和 {len(told)} 项说明，应为 1 到 {MOST_FILES_OF_A_REQUEST} 个文件，每个文件一项说明。"
            "请分批上传。"
        )
    return told


def _role() -> str | None:
    told = request.get_json(silent=True)
    if not isinstance(told, dict) or "role" not in told:
        raise InvalidValue(
            '请求内容应为 {"role": …}，取值为 then（原貌）、now（现状）、doc（文件）或 null。请改正。'
        )
    role = told["role"]
    return store.checked_role(None if role is None else str(role))


def _require_attach(feature: FoundFeature) -> None:
    town = feature.derived.get("town")
    own = store.is_own(current(), viewer(), feature)
    require(viewer(), "attach", unit=feature.unit, visibility=feature.visibility, town=town, own=own)


def _require_change(found: FoundAttachment) -> None:
    if not _may_change(viewer(), found):
        require(viewer(), "edit", unit=found.unit, town=found.town, visibility=found.visibility)


def _offered(found: FoundAttachment, feature: str) -> dict[str, Any]:
    return {
        "uid": found.row.uid,
        "name": found.row.name,
        "feature": feature,
        "thumb": url_for("attachments.thumb", uid=found.row.uid),
        "public": found.visibility == "public",
    }


def _may_change(who: Viewer, found: FoundAttachment) -> bool:
    """Who attached it, and who may edit the feature."""
    is_own = who.account is not None and who.account == found.account and may(who, "attach")
    return is_own or may(who, "edit", unit=found.unit, town=found.town, visibility=found.visibility)


def _listing(feature: FoundFeature) -> dict[str, Any]:
    found = store.attachments_of(current(), viewer(), feature)
    own = store.is_own(current(), viewer(), feature)
    town = feature.derived.get("town")
    return {
        "feature": feature.uid,
        "may_attach": may(
            viewer(), "attach", unit=feature.unit, visibility=feature.visibility, town=town, own=own
        ),
        "roles": store.ROLES,
        "attachments": [_told(each) for each in found],
    }


def _told(found: FoundAttachment) -> dict[str, Any]:
    row, who = found.row, viewer()
    may_edit = may(who, "edit", unit=found.unit, town=found.town, visibility=found.visibility)
    return {
        "uid": row.uid,
        "name": row.name,
        "role": row.role,
        "media_type": row.media_type,
        "bytes": row.bytes,
        "width": row.width,
        "height": row.height,
        "taken_at": row.taken_at.isoformat() if row.taken_at else None,
        "lon": row.lon,
        "lat": row.lat,
        "heading": row.heading,
        "accuracy_m": row.accuracy_m,
        "position_source": row.position_source,
        "position_words": POSITION_SOURCES.get(row.position_source or ""),
        "who": found.who,
        "created_at": row.created_at.isoformat(),
        "may_change": _may_change(who, found),
        "urls": {
            "shown": url_for("attachments.shown", uid=row.uid),
            "thumb": url_for("attachments.thumb", uid=row.uid) if row.thumb_sha256 else None,
            "original": url_for("attachments.original", uid=row.uid) if may_edit else None,
        },
    }


def _file(found: FoundAttachment, digest: str, media_type: str, saved_as: str | None = None) -> Response:
    response = send_file(
        _blobs().path(digest),
        mimetype=media_type,
        as_attachment=saved_as is not None,
        download_name=saved_as or f"{found.row.uid}.jpg",
        conditional=True,
        etag=digest[:32],
    )
    response.headers["Cache-Control"] = PRIVATE
    response.headers["Content-Security-Policy"] = NOTHING_RUNS
    return response


def _blobs() -> Blobs:
    return Blobs(the_config().blobs_folder)
