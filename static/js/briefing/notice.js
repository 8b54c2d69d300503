// What is said for a moment, above everything else?

const LONG_MS = 4000;

export class Notice {
  #until = 0;

  /** @param {HTMLElement} element */
  constructor(element) {
    this.element = element;
  }

  /** @param {string} sentence */
  say(sentence) {
    clearTimeout(this.#until);
    this.element.textContent = sentence;
    this.element.hidden = false;
    this.#until = window.setTimeout(() => {
      this.element.hidden = true;
    }, LONG_MS);
  }
}
