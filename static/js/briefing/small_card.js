// What is the one thing that somebody in the room points at? Few facts, large enough to be read from afar.
import { fill, html } from "app/dom.js";

const MOST_ROWS = 5;

/** Emits "close". */
export class SmallCard extends EventTarget {
  /** @param {HTMLElement} element @param {(uid: string, layer: string) => string} address of a feature on the map */
  constructor(element, address) {
    super();
    this.element = element;
    this.address = address;
  }

  get isOpen() {
    return !this.element.hidden;
  }

  /** @param {Api.Feature} feature */
  show({ id, card, properties }) {
    const rows = card.rows.filter(({ value }) => value).slice(0, MOST_ROWS);
    const address = this.address(id, properties.layer);
    const close = html`<button class="close" type="button" aria-label="关闭" @click=${() => this.#leave()}>×</button>`;
    fill(
      this.element,
      close,
      html`<h2>${card.title}</h2>`,
      card.subtitle && html`<p class="subtitle">${card.subtitle}</p>`,
      html`<p class="tags">${card.tags.map(({ text }) => html`<span>${text}</span>`)}${card.sample && html`<b class="sample">示例</b>`}</p>`,
      html`<div class="few">${card.figures.slice(0, 2).map(({ value, unit, label }) => html`<p><b>${value}</b> ${unit}<span>${label}</span></p>`)}</div>`,
      card.verdict && html`<p class="verdict">${card.verdict.text}</p>`,
      html`<dl>${rows.map(({ label, value, unit }) => html`<div><dt>${label}</dt><dd>${value} ${unit}</dd></div>`)}</dl>`,
      address &&
        html`<p class="more"><a href="${address}" target="_blank" rel="noopener">在地图上打开</a></p>`,
    );
    this.element.hidden = false;
  }

  /** @param {string} sentence */
  fail(sentence) {
    fill(this.element, html`<p class="verdict">${sentence}</p>`);
    this.element.hidden = false;
  }

  close() {
    this.element.hidden = true;
    fill(this.element);
  }

  #leave() {
    this.close();
    this.dispatchEvent(new Event("close"));
  }
}
