// Which rows are chosen, on whichever page, and what can be done with them?
import { fill, html } from "app/dom.js";

const MOST_SHOWN = 200;

/**
 * @typedef {object} Acting
 * @property {string} words
 * @property {number} least rows it needs
 * @property {(layer: Api.Layer, bounds: Api.Bounds | null) => void} [wide] also with all rows there are
 * @property {(layer: Api.Layer, uids: string[]) => void} act
 *
 * @typedef {object} Offer among what is chosen
 * @property {Api.Layer} layer
 * @property {Acting[]} acts
 * @property {Api.LedgerRow[]} rows of this page
 * @property {number} count of rows on all pages
 * @property {string} scope which rows those are
 * @property {Api.Bounds | null} bounds null: everywhere
 */

/** Emits "chosen" {layer, uids}, "zoom" {bounds}. */
export class Ticked extends EventTarget {
  /** Where they are. @type {Map<string, Api.Bounds>} */
  #rows = new Map();
  /** Whether all rows are chosen, listed or not. */
  #every = false;

  /** @param {() => Offer | null} offer null: there is no table */
  constructor(offer) {
    super();
    this.offer = offer;
    this.element = html`<span class="chosen" role="status"></span>`;
  }

  /** @param {string} uid */
  has(uid) {
    return this.#rows.has(uid);
  }

  /** @param {Api.LedgerRow[]} rows @param {boolean} on */
  choose(rows, on) {
    this.#every = false;
    for (const { id, bounds } of rows) {
      if (on) this.#rows.set(id, bounds);
      else this.#rows.delete(id);
    }
    this.show();
  }

  /** None is chosen any more. */
  clear() {
    this.#every = false;
    this.#rows.clear();
    this.show();
  }

  /** Other rows are listed: those that are not were never meant. */
  narrow() {
    this.#every = false;
  }

  show() {
    this.#tell();
    const offer = this.offer();
    if (!offer) return fill(this.element);
    const { layer, acts } = offer;
    if (this.#every) return this.#showEvery(offer);
    const uids = [...this.#rows.keys()];
    const buttons = acts
      .filter(({ least }) => uids.length >= least)
      .map(({ words, act }) => button(words, () => act(layer, uids)));
    const zoom = button("定位", () => this.#zoom(), "地图移到选中的各行");
    const told = uids.length > 0 && [`已选 ${uids.length} ${layer.measure_word}`, zoom, ...buttons];
    fill(this.element, told, this.#offersEvery(offer) && this.#everyButton(offer));
  }

  #tell() {
    const layer = this.offer()?.layer.key ?? null;
    const detail = { layer, uids: [...this.#rows.keys()].slice(0, MOST_SHOWN) };
    this.dispatchEvent(new CustomEvent("chosen", { detail }));
  }

  #zoom() {
    const boxes = [...this.#rows.values()];
    if (!boxes.length) return;
    const [west, south] = [0, 1].map((side) => Math.min(...boxes.map((box) => box[side])));
    const [east, north] = [2, 3].map((side) => Math.max(...boxes.map((box) => box[side])));
    this.dispatchEvent(new CustomEvent("zoom", { detail: { bounds: [west, south, east, north] } }));
  }

  // Ticking what is listed does not reach what is not.
  /** @param {Offer} offer */
  #offersEvery({ rows, count }) {
    return rows.length > 0 && count > rows.length && rows.every(({ id }) => this.#rows.has(id));
  }

  /** @param {Offer} offer */
  #everyButton({ layer, count, scope }) {
    return button(`改选${scope} ${count} ${layer.measure_word}`, () => {
      this.#every = true;
      this.show();
    });
  }

  /** @param {Offer} offer */
  #showEvery({ layer, acts, count, scope, bounds }) {
    const buttons = acts.map(({ words, wide }) => wide && button(words, () => wide(layer, bounds)));
    fill(this.element, `已选${scope} ${count} ${layer.measure_word}`, buttons);
  }
}

/** @param {string} words @param {() => void} act @param {string | null} [title] */
function button(words, act, title = null) {
  return html`<button class="button" type="button" title="${title}" @click=${act}>${words}</button>`;
}
