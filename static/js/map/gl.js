// What draws fills and lines? One MapLibre map in a Leaflet pane; every layer is a set of style layers in it.

import { keepAhead } from "app/api.js";
import { common, placesIn, widened } from "app/map/ahead.js";
import { coloringOf } from "app/map/coloring.js";
import { Emphasis } from "app/map/emphasis.js";
import {
  absolute,
  classOf,
  drawnLayers,
  isRing,
  keyOf,
  RING_PX,
  SOURCE,
  sourceOf,
  specification,
} from "app/map/gl_style.js";
import { InSight } from "app/map/in_sight.js";
import { fainter, groundStrength } from "app/map/opacity.js";
import { patternImage } from "app/map/patterns.js";
import { eachOnce } from "app/map/recipes.js";
import { quietPane } from "app/map/sheet.js";

/**
 * @typedef {import("app/map/recipes.js").Style} Style
 * @typedef {import("app/map/recipes.js").LabelPoint} LabelPoint
 * @typedef {import("app/map/gl_style.js").StyleLayer} StyleLayer
 * @typedef {import("app/map/gl_style.js").Bounds} Bounds
 * @typedef {import("app/map/gl_style.js").Tiles} Tiles
 * @typedef {import("maplibre-gl").MapGeoJSONFeature} Rendered
 * @typedef {{layer: string, id: number}} Ref
 * @typedef {Ref & {properties: Record<string, any>, shape: "point" | "line" | "polygon"}} Hit
 *
 * @typedef {object} Setting
 * @property {Style} style
 * @property {Tiles} tiles
 * @property {Bounds} bounds of the county
 * @property {Set<string>} backdrop layers of the ground
 * @property {Set<string>} off layers that are not shown
 * @property {string} graticule its colour
 * @property {boolean} [lasting] whether the picture can be read at any time
 * @property {string} [side] what the names of its panes end with, where another lies beside it
 */

const PANE = "gl";
const PADDING = 0.1;
const POINTS_WAIT_MS = 40;
const PATTERN_RATIO = 2;
const LONGEST_WAIT_MS = 1500;
/** Drivers that draw without a graphics card. */
const SOFTWARE = /swiftshader|llvmpipe|softpipe|software|basic render/i;
const OPACITY = /** @type {const} */ ({ fill: "fill-opacity", line: "line-opacity" });

/** Emits "points" when label points have come or gone, "shown" when what was waited for is there, "idle" when all is drawn, "error" {message}. */
export class GlMap extends EventTarget {
  /** The page has asked before it read our modules. */
  static supported() {
    return window.hasWebGl2;
  }

  #waiting = 0;
  /** @type {Set<string>} */
  #painted = new Set();
  #stretched = 0;
  /** @type {Map<string, number>} */
  #faint = new Map();
  #ground = 1;
  #emphasis = new Emphasis();
  #standing = false;
  /** @type {Ref | null} */
  #hovered = null;
  /** @type {Ref | null} */
  #hidden = null;
  /** Layers that stay at hand while they are off, with the fields that colour them. @type {Map<string, Set<string>>} */
  #held = new Map();
  /** Addresses of tiles that were fetched for views to come. @type {Set<string>} */
  #kept = new Set();
  /** Until when nothing is drawn that is not whole; 0: nothing is waited for. */
  #waits_until = 0;
  #has_drawn = false;
  /** Whose frames are left out. @type {unknown} */
  #painter = null;

  /** @param {L.Map} map @param {Setting} setting */
  constructor(map, setting) {
    super();
    this.map = map;
    this.pane = quietPane(map, PANE + (setting.side ?? ""), 200);
    this.seen = new InSight(map, setting);
    this.backdrop = setting.backdrop;
    this.tiles = setting.tiles;
    this.addresses = setting.tiles;
    this.patterns = setting.style.patterns;
    this.layers = drawnLayers(setting.style.layers, setting).map(unseenRing);
    fetchFirst(map, setting.tiles);
    this.sheet = addSheet(map, this.pane, specification(this.layers, setting), Boolean(setting.lasting));
    this.gl = this.sheet.getMaplibreMap();
    this.#drawWhole();
    this.#listen();
  }

  /** @returns {Promise<void>} once the first view is drawn, or cannot be */
  ready() {
    return new Promise((resolve) => {
      this.gl.once("load", () => resolve());
      this.gl.once("error", () => resolve());
    });
  }

  get isDrawn() {
    return this.#standing && !this.#waiting && !this.#waits_until && this.gl.loaded() && !this.gl.isMoving();
  }

  /** Does the processor draw, because there is no graphics card? */
  get isSlow() {
    const ink = /** @type {WebGL2RenderingContext | null} */ (this.gl.getCanvas().getContext("webgl2"));
    const told = ink?.getExtension("WEBGL_debug_renderer_info");
    return SOFTWARE.test(String(told && ink?.getParameter(told.UNMASKED_RENDERER_WEBGL)));
  }

  /** What stands there stays until what is asked for from now on can be drawn whole. @returns {boolean} is there anything? */
  wait() {
    if (!this.#standing) return false;
    this.#waitForWhole();
    return true;
  }

  /** Where symbols and names may stand, for the layers that are on. */
  points() {
    return this.seen.points;
  }

  /** @param {string} key @param {boolean} on */
  setVisible(key, on) {
    if (!this.seen.turn(key, on)) return;
    if (!this.#standing) return;
    this.#applyVisible(key);
    this.#collectSoon();
  }

  /** What is off is drawn with no strength instead of being taken away, so that it need not be cut anew. @param {Map<string, Set<string>>} layers */
  hold(layers) {
    this.#held = layers;
    if (!this.#standing) return;
    for (const key of this.seen.keys) this.#applyVisible(key);
  }

  /** Lets the browser keep the tiles of a view to come. @param {import("app/map/ahead.js").Coming} coming @param {AbortSignal} signal */
  async prepare({ zoom, frame }, signal) {
    const source = /** @type {import("maplibre-gl").VectorTileSource | undefined} */ (
      this.#standing ? this.gl.getSource(SOURCE) : undefined
    );
    const address = source?.tiles?.[0];
    if (!source || !address) return;
    const { x, y } = this.map.getSize().multiplyBy(PADDING);
    for (const place of placesIn(zoom, widened(frame, x, y), source)) {
      const url = addressOf(address, place);
      if (this.#kept.has(url)) continue;
      if (await keepAhead(url, signal)) this.#kept.add(url);
      if (signal.aborted) return;
    }
  }

  /** @param {string} key @param {number} factor */
  setOpacity(key, factor) {
    this.#faint.set(key, factor);
    if (this.#standing) this.#applyOpacity(key, factor);
  }

  /** How strongly the ground is drawn: over a base map it is not filled. @param {number} factor */
  setGround(factor) {
    if (factor === this.#ground) return;
    this.#ground = factor;
    if (this.#standing) this.#applyGround();
  }

  /** What the view is about; the rest is fainter. @param {Emphasis} emphasis */
  setEmphasis(emphasis) {
    this.#emphasis = emphasis;
    if (this.#standing) this.#applyEmphasis();
  }

  /** A CSS pixel has become another number of pixels of the screen. */
  sharpen() {
    this.gl.setPixelRatio(window.devicePixelRatio);
  }

  /** @param {Ref | null} ref */
  setHover(ref) {
    if (this.#hovered) this.#ring(this.#hovered, false);
    this.#hovered = ref;
    if (ref) this.#ring(ref, true);
  }

  /** The chosen feature is named at any zoom, for which the points of its layer are needed. @param {string | null} key */
  setChosen(key) {
    if (!this.seen.choose(key)) return;
    this.#collect();
  }

  /** @param {Ref | null} ref */
  setHidden(ref) {
    const before = this.#hidden;
    this.#hidden = ref;
    if (!this.#standing) return;
    for (const key of new Set([before, ref].flatMap((each) => each?.layer ?? []))) this.#applyFilter(key);
  }

  /** Only what passes is drawn. Tiles that are there stay, unless they themselves are filtered. @param {string} key @param {import("app/map/passing.js").Asked | null} asked */
  setFilter(key, asked) {
    const others = this.seen.passing.set(key, asked);
    if (!this.#standing) return;
    this.#applyFilter(key);
    if (others) this.#readTiles(key);
    this.seen.forget();
    this.#collect();
  }

  /** Only what stands is drawn, of the tiles that are there. @param {string} key @param {any} expression null: everything */
  setTime(key, expression) {
    if (!this.seen.passing.setTime(key, expression) || !this.#standing) return;
    this.#applyFilter(key);
    this.seen.forget();
    this.#collectSoon();
  }

  /** Which field colours a layer in this view. @param {Record<string, string>} fields by layer */
  setColors(fields) {
    const changed = this.seen.coloring.set(fields);
    if (!changed.length || !this.#standing) return;
    for (const key of changed) this.#applyVisible(key);
    this.seen.forget();
    this.#collect();
  }

  /** Takes it off the map for good. */
  remove() {
    clearTimeout(this.#waiting);
    this.#standing = false;
    this.sheet.remove();
  }

  /**
   * Fills and lines at a place of the map's container, what is in front first.
   * @param {{x: number, y: number}} spot @param {number} tolerance
   * @returns {Hit[]}
   */
  hits(spot, tolerance) {
    if (!this.#standing) return [];
    const corner = this.#corner();
    const [x, y] = [spot.x - corner.x, spot.y - corner.y];
    /** @type {[[number, number], [number, number]]} */
    const around = [
      [x - tolerance, y - tolerance],
      [x + tolerance, y + tolerance],
    ];
    const layers = this.layers.filter((layer) => this.#isPickable(layer)).map(({ id }) => id);
    return this.gl.queryRenderedFeatures(around, { layers }).map(hit);
  }

  /** The tiles have changed on the server; layers that are not named have none now. @param {Tiles} tiles */
  renew(tiles) {
    this.seen.renew(tiles);
    for (const key of this.seen.keys) this.#applyVisible(key);
    this.addresses = tiles;
    const urls = [
      [SOURCE, tiles.url],
      ...(tiles.large ?? []).map(({ key, url }) => [
        sourceOf(key, tiles),
        this.seen.passing.addressOf(key, url),
      ]),
    ];
    for (const [name, url] of urls) {
      const source = /** @type {import("maplibre-gl").VectorTileSource} */ (this.gl.getSource(String(name)));
      if (url) source?.setUrl(absolute(url));
    }
    this.#collect();
  }

  /** As it was drawn last, where the setting keeps that. @param {CanvasRenderingContext2D} ink */
  still(ink) {
    const canvas = this.gl.getCanvas();
    const { x, y } = this.#corner();
    const ratio = this.gl.getPixelRatio();
    ink.drawImage(canvas, x, y, canvas.width / ratio, canvas.height / ratio);
  }

  /**
   * Draws what GL shows. Its canvas can be read only while it renders.
   * @param {CanvasRenderingContext2D} ink one unit is one CSS pixel of the map's container
   * @returns {Promise<void>}
   */
  copyTo(ink) {
    return new Promise((resolve) => {
      this.gl.once("render", () => {
        this.still(ink);
        resolve();
      });
      this.gl.triggerRepaint();
    });
  }

  // A frame that is left out keeps the one before on the screen. A graphics card that comes back has a new painter.
  #drawWhole() {
    const { painter } = /** @type {any} */ (this.gl);
    if (painter === this.#painter) return;
    this.#painter = painter;
    const draw = painter.render.bind(painter);
    painter.render = (/** @type {any} */ style, /** @type {any} */ how) => {
      // Tiles that come are thrown away as long as their painter has no style.
      painter.style = style;
      if (this.#waits_until) {
        if (!this.#isWhole() && performance.now() < this.#waits_until) return;
        this.#waits_until = 0;
        this.#has_drawn = true;
        this.#collect();
        this.dispatchEvent(new Event("shown"));
      }
      draw(style, how);
    };
  }

  #waitForWhole() {
    this.#waits_until = performance.now() + LONGEST_WAIT_MS;
    this.gl.triggerRepaint();
    setTimeout(() => this.#standing && this.#waits_until && this.gl.triggerRepaint(), LONGEST_WAIT_MS);
  }

  // At first there are no tiles because nobody knows yet which there are.
  #isWhole() {
    return this.gl.areTilesLoaded() && (this.#has_drawn || Boolean(this.gl.isStyleLoaded()));
  }

  /** @param {Ref} ref @param {boolean} hover */
  #ring(ref, hover) {
    this.gl.setFeatureState(this.#target(ref), { hover });
    const ring = this.#layersOf(ref.layer).find(isRing);
    if (ring) this.gl.setPaintProperty(ring.id, "line-width", hover ? RING_PX : 0);
  }

  #listen() {
    this.gl.on("style.load", () => this.#stand());
    this.gl.on("styleimagemissing", ({ id }) => this.#addPattern(id));
    this.gl.on("moveend", () => this.#repaintPatterns());
    this.gl.on("sourcedata", ({ sourceId }) => {
      if (String(sourceId).startsWith(SOURCE)) this.#collectSoon();
    });
    this.gl.on("idle", () => {
      this.#collect();
      this.dispatchEvent(new Event("idle"));
    });
    this.gl.on("error", ({ error }) => {
      this.dispatchEvent(new CustomEvent("error", { detail: { message: complaint(error) } }));
    });
    this.#followRatio();
  }

  // What was asked for before the style stood is done now.
  #stand() {
    this.#standing = true;
    this.#drawWhole();
    // Each tile that comes asks for a frame: without a graphics card that takes longer than to fetch the next.
    if (this.isSlow) this.#waitForWhole();
    for (const key of this.seen.keys) this.#applyVisible(key);
    for (const [key, factor] of this.#faint) this.#applyOpacity(key, factor);
    if (this.#ground < 1) this.#applyGround();
    if (this.#emphasis.subject) this.#applyEmphasis();
    for (const key of this.seen.keys) {
      this.#applyFilter(key);
      if (this.seen.passing.tilesOf(key)) this.#readTiles(key);
    }
  }

  /** @param {string} key */
  #applyFilter(key) {
    const hidden = this.#hidden?.layer === key ? ["!=", ["id"], this.#hidden.id] : null;
    for (const layer of this.#layersOf(key)) {
      const own = /** @type {any} */ (layer).filter ?? null;
      const parts = [own, hidden, this.seen.passing.expressionOf(key)].filter(Boolean);
      const whole = parts.length > 1 ? ["all", ...parts] : parts[0];
      if (whole !== this.gl.getFilter(layer.id)) this.gl.setFilter(layer.id, /** @type {any} */ (whole));
    }
  }

  /** @param {string} key */
  #readTiles(key) {
    const own = (this.addresses.large ?? []).find((each) => each.key === key);
    if (!own) return;
    const source = this.gl.getSource(sourceOf(key, this.tiles));
    const url = absolute(this.seen.passing.addressOf(key, own.url));
    /** @type {import("maplibre-gl").VectorTileSource | undefined} */ (source)?.setUrl(url);
  }

  #applyGround() {
    for (const key of this.backdrop) this.#applyOpacity(key, this.#faint.get(key) ?? 1);
  }

  #applyEmphasis() {
    for (const key of this.seen.keys) this.#applyOpacity(key, this.#faint.get(key) ?? 1);
  }

  /** @param {string} key */
  #applyVisible(key) {
    for (const layer of this.#layersOf(key)) {
      const { id } = layer;
      const visibility = this.#isSeen(layer) || this.#isHeld(layer) ? "visible" : "none";
      if (this.gl.getLayoutProperty(id, "visibility") !== visibility) {
        this.gl.setLayoutProperty(id, "visibility", visibility);
      }
    }
    if (this.#held.has(key)) this.#applyOpacity(key, this.#faint.get(key) ?? 1);
  }

  /** @param {string} key @param {number} factor */
  #applyOpacity(key, factor) {
    for (const layer of this.#layersOf(key)) {
      if (!(layer.type in OPACITY) || isRing(layer)) continue;
      const name = OPACITY[/** @type {keyof typeof OPACITY} */ (layer.type)];
      const ground = this.backdrop.has(key) ? groundStrength(layer.type, this.#ground) : 1;
      const strength = this.#isSeen(layer) ? factor * ground * this.#emphasis.of(key, classOf(layer)) : 0;
      this.gl.setPaintProperty(
        layer.id,
        name,
        strength && fainter(/** @type {any} */ (layer.paint)?.[name], strength),
      );
    }
  }

  // A window that moves to another monitor changes the pixel ratio without any resize.
  #followRatio() {
    const query = matchMedia(`(resolution: ${window.devicePixelRatio}dppx)`);
    const moved = () => {
      this.gl.setPixelRatio(window.devicePixelRatio);
      this.#followRatio();
    };
    query.addEventListener("change", moved, { once: true });
  }

  /** @param {string} name */
  #addPattern(name) {
    const pattern = this.patterns[name];
    if (!pattern || this.gl.hasImage(name)) return;
    const image = patternImage(pattern, PATTERN_RATIO, this.#stretch());
    this.gl.addImage(name, image, { pixelRatio: PATTERN_RATIO });
    this.#painted.add(name);
  }

  // GL stretches patterns from one whole zoom to the next; they are painted anew, so that a hatch is
  // as fine on the map as in the legend.
  #repaintPatterns() {
    const stretch = this.#stretch();
    if (stretch === this.#stretched) return;
    this.#stretched = stretch;
    for (const name of this.#painted) {
      if (!this.gl.hasImage(name)) continue;
      this.gl.updateImage(name, patternImage(this.patterns[name], PATTERN_RATIO, stretch));
    }
  }

  #stretch() {
    const zoom = this.gl.getZoom();
    return 2 ** (zoom - Math.floor(zoom));
  }

  #collectSoon() {
    if (this.#waiting) return;
    this.#waiting = window.setTimeout(() => this.#collect(), POINTS_WAIT_MS);
  }

  #collect() {
    clearTimeout(this.#waiting);
    this.#waiting = 0;
    if (!this.#standing) return;
    if (this.seen.collect((key) => this.#pointsOf(key))) this.dispatchEvent(new Event("points"));
  }

  // Tiles of two zooms may both be there for a moment: one place is one id and number.
  /** @param {string} key @returns {LabelPoint[]} */
  #pointsOf(key) {
    const source = sourceOf(key, this.tiles);
    if (!this.gl.getSource(source)) return [];
    const found = this.gl.querySourceFeatures(source, { sourceLayer: `${key}_points` });
    return eachOnce(found.map((feature) => labelPoint(key, feature)));
  }

  /** @param {string} key */
  #layersOf(key) {
    return this.layers.filter((layer) => keyOf(layer) === key);
  }

  // The ring around what is pointed at has no colour of its layer.
  /** @param {StyleLayer} layer */
  #isColored(layer) {
    return isRing(layer) || this.seen.coloring.shows(layer);
  }

  /** @param {StyleLayer} layer */
  #isSeen(layer) {
    return !this.seen.isOff(keyOf(layer)) && this.#isColored(layer);
  }

  /** @param {StyleLayer} layer */
  #isHeld(layer) {
    const key = keyOf(layer);
    // Tiles of its own are many, and fetched only for what is seen.
    const isThere = sourceOf(key, this.tiles) === SOURCE && this.seen.isPresent(key);
    const fields = isThere ? this.#held.get(key) : undefined;
    return fields !== undefined && (isRing(layer) || fields.has(coloringOf(layer)));
  }

  /** @param {StyleLayer} layer */
  #isPickable(layer) {
    const key = keyOf(layer);
    if (this.seen.isOff(key) || isRing(layer) || !this.#isColored(layer)) return false;
    return !(this.backdrop.has(key) && layer.type === "fill");
  }

  /** @param {Ref} ref */
  #target({ layer, id }) {
    return { source: sourceOf(layer, this.tiles), sourceLayer: layer, id };
  }

  // GL draws a little more than the container shows.
  #corner() {
    return this.map.layerPointToContainerPoint(L.DomUtil.getPosition(this.sheet.getContainer()));
  }
}

// GL takes its time to be set up and to ask where its tiles are: meanwhile the browser gets those of the first view.
/** @param {L.Map} map @param {Tiles} tiles */
function fetchFirst(map, { ahead }) {
  if (!ahead) return;
  const { x, y } = map.getSize().multiplyBy(PADDING);
  const { min, max } = /** @type {{min: L.Point, max: L.Point}} */ (map.getPixelBounds());
  const frame = widened({ minX: min.x, minY: min.y, maxX: max.x, maxY: max.y }, x, y);
  const [west, south, east, north] = ahead.bounds;
  const [from, to] = [map.project([north, west]), map.project([south, east])];
  const filled = common(frame, { minX: from.x, minY: from.y, maxX: to.x, maxY: to.y });
  for (const place of placesIn(map.getZoom(), filled, ahead)) keepAhead(addressOf(ahead.address, place));
}

/** @param {L.Map} map @param {HTMLElement} pane @param {import("app/map/gl_style.js").StyleSpecification} style @param {boolean} lasting */
function addSheet(map, pane, style, lasting) {
  const options = {
    pane: /** @type {any} */ (pane),
    padding: PADDING,
    interactive: false,
    fadeDuration: 0,
    style,
    canvasContextAttributes: { preserveDrawingBuffer: lasting },
    locale: { "Map.Title": "地图" },
    transformRequest: (/** @type {string} */ url) => ({ url: absolute(url) }),
  };
  const sheet = L.maplibreGL(options);
  drawOnce(sheet);
  return sheet.addTo(map);
}

// Leaflet tells of one move several times; what stands there already is not drawn again.
/** @param {any} sheet */
function drawOnce(sheet) {
  const draw = sheet._transformGL;
  sheet._transformGL = (/** @type {import("maplibre-gl").Map} */ gl) => {
    const { lng, lat } = sheet._map.getCenter();
    const there = gl.getCenter();
    const stands = there.lng === lng && there.lat === lat && gl.getZoom() === sheet._map.getZoom() - 1;
    if (!stands) draw.call(sheet, gl);
  };
  sheet._pinchZoom = () => sheet._transformGL(sheet._glMap);
}

// Nothing is pointed at yet; a line without width is not drawn at all.
/** @param {StyleLayer} layer @returns {StyleLayer} */
function unseenRing(layer) {
  if (!isRing(layer)) return layer;
  return /** @type {StyleLayer} */ ({ ...layer, paint: { ...layer.paint, "line-width": 0 } });
}

/** @param {string} layer @param {GeoJSON.Feature} feature @returns {LabelPoint} */
function labelPoint(layer, { id, geometry, properties }) {
  const [lon, lat] = /** @type {GeoJSON.Point} */ (geometry).coordinates;
  const { seq = 0, angle = 0 } = properties ?? {};
  return { layer, id: Number(id), seq, lon, lat, angle, properties: properties ?? {} };
}

/** @param {string} address @param {import("app/map/ahead.js").Place} place */
function addressOf(address, { z, x, y }) {
  return address.replace("{z}", String(z)).replace("{x}", String(x)).replace("{y}", String(y));
}

/** @param {Rendered} feature @returns {Hit} */
function hit({ id, geometry, properties, layer }) {
  const shape = geometry.type.endsWith("Polygon")
    ? "polygon"
    : geometry.type.endsWith("Point")
      ? "point"
      : "line";
  return { layer: keyOf(layer), id: Number(id), properties, shape };
}

/** @param {(Error & {status?: number}) | undefined} error */
function complaint(error) {
  if (error?.status) return `地图数据没有读到（状态 ${error.status}）。请稍后重试，仍不行请联系管理员。`;
  return "地图有一部分没有画出来。请刷新页面重试，仍不行请联系管理员。";
}
