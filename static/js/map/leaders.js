// Where may a leader run, from where a symbol really stands to where there was room? Pure, in CSS pixels.
import { Boxes, boxAround, holds } from "app/map/place.js";

/**
 * @typedef {import("app/map/place.js").Box} Box
 * @typedef {import("app/map/place.js").Spot} Spot
 */

const STEP_PX = 4;
const WIDE_PX = 4;
/** So near, leaders that begin at one place may touch. */
const HOME_PX = 8;

export class Leaders {
  #lines = new Boxes();

  /** @param {Boxes} taken what no leader should run under */
  constructor(taken) {
    this.taken = taken;
  }

  /** @param {Spot} from @param {Spot} to */
  add(from, to) {
    for (const box of boxesAlong(from, to)) this.#lines.add(box);
  }

  /** Does one run there? @param {Box} box */
  runUnder(box) {
    return !this.#lines.isFree(box);
  }

  /**
   * What it would run under, but for what covers its beginning. Rather it crosses a leader than a symbol.
   * @param {Spot} from @param {Spot} to @param {Box} own of the symbol
   * @returns {number} 0: nothing, 1: another leader, 2: a symbol or a name
   */
  trouble(from, to, own) {
    const home = boxAround(from.x, from.y, HOME_PX);
    const covering = new Set(this.taken.meeting(home));
    let worst = 0;
    for (const box of boxesAlong(from, to)) {
      const middle = { x: (box[0] + box[2]) / 2, y: (box[1] + box[3]) / 2 };
      if (holds(own, middle)) break;
      if (this.taken.meeting(box).some((other) => !covering.has(other))) return 2;
      if (!holds(home, middle) && !this.#lines.isFree(box)) worst = 1;
    }
    return worst;
  }
}

/** @param {Spot} from @param {Spot} to @returns {Box[]} small ones, one beside the other */
function boxesAlong(from, to) {
  const [x, y] = [to.x - from.x, to.y - from.y];
  const count = Math.max(1, Math.ceil(Math.hypot(x, y) / STEP_PX));
  return Array.from({ length: count + 1 }, (_, i) => {
    const share = i / count;
    return boxAround(from.x + share * x, from.y + share * y, WIDE_PX);
  });
}
