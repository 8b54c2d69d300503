// What is under the pointer? Symbols and names first, then lines and areas, the ground last.

/**
 * @typedef {import("app/map/symbols.js").Symbols} Symbols
 * @typedef {import("app/map/arrange.js").Placed} Placed
 * @typedef {import("app/map/place.js").Box} Box
 * @typedef {import("app/map/place.js").Spot} Spot
 * @typedef {import("app/map/gl.js").Hit} Hit
 * @typedef {{layer: string, id: number, name: string}} Ref name: empty where it is written on the map anyway
 * @typedef {{hits: (spot: Spot, tolerance: number) => Hit[], setHover: (ref: {layer: string, id: number} | null) => void}} Renderer
 * @typedef {{features: Ref[], crowd: Box | null, top: Placed | null}} Found
 */

const MOUSE_PX = 3;
const FINGER_PX = 10;
const ORDER = { point: 0, line: 1, polygon: 2 };

/** @param {boolean} byFinger */
export function toleranceFor(byFinger) {
  return byFinger ? FINGER_PX : MOUSE_PX;
}

export class Picker {
  /**
   * @param {Symbols} symbols
   * @param {Renderer} renderer
   * @param {Set<string>} backdrop layers of the ground
   */
  constructor(symbols, renderer, backdrop) {
    this.symbols = symbols;
    this.renderer = renderer;
    this.backdrop = backdrop;
  }

  /** @param {Spot} spot @param {number} tolerance @returns {Found} */
  at(spot, tolerance) {
    const placed = this.symbols.at(spot, tolerance);
    const [first = null] = placed;
    if (first && !first.id) return { features: [], crowd: boundsOf(first), top: first };
    const features = [
      ...placed.filter(({ id }) => id).map((thing) => this.#refOf(thing)),
      ...this.#drawn(spot, tolerance),
    ];
    return { features: this.#groundLast(once(features)), crowd: null, top: first };
  }

  /** @param {Spot} spot @param {number} tolerance @returns {Ref[]} */
  #drawn(spot, tolerance) {
    const hits = this.renderer.hits(spot, tolerance);
    const size = (/** @type {Hit} */ { properties }) => Number(properties.area_mu) || 0;
    return hits
      .sort((a, b) => ORDER[a.shape] - ORDER[b.shape] || size(a) - size(b))
      .map(({ layer, id, properties }) => ({ layer, id, name: String(properties.label ?? "") }));
  }

  // A name that is written on the map need not be told again.
  /** @param {Placed} thing @returns {Ref} */
  #refOf(thing) {
    const { layer, id } = thing;
    const isWritten = this.symbols.placed.some((other) => other.kind === "label" && other.id === id);
    return { layer, id, name: thing.kind === "marker" && !isWritten ? thing.name : "" };
  }

  /** @param {Ref[]} refs */
  #groundLast(refs) {
    const isGround = (/** @type {Ref} */ { layer }) => Number(this.backdrop.has(layer));
    return refs.sort((a, b) => isGround(a) - isGround(b));
  }
}

/** @param {Ref[]} refs */
function once(refs) {
  const known = new Map();
  for (const ref of refs) if (!known.has(`${ref.layer}/${ref.id}`)) known.set(`${ref.layer}/${ref.id}`, ref);
  return [...known.values()];
}

/** @param {Placed} thing @returns {Box | null} */
function boundsOf(thing) {
  return "bounds" in thing ? (thing.bounds ?? null) : null;
}
