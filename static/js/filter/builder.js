// By what shall a layer be filtered? The panel that offers its fields, and shows at once how many pass.
import { fill, html, later } from "app/dom.js";
import { asChips, asDays, asPlace, asRange } from "app/filter/controls.js";
import { CustomRow } from "app/filter/custom.js";
import { conditionsOf, textOf } from "app/filter/text.js";
import { Aside } from "app/panel/aside.js";

/**
 * @typedef {import("app/filter/text.js").Condition} Condition
 * @typedef {import("app/filter/filters.js").Filters} Filters
 * @typedef {{facet: Api.Facet, conditions: Condition[], groups: Api.GroupTotals[] | null, layers: Api.Option[], put: (operators: string[], added: Condition[]) => void, draw: () => void}} Asked
 */

const REST_MS = 200;
const OPEN_FIRST = 4;
const MOST_GROUPS = 8;

/** Emits "draw" to have an area drawn, "opened", "close", "save" {layer, text}, "table" {layer}, "charts" {layer}. */
export class FilterPanel extends Aside {
  /** @type {Api.Layer[]} */
  #layers = [];
  /** @type {Api.Facets | null} */
  #facets = null;
  #layer = "";
  /** What stands or is about to. @type {Condition[]} */
  #conditions = [];
  /** @type {Map<string, Api.GroupTotals[]>} */
  #groups = new Map();
  /** @type {Set<string>} */
  #open = new Set();
  /** @type {AbortController | null} */
  #counting = null;
  #asked = 0;
  #pending = false;

  /**
   * @param {HTMLElement} element
   * @param {import("app/api.js").Server} server
   * @param {Filters} filters
   * @param {import("app/filter/saved.js").SavedFilters} saved
   */
  constructor(element, server, filters, saved) {
    super(element, "filtering");
    this.server = server;
    this.filters = filters;
    this.saved = saved;
    this.#apply = later(REST_MS, () => {
      this.#pending = false;
      filters.set(this.#layer, textOf(this.#conditions));
    });
    filters.addEventListener("changed", () => this.#follow());
    filters.addEventListener("refused", (event) => this.#refuse(/** @type {CustomEvent} */ (event).detail));
    this.closeOnEscape();
  }

  /** @type {() => void} */
  #apply;

  get layer() {
    return this.#layer;
  }

  /** @param {Api.Layer[]} layers */
  offer(layers) {
    this.#layers = layers;
  }

  /** @param {string} layer */
  async open(layer) {
    const asked = ++this.#asked;
    this.stand();
    this.#layer = this.#layers.find(({ key }) => key === layer)?.key ?? this.#layers[0]?.key ?? "";
    this.#conditions = conditionsOf(this.filters.textOf(this.#layer));
    this.#frame(html`<p class="quiet wait">正在读取可筛选的字段…</p>`);
    this.dispatchEvent(new CustomEvent("opened"));
    try {
      const facets = await this.server.facets(this.#layer);
      if (asked !== this.#asked || !this.isOpen) return;
      this.#facets = facets;
    } catch (error) {
      if (asked !== this.#asked) return;
      const again = () => this.open(layer);
      this.#frame(
        html`<div class="failure" role="alert"><p>${/** @type {Error} */ (error).message}</p><button class="button" type="button" @click=${again}>重试</button></div>`,
      );
      return;
    }
    const common = this.#common();
    this.#open = new Set(common.slice(0, OPEN_FIRST).map(({ key }) => key));
    for (const { key } of this.#conditions) this.#open.add(key);
    this.#groups.clear();
    this.#show();
    this.#count();
    this.element.querySelector("select")?.focus({ preventScroll: true });
  }

  /** The area that was drawn. @param {string} operator @param {GeoJSON.Geometry | null} geometry */
  drawn(operator, geometry) {
    if (geometry?.type !== "Polygon") return;
    const corners = geometry.coordinates[0].slice(0, -1);
    const text = corners.map(([lon, lat]) => `${lon.toFixed(5)}_${lat.toFixed(5)}`).join("_");
    this.#put("shape", ["meets", "inside"], [{ key: "shape", operator, values: [text] }]);
  }

  #common() {
    return (this.#facets?.facets ?? []).filter(({ common }) => common);
  }

  /** @param {HTMLElement} body */
  #frame(body) {
    const open = (/** @type {string} */ layer) => this.open(layer);
    fill(this.element, this.headOf("筛选", this.#layers, this.#layer, open), body);
  }

  #show() {
    const facets = /** @type {Api.Facets} */ (this.#facets);
    const asks = facets.questions.map(({ title, filter }) => this.#question(title, filter));
    const own = this.saved.of(this.#layer).map((each) => this.#own(each));
    const sections = this.#common().map((facet) => this.#section(facet));
    const custom = new CustomRow(facets, (condition) => {
      this.#put(condition.key, [condition.operator], [condition]);
    });
    this.#frame(
      html`<div class="filter-body">
        ${asks.length > 0 && html`<div class="questions" role="group" aria-label="常用问题">${asks}</div>`}
        ${own.length > 0 && html`<div class="questions" role="group" aria-label="我的筛选">${own}</div>`}
        ${sections}
        <details class="facet custom"><summary>更多条件</summary>${custom.element}</details>
      </div>`,
    );
    this.element.append(html`<p class="filter-problem problem" role="alert"></p>`, this.#foot());
    this.#tellCount();
  }

  /** @param {string} title @param {string} filter */
  #question(title, filter) {
    const pressed = textOf(this.#conditions) === filter;
    const ask = () => {
      this.#conditions = pressed ? [] : conditionsOf(filter);
      this.#changed();
    };
    return html`<button class="question" type="button" aria-pressed="${String(pressed)}" @click=${ask}>${title}</button>`;
  }

  /** @param {import("app/filter/saved.js").Saved} saved */
  #own(saved) {
    const forget = () => {
      this.saved.remove(saved);
      this.#redraw();
    };
    return html`<span class="own-question">${this.#question(saved.name, saved.filter)}<button type="button" aria-label="删去“${saved.name}”" title="删去这个筛选" @click=${forget}>×</button></span>`;
  }

  /** The present conditions under a name, on this machine. @param {string} name @returns {boolean} */
  keep(name) {
    const kept = this.saved.add({ name, layer: this.#layer, filter: textOf(this.#conditions) });
    this.#redraw();
    return kept;
  }

  /** @param {Api.Facet} facet */
  #section(facet) {
    const own = this.#conditions.filter(({ key }) => key === facet.key);
    const body = html`<div class="facet-body"></div>`;
    const section = /** @type {HTMLDetailsElement} */ (
      html`<details class="facet" data-facet="${facet.key}" open=${this.#open.has(facet.key)}>
        <summary>${facet.title}${facet.unit && html`<small>（${facet.unit}）</small>`}${own.length > 0 && html`<b class="set" title="已设条件">${own.length}</b>`}</summary>
        ${body}
      </details>`
    );
    section.addEventListener("toggle", () => {
      if (section.open === this.#open.has(facet.key)) return;
      if (section.open) this.#open.add(facet.key);
      else this.#open.delete(facet.key);
      if (section.open && facet.grouped && !this.#groups.has(facet.key)) this.#count();
    });
    fill(body, this.#control(facet, own));
    return section;
  }

  /** @param {Api.Facet} facet @param {Condition[]} conditions @returns {HTMLElement} */
  #control(facet, conditions) {
    /** @type {Asked} */
    const asked = {
      facet,
      conditions,
      groups: this.#groups.get(facet.key) ?? null,
      layers: this.#facets?.layers ?? [],
      put: (operators, added) => this.#put(facet.key, operators, added),
      draw: () => this.dispatchEvent(new CustomEvent("draw")),
    };
    if (facet.sort === "shape") return asPlace(asked);
    if (facet.sort === "number") return asRange(asked);
    return facet.sort === "day" ? asDays(asked) : asChips(asked);
  }

  #foot() {
    const clear = () => {
      this.#conditions = [];
      this.#changed();
    };
    const tell = (/** @type {string} */ name) => () =>
      this.dispatchEvent(
        new CustomEvent(name, { detail: { layer: this.#layer, text: textOf(this.#conditions) } }),
      );
    return html`<footer class="filter-foot">
      <p class="filter-count" role="status"></p>
      <div class="buttons">
        <button class="button" type="button" @click=${clear}>清除</button>
        <button class="button" type="button" @click=${tell("save")}>保存…</button>
        <button class="button" type="button" @click=${tell("charts")}>统计</button>
        <button class="button first" type="button" @click=${tell("table")}>看表格</button>
      </div>
    </footer>`;
  }

  /** @param {string} key @param {string[]} operators that give way @param {Condition[]} added */
  #put(key, operators, added) {
    const kept = this.#conditions.filter((each) => each.key !== key || !operators.includes(each.operator));
    this.#conditions = [...kept, ...added];
    this.#changed();
  }

  #changed() {
    this.#problem("");
    this.#pending = true;
    this.#apply();
    this.#redraw();
  }

  // What has the focus keeps it, though its section is made anew.
  #redraw() {
    const focused = document.activeElement;
    const named =
      focused instanceof HTMLElement && this.element.contains(focused) ? focused.dataset.at : null;
    const body = this.element.querySelector(".filter-body");
    const scrolled = body?.scrollTop ?? 0;
    const customOpen = this.element.querySelector(".custom[open]") !== null;
    if (customOpen) this.#replaceSections();
    else {
      this.#show();
      const again = this.element.querySelector(".filter-body");
      if (again) again.scrollTop = scrolled;
    }
    if (named) {
      const again = this.element.querySelector(`[data-at="${CSS.escape(named)}"]`);
      /** @type {HTMLElement | null} */ (again)?.focus({ preventScroll: true });
    }
  }

  #replaceSections() {
    for (const facet of this.#common()) {
      this.element
        .querySelector(`[data-facet="${CSS.escape(facet.key)}"]`)
        ?.replaceWith(this.#section(facet));
    }
    this.#tellCount();
  }

  // Somebody else changed the filter: the line above the map, a chart, a step back.
  #follow() {
    if (!this.isOpen || !this.#facets) return;
    const text = this.filters.textOf(this.#layer);
    if (text !== textOf(this.#conditions) && !this.#pending) {
      this.#conditions = conditionsOf(text);
      this.#redraw();
    } else {
      this.#tellCount();
    }
    this.#count();
  }

  #tellCount() {
    const told = this.filters.of(this.#layer);
    const layer = this.#layers.find(({ key }) => key === this.#layer);
    const word = this.#facets?.word ?? "个";
    const place = this.element.querySelector(".filter-count");
    const whole = `共 ${(layer?.count ?? 0).toLocaleString("zh-CN")} ${word}`;
    if (place)
      fill(
        place,
        told
          ? html`<span>符合 <b>${told.count.toLocaleString("zh-CN")}</b> ${word}，${whole}</span>`
          : html`<span>没有条件，${whole}</span>`,
      );
  }

  /** @param {{layer: string, message: string}} refused */
  #refuse({ layer, message }) {
    if (layer === this.#layer) this.#problem(message);
  }

  /** @param {string} message */
  #problem(message) {
    const place = this.element.querySelector(".filter-problem");
    if (place) place.textContent = message;
  }

  // How many there are of each value, if this field's own conditions were not.
  async #count() {
    this.#counting?.abort();
    const counting = new AbortController();
    this.#counting = counting;
    const shown = this.#common().filter(
      ({ key, grouped, sort }) => grouped && sort !== "day" && this.#open.has(key),
    );
    const set = new Set(this.#conditions.map(({ key }) => key));
    const together = shown.filter(({ key }) => !set.has(key)).slice(0, MOST_GROUPS);
    const alone = shown.filter(({ key }) => set.has(key));
    const asks = [...(together.length ? [together] : []), ...alone.map((facet) => [facet])];
    await Promise.all(asks.map((facets) => this.#countOf(facets, counting.signal)));
  }

  /** @param {Api.Facet[]} facets @param {AbortSignal} signal */
  async #countOf(facets, signal) {
    const others = this.#conditions.filter((each) => !facets.some(({ key }) => key === each.key));
    try {
      const keys = facets.map(({ key }) => key);
      const { groups } = await this.server.totals(this.#layer, textOf(others), keys, signal);
      if (signal.aborted) return;
      for (const facet of facets) {
        this.#groups.set(facet.key, groups[facet.key]);
        const body = this.element.querySelector(`[data-facet="${CSS.escape(facet.key)}"] .facet-body`);
        const own = this.#conditions.filter(({ key }) => key === facet.key);
        if (body && !body.contains(document.activeElement)) fill(body, this.#control(facet, own));
        else if (body) this.#refocused(body, facet, own);
      }
    } catch {
      // Numbers beside the chips are a help; the filter itself says what is wrong.
    }
  }

  /** @param {Element} body @param {Api.Facet} facet @param {Condition[]} own */
  #refocused(body, facet, own) {
    const named = /** @type {HTMLElement} */ (document.activeElement).dataset.at;
    fill(body, this.#control(facet, own));
    if (named)
      /** @type {HTMLElement | null} */ (body.querySelector(`[data-at="${CSS.escape(named)}"]`))?.focus();
  }
}
