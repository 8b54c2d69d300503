// What does the page have to say in passing?
import { fill, html } from "app/dom.js";

const SHOWN_MS = 4000;
const SHOWN_WITH_WAY_MS = 12_000;

/** One sentence that leaves by itself; read aloud too. */
export class Notice {
  #timer = 0;

  /** @param {HTMLElement} element @param {HTMLElement} spoken */
  constructor(element, spoken) {
    this.element = element;
    this.spoken = spoken;
  }

  /** @param {string} sentence @param {{words: string, act: () => void}} [way] what can be done about it */
  show(sentence, way) {
    clearTimeout(this.#timer);
    const act = () => {
      fill(this.element);
      way?.act();
    };
    const button = way && html`<button type="button" @click=${act}>${way.words}</button>`;
    fill(this.element, html`<p class="notice-text">${sentence}${button}</p>`);
    this.#timer = window.setTimeout(() => fill(this.element), way ? SHOWN_WITH_WAY_MS : SHOWN_MS);
  }

  /** Only for who listens. @param {string} sentence */
  speak(sentence) {
    this.spoken.textContent = sentence;
  }
}
