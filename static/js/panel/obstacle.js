// What stands in place of the map when there is none to see, and which way leads on?
import { fill, html } from "app/dom.js";

const EMPTY = "还没有数据 · 运行 webmap sample 或 webmap intake 导入，然后刷新本页。";

export class Obstacle {
  /** @param {HTMLElement} element */
  constructor(element) {
    this.element = element;
  }

  clear() {
    this.element.hidden = true;
    delete document.body.dataset.mapless;
  }

  noData() {
    this.#show(EMPTY);
  }

  /** @param {string} sentence */
  #show(sentence) {
    fill(this.element, html`<p>${sentence}</p>`);
    this.element.hidden = false;
    document.body.dataset.mapless = "";
  }
}
