// What is in view, row by row? A plain table that follows the map.
import { fill, html, later } from "app/dom.js";
import { asHtml, asText, putOnClipboard } from "app/table/copying.js";

const ROWS = 100;
const REST_MS = 250;
const MOST_COPIED = 5000;

/**
 * The drawer under the map. Emits "opened", "open" {uid, uids}, "shown", "close", "filter" {layer}, "charts" {layer}, "say" {text}.
 */
export class TableDrawer extends EventTarget {
  /** @type {Api.Layer[]} */
  #layers = [];
  /** @type {string | null} */
  #layer = null;
  /** @type {Api.Bounds | null} */
  #bounds = null;
  /** @type {{sort?: string, desc: boolean}} */
  #order = { desc: false };
  /** @type {AbortController | null} */
  #asking = null;
  /** @type {Api.Row[]} */
  #rows = [];
  /** @type {Set<string>} */
  #chosen = new Set();
  /** How many the map shows in view, and whether all of them are chosen, listed or not. */
  #count = 0;
  #every = false;

  /**
   * @param {HTMLElement} element
   * @param {string} whole address of the whole table
   * @param {import("app/api.js").Server["rows"]} ask
   */
  constructor(element, whole, ask) {
    super();
    this.element = element;
    this.whole = whole;
    this.ask = ask;
    /** What can be done with rows that are chosen; wide: also with all in view. @type {(layer: Api.Layer) => {words: string, least: number, wide?: (layer: Api.Layer, bounds: Api.Bounds) => void, act: (layer: Api.Layer, uids: string[]) => void}[]} */
    this.actions = () => [];
    /** Whether only some rows pass. */
    this.isFiltered = () => false;
    this.#soon = later(REST_MS, () => this.#load());
  }

  /** @type {() => void} */
  #soon;

  get layer() {
    return this.element.hidden ? null : this.#layer;
  }

  /** @param {Api.Layer[]} layers */
  offer(layers) {
    this.#layers = layers;
  }

  /** @param {string} layer */
  open(layer) {
    const known = this.#layers.find(({ key }) => key === layer) ?? this.#layers[0];
    if (!known) return;
    this.#layer = known.key;
    this.#chosen.clear();
    this.#every = false;
    this.#order = { desc: false };
    this.element.hidden = false;
    document.body.dataset.table = known.key;
    fill(this.element, this.#head(), html`<div class="table-body" tabindex="0" aria-label="表格内容"></div>`);
    this.dispatchEvent(new CustomEvent("opened"));
    this.#load();
  }

  close() {
    this.#asking?.abort();
    this.element.hidden = true;
    delete document.body.dataset.table;
    this.dispatchEvent(new CustomEvent("close"));
  }

  /** @param {Api.Bounds} bounds */
  follow(bounds) {
    this.#bounds = bounds;
    this.#every = false;
    if (!this.element.hidden) this.#soon();
  }

  /** The same rows as they are now. */
  reload() {
    if (!this.element.hidden) this.#soon();
  }

  /** Shows which row the card is about. @param {string | null} uid */
  mark(uid) {
    for (const row of this.element.querySelectorAll("tbody tr")) {
      row.setAttribute("aria-selected", String(row.getAttribute("data-uid") === uid));
    }
  }

  #head() {
    const choices = this.#layers.map(
      ({ key, title }) => html`<option value="${key}" selected=${key === this.#layer}>${title}</option>`,
    );
    const choose = (/** @type {Event} */ event) =>
      this.open(/** @type {HTMLSelectElement} */ (event.target).value);
    return html`<header class="table-head">
      <label>表格 <select aria-label="选择图层" @change=${choose}>${choices}</select></label>
      <span class="found quiet" role="status"></span><span class="chosen" role="status"></span>
      <span class="table-acts">
        <button class="button" type="button" title="按条件筛选（Shift+F）" @click=${() => this.#tell("filter")}>筛选</button>
        <button class="button" type="button" title="统计图（Shift+T）" @click=${() => this.#tell("charts")}>统计</button>
        <button class="button" type="button" title="复制表格，可粘贴到 Excel、Word" @click=${() => this.#copy()}>复制表格</button>
      </span>
      <a class="whole" href="${this.whole}${encodeURIComponent(this.#layer ?? "")}">完整表格</a>
      <button class="close" type="button" aria-label="关闭表格" title="关闭（T）" @click=${() => this.close()}>×</button>
    </header>`;
  }

  /** @param {string} name */
  #tell(name) {
    this.dispatchEvent(new CustomEvent(name, { detail: { layer: this.#layer } }));
  }

  // All rows in view, also those that are not listed yet, in the present order and columns.
  async #copy() {
    if (!this.#layer) return;
    const say = (/** @type {string} */ text) =>
      this.dispatchEvent(new CustomEvent("say", { detail: { text } }));
    const wanted = { bbox: this.#bounds ?? undefined, limit: MOST_COPIED, offset: 0, ...this.#order };
    try {
      const { count, columns, features } = await this.ask(this.#layer, wanted, undefined);
      const told = columns.filter((column) => this.#isTold(column));
      const done = putOnClipboard({
        "text/plain": asText(told, features),
        "text/html": asHtml(told, features),
      });
      const word = this.#known?.measure_word ?? "行";
      const rest = count > features.length ? `，其余 ${count - features.length} ${word}请用导出` : "";
      say(
        done ? `已复制 ${features.length} ${word}${rest}。` : "浏览器不允许复制。请用导出，或换一个浏览器。",
      );
    } catch (error) {
      say(/** @type {Error} */ (error).message);
    }
  }

  /** @param {boolean} [more] add to the rows that are there */
  async #load(more = false) {
    if (!this.#layer) return;
    this.#asking?.abort();
    this.#asking = new AbortController();
    const { signal } = this.#asking;
    const offset = more ? this.#rows.length : 0;
    const wanted = { bbox: this.#bounds ?? undefined, limit: ROWS, offset, ...this.#order };
    try {
      this.#show(await this.ask(this.#layer, wanted, signal), more);
    } catch (error) {
      if (!signal.aborted) this.#fail(/** @type {Error} */ (error).message);
    }
  }

  get #body() {
    return /** @type {HTMLElement} */ (this.element.querySelector(".table-body"));
  }

  /** @param {string} sentence */
  #fail(sentence) {
    fill(
      this.#body,
      html`<div class="failure" role="alert">
        <p>${sentence}</p>
        <button class="button" type="button" @click=${() => this.#load()}>重试</button>
      </div>`,
    );
  }

  /** @param {Api.Rows} answer @param {boolean} more */
  #show({ count, columns, features }, more) {
    this.#rows = more ? [...this.#rows, ...features] : features;
    this.#count = count;
    const layer = this.#layers.find(({ key }) => key === this.#layer);
    const said = `视野内${this.isFiltered() ? "符合筛选的" : ""} ${count} ${layer?.measure_word ?? "个"}，共 ${layer?.count ?? count} ${layer?.measure_word ?? "个"}`;
    this.element.querySelector(".found")?.replaceChildren(said);
    if (!count) {
      fill(
        this.#body,
        html`<p class="none">视野内没有${this.isFiltered() ? "符合筛选的" : ""}“${layer?.title ?? ""}”。${this.isFiltered() ? "去掉几个条件，或移动地图。" : "移动地图，或打开完整表格。"}</p>`,
      );
      return;
    }
    const rest = count - this.#rows.length;
    const add = html`<button class="button" type="button" @click=${() => this.#load(true)}>再显示 ${Math.min(rest, ROWS)} 行（还有 ${rest} 行）</button>`;
    const scrolled = more ? this.#body.scrollTop : 0;
    fill(this.#body, this.#table(columns), rest > 0 && add);
    this.#showChosen();
    this.#body.scrollTop = scrolled;
    this.dispatchEvent(new CustomEvent("shown"));
  }

  /** @param {Api.Column[]} every */
  #table(every) {
    const columns = every.filter((column) => this.#isTold(column));
    const head = [this.#chooses && this.#chooseAll(), ...columns.map((column) => this.#heading(column))];
    const rows = this.#rows.map((feature) => this.#row(feature, columns));
    return html`<table><thead><tr>${head}</tr></thead><tbody>${rows}</tbody></table>`;
  }

  // A column that is empty in all rows says nothing, unless they are sorted by it.
  /** @param {Api.Column} column */
  #isTold({ key }) {
    return key === "name" || key === this.#order.sort || this.#rows.some(({ words }) => words[key]);
  }

  /** @param {Api.Column} column */
  #heading({ key, title, unit }) {
    const { sort, desc } = this.#order;
    const direction = sort !== key ? "none" : desc ? "descending" : "ascending";
    const turn = () => {
      this.#order = { sort: key, desc: sort === key && !desc };
      this.#load();
    };
    return html`<th scope="col" aria-sort="${direction}"><button type="button" @click=${turn}>${title}${unit && html`<small>（${unit}）</small>`}</button></th>`;
  }

  /** @param {Api.Row} feature @param {Api.Column[]} columns */
  #row({ id, properties, words }, columns) {
    const cells = columns.map(({ key }, i) => {
      const said = words[key] || "—";
      const number = typeof properties[key] === "number";
      return html`<td class="${number && "number"}">${i === 0 ? html`<button type="button">${said}</button>` : said}</td>`;
    });
    const open = () => {
      const uids = this.#rows.map((row) => row.id);
      this.dispatchEvent(new CustomEvent("open", { detail: { uid: id, uids } }));
    };
    return html`<tr data-uid="${id}" aria-selected="false" @click=${open}>${this.#chooses && this.#choice(id)}${cells}</tr>`;
  }

  get #known() {
    return this.#layers.find(({ key }) => key === this.#layer);
  }

  get #chooses() {
    return this.#known && this.actions(this.#known).length > 0;
  }

  #chooseAll() {
    const box = /** @type {HTMLInputElement} */ (html`<input type="checkbox" aria-label="选中列出的各行">`);
    box.checked = this.#rows.length > 0 && this.#rows.every(({ id }) => this.#chosen.has(id));
    box.addEventListener("change", () => {
      for (const { id } of this.#rows) this.#choose(id, box.checked);
      this.#showChosen();
    });
    return html`<th scope="col" class="choose"><label>${box}</label></th>`;
  }

  /** @param {string} id */
  #choice(id) {
    const box = /** @type {HTMLInputElement} */ (html`<input type="checkbox" aria-label="选中这一行">`);
    box.checked = this.#chosen.has(id);
    box.addEventListener("change", () => {
      this.#choose(id, box.checked);
      this.#showChosen();
    });
    const stop = (/** @type {Event} */ event) => event.stopPropagation();
    return html`<td class="choose" @click=${stop}><label>${box}</label></td>`;
  }

  /** @param {string} id @param {boolean} on */
  #choose(id, on) {
    this.#every = false;
    if (on) this.#chosen.add(id);
    else this.#chosen.delete(id);
    const box = this.element.querySelector(`tr[data-uid="${CSS.escape(id)}"] .choose input`);
    if (box) /** @type {HTMLInputElement} */ (box).checked = on;
  }

  #showChosen() {
    const place = this.element.querySelector(".chosen");
    const layer = this.#known;
    if (!place || !layer) return;
    if (this.#every) return this.#showEvery(place, layer);
    const uids = [...this.#chosen];
    const acts = this.actions(layer).filter(({ least }) => uids.length >= least);
    const buttons = acts.map(
      ({ words, act }) =>
        html`<button class="button" type="button" @click=${() => act(layer, uids)}>${words}</button>`,
    );
    const told = uids.length > 0 && [`已选 ${uids.length} ${layer.measure_word}`, ...buttons];
    fill(place, told, this.#offersEvery && this.#everyButton(layer));
  }

  // Ticking what is listed does not reach what is not.
  get #offersEvery() {
    return this.#count > this.#rows.length && this.#rows.every(({ id }) => this.#chosen.has(id));
  }

  get #everyWords() {
    return this.isFiltered() ? "视野内符合筛选的全部" : "视野内全部";
  }

  /** @param {Api.Layer} layer */
  #everyButton(layer) {
    const choose = () => {
      this.#every = true;
      this.#showChosen();
    };
    return html`<button class="button" type="button" @click=${choose}>改选${this.#everyWords} ${this.#count} ${layer.measure_word}</button>`;
  }

  /** @param {Element} place @param {Api.Layer} layer */
  #showEvery(place, layer) {
    const bounds = this.#bounds;
    const buttons = this.actions(layer).map(
      ({ words, wide }) =>
        wide &&
        bounds &&
        html`<button class="button" type="button" @click=${() => wide(layer, bounds)}>${words}</button>`,
    );
    fill(place, `已选${this.#everyWords} ${this.#count} ${layer.measure_word}`, buttons);
  }

  /** None is chosen any more. */
  unchoose() {
    this.#every = false;
    for (const id of [...this.#chosen]) this.#choose(id, false);
    this.#showChosen();
  }
}
