// Where is the pointer, and at what scale is the map?
import { fill, html } from "app/dom.js";
import { east, north, scale, scaleFrom, whole } from "app/panel/words.js";

const REST_MS = 150;

/**
 * The strip at the bottom. Emits "scale" {denominator}.
 */
export class Status extends EventTarget {
  #timer = 0;
  /** @type {AbortController | null} */
  #asking = null;

  /**
   * @param {{lonlat: HTMLElement, xy: HTMLElement, crs: HTMLElement, scale: HTMLInputElement, date: HTMLElement, sample: HTMLElement}} parts
   * @param {(place: {lon: number, lat: number}, signal: AbortSignal) => Promise<Api.Position>} ask
   */
  constructor(parts, ask) {
    super();
    this.parts = parts;
    this.ask = ask;
    this.denominator = 0;
    parts.scale.addEventListener("keydown", (event) => this.#key(event));
    parts.scale.addEventListener("focus", () => parts.scale.select());
    parts.scale.addEventListener("blur", () => this.showScale(this.denominator));
  }

  /** The plane coordinates follow when the pointer rests. @param {{lon: number, lat: number}} place */
  showPlace(place) {
    fill(this.parts.lonlat, `${east(place.lon)}  ${north(place.lat)}`);
    clearTimeout(this.#timer);
    this.#asking?.abort();
    this.#timer = window.setTimeout(() => this.#showPlane(place), REST_MS);
  }

  /** @param {number} denominator */
  showScale(denominator) {
    this.denominator = denominator;
    if (document.activeElement !== this.parts.scale) this.parts.scale.value = scale(denominator);
  }

  /** @param {Api.Catalogue} catalogue */
  showOrigin({ sample, data_date }) {
    fill(this.parts.date, data_date && `数据截止 ${data_date}`);
    const long = ["示意底图", sample && "示例数据", "非涉密系统"].filter(Boolean).join(" · ");
    const short = ["示意", sample && "示例", "非涉密"].filter(Boolean).join("·");
    fill(
      this.parts.sample,
      html`<span class="long">${long}</span>`,
      html`<span class="short" aria-hidden="true">${short}</span>`,
    );
  }

  /** @param {{lon: number, lat: number}} place */
  async #showPlane(place) {
    this.#asking = new AbortController();
    try {
      const { x, y, zone, crs } = await this.ask(place, this.#asking.signal);
      fill(this.parts.xy, x && y ? `X ${whole(x)}  Y ${whole(y)}（${zone}带）` : "");
      fill(this.parts.crs, crs);
    } catch {
      fill(this.parts.xy, "");
    }
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    event.stopPropagation();
    if (event.key === "Escape") this.parts.scale.blur();
    if (event.key !== "Enter") return;
    const denominator = scaleFrom(this.parts.scale.value);
    this.parts.scale.setAttribute("aria-invalid", String(!denominator));
    if (!denominator) return;
    this.denominator = denominator;
    this.parts.scale.blur();
    this.dispatchEvent(new CustomEvent("scale", { detail: { denominator } }));
  }
}
