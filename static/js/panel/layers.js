// What is on the map, what does each symbol mean, and how much of it is there?
import { fill, html } from "app/dom.js";
import { amount, countAndAmount, whole } from "app/panel/words.js";

/** @typedef {{layers: string[], name: string, head: HTMLElement, block: HTMLElement}} Switched */

const LONG_PRESS_MS = 500;
const BOUNDARIES = "admin_area";

/**
 * The panel that is the legend. Emits "zoom" {bounds} and "retry"; everything else it tells `shown`.
 */
export class LayerPanel extends EventTarget {
  /** @type {Switched[]} */
  #switched = [];

  /**
   * @param {HTMLElement} element
   * @param {HTMLElement} date
   * @param {import("app/panel/shown.js").Shown} shown
   */
  constructor(element, date, shown) {
    super();
    this.element = element;
    this.date = date;
    this.shown = shown;
    shown.addEventListener("changed", () => this.#update());
  }

  /** @param {Api.Catalogue} catalogue @param {import("app/panel/signs.js").Signs} signs */
  show(catalogue, signs) {
    this.#switched = [];
    this.signs = signs;
    this.date.textContent = catalogue.data_date ? `数据截止 ${catalogue.data_date}` : "";
    const ordered = [...catalogue.layers].sort((one, other) => one.order - other.order);
    const groups = catalogue.groups.map((group) =>
      this.#group(
        group,
        ordered.filter((layer) => layer.group === group.key),
      ),
    );
    fill(this.element, groups);
    this.element.setAttribute("aria-busy", "false");
    this.#update();
  }

  /** @param {string} sentence */
  fail(sentence) {
    const retry = () => this.dispatchEvent(new CustomEvent("retry"));
    fill(
      this.element,
      html`<div class="failure" role="alert">
        <p>${sentence}</p>
        <button class="button" type="button" @click=${retry}>重试</button>
      </div>`,
    );
    this.element.setAttribute("aria-busy", "false");
  }

  /** @param {Api.Group} group @param {Api.Layer[]} layers */
  #group(group, layers) {
    const block = html`<section class="group" aria-label="${group.title}"></section>`;
    block.style.setProperty("--theme", group.color);
    if (!layers.length) {
      block.classList.add("missing");
      block.append(
        html`<h2 class="head"><i class="bar"></i><span class="name">${group.title}</span><span class="total">未导入</span></h2>`,
      );
      return block;
    }
    const parts = html`<div class="parts"></div>`;
    const alone = layers.length === 1 && layers[0].key === layers[0].kind;
    parts.append(...(alone ? this.#rows(layers[0]) : layers.map((layer) => this.#layer(layer))));
    block.append(...this.#head(group, layers, block, parts), parts);
    return block;
  }

  /** @param {Api.Group} group @param {Api.Layer[]} layers @param {HTMLElement} block @param {HTMLElement} parts */
  #head(group, layers, block, parts) {
    const total = totalOf(group, layers);
    const fold = html`<button class="fold" type="button" aria-expanded="true">
      <i class="bar"></i><span class="name">${group.title}</span>
      <svg class="chevron" width="10" height="10" viewBox="0 0 10 10" aria-hidden="true"><path d="M2 3.5L5 6.5L8 3.5" /></svg>
    </button>`;
    const unfoldTo = (/** @type {boolean} */ open) => {
      parts.hidden = !open;
      fold.setAttribute("aria-expanded", String(open));
    };
    fold.addEventListener("click", () => unfoldTo(parts.hidden));
    unfoldTo(group.key !== "base");
    const head = html`<div class="head">
      <h2>${fold}</h2>
      <span class="total"><b>${total.value}</b>${total.unit}</span>
    </div>`;
    return [head, this.#equip(head, group.title, layers, block)];
  }

  /** One of several layers under a heading. @param {Api.Layer} layer */
  #layer(layer) {
    const block = html`<div class="layer"></div>`;
    const rows = legendOf(layer);
    const single = rows.length === 1 ? this.#sign(layer, rows[0].key) : null;
    const head = html`<div class="head sub">
      <span class="title">${single}<span class="name" title="${layer.title}">${layer.title}</span></span>
      <span class="total">${countAndAmount(counted(layer), layer.measure_word)}</span>
    </div>`;
    block.append(head, this.#equip(head, layer.title, [layer], block));
    if (!single) block.append(html`<div class="parts">${this.#rows(layer)}</div>`);
    return block;
  }

  /** @param {Api.Layer} layer @returns {HTMLElement[]} */
  #rows(layer) {
    if (!layer.count) {
      return [html`<p class="none">还没有数据 · 用 webmap intake 导入</p>`];
    }
    return legendOf(layer).map(
      (row) => html`<div class="row" data-symbol="${row.key}">
          ${this.#sign(layer, row.key)}<span class="name">${row.title}</span>
          <span class="count">${countAndAmount(row, layer.measure_word)}</span>
        </div>`,
    );
  }

  /** @param {Api.Layer} layer @param {string} symbol */
  #sign(layer, symbol) {
    return html`<span class="sign" aria-hidden="true">${this.signs?.legend(layer.key, symbol)}</span>`;
  }

  /**
   * Gives a heading its switch, and what appears on hover, focus or a long press.
   * @param {HTMLElement} head
   * @param {string} name
   * @param {Api.Layer[]} layers
   * @param {HTMLElement} block
   * @returns {HTMLElement} the slider that belongs under it
   */
  #equip(head, name, layers, block) {
    const keys = layers.map(({ key }) => key);
    const fader = this.#fader(name, keys);
    const tools = html`<span class="head-tools">
      <button class="tool fade" type="button" aria-label="透明度 ${name}" title="透明度" aria-expanded="false"
        @click=${(/** @type {Event} */ event) => unfold(fader, event.currentTarget)}>
        <svg width="16" height="16" viewBox="0 0 16 16" aria-hidden="true"><circle cx="8" cy="8" r="5.5" /><path class="solid" d="M8 2.5a5.5 5.5 0 0 1 0 11z" /></svg>
      </button>
      <button class="tool zoom" type="button" aria-label="缩放到 ${name}" title="缩放到"
        @click=${() => this.#zoom(layers)}>
        <svg width="16" height="16" viewBox="0 0 16 16" aria-hidden="true"><path d="M2.5 6V2.5H6M10 2.5h3.5V6M13.5 10v3.5H10M6 13.5H2.5V10" /></svg>
      </button>
      <button class="tool only" type="button" aria-pressed="false" aria-label="只看 ${name}" title="只看这一项，再按恢复"
        @click=${() => this.shown.toggleOnly(keys.join(), keys)}>只看</button>
    </span>`;
    const toggle = () => this.shown.toggle(keys, !keys.some((key) => this.shown.isOn(key)));
    const lever = html`<button class="switch" type="button" role="switch" aria-checked="true" aria-label="${name}" data-layers="${keys.join(" ")}" @click=${toggle}></button>`;
    head.querySelector(".total")?.before(tools);
    head.append(lever);
    whenPressedLong(head, () => head.classList.toggle("open"));
    this.#switched.push({ layers: keys, name: keys.join(), head, block });
    return fader;
  }

  /** @param {string} name @param {string[]} keys */
  #fader(name, keys) {
    const slider = /** @type {HTMLInputElement} */ (
      html`<input type="range" min="0" max="100" step="5" value="100" aria-label="${name} 不透明度">`
    );
    const reading = html`<output>100%</output>`;
    slider.addEventListener("input", () => this.shown.fade(keys, Number(slider.value) / 100));
    return html`<div class="fader" hidden><span>不透明度</span>${slider}${reading}</div>`;
  }

  /** @param {Api.Layer[]} layers */
  #zoom(layers) {
    const bounds = united(layers.flatMap((layer) => (layer.bounds ? [layer.bounds] : [])));
    if (bounds) this.dispatchEvent(new CustomEvent("zoom", { detail: { bounds } }));
  }

  #update() {
    for (const { layers, name, head, block } of this.#switched) {
      const on = layers.some((key) => this.shown.isOn(key));
      block.classList.toggle("off", !on);
      head.querySelector(".switch")?.setAttribute("aria-checked", String(on));
      head.querySelector(".only")?.setAttribute("aria-pressed", String(this.shown.only === name));
      this.#updateFader(block, Math.min(...layers.map((key) => this.shown.opacityOf(key))));
    }
  }

  /** @param {HTMLElement} block @param {number} opacity */
  #updateFader(block, opacity) {
    const fader = block.querySelector(":scope > .fader");
    const percent = Math.round(opacity * 100);
    const slider = fader?.querySelector("input");
    if (slider) slider.value = String(percent);
    fader?.querySelector("output")?.replaceChildren(`${percent}%`);
    block.classList.toggle("faint", percent < 100);
  }
}

/** @param {HTMLElement} fader @param {EventTarget | null} button */
function unfold(fader, button) {
  fader.hidden = !fader.hidden;
  /** @type {Element} */ (button).setAttribute("aria-expanded", String(!fader.hidden));
  if (!fader.hidden) fader.querySelector("input")?.focus();
}

// Classes of one title (the four tints of towns) are one row; what is not on the map needs no row.
/** @param {Api.Layer} layer @returns {Api.SymbolTotals[]} */
function legendOf({ classes }) {
  return classes
    .filter(({ legend }) => legend)
    .map((row) => ({ ...row, ...sum(classes.filter(({ title }) => title === row.title)) }))
    .filter(({ count }) => count);
}

/** @param {Api.Totals[]} all @returns {Api.Totals} */
function sum(all) {
  const total = (/** @type {keyof Api.Totals} */ what) =>
    all.reduce((so_far, each) => so_far + (each[what] ?? 0), 0);
  return { count: total("count"), area_mu: total("area_mu"), length_km: total("length_km") };
}

// Counties and their towns cover the same ground twice: their areas are not added.
/** @param {Api.Layer} layer @returns {Api.Totals} */
function counted(layer) {
  return layer.kind === BOUNDARIES ? { count: layer.count, area_mu: null, length_km: null } : layer;
}

// Adding up different kinds would count planned roads and standing ones as one thing.
/** @param {Api.Group} group @param {Api.Layer[]} layers */
function totalOf(group, layers) {
  if (group.word === "层") return { value: String(layers.length), unit: group.word };
  const totals = sum(layers.filter(({ kind }) => kind === layers[0].kind));
  const much = group.total === "count" ? null : amount(totals);
  return much ?? { value: whole(totals.count), unit: layers[0].measure_word };
}

/** @param {Api.Bounds[]} all @returns {Api.Bounds | null} */
function united(all) {
  if (!all.length) return null;
  const [west, south, east, north] = [0, 1, 2, 3].map((i) => all.map((bounds) => bounds[i]));
  return [Math.min(...west), Math.min(...south), Math.max(...east), Math.max(...north)];
}

/** @param {HTMLElement} element @param {() => void} act */
function whenPressedLong(element, act) {
  let timer = 0;
  const stop = () => clearTimeout(timer);
  element.addEventListener("pointerdown", (event) => {
    if (event.pointerType !== "mouse") timer = window.setTimeout(act, LONG_PRESS_MS);
  });
  for (const end of ["pointerup", "pointercancel", "pointermove"]) {
    element.addEventListener(end, stop);
  }
}
