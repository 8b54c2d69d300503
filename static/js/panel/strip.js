// Which tools are at hand while somebody measures or draws? One strip above the map.
import { fill, html } from "app/dom.js";

/**
 * @typedef {object} Tool
 * @property {string} words
 * @property {() => void} [act]
 * @property {string} [hint] with its key
 * @property {boolean} [on] pressed, of a tool that stays on
 * @property {boolean} [off] cannot be used now
 * @property {boolean} [first] what ends the work well
 * @property {boolean} [apart] a line stands before it
 */

/** A toolbar; arrow keys walk along it. */
export class Strip {
  /** @param {HTMLElement} element */
  constructor(element) {
    this.element = element;
    element.addEventListener("keydown", (event) => this.#walk(event));
  }

  get isOpen() {
    return !this.element.hidden;
  }

  /** @param {{title: string, advice?: string, reading?: string, tools: Tool[]}} content */
  show({ title, advice = "", reading = "", tools }) {
    const focused = document.activeElement?.getAttribute("data-tool");
    fill(
      this.element,
      html`<div class="strip-head"><b>${title}</b><span class="reading" role="status">${reading}</span></div>`,
      html`<div class="strip-tools">${tools.map(tool)}</div>`,
      html`<p class="advice" aria-live="polite">${advice}</p>`,
    );
    this.element.hidden = false;
    document.body.dataset.strip = "";
    if (focused) this.#find(focused)?.focus({ preventScroll: true });
  }

  /** Only the numbers. @param {string} reading */
  read(reading) {
    const place = this.element.querySelector(".reading");
    if (place && place.textContent !== reading) place.textContent = reading;
  }

  focus() {
    this.element.querySelector("button")?.focus({ preventScroll: true });
  }

  close() {
    this.element.hidden = true;
    this.element.replaceChildren();
    delete document.body.dataset.strip;
  }

  /** @param {string} name @returns {HTMLElement | null} */
  #find(name) {
    return this.element.querySelector(`[data-tool="${CSS.escape(name)}"]`);
  }

  /** @param {KeyboardEvent} event */
  #walk(event) {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!by) return;
    const buttons = /** @type {HTMLElement[]} */ ([
      ...this.element.querySelectorAll("button:not(:disabled)"),
    ]);
    const at = buttons.indexOf(/** @type {HTMLElement} */ (document.activeElement));
    buttons[(at + by + buttons.length) % buttons.length]?.focus();
    event.preventDefault();
    event.stopPropagation();
  }
}

/** @param {Tool} tool */
function tool({ words, act, hint, on, off, first, apart }) {
  const name = `${first ? "first " : ""}${apart ? "apart" : ""}`;
  return html`<button type="button" class="${name}" data-tool="${words}" title=${hint ?? null} disabled=${off ?? false}
    aria-pressed=${on === undefined ? null : String(on)} @click=${() => act?.()}>${words}</button>`;
}
