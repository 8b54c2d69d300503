// What does the map show now, in a sentence? Each condition has its ×.
import { fill, html } from "app/dom.js";

/** A line above the map. Emits "set" {layer, text}, "open" {layer}. */
export class FilterLine extends EventTarget {
  /** @param {HTMLElement} element */
  constructor(element) {
    super();
    this.element = element;
  }

  /** @param {Api.Filtered[]} filters */
  show(filters) {
    fill(this.element, ...filters.map((told) => this.#row(told)));
    this.element.hidden = filters.length === 0;
    if (filters.length) document.body.dataset.filtered = String(filters.length);
    else delete document.body.dataset.filtered;
  }

  /** @param {Api.Filtered} told */
  #row({ layer, filter, sentence, conditions, count, word }) {
    const title = sentence.slice(0, sentence.indexOf("："));
    const open = () => this.dispatchEvent(new CustomEvent("open", { detail: { layer } }));
    const set = (/** @type {string} */ text) =>
      this.dispatchEvent(new CustomEvent("set", { detail: { layer, text } }));
    const chips = conditions.map(
      ({ phrase, rest }) =>
        html`<span class="condition">${phrase}<button type="button" aria-label="去掉“${phrase}”" title="去掉这个条件" @click=${() => set(rest)}>×</button></span>`,
    );
    return html`<div class="filter-row" data-layer="${layer}" data-filter="${filter}">
      <button class="filter-title" type="button" title="改筛选条件" @click=${open}>${title}</button>
      <span class="conditions">${chips}</span>
      <b class="passing" role="status">${count.toLocaleString("zh-CN")} ${word}</b>
      <button class="filter-clear" type="button" aria-label="清除“${title}”的筛选" title="清除这个图层的筛选" @click=${() => set("")}>清除</button>
    </div>`;
  }
}
