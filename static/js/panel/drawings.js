// Which drawings can be laid over the map, which of them are, how strongly, and is the curtain drawn?
import { fill, html } from "app/dom.js";

const FIRST_OPACITY = 0.7;

/** Emits "drawings" {shown}, "curtain" {on}, "go" {drawing}; hidden where there is no drawing. */
export class DrawingPanel extends EventTarget {
  /** @type {Api.Drawing[]} */
  #drawings = [];
  /** @type {Map<string, number>} uid → opacity */
  #on = new Map();
  #curtain = false;

  /** @param {HTMLElement} element */
  constructor(element) {
    super();
    this.element = element;
  }

  /** What is on, as the address keeps it. @returns {Record<string, number>} */
  get state() {
    return Object.fromEntries(this.#on);
  }

  /** @param {Api.Drawing[]} drawings @param {Record<string, number>} wanted */
  offer(drawings, wanted) {
    this.#drawings = drawings;
    this.element.hidden = drawings.length === 0;
    this.restore(wanted);
  }

  /** @param {Record<string, number>} wanted */
  restore(wanted) {
    const known = new Set(this.#drawings.map(({ uid }) => uid));
    this.#on = new Map(Object.entries(wanted).filter(([uid]) => known.has(uid)));
    this.#changed();
  }

  #changed() {
    if (!this.#on.size) this.#turn(false);
    this.#render();
    this.#announce();
  }

  #announce() {
    const shown = this.#drawings
      .filter(({ uid }) => this.#on.has(uid))
      .map((drawing) => ({ drawing, opacity: this.#on.get(drawing.uid) ?? 1 }));
    this.#say("drawings", { shown });
  }

  /** @param {boolean} on */
  #turn(on) {
    if (on === this.#curtain) return;
    this.#curtain = on;
    this.#say("curtain", { on });
  }

  #render() {
    const rows = this.#drawings.map((drawing) => this.#row(drawing));
    const curtain = html`<button type="button" class="plain" aria-pressed="${String(this.#curtain)}" @click=${() => {
      this.#turn(!this.#curtain);
      this.#render();
    }}>卷帘</button>`;
    fill(
      this.element,
      html`<div class="head"><h2>图纸</h2>${this.#on.size ? curtain : null}</div>`,
      html`<ul class="drawing-rows">${rows}</ul>`,
    );
  }

  /** @param {Api.Drawing} drawing */
  #row(drawing) {
    const opacity = this.#on.get(drawing.uid);
    const is_on = opacity !== undefined;
    return html`<li><label class="choice"><input type="checkbox" checked=${is_on} @change=${() => {
      if (is_on) this.#on.delete(drawing.uid);
      else this.#on.set(drawing.uid, FIRST_OPACITY);
      this.#changed();
    }}><span title="${told(drawing)}">${drawing.title}</span></label>
      <button type="button" class="plain go" aria-label="到“${drawing.title}”" title="缩放到图纸" @click=${() => this.#say("go", { drawing })}>定位</button>
      ${is_on ? this.#fader(drawing, opacity) : null}</li>`;
  }

  /** @param {Api.Drawing} drawing @param {number} opacity */
  #fader({ uid, title }, opacity) {
    const percent = html`<output>${Math.round(opacity * 100)}%</output>`;
    const slider = /** @type {HTMLInputElement} */ (
      html`<input type="range" min="10" max="100" step="5" value="${String(Math.round(opacity * 100))}" aria-label="“${title}”不透明度">`
    );
    slider.addEventListener("input", () => {
      this.#on.set(uid, Number(slider.value) / 100);
      percent.textContent = `${slider.value}%`;
      this.#announce();
    });
    return html`<div class="fader"><span>不透明度</span>${slider}${percent}</div>`;
  }

  /** @param {string} name @param {object} detail */
  #say(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}

/** @param {Api.Drawing} drawing */
function told({ title, unit, visibility, rms_m }) {
  const fit = rms_m === null ? "" : `，控制点中误差 ${rms_m.toFixed(2)} 米`;
  return `${title}（${unit}，${visibility}${fit}）`;
}
