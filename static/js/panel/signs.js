// What does the symbol of a class look like beside its name, and which colour speaks for it?
import { swatchCanvas } from "app/map/paint.js";

const BRAND = "#1F4E79";
const HEX = /^#[0-9a-f]{6}$/i;
const SIZE = { width: 22, height: 20 };

/** @typedef {(layer: string, symbol: string | null) => Element | null} Swatch */

/** Swatches by layer and class. The legend's own are painted again when fonts arrive, copies are not. */
export class Signs {
  /** @type {Map<string, HTMLCanvasElement>} */
  #painted = new Map();

  /** @param {Api.Catalogue} catalogue @param {Api.Style} style @param {import("app/map/fonts.js").Fonts} fonts */
  constructor(catalogue, style, fonts) {
    this.kinds = new Map(catalogue.layers.map(({ key, kind }) => [key, kind]));
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

  /** @param {string} layer @param {string | null} symbol @returns {string} #rrggbb */
  tint(layer, symbol) {
    const recipe = this.#recipe(layer, symbol);
    const lines = (recipe?.lines ?? []).map(({ color }) => color);
    const colors = [recipe?.marker?.edge ?? "", ...lines].filter((color) => HEX.test(color));
    return colors.find((color) => color.toUpperCase() !== "#FFFFFF") ?? BRAND;
  }

  /** @param {string} layer @param {string | null} symbol */
  #recipe(layer, symbol) {
    return this.style.classes[this.kinds.get(layer) ?? ""]?.[symbol ?? ""];
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
