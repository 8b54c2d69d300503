// Where is there room? Boxes that must not meet, and the places around a point. Pure, in CSS pixels.

/** @typedef {[left: number, top: number, right: number, bottom: number]} Box */
/** @typedef {{x: number, y: number}} Spot */

const CELL_PX = 48;

/** @param {number} x @param {number} y @param {number} width @param {number} [height] @returns {Box} */
export function boxAround(x, y, width, height = width) {
  return [x - width / 2, y - height / 2, x + width / 2, y + height / 2];
}

/** @param {Box} box @param {number} by @returns {Box} */
export function grown([left, top, right, bottom], by) {
  return [left - by, top - by, right + by, bottom + by];
}

/** The box around them all. @param {Box[]} boxes @returns {Box} */
export function around(boxes) {
  return [
    Math.min(...boxes.map((box) => box[0])),
    Math.min(...boxes.map((box) => box[1])),
    Math.max(...boxes.map((box) => box[2])),
    Math.max(...boxes.map((box) => box[3])),
  ];
}

/** @param {Box} a @param {Box} b */
export function meet(a, b) {
  return a[0] < b[2] && a[2] > b[0] && a[1] < b[3] && a[3] > b[1];
}

/** @param {Box} a @param {Box} b the area both cover */
export function shared(a, b) {
  const width = Math.min(a[2], b[2]) - Math.max(a[0], b[0]);
  const height = Math.min(a[3], b[3]) - Math.max(a[1], b[1]);
  return width > 0 && height > 0 ? width * height : 0;
}

/** @param {Box} box */
export function areaOf([left, top, right, bottom]) {
  return (right - left) * (bottom - top);
}

/** @param {Box} box @param {Spot} spot @param {number} [tolerance] */
export function holds([left, top, right, bottom], { x, y }, tolerance = 0) {
  return x >= left - tolerance && x <= right + tolerance && y >= top - tolerance && y <= bottom + tolerance;
}

/** @param {Box} inner @param {Box} outer */
export function within(inner, outer) {
  return inner[0] >= outer[0] && inner[1] >= outer[1] && inner[2] <= outer[2] && inner[3] <= outer[3];
}

/** Boxes in a grid, so that asking for neighbours stays cheap. */
export class Boxes {
  /** @type {Map<number, Box[]>} */
  #cells = new Map();

  /** @param {Box} box */
  add(box) {
    for (const cell of cellsOf(box)) {
      const held = this.#cells.get(cell);
      if (held) held.push(box);
      else this.#cells.set(cell, [box]);
    }
  }

  /** @param {Box} box @returns {Box[]} every box that meets it, once */
  meeting(box) {
    /** @type {Set<Box>} */
    const found = new Set();
    for (const cell of cellsOf(box)) {
      for (const other of this.#cells.get(cell) ?? []) if (meet(box, other)) found.add(other);
    }
    return [...found];
  }

  /** @param {Box} box */
  isFree(box) {
    for (const cell of cellsOf(box)) {
      for (const other of this.#cells.get(cell) ?? []) if (meet(box, other)) return false;
    }
    return true;
  }

  /** @param {Box} box how much of it is covered, 0 to 1 (overlaps of the others count twice) */
  covered(box) {
    const sum = this.meeting(box).reduce((total, other) => total + shared(box, other), 0);
    return Math.min(1, sum / areaOf(box));
  }
}

/** @param {Box} box */
function cellsOf([left, top, right, bottom]) {
  const cells = [];
  const lastX = Math.floor(right / CELL_PX);
  const lastY = Math.floor(bottom / CELL_PX);
  for (let x = Math.floor(left / CELL_PX); x <= lastX; x++) {
    for (let y = Math.floor(top / CELL_PX); y <= lastY; y++) cells.push(x * 65536 + y);
  }
  return cells;
}

/**
 * The eight places of a label beside a symbol: right first, then left, above, below, the corners.
 * @param {Box} symbol
 * @param {number} width
 * @param {number} height
 * @param {number} gap
 * @returns {Box[]}
 */
export function eightPlaces(symbol, width, height, gap) {
  const [left, top, right, bottom] = symbol;
  const x = (left + right) / 2;
  const y = (top + bottom) / 2;
  const corner = gap * 0.4;
  /** @type {[number, number][]} */
  const starts = [
    [right + gap, y - height / 2],
    [left - gap - width, y - height / 2],
    [x - width / 2, top - gap / 2 - height],
    [x - width / 2, bottom + gap / 2],
    [right + corner, top - height * 0.6],
    [left - corner - width, top - height * 0.6],
    [right + corner, bottom - height * 0.4],
    [left - corner - width, bottom - height * 0.4],
  ];
  return starts.map(([a, b]) => [a, b, a + width, b + height]);
}

/**
 * Beside a line, at a spot of it and a little before and after: on the side where the line is not.
 * @param {Spot} spot @param {number} angle degrees, -90 to 90, clockwise on the screen
 * @param {number} reach how far along, in pixels
 * @param {number} width @param {number} height
 * @returns {Box[]}
 */
export function linePlaces({ x, y }, angle, reach, width, height) {
  const around = shiftedAlong({ x, y }, angle, reach).map((spot) => {
    return eightPlaces(boxAround(spot.x, spot.y, LINE_ROOM_PX), width, height, 4);
  });
  const [first, second] = sidesOf(angle);
  const clear = around.flatMap((places) => [places[first], places[second]]);
  return [...clear, ...around.flatMap((places) => places.slice(0, 4))];
}

/** A spot of a line and some before and after. @param {Spot} spot @param {number} angle @param {number} reach @returns {Spot[]} */
export function shiftedAlong({ x, y }, angle, reach) {
  const turn = (angle * Math.PI) / 180;
  return LINE_STEPS.map((share) => ({
    x: x + share * reach * Math.cos(turn),
    y: y + share * reach * Math.sin(turn),
  }));
}

const LINE_STEPS = [0, 0.5, -0.5, 1, -1];
const LINE_ROOM_PX = 10;

// Numbers of the eight places: right, left, above, below, upper right, upper left, lower right, lower left.
/** @param {number} angle */
function sidesOf(angle) {
  if (Math.abs(angle) < 12) return [2, 3];
  if (Math.abs(angle) > 62) return [0, 1];
  return angle > 0 ? [4, 7] : [5, 6];
}

/**
 * A name inside an area stands on its point; if that is taken, a little above or below.
 * @param {Spot} spot @param {number} width @param {number} height @returns {Box[]}
 */
export function middlePlaces({ x, y }, width, height) {
  return [0, -0.75, 0.75].map((step) => boxAround(x, y + step * height, width, height));
}

/**
 * Spots on growing rings around a point, nearest first.
 * @param {Spot} spot @param {number} from @param {number} to @param {number} [step]
 * @returns {Generator<Spot>}
 */
export function* rings({ x, y }, from, to, step = 7) {
  for (let radius = from; radius <= to; radius += step) {
    const count = radius < 20 ? 8 : 16;
    for (let i = 0; i < count; i++) {
      const angle = (2 * Math.PI * i) / count;
      yield { x: x + radius * Math.cos(angle), y: y + radius * Math.sin(angle) };
    }
  }
}

/**
 * The first place that is free and inside; among the free ones, one that hides less.
 * @param {Box[]} places in order of preference
 * @param {(box: Box) => boolean} isFree
 * @param {(box: Box) => number} hides 0 is nothing
 * @returns {Box | null}
 */
export function bestPlace(places, isFree, hides) {
  let best = null;
  let least = Number.POSITIVE_INFINITY;
  for (const [i, place] of places.entries()) {
    if (i * RELUCTANCE >= least) break;
    if (!isFree(place)) continue;
    const price = hides(place) + i * RELUCTANCE;
    if (price < least) [best, least] = [place, price];
  }
  return best;
}

// How much hiding a later place must save before it is taken.
const RELUCTANCE = 0.35;

/**
 * The glyphs of a name along a line: upright, one box each, read left to right, or downwards where
 * the line is steep.
 * @param {Spot} spot the middle
 * @param {number} angle degrees, -90 to 90, clockwise on the screen
 * @param {number} count
 * @param {number} size
 * @param {number} spacing between glyphs
 * @returns {Spot[]}
 */
export function alongPlaces({ x, y }, angle, count, size, spacing) {
  const turn = ((angle < -STEEP ? angle + 180 : angle) * Math.PI) / 180;
  const step = size + spacing;
  return Array.from({ length: count }, (_, i) => {
    const way = (i - (count - 1) / 2) * step;
    return { x: x + way * Math.cos(turn), y: y + way * Math.sin(turn) };
  });
}

const STEEP = 45;
