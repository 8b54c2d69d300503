// One picture of the county on the map: what draws fills and lines, and the symbols and names above them.

import { CanvasMap } from "app/map/canvas.js";
import { GlMap } from "app/map/gl.js";
import { clipPane } from "app/map/rod.js";
import { Picker } from "app/map/select.js";
import { Symbols } from "app/map/symbols.js";

/**
 * @typedef {import("app/map/symbols.js").Selection} Selection
 * @typedef {import("app/map/passing.js").Asked} Asked
 * @typedef {import("app/map/emphasis.js").Emphasis} Emphasis
 * @typedef {object} Making
 * @property {boolean} canvas draw without WebGL2
 * @property {import("app/map/gl.js").Setting} setting
 * @property {Record<string, string[]>} classes keys of classes by layer
 * @property {import("app/map/fonts.js").Fonts} fonts
 * @property {() => number} covered pixels at the left where nothing is named
 */

/** How everything on the map is to be shown now, whichever picture shows it. */
export class Showing {
  /** @type {Set<string>} */
  off = new Set();
  /** @type {Map<string, number>} */
  faint = new Map();
  /** @type {Map<string, Asked | null>} */
  filters = new Map();
  ground = 1;
  /** Whether supervised projects show their lights. */
  lights = false;
  /** What others write above the map, by who does. @type {Map<string, import("app/map/crowding.js").Words[]>} */
  words = new Map();
  /** @type {Selection | null} */
  selection = null;
  /** @type {{layer: string, id: number} | null} */
  hidden = null;
  /** The field that colours a layer otherwise than everywhere. @type {Record<string, string>} */
  colors = {};
  /** Layers whose shapes are kept at hand, with the fields that colour them. @type {Map<string, Set<string>>} */
  held = new Map();
  /** @type {[Emphasis, (import("app/map/names.js").Told | undefined)] | null} */
  emphasis = null;
}

export class Side {
  #from = 0;
  #to = 1;

  /** @param {L.Map} map @param {Making} making @param {Showing} now */
  constructor(map, { canvas, setting, classes, fonts, covered }, now) {
    this.map = map;
    const own = { ...setting, off: now.off };
    this.drawing = canvas ? new CanvasMap(map, own) : new GlMap(map, own);
    this.symbols = new Symbols(map, setting.style.overlay, classes, fonts, setting.side);
    this.symbols.covered = covered();
    this.picker = new Picker(this.symbols, this.drawing, setting.backdrop);
    this.#follow(now);
    this.drawing.addEventListener("points", () => this.symbols.setPoints(this.drawing.points()));
    this.drawing.addEventListener("shown", () => this.symbols.letGo());
  }

  get isSlow() {
    return this.drawing.isSlow;
  }

  /** What stands there stays until what is asked for from now on can be drawn whole. */
  wait() {
    if (this.drawing.wait()) this.symbols.wait();
  }

  /** @param {string} layer @param {number} opacity 0 to 1 */
  setOpacity(layer, opacity) {
    this.drawing.setOpacity(layer, opacity);
    this.symbols.setOpacity(layer, opacity);
  }

  /** @param {Selection | null} selection */
  select(selection) {
    this.drawing.setChosen(selection?.layer ?? null);
    this.symbols.setSelection(selection);
  }

  /** @param {Emphasis} emphasis @param {import("app/map/names.js").Told} [told] */
  setEmphasis(emphasis, told) {
    this.drawing.setEmphasis(emphasis);
    this.symbols.setEmphasis(emphasis, told);
  }

  /** @param {Showing["words"]} words */
  setWords(words) {
    this.symbols.setWords([...words.values()].flat());
  }

  /** @param {boolean} on */
  setLights(on) {
    this.symbols.setLights(on);
  }

  /** @param {{layer: string, id: number} | null} ref */
  hide(ref) {
    this.drawing.setHidden(ref);
    this.symbols.setHidden(ref);
  }

  /** Only from one share of the map's width to another. @param {number} from @param {number} to */
  clip(from, to) {
    this.#from = from;
    this.#to = to;
    this.reclip();
  }

  /** After the map has moved. */
  reclip() {
    for (const pane of [this.drawing.pane, this.symbols.pane]) clipPane(this.map, pane, this.#from, this.#to);
  }

  /** Does it show this share of the width? @param {number} share */
  holds(share) {
    return share >= this.#from && share <= this.#to;
  }

  /** What is to be seen of its fills and lines. @param {CanvasRenderingContext2D} ink */
  async copyTo(ink) {
    const copy = document.createElement("canvas");
    Object.assign(copy, { width: ink.canvas.width, height: ink.canvas.height });
    const own = /** @type {CanvasRenderingContext2D} */ (copy.getContext("2d"));
    own.setTransform(ink.getTransform());
    await this.drawing.copyTo(own);
    this.#through(ink, () => {
      ink.setTransform(1, 0, 0, 1, 0, 0);
      ink.drawImage(copy, 0, 0);
    });
  }

  /** Its fills and lines as they were drawn last. @param {CanvasRenderingContext2D} ink */
  still(ink) {
    this.#through(ink, () => this.drawing.still(ink));
  }

  /** Its symbols and names as they were drawn last. @param {CanvasRenderingContext2D} ink */
  stillSymbols(ink) {
    this.#through(ink, () => this.symbols.still(ink));
  }

  /** What is to be seen of its symbols and names. @param {CanvasRenderingContext2D} ink */
  paint(ink) {
    this.#through(ink, () => this.symbols.paint(ink));
  }

  remove() {
    this.drawing.remove();
    this.symbols.remove();
    for (const pane of [this.drawing.pane, this.symbols.pane]) pane.style.clipPath = "";
  }

  /** @param {CanvasRenderingContext2D} ink @param {() => void} act */
  #through(ink, act) {
    const { x, y } = this.map.getSize();
    ink.save();
    ink.beginPath();
    ink.rect(x * this.#from, 0, x * (this.#to - this.#from), y);
    ink.clip();
    act();
    ink.restore();
  }

  /** @param {Showing} now */
  #follow({ faint, filters, ground, selection, hidden, emphasis, lights, colors, held, words }) {
    this.setWords(words);
    this.drawing.hold(held);
    this.drawing.setColors(colors);
    this.drawing.setGround(ground);
    for (const [layer, opacity] of faint) this.setOpacity(layer, opacity);
    for (const [layer, asked] of filters) this.drawing.setFilter(layer, asked);
    if (hidden) this.hide(hidden);
    if (selection) this.select(selection);
    if (emphasis) this.setEmphasis(...emphasis);
    this.setLights(lights);
  }
}
