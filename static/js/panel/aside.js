// What do the panels beside the map have in common? Open under a name of the page, and closed by ×, Esc or another one.
import { html } from "app/dom.js";

/** Emits "close". What a panel holds only while it is open, it lets go of in `forget`. */
export class Aside extends EventTarget {
  /** @param {HTMLElement} element @param {string} name under which the page knows that it is open */
  constructor(element, name) {
    super();
    this.element = element;
    this.name = name;
  }

  get isOpen() {
    return !this.element.hidden;
  }

  /** Be seen; the caller fills it. */
  stand() {
    this.element.hidden = false;
    document.body.dataset[this.name] = "";
  }

  close() {
    if (!this.isOpen) return;
    this.forget();
    this.element.hidden = true;
    this.element.replaceChildren();
    delete document.body.dataset[this.name];
    this.dispatchEvent(new CustomEvent("close"));
  }

  /**
   * The head of a panel about one layer after the other.
   * @param {string} title @param {Api.Layer[]} layers @param {string} chosen @param {(layer: string) => unknown} open
   */
  headOf(title, layers, chosen, open) {
    const options = layers.map(
      ({ key, title: name }) => html`<option value="${key}" selected=${key === chosen}>${name}</option>`,
    );
    const choose = (/** @type {Event} */ event) =>
      open(/** @type {HTMLSelectElement} */ (event.target).value);
    return html`<header class="filter-head"><h2>${title}</h2>
      <select aria-label="${title}哪个图层" @change=${choose}>${options}</select>
      <button class="close" type="button" aria-label="关闭${title}" title="关闭（Esc）" @click=${() => this.close()}>×</button>
    </header>`;
  }

  /** Close on Esc, and on that only. */
  closeOnEscape() {
    this.element.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      this.close();
    });
  }

  forget() {}
}
