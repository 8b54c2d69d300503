// What can the page ask of the map? Views, layers, selection, pictures; it answers with events.

import { BRAND, GRATICULE, PAPER } from "app/ink.js";
import { fitted } from "app/map/ahead.js";
import { BaseMap } from "app/map/base.js";
import { Cover } from "app/map/cover.js";
import { ShapeEditor } from "app/map/draw.js";
import { DrawnOver } from "app/map/drawings.js";
import { Emphasis } from "app/map/emphasis.js";
import { Fonts } from "app/map/fonts.js";
import { PrintFrame } from "app/map/frame.js";
import { GlMap } from "app/map/gl.js";
import { HoverRing } from "app/map/hover.js";
import { position } from "app/map/locate.js";
import { Measure } from "app/map/measure.js";
import { Outlines } from "app/map/outlines.js";
import { MAP_MOVES, Rod } from "app/map/rod.js";
import { scaleBar, scaleOf, zoomOf } from "app/map/scale.js";
import { toleranceFor } from "app/map/select.js";
import { Showing, Side } from "app/map/side.js";
import { SmoothWheel } from "app/map/wheel.js";

/**
 * @typedef {[west: number, south: number, east: number, north: number]} Bounds
 * @typedef {import("app/map/ahead.js").Room} Padding
 * @typedef {{lon: number, lat: number, z: number}} View
 * @typedef {import("app/map/symbols.js").Selection} Selection
 * @typedef {import("app/map/recipes.js").Style} Style
 * @typedef {{key: string, group: string, on: boolean, classes: {key: string}[]}} LayerInfo
 * @typedef {{layers: LayerInfo[], tiles: import("app/map/gl_style.js").Tiles, county: {bounds: Bounds}}} Catalogue
 */

const MIN_ZOOM = 7;
const MAX_ZOOM = 19;
const CLOSEST_FIT = 17;
const FREEDOM_DEGREES = 2.5;
const SMALLEST_ROOM_PX = 120;
const GROUND = "base";
const REST_MS = 1200;
const LONGEST_RENEWAL_MS = 6000;

/**
 * The map of a county on the Leaflet map that the page was given.
 *
 * Emits "pick" {features: [{layer, id}]} what is under a click, in front first, empty beside everything;
 * "hover" {feature: {layer, id, name} | null, x, y}; "view" {bounds, zoom, center, scale, bar} after every move;
 * "point" {lon, lat, x, y} on a right click or a long press; "hover-position" {lon, lat};
 * "idle" when all is drawn; "error" {message}.
 */
export class MapView extends EventTarget {
  /** The picture of the map; a second one lies right of the curtain while two times are compared. @type {Side[]} */
  #sides = [];
  #showing = new Showing();
  /** @type {import("app/map/side.js").Making | null} */
  #making = null;
  /** What stands, by layer, left and right. @type {Record<string, any>[]} */
  #times = [{}, {}];
  /** @type {Api.Base | null} */
  #shownBase = null;
  /** Layers of the ground. @type {Set<string>} */
  #backdrop = new Set();
  #ahead = new AbortController();
  #byFinger = false;
  #hovered = "";
  /**
   * What lies over everything and is asked first where a click goes.
   * @type {{at: (spot: L.Point, tolerance: number) => any, take: (found: any) => void} | null}
   */
  above = null;
  /** @type {Bounds} */
  #county = [-180, -80, 180, 80];
  #freedom = L.latLngBounds([-80, -180], [80, 180]);

  /**
   * @param {L.Map} map
   * @param {{padding: () => Padding, drawing: import("app/map/geoman.js").Files, canvas?: boolean, covered?: () => number, glides?: boolean}} options
   *   padding: what open panels cover; canvas: even where WebGL2 is to be had; covered: pixels at the left where nothing is named;
   *   glides: one view gives way to the next, for which the last picture is kept
   */
  constructor(map, { padding, drawing, canvas = false, covered = () => 0, glides = false }) {
    super();
    this.map = map;
    /** Fills and lines are drawn without WebGL2. */
    this.drawsOnCanvas = canvas || !GlMap.supported();
    this.padding = padding;
    this.covered = covered;
    this.glides = glides;
    this.fonts = new Fonts();
    this.base = new BaseMap(map);
    this.over = new DrawnOver(map);
    this.curtain = new Rod(map, "前后对比：左边是前，右边是后，用左右方向键移动");
    this.measure = new Measure(map);
    this.editor = new ShapeEditor(map, drawing);
    this.outlines = new Outlines(map);
    this.frame = new PrintFrame(map);
    this.chosen = new Outlines(map);
    this.cover = new Cover(map);
    this.calm = matchMedia("(prefers-reduced-motion: reduce)");
    this.#prepare();
    // Whoever holds the Leaflet map, in the console or in a test, finds the view from it.
    Object.assign(map, { view: this });
  }

  /**
   * Puts the layers on the map. Resolves when the first view is drawn.
   * @param {Style} style @param {Catalogue} catalogue @param {View | null} [view] null: the whole county
   */
  async start(style, catalogue, view = null) {
    this.#county = catalogue.county.bounds;
    this.#limit();
    if (view) this.go(view);
    else this.home({ animate: false });
    const { layers } = catalogue;
    const backdrop = new Set(layers.filter(({ group }) => group === GROUND).map(({ key }) => key));
    this.#backdrop = backdrop;
    const off = new Set(layers.filter(({ on }) => !on).map(({ key }) => key));
    const setting = {
      style,
      tiles: catalogue.tiles,
      bounds: this.#county,
      backdrop,
      off,
      graticule: graticuleColor(),
      lasting: this.glides,
    };
    this.#showing.off = off;
    this.#showing.ground = this.base.isOn ? 0 : 1;
    const classes = Object.fromEntries(
      Object.entries(style.overlay).map(([key, { classes: placed }]) => [key, Object.keys(placed)]),
    );
    this.#making = { canvas: this.drawsOnCanvas, setting, classes, fonts: this.fonts, covered: this.covered };
    const first = this.#open("");
    this.#listen();
    this.#tellView();
    this.#compare();
    await first.drawing.ready();
  }

  /** @param {string} layer @param {boolean} on */
  setVisible(layer, on) {
    const { off } = this.#showing;
    if (on) off.delete(layer);
    else off.add(layer);
    for (const { drawing } of this.#sides) drawing.setVisible(layer, on);
  }

  /** @param {string} layer @param {number} opacity 0 to 1 */
  setOpacity(layer, opacity) {
    this.#showing.faint.set(layer, opacity);
    for (const side of this.#sides) side.setOpacity(layer, opacity);
  }

  /**
   * What the view is about: the rest of the theme is fainter. The ground and its names never are.
   * @param {import("app/map/emphasis.js").Subject | null} subject null: everything is drawn alike
   * @param {import("app/map/names.js").Told} [told] places that carry a figure
   */
  setEmphasis(subject, told) {
    const emphasis = new Emphasis(subject, this.#backdrop);
    this.#showing.emphasis = [emphasis, told];
    for (const side of this.#sides) side.setEmphasis(emphasis, told);
  }

  /** What somebody else writes above the map: names of the map stand elsewhere. @param {string} who @param {import("app/map/crowding.js").Words[]} words */
  keepFree(who, words) {
    this.#showing.words.set(who, words);
    for (const side of this.#sides) side.setWords(this.#showing.words);
  }

  /** Whether supervised projects show their lights. @param {boolean} on */
  setLights(on) {
    if (on === this.#showing.lights) return;
    this.#showing.lights = on;
    for (const side of this.#sides) side.setLights(on);
  }

  /** Only what passes of a layer is drawn and counted. @param {string} layer @param {import("app/map/passing.js").Asked | null} asked null: everything */
  setFilter(layer, asked) {
    this.#showing.filters.set(layer, asked);
    for (const { drawing } of this.#sides) drawing.setFilter(layer, asked);
  }

  /** Layers that another field colours in this view. @param {Record<string, string>} colors field by layer */
  setColors(colors) {
    this.#showing.colors = colors;
    for (const { drawing } of this.#sides) drawing.setColors(colors);
  }

  /**
   * Only what stands is drawn, of the tiles that are there. left: by layer, an expression of the style specification or
   * null for all of it. right: another time right of the curtain; null: one picture only.
   * @param {Record<string, any>} left @param {Record<string, any> | null} right @param {number} [share] where the curtain hangs at first
   */
  setTimes(left, right, share = this.middle) {
    this.#times = [left, right ?? {}];
    if ((right === null) !== (this.curtain.share === null)) this.curtain.hang(right && share, false);
    if (this.#making) this.#compare();
  }

  /** What lies under everything; the ground is then not filled. @param {Api.Base | null} base @param {number} opacity */
  setBase(base, opacity) {
    if (base !== this.#shownBase) this.base.show(base);
    this.#shownBase = base;
    this.base.setOpacity(opacity);
    this.#showing.ground = base ? 0 : 1;
    for (const { drawing } of this.#sides) drawing.setGround(this.#showing.ground);
  }

  /** @param {Selection | null} selection */
  select(selection) {
    this.#showing.selection = selection;
    for (const side of this.#sides) side.select(selection);
  }

  /**
   * Shows these bounds in the part of the map that no panel covers.
   * @param {Bounds} bounds
   * @param {{animate?: boolean, closest?: number}} [how]
   */
  fit(bounds, { animate = true, closest = CLOSEST_FIT } = {}) {
    const { top, right, bottom, left } = this.#room();
    const moves = animate && !this.calm.matches;
    const how = {
      paddingTopLeft: /** @type {L.PointTuple} */ ([left, top]),
      paddingBottomRight: /** @type {L.PointTuple} */ ([right, bottom]),
      maxZoom: closest,
    };
    this.#settle();
    this.map.fitBounds(boxOf(bounds), { ...how, animate: moves });
  }

  /** While a view stands, what the next one needs is fetched, until the map moves. @param {Bounds} bounds @param {Padding} [padding] what panels will cover then */
  async prepare(bounds, padding) {
    this.#ahead.abort();
    this.#ahead = new AbortController();
    const { signal } = this.#ahead;
    // What was drawn last must first come to be seen.
    await new Promise((resolve) => setTimeout(resolve, REST_MS));
    if (signal.aborted) return;
    const coming = fitted(this.map, boxOf(bounds), this.#room(padding), CLOSEST_FIT);
    for (const { drawing } of this.#sides) await drawing.prepare(coming, signal);
  }

  /** One view gives way to the next: all that this act does to the map is seen at once. @param {() => void} act */
  change(act) {
    const glides = this.canGlide;
    this.#ahead.abort();
    if (glides) this.cover.lay((ink) => this.#paintStill(ink));
    for (const side of this.#sides) side.wait();
    act();
    if (glides) this.cover.lift(() => this.#stands);
  }

  /** Where the processor draws, each frame of a motion would take as long as the whole picture. */
  get canGlide() {
    return (
      this.glides && !this.calm.matches && this.#sides.length > 0 && !this.#sides.some((side) => side.isSlow)
    );
  }

  /** Layers that views to come turn on and off, with the fields that colour them ("": none): their shapes are kept at hand. @param {Map<string, Set<string>>} layers */
  hold(layers) {
    this.#showing.held = layers;
    for (const { drawing } of this.#sides) drawing.hold(layers);
  }

  /** The container has another size, or its pixels have. */
  resized() {
    this.map.invalidateSize({ animate: false, pan: false });
    for (const { drawing, symbols } of this.#sides) {
      drawing.sharpen();
      symbols.draw();
    }
  }

  /** The whole county. @param {{animate?: boolean}} [how] */
  home(how) {
    this.fit(this.#county, how);
  }

  /** In the middle of what no panel covers, as a share of the width. */
  get middle() {
    const { left, right } = this.#room();
    const { x } = this.map.getSize();
    return (left + x - right) / 2 / x;
  }

  /** The meridian at which the curtain hangs; null: there is none. */
  get curtainLon() {
    const { share } = this.curtain;
    const { x, y } = this.map.getSize();
    return share === null ? null : this.map.containerPointToLatLng([share * x, y / 2]).lng;
  }

  /** Where a part of the width of these bounds stands once they are fitted, as a share of the map's width. @param {Bounds} bounds @param {number} part 0 to 1, from the west */
  shareIn(bounds, part) {
    const [west, south, east] = bounds;
    const { zoom } = fitted(this.map, boxOf(bounds), this.#room(), CLOSEST_FIT);
    const [from, to] = [west, east].map((lon) => this.map.project([south, lon], zoom).x);
    return this.middle + ((part - 0.5) * (to - from)) / this.map.getSize().x;
  }

  /** @returns {View} */
  state() {
    const { lng, lat } = this.map.getCenter();
    return { lon: lng, lat, z: this.map.getZoom() };
  }

  /** Goes to a view, as far as it lies on the map at all. @param {View} view @returns {boolean} false: not a view of this county */
  go({ lon, lat, z }) {
    if (![lon, lat, z].every(Number.isFinite) || !this.#freedom.contains([lat, lon])) return false;
    this.#settle();
    this.map.setView([lat, lon], Math.min(MAX_ZOOM, Math.max(MIN_ZOOM, z)), { animate: false });
    return true;
  }

  /** Have the layers been put on the map? */
  get isStarted() {
    return this.#making !== null;
  }

  /** Is everything drawn that belongs into this view? */
  get isDrawn() {
    return this.#stands && !this.cover.isOn;
  }

  get #stands() {
    return this.#sides.length > 0 && this.#sides.every(({ drawing }) => drawing.isDrawn);
  }

  /** Every symbol and name on the map now, with its box in pixels; how long it took to place and paint them. */
  get placed() {
    const of = this.#sides.map(({ symbols }) => symbols);
    return {
      things: of.flatMap(({ placed }) => placed),
      took_ms: of.reduce((sum, { took_ms }) => sum + took_ms, 0),
    };
  }

  /** N of 1:N in the middle of the map. */
  get scale() {
    return scaleOf(this.map.getZoom(), this.map.getCenter().lat);
  }

  /** @param {number} scale N of 1:N */
  setScale(scale) {
    this.#settle();
    this.map.setZoom(zoomOf(scale, this.map.getCenter().lat), { animate: !this.calm.matches });
  }

  /** @param {number} levels */
  zoomBy(levels) {
    this.#settle();
    this.map.setZoom(this.map.getZoom() + levels, { animate: !this.calm.matches });
  }

  /** One feature is not drawn, because it is being changed. @param {{layer: string, id: number} | null} ref */
  hide(ref) {
    this.#showing.hidden = ref;
    for (const side of this.#sides) side.hide(ref);
  }

  // Whoever measures or draws means the place, not what lies there.
  get #isPicking() {
    return !this.measure.isOn && !this.editor.isOn && !this.frame.isOn;
  }

  /** The tiles have changed on the server. Resolves when the new ones are seen. @param {Catalogue["tiles"]} tiles */
  async renew(tiles) {
    if (!this.#making) return;
    const drawn = new Promise((resolve) => {
      this.addEventListener("idle", resolve, { once: true });
      setTimeout(resolve, LONGEST_RENEWAL_MS);
    });
    this.#making.setting = { ...this.#making.setting, tiles };
    for (const { drawing } of this.#sides) drawing.renew(tiles);
    await drawn;
  }

  /** Where the device says it is. Rejects with a sentence for the person. @returns {Promise<{lon: number, lat: number, accuracy_m: number}>} */
  async locate() {
    const { longitude: lon, latitude: lat, accuracy: accuracy_m } = await position();
    const here = L.latLng(lat, lon);
    if (!this.#freedom.contains(here)) {
      throw new Error(
        `当前位置（东经 ${lon.toFixed(3)}°，北纬 ${lat.toFixed(3)}°）不在本县附近，地图未移动。`,
      );
    }
    this.#markHere(here, accuracy_m);
    const reach = here.toBounds(Math.max(2 * accuracy_m, 600));
    this.fit([reach.getWest(), reach.getSouth(), reach.getEast(), reach.getNorth()]);
    return { lon, lat, accuracy_m };
  }

  /** The map as it is on the screen, without panels. @returns {Promise<Blob>} a PNG */
  async picture() {
    const ratio = window.devicePixelRatio || 1;
    const { x, y } = this.map.getSize();
    const canvas = Object.assign(document.createElement("canvas"), { width: x * ratio, height: y * ratio });
    const ink = /** @type {CanvasRenderingContext2D} */ (canvas.getContext("2d"));
    ink.scale(ratio, ratio);
    ink.fillStyle = getComputedStyle(this.map.getContainer()).backgroundColor;
    ink.fillRect(0, 0, x, y);
    this.base.copyTo(ink);
    for (const side of this.#sides) await side.copyTo(ink);
    this.over.copyTo(ink);
    for (const side of this.#sides) side.paint(ink);
    return new Promise((resolve, reject) => {
      canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error("图片没有生成。请缩小窗口后重试。"))));
    });
  }

  // As it was drawn last, without waiting for anything.
  /** @param {CanvasRenderingContext2D} ink */
  #paintStill(ink) {
    const { x, y } = this.map.getSize();
    ink.fillStyle = getComputedStyle(this.map.getContainer()).backgroundColor;
    ink.fillRect(0, 0, x, y);
    this.base.copyTo(ink);
    for (const side of this.#sides) side.still(ink);
    this.over.copyTo(ink);
    for (const side of this.#sides) side.stillSymbols(ink);
  }

  #prepare() {
    const { map } = this;
    map.setMinZoom(MIN_ZOOM);
    map.setMaxZoom(MAX_ZOOM);
    map.doubleClickZoom.enable();
    this.wheel = new SmoothWheel(map, () => this.calm.matches);
    // Leaflet decides once, when a map is made, whether zooming moves; folium cannot know the person's wish.
    if (this.calm.matches) Object.assign(map, { _zoomAnimated: false });
  }

  // Leaflet would let a zoom that is under way have the last word over the view asked for now.
  #settle() {
    this.wheel?.stop();
    /** @type {any} */ (this.map)._onZoomTransitionEnd?.();
  }

  #limit() {
    const [west, south, east, north] = this.#county;
    this.#freedom = L.latLngBounds(
      [south - FREEDOM_DEGREES, west - FREEDOM_DEGREES],
      [north + FREEDOM_DEGREES, east + FREEDOM_DEGREES],
    );
    this.map.setMaxBounds(this.#freedom);
  }

  // Panels may cover a small window almost wholly; then they do not count.
  #room({ top, right, bottom, left } = this.padding()) {
    const { x, y } = this.map.getSize();
    const narrow = x - left - right < SMALLEST_ROOM_PX;
    const low = y - top - bottom < SMALLEST_ROOM_PX;
    return {
      top: low ? 8 : top,
      bottom: low ? 8 : bottom,
      left: narrow ? 8 : left,
      right: narrow ? 8 : right,
    };
  }

  /** Another picture of the map. @param {string} name of its panes */
  #open(name) {
    const making = /** @type {import("app/map/side.js").Making} */ (this.#making);
    const side = new Side(this.map, { ...making, setting: { ...making.setting, side: name } }, this.#showing);
    side.drawing.addEventListener("idle", () => this.dispatchEvent(new Event("idle")));
    side.drawing.addEventListener("error", (event) =>
      this.#tell("error", /** @type {CustomEvent} */ (event).detail),
    );
    this.#sides.push(side);
    return side;
  }

  // As many pictures as times are looked at, each where it belongs.
  #compare() {
    const two = this.curtain.share !== null;
    if (two && this.#sides.length === 1) this.#open("/right");
    if (!two) for (const side of this.#sides.splice(1)) side.remove();
    this.#sides.forEach((side, at) => {
      const layers = /** @type {import("app/map/side.js").Making} */ (this.#making).classes;
      for (const key of Object.keys(layers)) side.drawing.setTime(key, this.#times[at][key] ?? null);
    });
    this.#clip();
  }

  #clip() {
    const share = this.curtain.share ?? 1;
    this.#sides[0]?.clip(0, share);
    this.#sides[1]?.clip(share, 1);
  }

  /** The picture at a place of the container. @param {{x: number}} spot */
  #sideAt({ x }) {
    const share = x / this.map.getSize().x;
    return this.#sides.find((side) => side.holds(share)) ?? this.#sides[0];
  }

  #listen() {
    const ring = new HoverRing(this.map);
    this.curtain.addEventListener("share", () => this.#clip());
    this.map.on(MAP_MOVES, () => this.#sides.length > 1 && this.#clip());
    this.map.on("movestart", () => this.#ahead.abort());
    this.map.on("moveend", () => this.#tellView());
    this.map.on("click", (event) => this.#clicked(event));
    this.map.on("contextmenu", ({ latlng, containerPoint }) => {
      if (!this.#isPicking) return;
      this.#tell("point", { lon: latlng.lng, lat: latlng.lat, x: containerPoint.x, y: containerPoint.y });
    });
    this.map.on(
      "mousemove",
      inFrame((event) => this.#moved(event, ring)),
    );
    this.map.on("mouseout movestart", () => this.#hover(null, null, ring));
    this.map.getContainer().addEventListener("pointerdown", ({ pointerType }) => {
      this.#byFinger = pointerType === "touch";
    });
  }

  /** @param {L.LeafletMouseEvent} event */
  #clicked({ containerPoint }) {
    if (!this.#isPicking) return;
    const tolerance = toleranceFor(this.#byFinger);
    const above = this.above?.at(containerPoint, tolerance);
    if (above) return this.above?.take(above);
    const found = this.#sideAt(containerPoint)?.picker.at(containerPoint, tolerance);
    if (!found) return;
    if (found.crowd) this.fit(found.crowd, { closest: 14 });
    else this.#tell("pick", { features: found.features });
  }

  /** @param {L.LeafletMouseEvent} event @param {HoverRing} ring */
  #moved({ containerPoint, latlng }, ring) {
    this.#tell("hover-position", { lon: latlng.lng, lat: latlng.lat });
    const side = this.#sideAt(containerPoint);
    const isOver = this.#isPicking && Boolean(this.above?.at(containerPoint, toleranceFor(false)));
    const found =
      (this.#isPicking && !isOver && side?.picker.at(containerPoint, toleranceFor(false))) || null;
    this.#hover(found, containerPoint, ring, isOver);
  }

  /** @param {import("app/map/select.js").Found | null} found @param {L.Point | null} spot @param {HoverRing} ring @param {boolean} [isOver] what lies over everything */
  #hover(found, spot, ring, isOver = false) {
    const feature = found?.features[0] ?? null;
    const name = isOver ? "above" : found?.crowd ? "crowd" : feature ? `${feature.layer}/${feature.id}` : "";
    if (name === this.#hovered) return;
    this.#hovered = name;
    this.map.getContainer().style.cursor = name ? "pointer" : this.#isPicking ? "" : "crosshair";
    ring.show(found?.top ?? null);
    for (const each of this.#sides)
      each.drawing.setHover(each === this.#sideAt(spot ?? { x: 0 }) ? feature : null);
    this.#tell("hover", { feature, x: spot?.x ?? 0, y: spot?.y ?? 0 });
  }

  #tellView() {
    const bounds = this.map.getBounds();
    const { lng: lon, lat } = this.map.getCenter();
    const zoom = this.map.getZoom();
    this.#tell("view", {
      bounds: [bounds.getWest(), bounds.getSouth(), bounds.getEast(), bounds.getNorth()],
      zoom,
      center: { lon, lat },
      scale: scaleOf(zoom, lat),
      bar: scaleBar(zoom, lat),
    });
  }

  /** @param {L.LatLng} here @param {number} accuracy_m */
  #markHere(here, accuracy_m) {
    this.here?.remove();
    const style = { color: BRAND, weight: 2, interactive: false };
    const reach = L.circle(here, { ...style, radius: accuracy_m, fillOpacity: 0.08 });
    const dot = L.circleMarker(here, {
      ...style,
      radius: 6,
      color: PAPER,
      fillColor: BRAND,
      fillOpacity: 1,
    });
    this.here = L.layerGroup([reach, dot]).addTo(this.map);
  }

  /** @param {string} name @param {unknown} detail */
  #tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}

/** @param {Bounds} bounds */
function boxOf([west, south, east, north]) {
  return L.latLngBounds([
    [south, west],
    [north, east],
  ]);
}

function graticuleColor() {
  return getComputedStyle(document.documentElement).getPropertyValue("--graticule").trim() || GRATICULE;
}

/**
 * The last call of each frame only.
 * @template T @param {(value: T) => void} act @returns {(value: T) => void}
 */
function inFrame(act) {
  let frame = 0;
  return (value) => {
    cancelAnimationFrame(frame);
    frame = requestAnimationFrame(() => act(value));
  };
}
