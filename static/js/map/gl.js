// What draws fills and lines? One MapLibre map in a Leaflet pane; every layer is a set of style layers in it.

import { graticule } from "app/map/graticule.js";
import { fainter } from "app/map/opacity.js";
import { patternImage } from "app/map/patterns.js";

/**
 * @typedef {import("app/map/recipes.js").Style} Style
 * @typedef {import("app/map/recipes.js").LabelPoint} LabelPoint
 * @typedef {import("maplibre-gl").LayerSpecification} StyleLayer
 * @typedef {import("maplibre-gl").MapGeoJSONFeature} Rendered
 * @typedef {[west: number, south: number, east: number, north: number]} Bounds
 * @typedef {{layer: string, id: number}} Ref
 * @typedef {Ref & {properties: Record<string, any>, shape: "point" | "line" | "polygon", bounds?: Bounds}} Hit
 * @typedef {{style: Style, tiles: string, bounds: Bounds, backdrop: Set<string>, off: Set<string>, graticule: string}} Setting
 */

export const SOURCE = "county";
const PANE = "gl";
const PADDING = 0.1;
const POINTS_WAIT_MS = 40;
const PATTERN_RATIO = 2;
const INK = "#16222E";
const OPACITY = /** @type {const} */ ({ fill: "fill-opacity", line: "line-opacity" });

/** Emits "points" when label points have come or gone, "idle" when all is drawn, "error" {message}. */
export class GlMap extends EventTarget {
  static supported() {
    try {
      return Boolean(document.createElement("canvas").getContext("webgl2"));
    } catch {
      return false;
    }
  }

  /** @type {LabelPoint[]} */
  #points = [];
  #known = "";
  #waiting = 0;
  /** @type {Set<string>} */
  #painted = new Set();
  #stretched = 0;
  /** @type {Ref | null} */
  #hovered = null;

  /** @param {L.Map} map @param {Setting} setting */
  constructor(map, setting) {
    super();
    this.map = map;
    this.off = setting.off;
    this.backdrop = setting.backdrop;
    this.patterns = setting.style.patterns;
    this.layers = drawn(setting.style.layers, setting.off, setting.backdrop);
    this.keys = [...new Set(this.layers.map(keyOf))];
    for (const key of Object.keys(setting.style.overlay)) if (!this.keys.includes(key)) this.keys.push(key);
    this.sheet = this.#add(setting);
    this.gl = this.sheet.getMaplibreMap();
    this.#listen();
  }

  /** @returns {Promise<void>} once the style stands and the first tiles are in */
  ready() {
    return new Promise((resolve) => (this.gl.loaded() ? resolve() : this.gl.once("load", () => resolve())));
  }

  /** Where symbols and names may stand, for the layers that are on. */
  points() {
    return this.#points;
  }

  /** @param {string} key @param {boolean} on */
  setVisible(key, on) {
    if (on) this.off.delete(key);
    else this.off.add(key);
    const visibility = on ? "visible" : "none";
    for (const layer of this.#layersOf(key)) {
      if (this.gl.getLayer(layer.id)) this.gl.setLayoutProperty(layer.id, "visibility", visibility);
    }
    this.#collect();
  }

  /** @param {string} key @param {number} factor */
  setOpacity(key, factor) {
    for (const { id, type, paint } of this.#layersOf(key)) {
      if (!(type in OPACITY) || id.endsWith(HOVER)) continue;
      const name = OPACITY[/** @type {keyof typeof OPACITY} */ (type)];
      this.gl.setPaintProperty(id, name, fainter(/** @type {any} */ (paint)?.[name], factor));
    }
  }

  /** @param {Ref | null} ref */
  setHover(ref) {
    if (this.#hovered) this.gl.setFeatureState(target(this.#hovered), { hover: false });
    this.#hovered = ref;
    if (ref) this.gl.setFeatureState(target(ref), { hover: true });
  }

  /**
   * Fills and lines at a place of the map's container, what is in front first.
   * @param {{x: number, y: number}} spot @param {number} tolerance
   * @returns {Hit[]}
   */
  hits(spot, tolerance) {
    const corner = this.map.layerPointToContainerPoint(L.DomUtil.getPosition(this.sheet.getContainer()));
    const [x, y] = [spot.x - corner.x, spot.y - corner.y];
    /** @type {[[number, number], [number, number]]} */
    const around = [
      [x - tolerance, y - tolerance],
      [x + tolerance, y + tolerance],
    ];
    const layers = this.layers.filter((layer) => this.#isPickable(layer)).map(({ id }) => id);
    return this.gl.queryRenderedFeatures(around, { layers }).map(hit);
  }

  /** The tiles have changed on the server. @param {string} tiles */
  renew(tiles) {
    const source = /** @type {import("maplibre-gl").VectorTileSource} */ (this.gl.getSource(SOURCE));
    source.setUrl(absolute(tiles));
  }

  /** Draws what GL shows inside the map's container; its canvas can be read only while it renders.
   * @param {CanvasRenderingContext2D} ink one unit is one CSS pixel @returns {Promise<void>} */
  copyTo(ink) {
    return new Promise((resolve) => {
      this.gl.once("render", () => {
        const canvas = this.gl.getCanvas();
        const corner = this.map.layerPointToContainerPoint(L.DomUtil.getPosition(this.sheet.getContainer()));
        const ratio = this.gl.getPixelRatio();
        ink.drawImage(canvas, corner.x, corner.y, canvas.width / ratio, canvas.height / ratio);
        resolve();
      });
      this.gl.triggerRepaint();
    });
  }

  /** @param {Setting} setting */
  #add({ style, tiles, bounds, graticule: color }) {
    const pane = this.map.getPane(PANE) ?? this.map.createPane(PANE);
    pane.style.zIndex = "200";
    pane.style.pointerEvents = "none";
    this.images = style.patterns;
    /** @type {import("maplibre-gl").StyleSpecification} */
    const specification = {
      version: 8,
      sources: {
        graticule: { type: "geojson", data: graticule(bounds) },
        [SOURCE]: { type: "vector", url: absolute(tiles) },
      },
      layers: [
        {
          id: "graticule",
          type: "line",
          source: "graticule",
          paint: { "line-color": color, "line-width": 1 },
        },
        ...this.layers,
      ],
    };
    const options = {
      pane: PANE,
      padding: PADDING,
      interactive: false,
      fadeDuration: 0,
      style: specification,
      locale: { "Map.Title": "地图" },
      transformRequest: (/** @type {string} */ url) => ({ url: absolute(url) }),
    };
    return L.maplibreGL(options).addTo(this.map);
  }

  #listen() {
    this.gl.on("styleimagemissing", ({ id }) => this.#addPattern(id));
    this.gl.on("sourcedata", ({ sourceId }) => {
      if (sourceId === SOURCE) this.#collectSoon();
    });
    this.gl.on("idle", () => {
      this.#collect();
      this.dispatchEvent(new Event("idle"));
    });
    this.gl.on("error", ({ error }) => {
      const detail = { message: `地图数据没有读到：${error?.message ?? "原因不明"}` };
      this.dispatchEvent(new CustomEvent("error", { detail }));
    });
    this.gl.on("moveend", () => this.#repaintPatterns());
    this.#followRatio();
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
    this.gl.addImage(name, patternImage(pattern, PATTERN_RATIO, this.#stretch()), {
      pixelRatio: PATTERN_RATIO,
    });
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
    if (!this.gl.getSource(SOURCE)) return;
    const points = this.keys.filter((key) => !this.off.has(key)).flatMap((key) => this.#pointsOf(key));
    const known = points.map(({ layer, id, seq, lon }) => `${layer}${id}.${seq}@${lon}`).join();
    if (known === this.#known) return;
    this.#known = known;
    this.#points = points;
    this.dispatchEvent(new Event("points"));
  }

  // Tiles of two zooms may both be there for a moment: one place is one id and number.
  /** @param {string} key @returns {LabelPoint[]} */
  #pointsOf(key) {
    /** @type {Map<string, LabelPoint>} */
    const points = new Map();
    for (const feature of this.gl.querySourceFeatures(SOURCE, { sourceLayer: `${key}_points` })) {
      const point = labelPoint(key, feature);
      points.set(`${point.id}.${point.seq}`, point);
    }
    return [...points.values()].sort((a, b) => a.id - b.id || a.seq - b.seq);
  }

  /** @param {string} key */
  #layersOf(key) {
    return this.layers.filter((layer) => keyOf(layer) === key);
  }

  /** @param {StyleLayer} layer */
  #isPickable(layer) {
    const key = keyOf(layer);
    if (this.off.has(key) || layer.id.endsWith(HOVER)) return false;
    return !(this.backdrop.has(key) && layer.type === "fill") && this.gl.getLayer(layer.id) !== undefined;
  }
}

const HOVER = "/hover";

/** @param {StyleLayer} layer @returns {string} */
function keyOf(layer) {
  return String(/** @type {Record<string, unknown>} */ (layer.metadata)?.layer);
}

/** @param {Ref} ref */
function target({ layer, id }) {
  return { source: SOURCE, sourceLayer: layer, id };
}

/** @param {string} url */
function absolute(url) {
  return new URL(url, window.location.href).href;
}

/** @param {StyleLayer[]} layers @param {Set<string>} off @param {Set<string>} backdrop @returns {StyleLayer[]} */
function drawn(layers, off, backdrop) {
  const rings = [...new Set(layers.map(keyOf))]
    .filter((key) => !backdrop.has(key))
    .map((key) => ring(layers, key));
  return [...layers, ...rings].map((layer) => {
    const visibility = off.has(keyOf(layer)) ? "none" : "visible";
    return /** @type {StyleLayer} */ ({ ...layer, layout: { ...layer.layout, visibility } });
  });
}

// An ink ring around the one feature whose state says hover, as wide apart as its widest line.
/** @param {StyleLayer[]} layers @param {string} key @returns {StyleLayer} */
function ring(layers, key) {
  const own = layers.filter((layer) => keyOf(layer) === key);
  const isArea = own.some(({ type }) => type === "fill");
  const widest = /** @type {any} */ (own.find(({ type }) => type === "line")?.paint);
  return {
    id: key + HOVER,
    type: "line",
    source: SOURCE,
    "source-layer": key,
    minzoom: Math.min(...own.map(({ minzoom = 0 }) => minzoom)),
    metadata: { layer: key },
    paint: {
      "line-color": INK,
      "line-width": 2,
      "line-gap-width": isArea ? 0 : (widest?.["line-width"] ?? 0),
      "line-opacity": ["case", ["boolean", ["feature-state", "hover"], false], 1, 0],
    },
  };
}

/** @param {string} layer @param {GeoJSON.Feature} feature @returns {LabelPoint} */
function labelPoint(layer, { id, geometry, properties }) {
  const [lon, lat] = /** @type {GeoJSON.Point} */ (geometry).coordinates;
  const { seq = 0, angle = 0 } = properties ?? {};
  return { layer, id: Number(id), seq, lon, lat, angle, properties: properties ?? {} };
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
