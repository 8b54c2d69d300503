// How do the compiled style layers become the style of the one GL map? Pure.

import { graticule } from "app/map/graticule.js";

/**
 * @typedef {import("maplibre-gl").LayerSpecification} StyleLayer
 * @typedef {import("maplibre-gl").StyleSpecification} StyleSpecification
 * @typedef {[west: number, south: number, east: number, north: number]} Bounds
 * @typedef {{url: string | null, large?: {key: string, url: string}[]}} Tiles the small layers share one source
 */

export const SOURCE = "county";
// Names of a layer of many features can be told apart only from here on.
export const CLOSE_ZOOM = 14;
const HOVER = "/hover";
const INK = "#16222E";

/** @param {string} url */
export function absolute(url) {
  return new URL(url, window.location.href).href;
}

/** The layer of ours that a style layer belongs to. @param {StyleLayer} layer @returns {string} */
export function keyOf(layer) {
  return String(/** @type {Record<string, unknown>} */ (layer.metadata)?.layer);
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
 * The style layers as they stand at the start, with a hover ring for every layer of the theme.
 * @param {StyleLayer[]} layers
 * @param {{off: Set<string>, backdrop: Set<string>, tiles: Tiles}} setting
 * @returns {StyleLayer[]}
 */
export function drawnLayers(layers, { off, backdrop, tiles }) {
  const themes = [...new Set(layers.map(keyOf))].filter((key) => !backdrop.has(key));
  const rings = themes.map((key) => ring(layers, key));
  return [...layers, ...rings].map((layer) => {
    const key = keyOf(layer);
    const visibility = off.has(key) ? "none" : "visible";
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
