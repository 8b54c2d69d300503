// What do the features that pass amount to, town by town, state by state, year by year? A click on a bar filters.
import { barsOf, heightOf, option } from "app/charts/bars.js";
import { fill, html } from "app/dom.js";
import { withCondition } from "app/filter/text.js";
import { brought } from "app/library.js";
import { Aside } from "app/panel/aside.js";

/**
 * @typedef {import("app/filter/filters.js").Filters} Filters
 * @typedef {import("app/charts/bars.js").Measure} Measure
 */

const MOST_CHARTS = 6;
const WORDS = /** @type {Record<Measure, string>} */ ({ count: "数量", area_mu: "面积", length_km: "长度" });
const UNITS = { area_mu: "亩", length_km: "公里" };

/** Emits "opened", "close", "table" {layer}. */
export class ChartPanel extends Aside {
  /** @type {Api.Layer[]} */
  #layers = [];
  #layer = "";
  /** @type {Api.Facets | null} */
  #facets = null;
  /** @type {Measure} */
  #measure = "count";
  /** @type {any[]} */
  #drawn = [];
  /** @type {AbortController | null} */
  #asking = null;

  /** @param {HTMLElement} element @param {import("app/api.js").Server} server @param {Filters} filters @param {string} library address of the chart library */
  constructor(element, server, filters, library) {
    super(element, "charts");
    this.server = server;
    this.filters = filters;
    this.library = library;
    filters.addEventListener("changed", () => this.isOpen && this.#load());
    this.closeOnEscape();
  }

  /** @param {Api.Layer[]} layers */
  offer(layers) {
    this.#layers = layers;
  }

  /** @param {string} layer */
  async open(layer) {
    this.#layer = this.#layers.find(({ key }) => key === layer)?.key ?? this.#layers[0]?.key ?? "";
    this.#facets = null;
    this.#measure = "count";
    this.stand();
    this.#frame();
    this.dispatchEvent(new CustomEvent("opened"));
    await this.#load();
    this.element.focus({ preventScroll: true });
  }

  forget() {
    this.#asking?.abort();
    this.#clear();
  }

  #frame() {
    const open = (/** @type {string} */ layer) => this.open(layer);
    fill(
      this.element,
      this.headOf("统计", this.#layers, this.#layer, open),
      html`<div class="filter-body"><p class="quiet wait">正在统计…</p></div>`,
    );
  }

  async #load() {
    this.#asking?.abort();
    const asking = new AbortController();
    this.#asking = asking;
    const layer = this.#layer;
    try {
      await brought("统计图", this.library);
      const library = /** @type {any} */ (window).echarts;
      this.#facets ??= await this.server.facets(layer);
      const shown = this.#shown(this.#facets);
      const text = this.filters.textOf(layer);
      const by = shown.map(({ key }) => key);
      const totals = await this.server.totals(layer, text, by, asking.signal);
      if (asking.signal.aborted || !this.isOpen || layer !== this.#layer) return;
      this.#show(library, shown, totals);
      await this.#showNet(layer, text, totals, asking.signal);
    } catch (error) {
      if (!asking.signal.aborted) this.#fail(/** @type {Error} */ (error).message);
    }
  }

  // Towns and states first, then one year, then what else has words of its own.
  /** @param {Api.Facets} facets */
  #shown({ facets }) {
    const grouped = facets.filter(({ grouped }) => grouped);
    const year =
      grouped.find(({ sort, common }) => sort === "day" && common) ??
      grouped.find(({ sort }) => sort === "day");
    const first = grouped.filter(({ key }) => key === "town" || key === "symbol");
    const rest = grouped.filter((each) => each.common && each.sort !== "day" && !first.includes(each));
    return [...first, ...rest.slice(0, MOST_CHARTS - first.length - 1), ...(year ? [year] : [])];
  }

  /** @param {any} library @param {Api.Facet[]} shown @param {Api.FilterTotals} totals */
  #show(library, shown, totals) {
    const body = this.element.querySelector(".filter-body");
    if (!body) return;
    const scrolled = body.scrollTop;
    this.#clear();
    const word = this.#facets?.word ?? "个";
    const measures = this.#measures(totals);
    if (!measures.includes(this.#measure)) this.#measure = "count";
    const unit = this.#measure === "count" ? word : UNITS[this.#measure];
    const plots = shown.map((facet) => this.#plot(facet, totals.groups[facet.key], unit));
    fill(
      body,
      html`<div class="sums">
        <p class="quiet">${totals.sentence}</p>
        <p class="sum-figure"><b>${totals.count.toLocaleString("zh-CN")}</b> ${word}${amount(totals)}</p>
        <p class="net quiet" role="status"></p>
        ${totals.parts && html`<p class="quiet">另有分期范围 ${totals.parts.count} ${word}，不重复计入。</p>`}
        ${measures.length > 1 && this.#switch(measures, () => this.#show(library, shown, totals))}
      </div>`,
      ...(totals.count
        ? plots.map(({ section }) => section)
        : [html`<p class="quiet wait">没有符合条件的数据。去掉几个条件再看。</p>`]),
    );
    if (totals.count) for (const plot of plots) this.#draw(library, plot, unit);
    body.scrollTop = scrolled;
  }

  /** @param {Api.FilterTotals} totals @returns {Measure[]} */
  #measures({ area_mu, length_km }) {
    return [
      "count",
      ...(area_mu ? [/** @type {const} */ ("area_mu")] : []),
      ...(length_km ? [/** @type {const} */ ("length_km")] : []),
    ];
  }

  /** @param {Measure[]} measures @param {() => void} again */
  #switch(measures, again) {
    const buttons = measures.map((measure) => {
      const choose = () => {
        this.#measure = measure;
        again();
      };
      return html`<button class="value" type="button" aria-pressed="${String(measure === this.#measure)}" @click=${choose}>按${WORDS[measure]}</button>`;
    });
    return html`<div class="values" role="group" aria-label="图上画什么">${buttons}</div>`;
  }

  /** @param {Api.Facet} facet @param {Api.GroupTotals[]} groups @param {string} unit */
  #plot(facet, groups, unit) {
    const bars = barsOf(groups, this.#measure);
    const canvas = html`<div class="plot" aria-hidden="true" style="height: ${String(heightOf(bars.length))}px"></div>`;
    const rows = bars.map(({ label, value, filter }) => {
      const narrow = () => this.#narrow(filter);
      const name = filter
        ? html`<button type="button" class="link" @click=${narrow}>${label}</button>`
        : label;
      return html`<tr><th scope="row">${name}</th><td>${value.toLocaleString("zh-CN")} ${unit}</td></tr>`;
    });
    const title = facet.sort === "day" ? `${facet.title}（按年）` : facet.title;
    const section = html`<section class="chart" data-facet="${facet.key}">
      <h3>${title}</h3>${canvas}
      <details><summary>数字</summary><table>${html`<tbody>${rows}</tbody>`}</table></details>
    </section>`;
    return { section, canvas, bars };
  }

  /** @param {any} library @param {{canvas: HTMLElement, bars: ReturnType<typeof barsOf>}} plot @param {string} unit */
  #draw(library, { canvas, bars }, unit) {
    const style = getComputedStyle(this.element);
    const of = (/** @type {string} */ name) => style.getPropertyValue(name).trim();
    const chart = library.init(canvas, null, { renderer: "canvas" });
    const look = { brand: of("--brand"), ink: of("--ink-2"), quiet: of("--line-3"), font: of("--hei") };
    chart.setOption(option(bars, look, unit));
    // The whole row counts, its name too.
    canvas.addEventListener("click", ({ clientY }) => {
      const { top, height } = canvas.getBoundingClientRect();
      const filter = bars[Math.floor(((clientY - top) / height) * bars.length)]?.filter;
      if (filter) this.#narrow(filter);
    });
    this.#drawn.push(chart);
  }

  /** @param {string} condition */
  #narrow(condition) {
    this.filters.set(this.#layer, withCondition(this.filters.textOf(this.#layer), condition));
  }

  /** Overlaps counted once; large layers take a while. @param {string} layer @param {string} text @param {Api.FilterTotals} totals @param {AbortSignal} signal */
  async #showNet(layer, text, totals, signal) {
    const place = this.element.querySelector(".net");
    if (!place || !totals.area_mu) return;
    fill(place, "正在计算净面积（重叠只计一次）…");
    const net = await this.server.net(layer, text, signal);
    if (signal.aborted) return;
    fill(place, net.area_mu === null ? net.why : netWords(net.area_mu, net.overlap_mu ?? 0));
  }

  #clear() {
    for (const chart of this.#drawn) chart.dispose();
    this.#drawn = [];
  }

  /** @param {string} message */
  #fail(message) {
    const body = this.element.querySelector(".filter-body");
    if (!body) return;
    const again = () => this.#load();
    fill(
      body,
      html`<div class="failure" role="alert"><p>${message}</p><button class="button" type="button" @click=${again}>重试</button></div>`,
    );
  }
}

/** @param {Api.Totals} totals */
function amount({ area_mu, length_km }) {
  if (area_mu) return `，${area_mu.toLocaleString("zh-CN")} 亩`;
  return length_km ? `，${length_km.toLocaleString("zh-CN")} 公里` : "";
}

/** @param {number} area_mu @param {number} overlap_mu */
function netWords(area_mu, overlap_mu) {
  if (overlap_mu < 0.005) return `净面积 ${area_mu.toLocaleString("zh-CN")} 亩，没有互相重叠。`;
  return `净面积 ${area_mu.toLocaleString("zh-CN")} 亩（互相重叠 ${overlap_mu.toLocaleString("zh-CN")} 亩，只计一次）。`;
}
