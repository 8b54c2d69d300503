// Which layers does this view colour by another field than everywhere else? Of the alternatives that the style brings.
import { keyOf } from "app/map/gl_style.js";

/**
 * @typedef {{codes: Record<string, string>, none: string, parts: Record<string, string>}} Alternative classes by the value of the field, of every other, and of what keeps its class
 * @typedef {Record<string, Record<string, Alternative>>} Alternatives by layer, then field
 * @typedef {import("app/map/recipes.js").LabelPoint} LabelPoint
 */

export class Coloring {
  /** The field by layer. @type {Record<string, string>} */
  #fields = {};

  /** @param {Alternatives} [alternatives] */
  constructor(alternatives = {}) {
    this.alternatives = alternatives;
  }

  /** @param {Record<string, string>} fields by layer; what has no alternative stays as it is @returns {string[]} layers that change */
  set(fields) {
    const known = Object.entries(fields).filter(([layer, field]) => this.alternatives[layer]?.[field]);
    const before = this.#fields;
    this.#fields = Object.fromEntries(known);
    const layers = new Set([...Object.keys(before), ...Object.keys(this.#fields)]);
    return [...layers].filter((layer) => before[layer] !== this.#fields[layer]);
  }

  /** Does a style layer belong to how its layer is coloured now? @param {import("app/map/gl_style.js").StyleLayer} styled */
  shows(styled) {
    return (this.#fields[keyOf(styled)] ?? "") === coloringOf(styled);
  }

  /** The points with the classes that they have now. @param {string} layer @param {LabelPoint[]} points @returns {LabelPoint[]} */
  points(layer, points) {
    const field = this.#fields[layer];
    if (!field) return points;
    const { codes, none, parts } = this.alternatives[layer][field];
    return points.map((point) => {
      const { properties } = point;
      if (properties.count !== undefined) return point;
      const symbol = parts[properties.symbol] ?? codes[properties[field]] ?? none;
      return { ...point, properties: { ...properties, symbol } };
    });
  }
}

/** The field by which a style layer is coloured; "": as everywhere. @param {import("app/map/gl_style.js").StyleLayer} styled */
export function coloringOf(styled) {
  const told = /** @type {Record<string, string | undefined> | undefined} */ (styled.metadata);
  return told?.colors ?? "";
}
