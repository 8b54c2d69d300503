// Which features pass the filter of their layer, and stand at the time that is looked at? The same expressions that GL
// evaluates, for points and for the canvas.

import { evaluate } from "app/map/canvas_rules.js";

/**
 * @typedef {import("app/map/recipes.js").LabelPoint} LabelPoint
 * @typedef {object} Asked what passes in one layer
 * @property {any} expression of the style specification; null: the tiles themselves hold only what passes
 * @property {string | null} tiles the filter as it stands in the addresses of tiles
 * @property {Sum[] | null} sums what stands on the map from afar, for a layer of many features
 * @typedef {{lon: number, lat: number, properties: Record<string, any>}} Sum
 */

const FIRST_SUM = 2 ** 41;

export class Passing {
  /** @type {Map<string, Asked>} */
  #asked = new Map();
  /** What stands, by layer. @type {Map<string, any>} */
  #times = new Map();

  /** @param {string} key of a layer @param {Asked | null} asked null: everything passes @returns {boolean} whether other tiles are needed */
  set(key, asked) {
    const before = this.tilesOf(key);
    if (asked) this.#asked.set(key, asked);
    else this.#asked.delete(key);
    return before !== this.tilesOf(key);
  }

  /** @param {string} key of a layer @param {any} expression null: all of it stands @returns {boolean} whether that is another */
  setTime(key, expression) {
    if (JSON.stringify(this.#times.get(key) ?? null) === JSON.stringify(expression)) return false;
    if (expression) this.#times.set(key, expression);
    else this.#times.delete(key);
    return true;
  }

  /** Filter and time of a layer for GL. @param {string} key @returns {any} null: everything passes */
  expressionOf(key) {
    const filter = this.#asked.get(key)?.expression ?? null;
    const time = this.#times.get(key) ?? null;
    return filter && time ? ["all", filter, time] : (filter ?? time);
  }

  /** @param {string} key */
  tilesOf(key) {
    return this.#asked.get(key)?.tiles ?? null;
  }

  /** The address of a layer's own tiles. @param {string} key @param {string} url */
  addressOf(key, url) {
    const text = this.tilesOf(key);
    return text ? `${url}${url.includes("?") ? "&" : "?"}f=${encodeURIComponent(text)}` : url;
  }

  /** @param {string} key @param {number} id @param {Record<string, any>} properties */
  holds(key, id, properties) {
    const expression = this.expressionOf(key);
    return expression === null || Boolean(evaluate(expression, { id, properties, zoom: 0, shape: "" }));
  }

  /** What stands for features that pass. @param {string} key @param {LabelPoint[]} points of one layer @returns {LabelPoint[]} */
  points(key, points) {
    const asked = this.#asked.get(key);
    if (!asked && !this.#times.has(key)) return points;
    const singles = points.filter(({ properties }) => properties.count === undefined);
    const passing = singles.filter(({ id, properties }) => this.holds(key, id, properties));
    if (singles.length === points.length) return passing;
    if (!asked) return [...passing, ...points.filter(({ properties }) => properties.count !== undefined)];
    return [...passing, ...(asked.sums ?? []).map((sum, at) => summed(key, sum, at))];
  }
}

/** @param {string} layer @param {Sum} sum @param {number} at @returns {LabelPoint} */
function summed(layer, { lon, lat, properties }, at) {
  return { layer, id: FIRST_SUM + at, seq: 0, lon, lat, angle: 0, properties };
}
