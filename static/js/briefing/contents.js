// Which scenes are there, and which is on? The dots below the map, and the list with what can be done.
import { fill, html } from "app/dom.js";

/**
 * @typedef {import("app/briefing/told.d.ts").Scene} Scene
 * @typedef {{words: string, hint?: string, act?: () => unknown, url?: string}} Act
 */

const MOST_DOTS = 16;

/** Emits "choose" {number} from 0. */
export class Contents extends EventTarget {
  #at = 0;
  #count = 0;

  /** @param {{menu: HTMLElement, dots: HTMLElement, count: HTMLElement}} parts */
  constructor(parts) {
    super();
    this.parts = parts;
  }

  get isOpen() {
    return !this.parts.menu.hidden;
  }

  /** @param {string} title @param {Scene[]} scenes @param {Act[]} acts */
  offer(title, scenes, acts) {
    this.#count = scenes.length;
    const { menu, dots } = this.parts;
    fill(dots, scenes.length <= MOST_DOTS ? scenes.map((scene, at) => this.#dot(scene, at)) : null);
    fill(
      menu,
      html`<h2>${title}</h2>`,
      html`<ol class="scenes">${scenes.map((scene, at) => this.#line(scene, at))}</ol>`,
      html`<div class="acts">${acts.map((act) => this.#act(act))}</div>`,
    );
    this.mark(this.#at);
  }

  /** @param {number} at */
  mark(at) {
    this.#at = at;
    const { menu, dots, count } = this.parts;
    count.textContent = `${Math.min(at + 1, this.#count)} / ${this.#count}`;
    for (const list of [dots, menu.querySelector(".scenes")]) {
      for (const [i, item] of [...(list?.children ?? [])].entries()) {
        item.firstElementChild?.setAttribute("aria-current", String(i === at));
      }
    }
  }

  turn() {
    if (this.isOpen) this.close();
    else this.open();
  }

  open() {
    const { menu, count } = this.parts;
    menu.hidden = false;
    count.setAttribute("aria-expanded", "true");
    /** @type {HTMLElement | null} */ (menu.querySelector('[aria-current="true"]'))?.focus();
  }

  close() {
    const { menu, count } = this.parts;
    if (menu.contains(document.activeElement)) count.focus();
    menu.hidden = true;
    count.setAttribute("aria-expanded", "false");
  }

  /** @param {Scene} scene @param {number} at */
  #dot({ headline }, at) {
    return html`<li><button type="button" aria-label="第 ${at + 1} 幕：${headline}" @click=${() => this.#choose(at)}></button></li>`;
  }

  /** @param {Scene} scene @param {number} at */
  #line({ number, headline, chapter, trouble }, at) {
    return html`<li><button type="button" @click=${() => this.#choose(at)}><span class="no">${number}</span><span class="words">${headline || chapter || "（空）"}</span>${trouble.length > 0 && html`<span class="lack">缺</span>`}</button></li>`;
  }

  /** @param {Act} act */
  #act({ words, hint, act, url }) {
    const key = hint && html`<kbd>${hint}</kbd>`;
    if (url) return html`<a href="${url}" target="_blank" rel="noopener">${words}</a>`;
    return html`<button type="button" @click=${() => {
      this.close();
      act?.();
    }}>${words}${key}</button>`;
  }

  /** @param {number} number */
  #choose(number) {
    this.dispatchEvent(new CustomEvent("choose", { detail: { number } }));
  }
}
