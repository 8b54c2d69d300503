// How do the compiled style layers become the style of the one GL map? Pure.

import { INK } from "app/ink.js";
import { graticule } from "app/map/graticule.js";
import { places } from "app/map/recipes.js";

/**
 * @typedef {import("maplibre-gl").LayerSpecification} StyleLayer
 * @typedef {import("maplibre-gl").StyleSpecification} StyleSpecification
 * @typedef {[west: number, south: number, east: number, north: number]} Bounds
 * @typedef {{address: string, minzoom: number, maxzoom: number, bounds: Bounds}} Ahead where tiles lie before their source says so
 * @typedef {{url: string | null, keys?: string[], large?: {key: string, url: string}[], ahead?: Ahead | null}} Tiles the small layers, whose keys it names, share one source
 */

export const SOURCE = "county";
// Names of a layer of many features can be told apart only from here on.
export const CLOSE_ZOOM = 14;
const HOVER = "/hover";
/** So wide is the ring around what is pointed at. */
export const RING_PX = 2;

/** @param {string} url */
export function absolute(url) {
  return new URL(url, window.location.href).href;
}

/** The layer of ours that a style layer belongs to. @param {StyleLayer} layer @returns {string} */
export function keyOf(layer) {
  return String(/** @type {Record<string, unknown>} */ (layer.metadata)?.layer);
}

/** The symbol class that a style layer draws. @param {StyleLayer} layer @returns {string} */
export function classOf(layer) {
  return String(/** @type {Record<string, unknown>} */ (layer.metadata)?.class);
}

/** Is it drawn only where a view colours its layer otherwise? @param {StyleLayer} layer */
function isAlternative(layer) {
  return Boolean(/** @type {Record<string, unknown>} */ (layer.metadata)?.colors);
}

/** @param {StyleLayer} layer */
export function isRing({ id }) {
  return id.endsWith(HOVER);
}

/** A layer of many features has tiles of its own. @param {string} key @param {Tiles} tiles */
export function sourceOf(key, { large = [] }) {
  return large.some((each) => each.key === key) ? `${SOURCE}/${key}` : SOURCE;
}

/**
 * Whether the label points of a layer are placed at this zoom. Those of a large layer are too many from afar, where its
 * tiles carry what its towns amount to instead, if it has donuts.
 * @param {string} key @param {number} zoom Leaflet's @param {Tiles} tiles
 * @param {import("app/map/recipes.js").OverlayRecipe} recipe
 */
export function carriesPoints(key, zoom, tiles, recipe) {
  if (!places(recipe, zoom)) return false;
  if (sourceOf(key, tiles) === SOURCE || zoom >= CLOSE_ZOOM) return true;
  return recipe.cluster?.style === "donut" && zoom < recipe.cluster.below_zoom;
}

/** The layers that have tiles; null where nothing is said of it. @param {Tiles} tiles */
export function presentIn({ keys, large = [] }) {
  return keys ? new Set([...keys, ...large.map(({ key }) => key)]) : null;
}

/**
 * The style layers as they stand at the start, with a hover ring for every layer of the theme.
 * @param {StyleLayer[]} layers
 * @param {{off: Set<string>, backdrop: Set<string>, tiles: Tiles}} setting
 * @returns {StyleLayer[]}
 */
export function drawnLayers(layers, { off, backdrop, tiles }) {
  const themes = [...new Set(layers.map(keyOf))].filter((key) => !backdrop.has(key));
  const rings = themes.map((key) => ring(layers, key, sourceOf(key, tiles) !== SOURCE));
  return [...layers, ...rings].map((layer) => {
    const key = keyOf(layer);
    const visibility = off.has(key) || isAlternative(layer) ? "none" : "visible";
    const layout = { ...layer.layout, visibility };
    return /** @type {StyleLayer} */ ({ ...layer, source: sourceOf(key, tiles), layout });
  });
}

/**
 * @param {StyleLayer[]} layers
 * @param {{tiles: Tiles, bounds: Bounds, graticule: string}} setting
 * @returns {StyleSpecification}
 */
export function specification(layers, { tiles, bounds, graticule: color }) {
  const own = (tiles.large ?? []).map(({ key, url }) => [`${SOURCE}/${key}`, vectorSource(url)]);
  /** @type {StyleLayer} */
  const lines = {
    id: "graticule",
    type: "line",
    source: "graticule",
    paint: { "line-color": color, "line-width": 1 },
  };
  return {
    version: 8,
    // What is asked for is drawn once, not over and over for a third of a second.
    transition: { duration: 0, delay: 0 },
    sources: {
      graticule: { type: "geojson", data: graticule(bounds) },
      ...(tiles.url ? { [SOURCE]: vectorSource(tiles.url) } : {}),
      ...Object.fromEntries(own),
    },
    layers: [lines, ...layers],
  };
}

/** @param {string} url @returns {import("maplibre-gl").VectorSourceSpecification} */
function vectorSource(url) {
  return { type: "vector", url: absolute(url) };
}

// An ink ring around the one feature whose state says hover, as wide apart as its widest line.
// GL fetches tiles only for what it draws: the ring of a layer with tiles of its own stands at every zoom, so that
// its label points come from afar too.
/** @param {StyleLayer[]} layers @param {string} key @param {boolean} always @returns {StyleLayer} */
function ring(layers, key, always) {
  const own = layers.filter((layer) => keyOf(layer) === key);
  const isArea = own.some(({ type }) => type === "fill");
  const widest = /** @type {any} */ (own.find(({ type }) => type === "line")?.paint);
  return {
    id: key + HOVER,
    type: "line",
    source: SOURCE,
    "source-layer": key,
    minzoom: always ? 0 : Math.min(...own.map(({ minzoom = 0 }) => minzoom)),
    metadata: { layer: key },
    paint: {
      "line-color": INK,
      "line-width": RING_PX,
      "line-gap-width": isArea ? 0 : (widest?.["line-width"] ?? 0),
      "line-opacity": ["case", ["boolean", ["feature-state", "hover"], false], 1, 0],
    },
  };
}
