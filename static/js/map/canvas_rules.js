// What do the compiled style layers say about one feature at one zoom, where no GL reads them? Pure.

/**
 * @typedef {import("app/map/gl_style.js").StyleLayer} StyleLayer
 * @typedef {{zoom: number, properties: Record<string, any>, shape: string, id?: number}} Place zoom: MapLibre's; shape: as GL names it
 */

const FEW = 16;
const SHAPES = ["Unknown", "Point", "LineString", "Polygon"];

/** @type {Record<string, (parts: any[], at: Place) => any>} */
const OPERATORS = {
  get: ([name], { properties }) => properties[name],
  zoom: (_, { zoom }) => zoom,
  "geometry-type": (_, { shape }) => shape,
  id: (_, { id }) => id,
  has: ([name], { properties }) => properties[name] !== undefined && properties[name] !== null,
  "==": ([one, other], at) => evaluate(one, at) === evaluate(other, at),
  ">": ([one, other], at) => evaluate(one, at) > evaluate(other, at),
  ">=": ([one, other], at) => evaluate(one, at) >= evaluate(other, at),
  "<": ([one, other], at) => evaluate(one, at) < evaluate(other, at),
  "<=": ([one, other], at) => evaluate(one, at) <= evaluate(other, at),
  "!": ([one], at) => !evaluate(one, at),
  in: ([one, other], at) => evaluate(other, at).includes(evaluate(one, at)),
  "to-string": ([one], at) => String(evaluate(one, at) ?? ""),
  coalesce: (parts, at) => parts.reduce((found, part) => found ?? evaluate(part, at) ?? null, null),
  "to-number": ([one], at) => Number(evaluate(one, at)),
  any: (parts, at) => parts.some((part) => evaluate(part, at)),
  all: (parts, at) => parts.every((part) => evaluate(part, at)),
  "*": (parts, at) => parts.reduce((product, part) => product * evaluate(part, at), 1),
  match: ([input, ...cases], at) => evaluate(matching(evaluate(input, at), cases), at),
  interpolate: ([curve, input, ...stops], at) => between(curve, evaluate(input, at), stops, at),
};

/** The value of an expression as layers/symbols writes it. @param {any} value @param {Place} at @returns {any} */
export function evaluate(value, at) {
  if (!Array.isArray(value)) return value;
  const operator = OPERATORS[value[0]];
  if (!operator) throw new Error(`The canvas does not know the expression "${value[0]}"`);
  return operator(value.slice(1), at);
}

/** @param {number} zoom Leaflet's @param {{props: Record<string, any>, geomType: number}} feature of a tile @returns {Place} */
export function placeOf(zoom, { props, geomType }) {
  return { zoom: zoom - 1, properties: props, shape: SHAPES[geomType] };
}

/** Is this style layer drawn at all at this zoom? @param {StyleLayer} layer @param {number} zoom Leaflet's */
export function isAtZoom({ minzoom = 0, maxzoom = 99 }, zoom) {
  return zoom - 1 >= minzoom && zoom - 1 < maxzoom;
}

/** Does this style layer draw this feature? @param {StyleLayer} layer @param {Place} at */
export function draws(layer, at) {
  const filter = /** @type {any} */ (layer).filter;
  return filter === undefined || Boolean(evaluate(filter, at));
}

/** A paint value of a style layer. @param {StyleLayer} layer @param {string} name @param {Place} at @param {any} [missing] */
export function paintValue(layer, name, at, missing) {
  const value = /** @type {any} */ (layer.paint)?.[name];
  return value === undefined ? missing : isPlain(value) ? value : evaluate(value, at);
}

// Dashes and shifts are lists of numbers, not expressions.
/** @param {any} value */
function isPlain(value) {
  return !Array.isArray(value) || typeof value[0] !== "string";
}

/** @param {unknown} input @param {any[]} cases value, result, value, result, …, otherwise */
function matching(input, cases) {
  if (Array.isArray(cases[0])) {
    const [labels, found, otherwise] = cases;
    if (cases.length === 3 && labels.length > FEW) return setOf(labels).has(input) ? found : otherwise;
  }
  for (let i = 0; i + 1 < cases.length; i += 2) {
    if ([cases[i]].flat().includes(input)) return cases[i + 1];
  }
  return cases[cases.length - 1];
}

/** @type {WeakMap<any[], Set<unknown>>} */
const sets = new WeakMap();

// Thousands of ids are asked for every feature.
/** @param {any[]} labels */
function setOf(labels) {
  const known = sets.get(labels) ?? new Set(labels);
  sets.set(labels, known);
  return known;
}

/** @param {[kind: string, base?: number]} curve @param {number} input @param {any[]} stops @param {Place} at */
function between([kind, base = 1], input, stops, at) {
  const above = stops.findIndex((stop, i) => i % 2 === 0 && stop > input);
  if (above === 0) return evaluate(stops[1], at);
  if (above < 0) return evaluate(stops[stops.length - 1], at);
  const [from, low, to, high] = stops.slice(above - 2, above + 2);
  const share = grown(input - from, to - from, kind === "exponential" ? base : 1);
  return evaluate(low, at) * (1 - share) + evaluate(high, at) * share;
}

/** @param {number} part @param {number} whole @param {number} base */
function grown(part, whole, base) {
  return base === 1 ? part / whole : (base ** part - 1) / (base ** whole - 1);
}
