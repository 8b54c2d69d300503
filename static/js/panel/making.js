// Which overviews are being made? Until then a big layer shows from afar how densely it lies, and that is said.
import { fill, html } from "app/dom.js";

/** Beside the layer in the legend. @param {Api.Layer} layer @returns {HTMLElement | null} */
export function makingRow({ overview }) {
  if (!overview?.making) return null;
  return html`<p class="making" role="note">正在生成概览，远看暂以疏密表示</p>`;
}

/** On the map, while such a layer is on and seen from afar. */
export class Making {
  /** @type {Api.Layer[]} */
  layers = [];
  #zoom = 0;

  /** @param {HTMLElement} element @param {import("app/panel/shown.js").Shown} shown */
  constructor(element, shown) {
    this.element = element;
    this.shown = shown;
    shown.addEventListener("changed", () => this.#tell());
  }

  /** @param {Api.Layer[]} layers */
  know(layers) {
    this.layers = layers;
    this.#tell();
  }

  /** @param {number} zoom */
  see(zoom) {
    this.#zoom = zoom;
    this.#tell();
  }

  #tell() {
    const names = this.layers
      .filter(
        ({ key, overview }) => overview?.making && this.#zoom < overview.below_zoom && this.shown.isOn(key),
      )
      .map(({ title }) => title);
    const words = names.length ? `正在生成概览：${names.join("、")}` : "";
    if (this.element.textContent === words) return;
    fill(this.element, words);
    this.element.hidden = !words;
  }
}
