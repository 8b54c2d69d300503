// What does the server say about symbols? The types of /api/style, and the few questions asked of them.
import { PAPER } from "app/ink.js";

/**
 * @typedef {"square" | "diamond" | "seal" | "hexagon" | "pentagon" | "triangle" | "circle" | "dot" | "shield"} Shape
 *
 * @typedef {object} Marker
 * @property {Shape} shape
 * @property {string} fill
 * @property {string} edge
 * @property {"" | "x" | "dash" | "dot"} [mark]
 * @property {boolean} [hollow]
 * @property {string} [text]
 * @property {string} [text_from] field of the tile that gives the character or number
 * @property {string} [hollow_from] field of the tile that makes it hollow
 * @property {boolean} [sized] grows with the area in 亩
 * @property {number} [from_zoom]
 * @property {number} [until_zoom]
 *
 * @typedef {object} Label
 * @property {number} priority 1 is placed first
 * @property {number} size
 * @property {string} color
 * @property {number} weight
 * @property {"hei" | "song"} face
 * @property {boolean} [italic]
 * @property {number} [spacing]
 * @property {number} [from_zoom]
 * @property {boolean} [along] one glyph after the other along the line
 * @property {number} [halo]
 * @property {string} [text_from]
 *
 * @typedef {{marker: Marker | null, shield: Marker | null, label: Label | null}} ClassRecipe
 * @typedef {{style: "donut" | "count", by: string, over: number, below_zoom: number}} Cluster
 *
 * @typedef {object} OverlayRecipe
 * @property {Record<string, ClassRecipe>} classes
 * @property {Cluster | null} cluster
 * @property {[mu: number, px: number][]} square_sizes
 * @property {string} measure_word
 *
 * @typedef {object} Pattern
 * @property {"lines" | "cross" | "dots"} kind
 * @property {string} color
 * @property {number} tile
 * @property {number} width
 * @property {number} [angle]
 * @property {string | null} [background]
 *
 * @typedef {{color: string, width: number, dash?: number[], opacity?: number}} SwatchLine
 * @typedef {{color: string, opacity?: number, pattern?: string | null}} SwatchFill
 * @typedef {{marker: Marker | null, lines: SwatchLine[], fills: SwatchFill[]}} Swatch
 *
 * @typedef {object} Style
 * @property {import("maplibre-gl").LayerSpecification[]} layers
 * @property {Record<string, Pattern>} patterns
 * @property {Record<string, OverlayRecipe>} overlay by layer key
 * @property {Record<string, Record<string, Swatch>>} classes by layer, then class
 * @property {import("app/map/coloring.js").Alternatives} [colors] how single views colour layers
 *
 * @typedef {object} LabelPoint one place in a tile where a symbol or a name may stand
 * @property {string} layer
 * @property {number} id
 * @property {number} seq number of the place along its line
 * @property {number} lon
 * @property {number} lat
 * @property {number} angle of the line, degrees clockwise on the screen
 * @property {Record<string, any>} properties
 */

/**
 * Label points of several tiles, which overlap: one place is one id and number. In the order of their ids.
 * @param {LabelPoint[]} points
 */
export function eachOnce(points) {
  const known = new Map(points.map((point) => [`${point.id}.${point.seq}`, point]));
  return [...known.values()].sort((a, b) => a.id - b.id || a.seq - b.seq);
}

/** @param {{from_zoom?: number, until_zoom?: number}} part @param {number} zoom */
export function shownAt({ from_zoom = 0, until_zoom = 99 }, zoom) {
  return zoom >= from_zoom && zoom < until_zoom;
}

/** Is there anything of a layer to be placed at this zoom? @param {OverlayRecipe} recipe @param {number} zoom */
export function places({ classes }, zoom) {
  return Object.values(classes).some(({ marker, shield, label }) =>
    [marker, shield, label].some((part) => part && shownAt(part, zoom)),
  );
}

/** @param {OverlayRecipe} recipe @param {number} area_mu */
export function squareSize(recipe, area_mu) {
  const fitting = recipe.square_sizes.filter(([mu]) => area_mu >= mu);
  return (fitting.at(-1) ?? recipe.square_sizes[0])[1];
}

export const SEAL_PX = 26;
export const DIAMOND_PX = 22;
export const DOT_PX = 9;
export const BADGE_PX = 20;
export const SHIELD_PX = 18;
export const DONUT_PX = 71;

/** @param {Marker} marker @param {OverlayRecipe} recipe @param {Record<string, any>} properties */
export function markerSize(marker, recipe, properties) {
  if (marker.shape === "square") {
    return marker.sized ? squareSize(recipe, Number(properties.area_mu) || 0) : 12.5;
  }
  return {
    seal: SEAL_PX,
    diamond: DIAMOND_PX,
    dot: DOT_PX,
    shield: SHIELD_PX,
    hexagon: 20,
    pentagon: 20,
    triangle: 20,
    circle: BADGE_PX,
  }[marker.shape];
}

/** @param {Marker} marker @param {Record<string, any>} properties */
export function markerText(marker, properties) {
  return String((marker.text_from && properties[marker.text_from]) || marker.text || "");
}

/** @param {Marker} marker @param {Record<string, any>} properties */
export function isHollow(marker, properties) {
  return Boolean(marker.hollow_from ? (properties[marker.hollow_from] ?? marker.hollow) : marker.hollow);
}

/**
 * The marker of a feature: hollow while it waits for review, so that nobody takes it for one that stands.
 * @param {Marker} marker @param {Record<string, any>} properties
 */
export function markerOf(marker, properties) {
  if (!properties.review) return marker;
  const edge = marker.shape === "seal" || marker.hollow ? marker.edge : marker.fill;
  return {
    ...marker,
    hollow: true,
    hollow_from: undefined,
    fill: PAPER,
    edge,
    mark: /** @type {""} */ (""),
  };
}

/** The colour that stands for a marker where it has no room for its shape. @param {Marker} marker */
export function signalColor(marker) {
  return marker.hollow ? marker.edge : marker.fill;
}

/** @param {number} characters */
export function shieldWidth(characters) {
  return 12 + 8.4 * characters;
}
