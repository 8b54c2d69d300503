// What does the page have to say in passing?
import { fill, html } from "app/dom.js";

const SHOWN_MS = 4000;

/** One sentence that leaves by itself; read aloud too. */
export class Notice {
  #timer = 0;

  /** @param {HTMLElement} element @param {HTMLElement} spoken */
  constructor(element, spoken) {
    this.element = element;
    this.spoken = spoken;
  }

  /** @param {string} sentence */
  show(sentence) {
    clearTimeout(this.#timer);
    fill(this.element, html`<p class="notice-text">${sentence}</p>`);
    this.#timer = window.setTimeout(() => fill(this.element), SHOWN_MS);
  }

  /** Only for who listens. @param {string} sentence */
  speak(sentence) {
    this.spoken.textContent = sentence;
  }
}
