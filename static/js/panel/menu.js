// What is at this place? Coordinates to copy, and everything that lies here.
import { fill, html } from "app/dom.js";
import { minutesAndSeconds } from "app/panel/words.js";

const EDGE_PX = 8;

/**
 * The menu of a right click or long press. Emits "copy" {text}, "open" {hit, results}.
 */
export class PlaceMenu extends EventTarget {
  /** @type {AbortController | null} */
  #asking = null;
  /** @type {HTMLElement | null} */
  #before = null;

  /**
   * @param {HTMLElement} element
   * @param {(place: {lon: number, lat: number}, signal: AbortSignal) => Promise<Api.At>} ask
   */
  constructor(element, ask) {
    super();
    this.element = element;
    this.ask = ask;
    /** @type {import("app/panel/signs.js").Signs | null} */
    this.signs = null;
    element.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.close();
      event.stopPropagation();
    });
    document.addEventListener("pointerdown", (event) => {
      if (!element.contains(/** @type {Node} */ (event.target))) this.close();
    });
  }

  /** @param {{lon: number, lat: number, x: number, y: number}} place x and y in pixels of the window */
  async open({ x, y, ...place }) {
    this.close();
    this.#before = /** @type {HTMLElement | null} */ (document.activeElement);
    this.#asking = new AbortController();
    fill(
      this.element,
      this.#coordinates(place),
      html`<div class="here"><h2>查此处</h2><p class="none">正在查…</p></div>`,
    );
    this.#show(x, y);
    try {
      const { position, results } = await this.ask(place, this.#asking.signal);
      fill(this.element, this.#coordinates(position), this.#here(results));
    } catch (error) {
      if (this.#asking.signal.aborted) return;
      fill(
        this.element,
        this.#coordinates(place),
        html`<p class="none">${/** @type {Error} */ (error).message}</p>`,
      );
    }
    this.#show(x, y);
  }

  close() {
    this.#asking?.abort();
    if (this.element.contains(document.activeElement)) this.#before?.focus({ preventScroll: true });
    this.element.hidden = true;
  }

  /** @param {number} x @param {number} y */
  #show(x, y) {
    this.element.hidden = false;
    const { width, height } = this.element.getBoundingClientRect();
    this.element.style.left = `${Math.max(EDGE_PX, Math.min(x, innerWidth - width - EDGE_PX))}px`;
    this.element.style.top = `${Math.max(EDGE_PX, Math.min(y, innerHeight - height - EDGE_PX))}px`;
    this.element.querySelector("button")?.focus({ preventScroll: true });
  }

  /** @param {{lon: number, lat: number} & Partial<Api.Position>} place */
  #coordinates({ lon, lat, x, y, zone, crs }) {
    const degrees = `${lon.toFixed(6)}, ${lat.toFixed(6)}`;
    const dms = `${minutesAndSeconds(lon)}E  ${minutesAndSeconds(lat)}N`;
    const plane = x && y ? `X ${x.toFixed(3)}  Y ${y.toFixed(3)}` : null;
    return html`<section>
      <h2>坐标${crs && ` · ${crs}`}</h2>
      ${this.#line("经纬度", degrees)} ${this.#line("度分秒", dms)}
      ${plane && this.#line(`${zone}带`, plane)}
    </section>`;
  }

  /** @param {string} label @param {string} text */
  #line(label, text) {
    const copy = () => this.dispatchEvent(new CustomEvent("copy", { detail: { text } }));
    return html`<button class="coordinate" type="button" title="复制" @click=${copy}>
      <span class="label">${label}</span><span class="text">${text}</span><span class="copy">复制</span>
    </button>`;
  }

  /** @param {Api.Hit[]} results */
  #here(results) {
    const items = results.map(
      (hit) => html`<li>
        <button type="button" @click=${() => this.#choose(hit, results)}>
          <span class="sign" aria-hidden="true">${this.signs?.swatch(hit.layer, hit.symbol)}</span>
          <span class="name">${hit.name}</span><span class="place">${hit.layer_title}</span>
        </button>
      </li>`,
    );
    return html`<section class="here">
      <h2>查此处</h2>
      ${items.length ? html`<ul>${items}</ul>` : html`<p class="none">这里没有已入库的图形。</p>`}
    </section>`;
  }

  /** @param {Api.Hit} hit @param {Api.Hit[]} results */
  #choose(hit, results) {
    this.close();
    this.dispatchEvent(new CustomEvent("open", { detail: { hit, results } }));
  }
}
