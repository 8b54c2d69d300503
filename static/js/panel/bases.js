// What lies under the map: 示意, or a base map of the administrator's, and how strongly?
import { fill, html } from "app/dom.js";

const NONE = "示意";
const SILENT = "底图没有应答，其余图层照常使用。请稍后再试。";

/** Emits "base" {base, opacity} when another one is to be shown; hidden where none is declared. */
export class BasePanel extends EventTarget {
  /** @type {Api.Base[]} */
  #bases = [];
  /** @type {Api.Base | null} */
  #base = null;
  #opacity = 1;

  /** @param {{panel: HTMLElement, button: HTMLElement, credit: HTMLElement}} parts */
  constructor({ panel, button, credit }) {
    super();
    this.panel = panel;
    this.button = button;
    this.credit = credit;
    button.addEventListener("click", () => this.turnImage());
  }

  /** The one that is shown, as the address keeps it. */
  get state() {
    return this.#base && { name: this.#base.name, opacity: this.#opacity };
  }

  /** @param {Api.Base[]} bases @param {{name: string, opacity: number} | null} wanted */
  offer(bases, wanted) {
    this.#bases = bases;
    this.panel.hidden = bases.length === 0;
    this.button.hidden = !this.#image;
    document.body.toggleAttribute("data-image", Boolean(this.#image));
    this.restore(wanted);
  }

  /** @param {{name: string, opacity: number} | null} wanted */
  restore(wanted) {
    this.#opacity = wanted?.opacity ?? 1;
    this.choose(this.#bases.find(({ name }) => name === wanted?.name) ?? null);
  }

  /** @param {Api.Base | null} base */
  choose(base) {
    this.#base = base;
    this.#render();
    this.#announce();
  }

  /** 影像 on and off. */
  turnImage() {
    if (this.#image) this.choose(this.#base === this.#image ? null : this.#image);
  }

  /** Tiles stay away: say why, once. @param {Api.Base[]} bases as the server sees them now */
  learn(bases) {
    const now = bases.find(({ name }) => name === this.#base?.name);
    if (now) this.#complain(now.trouble);
  }

  fail() {
    this.#complain(SILENT);
  }

  get #image() {
    return this.#bases.find(({ image }) => image) ?? null;
  }

  #render() {
    const choices = [null, ...this.#bases].map((base) => this.#choice(base));
    fill(
      this.panel,
      html`<div class="head"><h2>底图来源</h2></div>`,
      html`<div class="choices" role="radiogroup" aria-label="底图来源">${choices}</div>`,
      this.#base && this.#fader(),
      html`<p class="base-trouble" role="status" hidden></p>`,
    );
    this.button.setAttribute("aria-pressed", String(this.#base !== null && this.#base === this.#image));
    this.credit.hidden = !this.#base;
    this.credit.textContent = this.#base
      ? [this.#base.title, this.#base.credit].filter(Boolean).join("：")
      : "";
  }

  /** @param {Api.Base | null} base */
  #choice(base) {
    const chosen = base === this.#base;
    return html`<label class="choice"><input type="radio" name="base" value="${base?.name ?? ""}" checked=${chosen}
      @change=${() => this.choose(base)}><span>${base?.title ?? NONE}</span></label>`;
  }

  #fader() {
    const percent = html`<output>${Math.round(this.#opacity * 100)}%</output>`;
    const slider = /** @type {HTMLInputElement} */ (
      html`<input type="range" min="10" max="100" step="5" value="${String(Math.round(this.#opacity * 100))}" aria-label="底图不透明度">`
    );
    slider.addEventListener("input", () => {
      this.#opacity = Number(slider.value) / 100;
      percent.textContent = `${slider.value}%`;
      this.#announce();
    });
    return html`<div class="fader"><span>不透明度</span>${slider}${percent}</div>`;
  }

  /** @param {string | null} sentence */
  #complain(sentence) {
    const line = /** @type {HTMLElement} */ (this.panel.querySelector(".base-trouble"));
    if (line.textContent === (sentence ?? "")) return;
    line.hidden = !sentence;
    line.textContent = sentence ?? "";
  }

  #announce() {
    const detail = { base: this.#base, opacity: this.#opacity };
    this.dispatchEvent(new CustomEvent("base", { detail }));
  }
}
