// What draws fills and lines where there is no WebGL2? A canvas in a Leaflet pane, from the same tiles and style.

import { readJson } from "app/api.js";
import { widened } from "app/map/ahead.js";
import { Brush, pathOf } from "app/map/canvas_paint.js";
import { draws, isAtZoom, paintValue, placeOf } from "app/map/canvas_rules.js";
import { labelPoints, Tiles } from "app/map/canvas_tiles.js";
import { Emphasis } from "app/map/emphasis.js";
import { absolute, classOf, drawnLayers, isRing, keyOf, SOURCE, sourceOf } from "app/map/gl_style.js";
import { graticule } from "app/map/graticule.js";
import { InSight } from "app/map/in_sight.js";
import { groundStrength } from "app/map/opacity.js";
import { quietPane, Sheet } from "app/map/sheet.js";

/**
 * @typedef {import("app/map/recipes.js").LabelPoint} LabelPoint
 * @typedef {import("app/map/gl_style.js").StyleLayer} StyleLayer
 * @typedef {import("app/map/gl_style.js").Tiles} TileAddresses
 * @typedef {import("app/map/gl.js").Setting} Setting
 * @typedef {import("app/map/gl.js").Ref} Ref
 * @typedef {import("app/map/gl.js").Hit} Hit
 * @typedef {import("app/map/canvas_tiles.js").Feature} Feature
 * @typedef {import("protomaps-leaflet").PreparedTile} PreparedTile
 * @typedef {{layer: StyleLayer, brush: Brush}} Rule
 */

const PANE = "canvas";
const MARGIN_PX = 128;
const PATIENCE_MS = 400;
const FAILED = "地图数据没有读到。请检查网络，稍后重试，仍不行请联系管理员。";
/** @type {Record<number, Hit["shape"]>} */
const SHAPES = { 1: "point", 2: "line", 3: "polygon" };

/** Emits "points" when label points have come or gone, "shown" when what was waited for is there, "idle" when all is drawn, "error" {message}. */
export class CanvasMap extends EventTarget {
  /** @type {Map<string, Tiles>} by source, as far as they could be opened last */
  #sources = new Map();
  /** @type {Promise<void>} once the sources of now are open */
  #opening = Promise.resolve();
  /** @type {Map<string, PreparedTile[]>} by source, those of the view */
  #shown = new Map();
  #asked = 0;
  /** @type {Map<string, number>} */
  #faint = new Map();
  #ground = 1;
  #frame = 0;
  #drawn = false;
  // Are other points wanted once it is drawn?
  #due = false;
  #zoom = 0;
  /** @type {Ref | null} */
  #hovered = null;
  /** @type {Ref | null} */
  #hidden = null;
  #emphasis = new Emphasis();
  /** @type {Promise<void>} */
  #standing;
  #follow = () => void this.#load();

  /** @param {L.Map} map @param {Setting} setting */
  constructor(map, setting) {
    super();
    this.map = map;
    this.seen = new InSight(map, setting);
    this.backdrop = setting.backdrop;
    this.tiles = setting.tiles;
    this.lines = graticule(setting.bounds).geometry.coordinates;
    this.color = setting.graticule;
    this.rules = drawnLayers(setting.style.layers, setting)
      .map(shownRing)
      .map((layer) => ({ layer, brush: new Brush(layer, setting.style.patterns) }));
    this.pane = quietPane(map, PANE + (setting.side ?? ""), 200);
    this.sheet = new Sheet(map, this.pane, MARGIN_PX);
    this.rings = new Sheet(map, this.pane, MARGIN_PX);
    this.scratch = /** @type {CanvasRenderingContext2D} */ (
      document.createElement("canvas").getContext("2d")
    );
    map.on("moveend resize", this.#follow);
    this.#standing = this.#open(setting.tiles);
  }

  /** @returns {Promise<void>} once the first view is drawn, or cannot be */
  async ready() {
    await this.#standing;
  }

  get isDrawn() {
    return this.#drawn && !this.#frame;
  }

  /** The processor draws. */
  get isSlow() {
    return true;
  }

  /** What stands there stays until what is asked for from now on can be drawn whole. @returns {boolean} is there anything? */
  wait() {
    for (const sheet of [this.sheet, this.rings]) sheet.stays = true;
    return true;
  }

  /** Where symbols and names may stand, for the layers that are on. */
  points() {
    return this.seen.points;
  }

  /** @param {string} key @param {boolean} on */
  setVisible(key, on) {
    if (!this.seen.turn(key, on)) return;
    this.#due = true;
    this.#drawSoon();
  }

  /** Shapes are in the tiles, which are kept anyway. @param {Map<string, Set<string>>} _layers */
  hold(_layers) {}

  /** Keeps the tiles of a view to come. @param {import("app/map/ahead.js").Coming} coming @param {AbortSignal} signal */
  async prepare({ zoom, frame }, signal) {
    await this.#opening;
    // Tiles of their own may be filtered otherwise then.
    await this.#sources.get(SOURCE)?.keep({ zoom, frame: widened(frame, MARGIN_PX) }, signal);
  }

  /** @param {string} key @param {number} factor */
  setOpacity(key, factor) {
    this.#faint.set(key, factor);
    for (const { layer, brush } of this.rules) {
      if (keyOf(layer) !== key || isRing(layer)) continue;
      const ground = this.backdrop.has(key) ? groundStrength(layer.type, this.#ground) : 1;
      brush.strength = factor * ground * this.#emphasis.of(key, classOf(layer));
    }
    this.#drawSoon();
  }

  /** How strongly the ground is drawn: over a base map it is not filled. @param {number} factor */
  setGround(factor) {
    if (factor === this.#ground) return;
    this.#ground = factor;
    for (const key of this.backdrop) this.setOpacity(key, this.#faint.get(key) ?? 1);
  }

  /** What the view is about; the rest is fainter. @param {Emphasis} emphasis */
  setEmphasis(emphasis) {
    this.#emphasis = emphasis;
    for (const key of this.seen.keys) this.setOpacity(key, this.#faint.get(key) ?? 1);
  }

  /** A CSS pixel has become another number of pixels of the screen. */
  sharpen() {
    this.#drawSoon();
  }

  /** @param {Ref | null} ref */
  setHover(ref) {
    this.#hovered = ref;
    this.#drawRing();
  }

  /** The chosen feature is named at any zoom, for which the points of its layer are needed. @param {string | null} key */
  setChosen(key) {
    if (!this.seen.choose(key)) return;
    this.#collect();
  }

  /** @param {Ref | null} ref */
  setHidden(ref) {
    this.#hidden = ref;
    this.#drawSoon();
  }

  /** Only what passes is drawn. @param {string} key @param {import("app/map/passing.js").Asked | null} asked */
  setFilter(key, asked) {
    if (this.seen.passing.set(key, asked)) this.#standing = this.#open(this.tiles);
    this.seen.forget();
    this.#drawSoon();
    this.#collect();
  }

  /** Only what stands is drawn, of the tiles that are there. @param {string} key @param {any} expression null: everything */
  setTime(key, expression) {
    if (!this.seen.passing.setTime(key, expression)) return;
    this.seen.forget();
    this.#drawSoon();
    this.#collect();
  }

  /** Which field colours a layer in this view. @param {Record<string, string>} fields by layer */
  setColors(fields) {
    if (!this.seen.coloring.set(fields).length) return;
    this.seen.forget();
    this.#drawSoon();
    this.#collect();
  }

  /** Takes it off the map for good. */
  remove() {
    this.map.off("moveend resize", this.#follow);
    this.#asked++;
    cancelAnimationFrame(this.#frame);
    for (const sheet of [this.sheet, this.rings]) sheet.remove();
  }

  /**
   * Fills and lines at a place of the map's container, what is in front first.
   * @param {{x: number, y: number}} spot @param {number} tolerance
   * @returns {Hit[]}
   */
  hits(spot, tolerance) {
    const { x, y } = this.sheet.origin();
    const place = { x: spot.x + MARGIN_PX + x, y: spot.y + MARGIN_PX + y };
    const rules = this.rules.filter(({ layer }) => this.#isPickable(layer)).reverse();
    return rules.flatMap(({ layer }) => this.#hitsOf(layer, place, tolerance));
  }

  /** The tiles have changed on the server; layers that are not named have none now. @param {TileAddresses} tiles */
  renew(tiles) {
    this.seen.renew(tiles);
    this.tiles = this.seen.tiles = tiles;
    this.#standing = this.#open(tiles);
  }

  /**
   * Draws what the canvas shows.
   * @param {CanvasRenderingContext2D} ink one unit is one CSS pixel of the map's container
   */
  async copyTo(ink) {
    await this.#standing;
    this.still(ink);
  }

  /** As it was drawn last. @param {CanvasRenderingContext2D} ink */
  still(ink) {
    const { canvas, margin } = this.sheet;
    const ratio = window.devicePixelRatio || 1;
    ink.drawImage(canvas, -margin, -margin, canvas.width / ratio, canvas.height / ratio);
  }

  /** @param {TileAddresses} tiles */
  async #open({ url, large = [] }) {
    const own = large.map((each) => [
      `${SOURCE}/${each.key}`,
      this.seen.passing.addressOf(each.key, each.url),
    ]);
    const sources = /** @type {[string, string][]} */ (url ? [[SOURCE, url], ...own] : own);
    this.#opening = this.#read(sources, this.#opening);
    await this.#load();
  }

  // What was asked for before comes first, so that an answer that is late never stands for a newer one.
  /** @param {[string, string][]} sources @param {Promise<void>} before */
  async #read(sources, before) {
    const opened = Promise.all(
      sources.map(async ([name, address]) => {
        const told = await readJson(absolute(address));
        return /** @type {[string, Tiles]} */ ([name, new Tiles(told)]);
      }),
    );
    const [, read] = await Promise.allSettled([before, opened]);
    if (read.status === "fulfilled") this.#sources = new Map(read.value);
    else this.#fail(read.reason.message);
  }

  // The old picture stays, moved and stretched, until the tiles are there or patience ends.
  async #load() {
    const asked = ++this.#asked;
    this.#drawn = false;
    const late = window.setTimeout(() => asked === this.#asked && this.#draw(), PATIENCE_MS);
    await this.#opening;
    const shown = await this.#cover();
    clearTimeout(late);
    if (asked !== this.#asked) return;
    this.#shown = new Map(shown);
    this.#zoom = this.map.getZoom();
    this.#draw();
    this.#collect();
    this.#drawn = true;
    this.dispatchEvent(new Event("shown"));
    this.dispatchEvent(new Event("idle"));
  }

  /** @returns {Promise<[string, PreparedTile[]][]>} */
  #cover() {
    const frame = this.#worldFrame();
    const zoom = this.map.getZoom();
    let told = false;
    const fail = () => {
      if (!told) this.#fail(FAILED);
      told = true;
    };
    const sources = [...this.#sources];
    return Promise.all(sources.map(async ([name, tiles]) => [name, await tiles.covering(zoom, frame, fail)]));
  }

  #worldFrame() {
    const { x, y } = this.sheet.origin();
    const size = this.map.getSize().add([2 * MARGIN_PX, 2 * MARGIN_PX]);
    return { minX: x, minY: y, maxX: x + size.x, maxY: y + size.y };
  }

  #drawSoon() {
    if (!this.#frame) this.#frame = requestAnimationFrame(() => this.#draw());
  }

  // Tiles of another zoom would lie in the wrong place: then the picture that is there stays.
  #draw() {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
    if (this.#due) this.#collect();
    if (this.#zoom !== this.map.getZoom()) return;
    this.sheet.fit();
    const { ink } = this.sheet;
    this.#drawGraticule(ink);
    for (const rule of this.rules) {
      const isSeen = (/** @type {Feature} */ feature) => this.#isSeen(rule.layer, feature);
      if (this.#isDrawn(rule.layer)) this.#paint(ink, rule, isSeen);
    }
    this.#drawRing();
  }

  /** @param {CanvasRenderingContext2D} ink */
  #drawGraticule(ink) {
    const toSheet = (/** @type {GeoJSON.Position} */ [lon, lat]) =>
      this.map.latLngToContainerPoint([lat, lon]).add([MARGIN_PX, MARGIN_PX]);
    ink.strokeStyle = this.color;
    ink.lineWidth = 1;
    ink.stroke(pathOf(this.lines.map((line) => line.map(toSheet))));
  }

  /** @param {StyleLayer} layer @param {Feature} feature */
  #isSeen(layer, { id, props }) {
    const key = keyOf(layer);
    if (this.#hidden?.id === id && this.#hidden.layer === key) return false;
    return this.seen.passing.holds(key, id, props);
  }

  #drawRing() {
    this.rings.fit();
    if (!this.#hovered) return;
    const { layer: key, id } = this.#hovered;
    const { ink } = this.rings;
    for (const rule of this.rules) {
      if (keyOf(rule.layer) !== key || !isRing(rule.layer) || !isAtZoom(rule.layer, this.#zoom)) continue;
      this.#paint(ink, rule, (feature) => feature.id === id);
    }
  }

  // A tile is a little larger than its place: what lies beyond belongs to its neighbours.
  /** @param {CanvasRenderingContext2D} ink @param {Rule} rule @param {(feature: Feature) => boolean} wanted */
  #paint(ink, { layer, brush }, wanted) {
    const origin = this.sheet.origin();
    const frame = this.#worldFrame();
    const dataLayer = dataLayerOf(layer);
    const filter = (/** @type {number} */ zoom, /** @type {any} */ feature) =>
      wanted(feature) && draws(layer, placeOf(zoom, feature));
    const rules = [{ dataLayer, symbolizer: brush, filter }];
    for (const tile of this.#tilesOf(keyOf(layer))) {
      if (!tile.data.has(dataLayer)) continue;
      brush.beginTile(tile.origin);
      ink.save();
      clipTo(ink, tile, origin);
      protomapsL.paint(
        ink,
        tile.z,
        new Map([["", [tile]]]),
        null,
        rules,
        frame,
        /** @type {any} */ (origin),
        false,
      );
      ink.restore();
    }
  }

  /** @param {StyleLayer} layer @param {{x: number, y: number}} place in pixels of the world @param {number} tolerance @returns {Hit[]} */
  #hitsOf(layer, place, tolerance) {
    const key = keyOf(layer);
    const tile = this.#tilesOf(key).find(({ origin: { x, y }, dim }) => {
      return place.x >= x && place.x < x + dim && place.y >= y && place.y < y + dim;
    });
    const features = /** @type {Feature[]} */ (tile?.data.get(dataLayerOf(layer)) ?? []);
    if (!tile) return [];
    const spot = { x: (place.x - tile.origin.x) / tile.scale, y: (place.y - tile.origin.y) / tile.scale };
    return features
      .filter((feature) => this.#isSeen(layer, feature))
      .filter((feature) => this.#isHit(layer, feature, spot, tolerance, tile.scale))
      .map(({ id, props, geomType }) => ({ layer: key, id, properties: props, shape: SHAPES[geomType] }));
  }

  /** @param {StyleLayer} layer @param {Feature} feature @param {{x: number, y: number}} spot of the tile @param {number} tolerance @param {number} scale */
  #isHit(layer, feature, spot, tolerance, scale) {
    const at = placeOf(this.#zoom, feature);
    const width = layer.type === "line" ? paintValue(layer, "line-width", at, 1) : 0;
    const reach = (width / 2 + tolerance) / scale;
    const { minX, minY, maxX, maxY } = feature.bbox;
    if (spot.x < minX - reach || spot.x > maxX + reach || spot.y < minY - reach || spot.y > maxY + reach)
      return false;
    if (!draws(layer, at)) return false;
    const path = pathOf(feature.geom);
    this.scratch.lineWidth = 2 * reach;
    const isInside = layer.type === "fill" && this.scratch.isPointInPath(path, spot.x, spot.y, "evenodd");
    return isInside || this.scratch.isPointInStroke(path, spot.x, spot.y);
  }

  #collect() {
    this.#due = false;
    if (this.seen.collect((key) => labelPoints(key, this.#tilesOf(key))))
      this.dispatchEvent(new Event("points"));
  }

  /** @param {string} key */
  #tilesOf(key) {
    return this.#shown.get(sourceOf(key, this.tiles)) ?? [];
  }

  /** @param {StyleLayer} layer */
  #isDrawn(layer) {
    if (this.seen.isOff(keyOf(layer)) || isRing(layer) || !this.seen.coloring.shows(layer)) return false;
    return isAtZoom(layer, this.#zoom);
  }

  /** @param {StyleLayer} layer */
  #isPickable(layer) {
    return this.#isDrawn(layer) && !(this.backdrop.has(keyOf(layer)) && layer.type === "fill");
  }

  /** @param {string} message */
  #fail(message) {
    this.dispatchEvent(new CustomEvent("error", { detail: { message } }));
  }
}

// GL hides a ring by its feature's state; here only the ring of what is hovered is painted.
/** @param {StyleLayer} layer @returns {StyleLayer} */
function shownRing(layer) {
  if (!isRing(layer)) return layer;
  return /** @type {StyleLayer} */ ({ ...layer, paint: { ...layer.paint, "line-opacity": 1 } });
}

/** @param {StyleLayer} layer @returns {string} */
function dataLayerOf(layer) {
  return /** @type {any} */ (layer)["source-layer"];
}

// Between whole pixels, or two neighbours would leave a pale seam.
/** @param {CanvasRenderingContext2D} ink @param {PreparedTile} tile @param {L.Point} origin */
function clipTo(ink, { origin: { x, y }, dim }, origin) {
  const ratio = ink.getTransform().a;
  const whole = (/** @type {number} */ at) => Math.round(at * ratio) / ratio;
  const [left, top] = [whole(x - origin.x), whole(y - origin.y)];
  ink.beginPath();
  ink.rect(left, top, whole(x + dim - origin.x) - left, whole(y + dim - origin.y) - top);
  ink.clip();
}
