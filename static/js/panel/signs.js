// What does the symbol of a class look like beside its name, and which colour speaks for it?

import { BRAND, PAPER } from "app/ink.js";
import { swatchCanvas } from "app/map/paint.js";

const HEX = /^#[0-9a-f]{6}$/i;
const SIZE = { width: 22, height: 20 };

/** @typedef {(layer: string, symbol: string | null) => Element | null} Swatch */

/** Swatches by layer and class. The legend's own are painted again when fonts arrive, copies are not. */
export class Signs {
  /** @type {Map<string, HTMLCanvasElement>} */
  #painted = new Map();

  /** @param {Api.Style} style @param {import("app/map/fonts.js").Fonts} fonts */
  constructor(style, fonts) {
    this.style = style;
    this.fonts = fonts;
  }

  /** @type {Swatch} */
  swatch = (layer, symbol) => {
    const original = this.#original(layer, symbol);
    if (!original) return null;
    const copy = /** @type {HTMLCanvasElement} */ (original.cloneNode());
    copy.getContext("2d")?.drawImage(original, 0, 0);
    return copy;
  };

  /** @type {Swatch} */
  legend = (layer, symbol) => this.#original(layer, symbol);

  /**
   * Two colours #rrggbb that speak for a class: one to tint with, one to write with.
   * @param {string} layer
   * @param {string | null} symbol
   * @returns {{fill: string, edge: string}}
   */
  colors(layer, symbol) {
    const { marker = null, lines = [] } = this.#recipe(layer, symbol) ?? {};
    const drawn = [...lines].reverse().map(({ color }) => color);
    const edge = [marker?.edge ?? "", ...drawn].find(isColor) ?? BRAND;
    const fill = marker && isColor(marker.fill) ? marker.fill : edge;
    return { fill, edge };
  }

  /** @param {string} layer @param {string | null} symbol */
  #recipe(layer, symbol) {
    return this.style.classes[layer]?.[symbol ?? ""];
  }

  /** @param {string} layer @param {string | null} symbol */
  #original(layer, symbol) {
    const name = `${layer}/${symbol}`;
    const recipe = this.#recipe(layer, symbol);
    if (recipe && !this.#painted.has(name)) {
      const { patterns } = this.style;
      this.#painted.set(name, swatchCanvas(recipe, { ...SIZE, patterns, fonts: this.fonts }));
    }
    return this.#painted.get(name) ?? null;
  }
}

/** @param {string} text */
function isColor(text) {
  return HEX.test(text) && text.toUpperCase() !== PAPER;
}
