// What of the layers is seen, and where may their symbols and names stand? The same on GL and on canvas.
import { Coloring } from "app/map/coloring.js";
import { carriesPoints, presentIn } from "app/map/gl_style.js";
import { Passing } from "app/map/passing.js";

/**
 * @typedef {import("app/map/recipes.js").LabelPoint} LabelPoint
 * @typedef {import("app/map/gl_style.js").Tiles} Tiles
 */

export class InSight {
  /** Of the layers that are on. @type {LabelPoint[]} */
  points = [];
  #known = "";
  /** Layer of the chosen feature, which is named at any zoom. @type {string | null} */
  #chosen = null;
  /** Layers that have tiles; null: all. @type {Set<string> | null} */
  #present = null;
  passing = new Passing();

  /** @param {L.Map} map @param {import("app/map/gl.js").Setting} setting */
  constructor(map, { style, tiles, off }) {
    this.map = map;
    this.off = new Set(off);
    this.overlay = style.overlay;
    this.keys = Object.keys(style.overlay);
    this.tiles = tiles;
    this.coloring = new Coloring(style.colors);
  }

  /** @param {string} key @param {boolean} on @returns {boolean} whether that is another state */
  turn(key, on) {
    if (on !== this.off.has(key)) return false;
    if (on) this.off.delete(key);
    else this.off.add(key);
    return true;
  }

  /** @param {string | null} key @returns {boolean} whether it is another one */
  choose(key) {
    const others = key !== this.#chosen;
    this.#chosen = key;
    return others;
  }

  /** The tiles have changed; layers that are not named have none now. @param {Tiles} tiles */
  renew(tiles) {
    this.#present = presentIn(tiles);
  }

  /** @param {string} key */
  isPresent(key) {
    return this.#present?.has(key) !== false;
  }

  /** @param {string} key */
  isOff(key) {
    return this.off.has(key) || !this.isPresent(key);
  }

  /** The next points are others, even where they stand at the same places. */
  forget() {
    this.#known = "-";
  }

  /** @param {(key: string) => LabelPoint[]} pointsOf those of a layer that are there @returns {boolean} whether they are others than before */
  collect(pointsOf) {
    const points = this.keys
      .filter((key) => this.#hasNames(key))
      .flatMap((key) => this.coloring.points(key, this.passing.points(key, pointsOf(key))));
    const known = points.map(({ layer, id, seq, lon }) => `${layer}${id}.${seq}@${lon}`).join();
    if (known === this.#known) return false;
    this.#known = known;
    this.points = points;
    return true;
  }

  /** @param {string} key */
  #hasNames(key) {
    if (this.isOff(key)) return false;
    return key === this.#chosen || carriesPoints(key, this.map.getZoom(), this.tiles, this.overlay[key]);
  }
}
