// Which subject does the person want to see? One chip each.
import { fill, html } from "app/dom.js";

const SUPERVISION = "supervision";

/** Emits "preset" {preset}. */
export class Presets extends EventTarget {
  /** @param {HTMLElement} element */
  constructor(element) {
    super();
    this.element = element;
    /** @type {Api.Preset[]} */
    this.presets = [];
    this.chosen = -1;
  }

  /** What the chip that is lit is called, empty beside all of them. */
  get title() {
    return this.presets[this.chosen]?.title ?? "";
  }

  /** Is it the subject whose projects are supervised? */
  get isSupervision() {
    return this.presets[this.chosen]?.key === SUPERVISION;
  }

  /** @param {Api.Preset[]} presets */
  show(presets) {
    this.presets = presets;
    fill(
      this.element,
      presets.map(
        (
          preset,
          i,
        ) => html`<button class="chip" type="button" aria-pressed="false" title="${preset.title}（${i + 1}）"
          @click=${() => this.choose(i)}>${preset.title}</button>`,
      ),
    );
  }

  /** @param {number} at */
  choose(at) {
    const preset = this.presets[at];
    if (preset) this.dispatchEvent(new CustomEvent("preset", { detail: { preset } }));
  }

  /** What the chip that is lit filters, by layer. */
  get filters() {
    return this.presets[this.chosen]?.filters ?? {};
  }

  /**
   * Lights the chip whose layers are exactly those that are on, and whose filters all stand; of several the one that
   * filters most. @param {string[]} on @param {Record<string, string>} filters by layer
   */
  mark(on, filters) {
    const shown = [...on].sort().join();
    const fits = this.presets.map(({ layers, filters: own }) => {
      const same = layers.length && [...layers].sort().join() === shown;
      return same && Object.keys(own).every((key) => own[key] === filters[key])
        ? Object.keys(own).length
        : -1;
    });
    const best = Math.max(-1, ...fits);
    this.chosen = best < 0 ? -1 : fits.indexOf(best);
    [...this.element.children].forEach((chip, i) => {
      chip.setAttribute("aria-pressed", String(i === this.chosen));
    });
  }
}
