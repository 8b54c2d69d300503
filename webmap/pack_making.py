"""How does a briefing become one file that plays without a network?

The answers in it are those that the server itself gives, asked before the file leaves.
"""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, NamedTuple
from urllib.parse import quote, urlencode

from layers import briefing, clock, tiles
from layers.briefing.eyes import Eyes
from layers.crs import Bounds
from layers.errors import InvalidValue
from layers.filters import Nothing
from layers.kinds import kind_for
from layers.rights import Viewer
from layers.store import Database, audit, briefings, query
from layers.tiles import Tile
from webmap import assets, catalogue
from webmap.catalogue import colors_asked
from webmap.outputs import pack, pack_fonts, pack_tiles
from webmap.packing import GROUND, Wanted, going, mark_of, require_maker

if TYPE_CHECKING:
    from flask import Flask
    from sqlalchemy.orm import Session

    from webmap.config import Config

ENTRIES: Final = ("map/carried.js", "briefing/stage.js", "briefing/player.js")
STYLES: Final = (
    "vendor/leaflet.css",
    "vendor/maplibre-gl.css",
    "css/tokens.css",
    "css/briefing.css",
    "css/curtain.css",
    "css/times.css",
    "css/wall.css",
    "css/upright.css",
    "css/pack.css",
)
MOST_CARDS: Final = 3000
"""Features that can be pointed at; the first of each layer when there are more."""
EQUATOR_M: Final = 40_075_016.7
LEFT: Final = "-"
"""No layer has this key."""
NOT_TAKEN: Final = "有的数据没有带出，数字不能显示。联网打开系统可以看到。"
PAGES: Final = ("pack.html", "stage.html")
LONGEST_TOLD: Final = 300
JSON: Final = "application/json"
MVT: Final = "application/vnd.mapbox-vector-tile"

Tell = Callable[[float, str], object]


class Packed(NamedTuple):
    """The file, what it is called, and what was left out (sentences)."""

    content: bytes
    name: str
    notes: tuple[str, ...]


def carry_out(config: Config, database: Database, viewer: Viewer, asked: Wanted, tell: Tell) -> Packed:
    """Make the file and write down who took what; raises UnknownThing, NotAllowed, InvalidValue."""
    from webmap import create_app

    require_maker(viewer, asked)
    app = create_app(config)
    try:
        with app.test_request_context("/"), database.reading() as session:
            tell(0.05, "正在读取各幕")
            made = Making(app, session, viewer, asked)
            content = made.file(tell)
    finally:
        app.extensions["database"].dispose()
    with database.writing() as session:
        audit.record(session, viewer, "export", made.told[:LONGEST_TOLD])
        session.commit()
    return Packed(content, made.name, tuple(made.notes))


class Making:
    """One pack while it is being made."""

    def __init__(self, app: Flask, session: Session, viewer: Viewer, asked: Wanted) -> None:
        self.session = session
        self.viewer = viewer
        self.asked = asked
        self.found = briefings.to_see(session, viewer, asked.slug)
        if not self.found.scenes:
            raise InvalidValue(f"汇报“{self.found.title}”还没有幕，没有可以带走的内容。请先加入至少一幕。")
        self.out = going(session, viewer, self.found, public=asked.public)
        self.keys = [each.key for each in self.out.layers]
        self.eyes = self.out.eyes
        self.who = self.eyes.viewer
        app.extensions["viewer"] = lambda: self.who
        self.app = app
        self.answers: dict[str, pack.Answer] = {}
        self.notes = (
            [f"没有带出：{'、'.join(each.title for each in self.out.left)}。"] if self.out.left else []
        )

    @property
    def mark(self) -> str:
        return mark_of(public=self.asked.public, review_number=self.asked.review_number)

    @property
    def told(self) -> str:
        """For the log."""
        titles = [each.title for each in self.out.layers if each.group != GROUND]
        return f"离线汇报 {self.found.title}（{self.mark}）：{'、'.join(titles)}"

    @property
    def name(self) -> str:
        sample = ["示例数据"] if self.shown["sample"] else []
        return name_of(
            self.found.title, "html", ["离线汇报", *(["公开版"] if self.asked.public else []), *sample]
        )

    def file(self, tell: Tell) -> bytes:
        """All of it."""
        self.shown = self._play()
        self._catalogue()
        self._record(self._style)
        tell(0.15, "正在写入地图")
        self._tiles(lambda share: tell(0.15 + 0.5 * share, "正在写入地图"))
        self._filters()
        tell(0.7, "正在写入详情")
        self._cards()
        tell(0.85, "正在写入文字与字体")
        return self._page().encode()

    def _play(self) -> dict[str, Any]:
        scenes = [
            _without(scene, {each.key for each in self.out.left}, self._on_at_start())
            for scene in self.found.scenes
        ]
        shown = briefing.play(
            self.session, self.eyes.viewer, replace(self.found, scenes=scenes), self.eyes.as_public
        )
        for scene in shown["scenes"]:
            scene["notes"] = ""
            if self.out.left:
                _say_left(scene)
        shown["may_change"] = False
        self._put("api/briefing/play", shown)
        return shown

    @property
    def _style(self) -> str:
        """Its address, with what single scenes colour otherwise."""
        colors = colors_asked(self.shown["scenes"])
        asked = {"screen": "wall", **({"colors": colors} if colors else {})}
        return f"api/style?{urlencode(asked)}"

    def _on_at_start(self) -> list[str]:
        return [each.key for each in self.out.layers if kind_for(each).on_at_start or each.group == GROUND]

    def _catalogue(self) -> None:
        whole = self._whole()
        large = {each["key"] for each in whole["tiles"]["large"]}
        self.small = [key for key in whole["tiles"]["keys"] if key in self.keys]
        self.large = [key for key in self.keys if key in large]
        self.whole = {
            **whole,
            "layers": [{**each, "may": []} for each in whole["layers"] if each["key"] in self.keys],
            "presets": [],
        }
        for day in self._days():
            self._put(
                f"api/layers?at={day}" if day else "api/layers", {**self.whole, "tiles": self._addresses(day)}
            )

    def _whole(self) -> dict[str, Any]:
        """Of layers that go as the public sees them what the public is told."""
        whole = catalogue.catalogue(self.session, self.eyes.viewer)
        if not self.eyes.as_public:
            return whole
        public = catalogue.catalogue(self.session, self.eyes.of(self.eyes.as_public))
        told = {each["key"]: each for each in public["layers"] if each["key"] in self.eyes.as_public}
        return {**whole, "layers": [told.get(each["key"], each) for each in whole["layers"]]}

    def _days(self) -> list[str | None]:
        """Now, and the past days that scenes look at."""
        return [None, *sorted({scene["at"] for scene in self.shown["scenes"] if scene["at"]})]

    def _addresses(self, day: str | None) -> dict[str, Any]:
        def one(keys: Sequence[str]) -> str | None:
            return f"{pack.SCHEME}{_tiles_of(keys)}.json{_on(day)}" if keys else None

        return {
            "url": one(self.small),
            "keys": self.small,
            "large": [{"key": key, "url": one([key])} for key in self.large],
        }

    def _tiles(self, tell: Callable[[float], object]) -> None:
        """The squares of now for all scenes, of a past day for those that look at it."""
        jobs = [
            (keys, day)
            for day in self._days()
            for keys in (self.small, *([key] for key in self.large))
            if keys
        ]
        for number, (keys, day) in enumerate(jobs):
            tell(number / len(jobs))
            self._source(keys, day)

    def _source(self, keys: Sequence[str], day: str | None, text: str = "") -> None:
        eyes = self._on_day(day)
        views = self._views(day)
        where = Nothing
        if text:
            who = eyes.of(keys)
            where = query.read_filter(self.session, who, query.layer_named(self.session, who, keys[0]), text)
        parts = eyes.parted(keys)

        def cut(square: Tile) -> bytes:
            return b"".join(tiles.tile(self.session, who, part, square, where) for who, part in parts)

        found = pack_tiles.squares(cut, views, deepest=self._deepest(views))
        place = f"{_tiles_of(keys)}{_apart(day, text)}"
        told = self._tilejson(parts, place)
        asked = "&".join([*([f"at={day}"] if day else []), *([f"f={quote(text, safe='')}"] if text else [])])
        self._put(
            f"{_tiles_of(keys)}.json{f'?{asked}' if asked else ''}",
            pack_tiles.told(told, f"{pack.SCHEME}{place}/{{z}}/{{x}}/{{y}}.mvt", found),
        )
        for (z, x, y), content in found.tiles.items():
            self.answers[pack.address(f"{place}/{z}/{x}/{y}.mvt")] = pack.Answer(content, MVT)

    def _tilejson(self, parts: Sequence[tuple[Viewer, list[str]]], place: str) -> dict[str, Any]:
        address = f"{pack.SCHEME}{place}/{{z}}/{{x}}/{{y}}.mvt"
        first, *others = [tiles.tilejson(self.session, who, keys, address) for who, keys in parts]
        layers = [each for told in (first, *others) for each in told["vector_layers"]]
        return {**first, "vector_layers": layers}

    def _on_day(self, day: str | None) -> Eyes:
        return self.eyes.on(date.fromisoformat(day)) if day else self.eyes

    def _views(self, day: str | None) -> list[Bounds]:
        """What scenes of this day look at; now: the whole county too, from which one always starts."""
        county = self.shown["county"]["bounds"]
        boxes = [scene["bounds"] or county for scene in self.shown["scenes"] if scene["at"] == day]
        return [tuple(box) for box in (*boxes, *([county] if day is None else [])) if box]

    def _deepest(self, views: Sequence[Bounds]) -> int:
        """For the public, squares whose unit is not finer than the grid of public editions."""
        if not (self.asked.public and self.asked.grid_m and views):
            return pack_tiles.DEEPEST
        around = EQUATOR_M * math.cos(math.radians(views[0][1]))
        finest = math.floor(math.log2(around / tiles.EXTENT / self.asked.grid_m))
        return max(pack_tiles.SHALLOWEST, min(pack_tiles.DEEPEST, finest))

    def _filters(self) -> None:
        asked = {
            (layer, text, scene["at"])
            for scene in self.shown["scenes"]
            for layer, text in scene["filters"].items()
        }
        for layer, text, day in sorted(asked, key=str):
            path = f"api/layers/{layer}/filter?f={quote(text, safe='')}"
            # The public asks for no past day; what goes out of it as the public sees it, does.
            body = self._record(path, self._on_day(day).of([layer]), f"{path}&at={day}" if day else path)
            if (body["map"] or {}).get("tiles") and layer in self.large:
                self._source([layer], day, body["filter"])

    def _cards(self) -> None:
        """Of what can be pointed at; what is told as to the public has no exact shape."""
        left = MOST_CARDS
        for layer in self.out.layers:
            if layer.group == GROUND or left <= 0:
                continue
            who = self.eyes.of([layer.key])
            stored = query.layer_named(self.session, who, layer.key)
            for feature in query.find_features(self.session, who, stored, limit=left):
                left -= 1
                body = self._record(f"api/features/{feature.id}", who)
                if self.asked.public or layer.key in self.eyes.as_public:
                    self._put(f"api/features/{feature.id}", {**body, "geometry": None, "bbox": None})

    def _record(self, path: str, who: Viewer | None = None, asked: str = "") -> dict[str, Any]:
        """What the server answers; asked: the page asks for it at this address."""
        answer = self._answer(path, who)
        self.answers[pack.address(asked or path)] = answer
        body: dict[str, Any] = json.loads(answer.content)
        return body

    def _answer(self, path: str, who: Viewer | None = None) -> pack.Answer:
        self.who = who or self.eyes.viewer
        with self.app.test_request_context(f"/{path}"):
            response = self.app.make_response(self.app.dispatch_request())
            response.direct_passthrough = False
            return pack.Answer(response.get_data(), str(response.mimetype))

    def _put(self, path: str, body: object) -> None:
        self.answers[pack.address(path)] = pack.Answer(json.dumps(body, ensure_ascii=False).encode(), JSON)

    def _photos(self) -> dict[str, str]:
        """Pictures of scenes, inside the file."""
        shown = {each["uid"]: each["layer"] for scene in self.shown["scenes"] if (each := scene["picture"])}
        return {
            uid: pack.picture_of(self._answer(f"api/attachments/{uid}", self.eyes.of([layer])))
            for uid, layer in sorted(shown.items())
        }

    def _page(self) -> str:
        from flask import render_template

        from webmap.folium_map import SCRIPTS, shell

        modules = pack.modules_for(ENTRIES, lambda name: _text(f"js/{name}"))
        carried = pack.carried(self.answers)
        boot = self._boot()
        facts = {
            "title": self.found.title,
            "once": pack.once(carried),
            "scope": self.asked.scope,
            "mark": self.mark,
            "maker": self._maker(),
            "water": self._maker() if not self.asked.public else self.mark,
            "boot": boot,
            "shell": shell(),
        }
        letters = self._letters(modules, facts)
        return render_template(
            "briefing/pack.html",
            **facts,
            sheet=pack.sheet_of([*map(_text, STYLES), pack_fonts.style_of(letters)]),
            imports=pack.import_map(modules),
            scripts=[pack.script_of(_text(name)) for name in SCRIPTS],
            carried=carried,
        )

    def _boot(self) -> dict[str, Any]:
        from webmap.folium_map import MAP_NAME

        here = pack.SCHEME
        urls = {
            "layers": f"{here}api/layers",
            "style": f"{here}{self._style}",
            "feature": f"{here}api/features/",
            "rows": f"{here}api/layers/",
            "api": f"{here}api/",
            "briefing": f"{here}api/briefing",
            "page": "",
        }
        return {
            "map": MAP_NAME,
            "urls": urls,
            "viewer": self.eyes.viewer.audience,
            "account": None,
            "csrf": "",
            "slug": self.found.slug,
            "may_change": False,
            "photos": self._photos(),
        }

    def _maker(self) -> str:
        said = (self.viewer.unit, self.viewer.name) if not self.asked.public else (self.viewer.unit,)
        return " ".join(each for each in (*said, f"{clock.today():%Y-%m-%d}") if each)

    def _letters(self, modules: Mapping[str, str], facts: Mapping[str, Any]) -> str:
        """Every character that may come to stand on the screen."""
        texts = [answer.content.decode("utf-8", "ignore") for answer in self.answers.values()]
        pages = [Path(self.app.root_path, "templates", "briefing", name).read_text("utf-8") for name in PAGES]
        return "".join([*texts, *modules.values(), *pages, *(str(each) for each in facts.values())])


def name_of(title: str, ending: str, marks: Sequence[str]) -> str:
    """What the browser calls a file that somebody takes along."""
    plain = "".join(each if each.isalnum() else "_" for each in title)
    return f"{'_'.join([plain, *marks, clock.today().strftime('%Y%m%d')])}.{ending}"


def _without(scene: dict[str, Any], left: set[str], at_start: list[str]) -> dict[str, Any]:
    """A scene without the layers that stay in the house. What counts one of them asks for nothing that is there."""

    def kept(asked: dict[str, Any]) -> dict[str, Any]:
        return {**asked, "layers": [LEFT]} if left & set(asked["layers"]) else asked

    on = at_start if scene["layers"] is None else [key for key in scene["layers"] if key not in left]
    return {
        **scene,
        "layers": on,
        "subject": {key: each for key, each in scene["subject"].items() if key not in left},
        "filters": {key: each for key, each in scene["filters"].items() if key not in left},
        "figures": [kept(each) for each in scene["figures"]],
        "bars": scene["bars"] and kept(scene["bars"]),
    }


def _say_left(scene: dict[str, Any]) -> None:
    """In the words of the file, where a figure was left in the house."""
    lacking = [
        each for each in (*scene["figures"], scene["bars"]) if each and each["missing"] and not each["layers"]
    ]
    before = {each["missing"] for each in lacking}
    for each in lacking:
        each["missing"] = NOT_TAKEN
    scene["trouble"] = list(dict.fromkeys(NOT_TAKEN if each in before else each for each in scene["trouble"]))


def _tiles_of(keys: Sequence[str]) -> str:
    return f"tiles/{'+'.join(keys)}"


def _apart(day: str | None, text: str) -> str:
    """A place of their own for the squares of a past day or of a filter."""
    return f"@{pack.once(f'{day}|{text}')}" if day or text else ""


def _on(day: str | None) -> str:
    return f"?at={day}" if day else ""


def _text(name: str) -> str:
    return (assets.STATIC / name).read_text("utf-8")
