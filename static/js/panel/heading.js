// How is a layer, or a group of them, switched, faded, seen alone and zoomed to?
import { html } from "app/dom.js";
import { boundsOf } from "app/panel/legend.js";

const LONG_PRESS_MS = 500;

/**
 * Gives a heading its switch, and what appears on hover, focus or a long press.
 * Emits "zoom" {bounds}.
 */
export class Heading extends EventTarget {
  /**
   * @param {HTMLElement} element
   * @param {string} name
   * @param {Api.Layer[]} layers
   * @param {import("app/panel/shown.js").Shown} shown
   */
  constructor(element, name, layers, shown) {
    super();
    this.element = element;
    this.name = name;
    this.layers = layers;
    this.keys = layers.map(({ key }) => key);
    this.shown = shown;
    this.slider = this.#slider();
    this.reading = html`<output>100%</output>`;
    this.fader = html`<div class="fader" hidden><span>不透明度</span>${this.slider}${this.reading}</div>`;
    this.lever = html`<button class="switch" type="button" role="switch" aria-checked="true"
      aria-label="${name}" @click=${() => this.#turn()}></button>`;
    this.only = html`<button class="tool only" type="button" aria-pressed="false" aria-label="只看 ${this.name}"
      title="只看这一项，再按恢复" @click=${() => this.shown.toggleOnly(this.#group, this.#front)}>只看</button>`;
    this.#furnish();
  }

  get isOn() {
    return this.keys.some((key) => this.shown.isOn(key));
  }

  get isFaint() {
    return this.#opacity < 1;
  }

  update() {
    const percent = Math.round(this.#opacity * 100);
    this.slider.value = String(percent);
    this.reading.textContent = `${percent}%`;
    this.lever.setAttribute("aria-checked", String(this.isOn));
    this.only.setAttribute("aria-pressed", String(this.shown.only === this.#group));
  }

  // A group comes on as the county first saw it: what is off at the start stays a choice of its own.
  get #front() {
    const proposed = this.layers.filter(({ on }) => on);
    return (proposed.length ? proposed : this.layers).map(({ key }) => key);
  }

  get #group() {
    return this.keys.join();
  }

  get #opacity() {
    return Math.min(...this.keys.map((key) => this.shown.opacityOf(key)));
  }

  #turn() {
    if (this.isOn) this.shown.toggle(this.keys, false);
    else this.shown.toggle(this.#front, true);
  }

  #slider() {
    const slider = /** @type {HTMLInputElement} */ (
      html`<input type="range" min="0" max="100" step="5" value="100" aria-label="${this.name} 不透明度">`
    );
    slider.addEventListener("input", () => this.shown.fade(this.keys, Number(slider.value) / 100));
    return slider;
  }

  #furnish() {
    const fade = html`<button class="tool fade" type="button" aria-expanded="false" aria-label="透明度 ${this.name}"
      title="透明度" @click=${() => this.#unfoldFader(fade)}>${half()}</button>`;
    const zoom = html`<button class="tool zoom" type="button" aria-label="缩放到 ${this.name}"
      title="缩放到" @click=${() => this.#zoom()}>${corners()}</button>`;
    const tools = html`<span class="head-tools">${fade}${zoom}${this.only}</span>`;
    this.element.querySelector(".total")?.before(tools);
    this.element.append(this.lever);
    whenPressedLong(this.element, () => this.element.classList.toggle("open"));
  }

  /** @param {HTMLElement} button */
  #unfoldFader(button) {
    this.fader.hidden = !this.fader.hidden;
    button.setAttribute("aria-expanded", String(!this.fader.hidden));
    if (!this.fader.hidden) this.slider.focus();
  }

  #zoom() {
    const bounds = boundsOf(this.layers);
    if (bounds) this.dispatchEvent(new CustomEvent("zoom", { detail: { bounds } }));
  }
}

function half() {
  return html`<svg width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">
    <circle cx="8" cy="8" r="5.5" /><path class="solid" d="M8 2.5a5.5 5.5 0 0 1 0 11z" />
  </svg>`;
}

function corners() {
  return html`<svg width="16" height="16" viewBox="0 0 16 16" aria-hidden="true">
    <path d="M2.5 6V2.5H6M10 2.5h3.5V6M13.5 10v3.5H10M6 13.5H2.5V10" />
  </svg>`;
}

/** @param {HTMLElement} element @param {() => void} act */
function whenPressedLong(element, act) {
  let timer = 0;
  const stop = () => clearTimeout(timer);
  element.addEventListener("pointerdown", (event) => {
    if (event.pointerType !== "mouse") timer = window.setTimeout(act, LONG_PRESS_MS);
  });
  for (const end of ["pointerup", "pointercancel", "pointermove"]) element.addEventListener(end, stop);
}
