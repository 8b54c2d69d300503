// How does a paint value become fainter? Numbers and expressions alike. Pure.

/** @typedef {number | readonly any[] | undefined} PaintValue */

/**
 * The value times `factor`. An expression of the zoom may only stand outermost, so its outputs are multiplied.
 * @param {PaintValue} value undefined: fully drawn
 * @param {number} factor
 * @returns {any}
 */
export function fainter(value, factor) {
  if (value === undefined) return factor;
  if (typeof value === "number") return value * factor;
  const [operator, ...rest] = value;
  if (operator === "interpolate" && isZoom(rest[1])) {
    const [curve, input, ...stops] = rest;
    return [operator, curve, input, ...stops.map((part, i) => (i % 2 ? fainter(part, factor) : part))];
  }
  if (operator === "step" && isZoom(rest[0])) {
    const [input, ...stops] = rest;
    return [operator, input, ...stops.map((part, i) => (i % 2 ? part : fainter(part, factor)))];
  }
  return ["*", factor, value];
}

const GROUND_LINE = 0.6;

/**
 * How strongly boundaries and rivers are drawn on a ground of this strength: fills give way, lines stay readable.
 * @param {string} type @param {number} ground 1: the ground is ours; 0: a base map lies under it
 */
export function groundStrength(type, ground) {
  return type === "line" ? Math.max(ground, GROUND_LINE) : ground;
}

/** @param {unknown} expression */
function isZoom(expression) {
  return Array.isArray(expression) && expression[0] === "zoom";
}
