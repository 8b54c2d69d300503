// What stands in place of the map when there is none to see, and which way leads on?
import { fill, html } from "app/dom.js";
import { countAndAmount } from "app/panel/words.js";

const EMPTY = "还没有数据 · 运行 webmap sample 或 webmap intake 导入，然后刷新本页。";
const NO_WEBGL =
  "这个浏览器没有可用的 WebGL2，画不出地图。请换用新版 Edge、Chrome、火狐或 360 极速模式，并打开硬件加速。数据仍可按图层查看：";

export class Obstacle {
  /** @param {HTMLElement} element @param {string} tables address of the tables */
  constructor(element, tables) {
    this.element = element;
    this.tables = tables;
  }

  clear() {
    this.element.hidden = true;
    delete document.body.dataset.mapless;
  }

  noData() {
    this.#show(EMPTY);
  }

  /** @param {Api.Layer[]} layers */
  noWebGL(layers) {
    const items = layers.map(
      (layer) => html`<li>
        <a href="${this.tables}${encodeURIComponent(layer.key)}">${layer.title}</a>
        <span class="quiet">${countAndAmount(layer, layer.measure_word)}</span>
      </li>`,
    );
    this.#show(NO_WEBGL, html`<ul>${items}</ul>`);
  }

  /** @param {string} sentence @param {...Node} ways */
  #show(sentence, ...ways) {
    fill(this.element, html`<p>${sentence}</p>`, ...ways);
    this.element.hidden = false;
    document.body.dataset.mapless = "";
  }
}
