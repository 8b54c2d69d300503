// What is in the ledger of a layer, in view or altogether? A drawer that follows the map, and is worked in.
import { fill, html, later } from "app/dom.js";
import { CellEditor } from "app/table/cell.js";
import { choose, remember, remembered, shownOf } from "app/table/columns.js";
import { asHtml, asText, putOnClipboard } from "app/table/copying.js";
import { Grid } from "app/table/grid.js";

const REST_MS = 250;
const MOST_COPIED = 5000;
const COPIED_AT_ONCE = 1000;
const MOST_IN_A_SHEET = 5000;
const MOST_SHOWN = 200;

/**
 * @typedef {object} Acting
 * @property {string} words
 * @property {number} least rows it needs
 * @property {(layer: Api.Layer, bounds: Api.Bounds | null) => void} [wide] also with all rows there are
 * @property {(layer: Api.Layer, uids: string[]) => void} act
 *
 * @typedef {{all: boolean, columns: string[] | null, sort?: string, desc: boolean}} Ledger how rows are seen
 */

/**
 * The drawer under the map. Emits "opened", "open" {uid, uids}, "shown", "close", "changed" when rows are seen otherwise,
 * "filter" {layer}, "charts" {layer}, "say" {text}, "saved" {feature}, "chosen" {layer, uids}, "zoom" {bounds}.
 */
export class TableDrawer extends EventTarget {
  /** @type {Api.Layer[]} */
  #layers = [];
  /** @type {string | null} */
  #layer = null;
  /** @type {Api.Bounds | null} */
  #bounds = null;
  /** @type {Ledger} */
  #seen = { all: false, columns: null, desc: false };
  /** @type {Api.Column[]} */
  #columns = [];
  /** @type {Api.LedgerTotals | null} */
  #totals = null;
  /** Which rows, on whichever page, and where they are. @type {Map<string, Api.Bounds>} */
  #chosen = new Map();
  /** Whether all rows are chosen, listed or not. */
  #every = false;
  #edits = false;
  /** @type {Set<string>} */
  #editable = new Set();
  /** @type {Grid | null} */
  #grid = null;
  /** By what the rows that are there were filtered. */
  #filtered = "";
  /** Whether what they add up to is to come anew. */
  #unsummed = true;
  /** Whether rows are to come anew once a cell is no longer being changed. */
  #waits = false;
  /** Columns in which some row said something. @type {Set<string>} */
  #told = new Set();

  /**
   * @param {HTMLElement} element
   * @param {{server: import("app/api.js").Server, whole: string, library: string, dialog: HTMLDialogElement, filterOf: (layer: string) => string}} parts whole: address of the whole table; library: of Tabulator
   */
  constructor(element, { server, whole, library, dialog, filterOf }) {
    super();
    this.element = element;
    this.server = server;
    this.whole = whole;
    this.library = library;
    this.dialog = dialog;
    this.filterOf = filterOf;
    /** What can be done with rows that are chosen. @type {(layer: Api.Layer) => Acting[]} */
    this.actions = () => [];
    /** Whether values can be changed in their cells now. @type {(layer: Api.Layer) => boolean} */
    this.mayEdit = () => false;
    this.editor = new CellEditor(server);
    this.editor.addEventListener("refused", (event) => {
      this.#say(/** @type {CustomEvent} */ (event).detail.message);
      this.reload();
    });
    this.editor.addEventListener("saved", (event) =>
      this.#emit("saved", /** @type {CustomEvent} */ (event).detail),
    );
    this.#soon = later(REST_MS, () => this.#load());
  }

  /** @type {() => void} */
  #soon;

  get layer() {
    return this.element.hidden ? null : this.#layer;
  }

  /** How rows are seen, for the address. @returns {Ledger} */
  get seen() {
    return this.#seen;
  }

  get isFiltered() {
    return Boolean(this.filterOf(this.#layer ?? ""));
  }

  /** @param {Api.Layer[]} layers */
  offer(layers) {
    this.#layers = layers;
  }

  /** @param {string} layer @param {Partial<Ledger>} [seen] */
  open(layer, seen = {}) {
    const known = this.#layers.find(({ key }) => key === layer) ?? this.#layers[0];
    if (!known) return;
    this.#layer = known.key;
    this.#chosen.clear();
    this.#every = this.#edits = false;
    this.#editable.clear();
    this.#columns = [];
    this.#totals = null;
    this.#told.clear();
    this.#filtered = this.filterOf(known.key);
    this.#seen = { all: false, columns: remembered(known.key), desc: false, ...seen };
    this.element.hidden = false;
    document.body.dataset.table = known.key;
    fill(this.element, this.#head(), html`<div class="table-body"></div>`);
    this.#grid?.clear();
    this.#grid = this.#made();
    this.#emit("opened");
    this.#tellChosen();
    this.#load();
  }

  close() {
    this.element.hidden = true;
    this.#grid?.clear();
    delete document.body.dataset.table;
    this.#chosen.clear();
    this.#tellChosen();
    this.#emit("close");
  }

  /** @param {Api.Bounds} bounds */
  follow(bounds) {
    this.#bounds = bounds;
    if (this.#seen.all) return;
    this.#every = false;
    if (!this.element.hidden) this.#soon();
  }

  /** The same rows as they are now. */
  reload() {
    if (!this.element.hidden) this.#soon();
  }

  /** Shows which row the card is about. @param {string | null} uid */
  mark(uid) {
    this.#grid?.mark(uid);
  }

  /** None is chosen any more. */
  unchoose() {
    this.#every = false;
    this.#chosen.clear();
    this.#grid?.unchoose();
    this.#showChosen();
  }

  #made() {
    const grid = new Grid(this.#body, {
      library: this.library,
      size: this.#grid?.size,
      ask: (asked, signal) => this.#ask(asked, signal),
      look: (answer) => this.#look(answer),
      editor: (cell, success, cancel) => this.#edit(cell, success, cancel),
    });
    const on = (/** @type {string} */ name, /** @type {(detail: any) => void} */ act) =>
      grid.addEventListener(name, (event) => act(/** @type {CustomEvent} */ (event).detail));
    on("came", () => this.#came());
    on("failed", ({ message }) => this.#fail(message));
    on("open", ({ uid }) => this.#emit("open", { uid, uids: grid.rows.map(({ id }) => id) }));
    on("choose", ({ rows, on: chosen }) => this.#choose(rows, chosen));
    on("edited", () => this.#edited());
    return grid;
  }

  #head() {
    const choices = this.#layers.map(
      ({ key, title }) => html`<option value="${key}" selected=${key === this.#layer}>${title}</option>`,
    );
    const open = (/** @type {Event} */ event) =>
      this.open(/** @type {HTMLSelectElement} */ (event.target).value, { all: this.#seen.all });
    const layer = this.#known;
    const exports = layer?.may?.includes("export");
    return html`<header class="table-head">
      <label>表格 <select aria-label="选择图层" @change=${open}>${choices}</select></label>
      <span class="scope" role="group" aria-label="行的范围">${this.#scope(false, "视野内")}${this.#scope(true, "全部")}</span>
      <span class="found quiet" role="status"></span><span class="chosen" role="status"></span>
      <span class="table-acts">
        ${layer && this.mayEdit(layer) && html`<button class="button" type="button" data-act="edit" aria-pressed="false" title="点单元格直接修改（在格上按 F2 或回车）" @click=${() => this.#turnEditing()}>改数据</button>`}
        <button class="button" type="button" title="按条件筛选（Shift+F）" @click=${() => this.#tell("filter")}>筛选</button>
        <button class="button" type="button" title="统计图（Shift+T）" @click=${() => this.#tell("charts")}>统计</button>
        <button class="button" type="button" title="选择显示哪些列" @click=${() => this.#chooseColumns()}>列</button>
        <button class="button" type="button" title="复制表格，可粘贴到 Excel、Word" @click=${() => this.#copy()}>复制表格</button>
        ${exports && html`<button class="button" type="button" title="按现在的行、列、排序导出 Excel" @click=${() => this.#save()}>导出所见</button>`}
        <a class="whole" href="${this.whole}${encodeURIComponent(this.#layer ?? "")}">完整表格</a>
      </span>
      <button class="tall" type="button" aria-pressed="${String("tall" in document.body.dataset)}" aria-label="放大表格" title="放大、还原表格" @click=${() => this.#turnTall()}>⤢</button>
      <button class="close" type="button" aria-label="关闭表格" title="关闭（T）" @click=${() => this.close()}>×</button>
    </header>`;
  }

  /** @param {boolean} all @param {string} words */
  #scope(all, words) {
    return html`<button type="button" data-all="${String(all)}" aria-pressed="${String(all === this.#seen.all)}" @click=${() => this.#see({ all })}>${words}</button>`;
  }

  #turnTall() {
    if ("tall" in document.body.dataset) delete document.body.dataset.tall;
    else document.body.dataset.tall = "";
    this.element
      .querySelector(".tall")
      ?.setAttribute("aria-pressed", String("tall" in document.body.dataset));
  }

  async #turnEditing() {
    const layer = this.#layer;
    if (!layer) return;
    this.#edits = !this.#edits;
    try {
      const fields = this.#edits ? await this.editor.fieldsOf(layer) : [];
      this.#editable = new Set(fields.map(({ key }) => key));
    } catch (error) {
      this.#edits = false;
      this.#say(/** @type {Error} */ (error).message);
    }
    if (layer !== this.#layer) return;
    this.element.querySelector('[data-act="edit"]')?.setAttribute("aria-pressed", String(this.#edits));
    this.#body.classList.toggle("editing-cells", this.#edits);
    this.#grid?.draw();
  }

  async #chooseColumns() {
    const chosen = await choose(this.dialog, this.#columns, this.#shown);
    if (chosen === undefined || !this.#layer) return;
    remember(this.#layer, chosen);
    this.#seen = { ...this.#seen, columns: chosen };
    this.#grid?.draw();
    this.#emit("changed");
  }

  /** @param {Partial<Ledger>} change */
  #see(change) {
    this.#seen = { ...this.#seen, ...change };
    this.#every = false;
    for (const scope of this.element.querySelectorAll(".scope button"))
      scope.setAttribute("aria-pressed", String(String(this.#seen.all) === scope.getAttribute("data-all")));
    this.#emit("changed");
    this.#load(true);
  }

  /** What the server is asked for. */
  get #wanted() {
    const { all, sort, desc } = this.#seen;
    const layer = this.#layer ?? "";
    return { bbox: all ? undefined : (this.#bounds ?? undefined), sort, desc, f: this.filterOf(layer) };
  }

  /** @param {import("app/table/grid.js").Asked} asked @param {AbortSignal} signal */
  async #ask({ offset, limit, sort, desc }, signal) {
    if (sort !== this.#seen.sort || desc !== this.#seen.desc) {
      this.#seen = { ...this.#seen, sort, desc };
      this.#emit("changed");
    }
    const totals = this.#unsummed || offset === 0 || undefined;
    const wanted = { ...this.#wanted, offset, limit, totals };
    const answer = await this.server.ledger(this.#layer ?? "", wanted, signal);
    // New rows would take the cell away under the hands of who is typing.
    await this.editor.ended();
    return answer;
  }

  /** @param {boolean} [top] from the first row on */
  #load(top = false) {
    if (this.element.hidden) return;
    const filter = this.filterOf(this.#layer ?? "");
    const other = top || filter !== this.#filtered;
    this.#filtered = filter;
    if (other) this.#told.clear();
    this.#unsummed = true;
    if (this.editor.isOpen) this.#waits = true;
    else this.#grid?.load({ top: other });
  }

  /** How the rows of an answer look. @param {Api.Ledger | null} answer null: as those that are there @returns {import("app/table/look.js").Look} */
  #look(answer) {
    if (answer) this.#know(answer);
    const { sort, desc } = this.#seen;
    return {
      columns: this.#shown,
      sort,
      desc,
      totals: this.#totals,
      word: this.#known?.measure_word ?? "行",
      chooses: this.#chooses,
      isChosen: (uid) => this.#chosen.has(uid),
      editable: this.#edits ? this.#editable : new Set(),
      none: html`<p class="none">${this.#noneWords}</p>`,
    };
  }

  /** @param {Api.Ledger} answer */
  #know({ totals, columns, rows }) {
    this.#columns = columns;
    if (totals !== undefined) {
      this.#totals = totals;
      this.#unsummed = false;
    }
    for (const { words } of rows) for (const key in words) if (words[key]) this.#told.add(key);
  }

  get #shown() {
    return shownOf(this.#columns, this.#seen.columns, this.#seen.sort, this.#told);
  }

  #came() {
    this.#sayFound(this.#grid?.count ?? 0);
    this.#showChosen();
    this.#emit("shown");
  }

  /** @param {any} cell of Tabulator @param {(words: string) => void} success @param {() => void} cancel */
  #edit(cell, success, cancel) {
    return this.editor.open({
      layer: this.#layer ?? "",
      id: cell.getRow().getData().id,
      key: cell.getField().split("/")[1],
      place: cell.getElement(),
      success,
      cancel,
      beside: (step) => this.#grid?.walking.editBeside(cell, step),
      back: () => this.#grid?.focus(),
    });
  }

  #edited() {
    this.editor.closed();
    if (this.#waits) this.#soon();
    this.#waits = false;
  }

  get #known() {
    return this.#layers.find(({ key }) => key === this.#layer);
  }

  /** How many rows there are on all pages. */
  get #count() {
    return this.#grid?.count ?? 0;
  }

  get #body() {
    return /** @type {HTMLElement} */ (this.element.querySelector(".table-body"));
  }

  get #chooses() {
    return Boolean(this.#known && this.actions(this.#known).length > 0);
  }

  /** @param {number} count */
  #sayFound(count) {
    const layer = this.#known;
    const word = layer?.measure_word ?? "个";
    const passing = this.isFiltered ? "符合筛选的 " : "";
    const number = (/** @type {number} */ value) => value.toLocaleString("zh-CN", { useGrouping: true });
    const there = this.#seen.all
      ? `${passing}${number(count)} ${word}`
      : `视野内${passing || " "}${number(count)} ${word}`;
    const said =
      this.#seen.all && !passing
        ? `共 ${number(count)} ${word}`
        : `${there}，共 ${number(layer?.count ?? count)} ${word}`;
    this.element.querySelector(".found")?.replaceChildren(said);
  }

  get #noneWords() {
    const passing = this.isFiltered ? "符合筛选的" : "";
    const where = this.#seen.all ? "没有" : "视野内没有";
    const advice = this.isFiltered
      ? "去掉几个条件，或移动地图。"
      : this.#seen.all
        ? "可以导入或新增。"
        : "移动地图，或改看“全部”。";
    return `${where}${passing}“${this.#known?.title ?? ""}”。${advice}`;
  }

  /** @param {string} sentence */
  #fail(sentence) {
    this.#grid?.clear();
    fill(
      this.#body,
      html`<div class="failure" role="alert">
        <p>${sentence}</p>
        <button class="button" type="button" @click=${() => this.#load()}>重试</button>
      </div>`,
    );
  }

  // What is chosen --------------------------------------------------------------------------------------

  /** @param {Api.LedgerRow[]} rows @param {boolean} on */
  #choose(rows, on) {
    this.#every = false;
    for (const { id, bounds } of rows) {
      if (on) this.#chosen.set(id, bounds);
      else this.#chosen.delete(id);
    }
    this.#showChosen();
  }

  #showChosen() {
    this.#tellChosen();
    const place = this.element.querySelector(".chosen");
    const layer = this.#known;
    if (!place || !layer) return;
    if (this.#every) return this.#showEvery(place, layer);
    const uids = [...this.#chosen.keys()];
    const acts = this.actions(layer).filter(({ least }) => uids.length >= least);
    const buttons = acts.map(
      ({ words, act }) =>
        html`<button class="button" type="button" @click=${() => act(layer, uids)}>${words}</button>`,
    );
    const zoom = html`<button class="button" type="button" title="地图移到选中的各行" @click=${() => this.#zoom()}>定位</button>`;
    const told = uids.length > 0 && [`已选 ${uids.length} ${layer.measure_word}`, zoom, ...buttons];
    fill(place, told, this.#offersEvery && this.#everyButton(layer));
  }

  #tellChosen() {
    this.#emit("chosen", { layer: this.#layer, uids: [...this.#chosen.keys()].slice(0, MOST_SHOWN) });
  }

  #zoom() {
    const boxes = [...this.#chosen.values()];
    if (!boxes.length) return;
    const [west, south] = [0, 1].map((side) => Math.min(...boxes.map((box) => box[side])));
    const [east, north] = [2, 3].map((side) => Math.max(...boxes.map((box) => box[side])));
    this.#emit("zoom", { bounds: [west, south, east, north] });
  }

  // Ticking what is listed does not reach what is not.
  get #offersEvery() {
    const { rows = [], count = 0 } = this.#grid ?? {};
    return rows.length > 0 && count > rows.length && rows.every(({ id }) => this.#chosen.has(id));
  }

  get #everyWords() {
    return `${this.#seen.all ? "" : "视野内"}${this.isFiltered ? "符合筛选的" : ""}全部`;
  }

  /** @param {Api.Layer} layer */
  #everyButton(layer) {
    const every = () => {
      this.#every = true;
      this.#showChosen();
    };
    return html`<button class="button" type="button" @click=${every}>改选${this.#everyWords} ${this.#count} ${layer.measure_word}</button>`;
  }

  /** @param {Element} place @param {Api.Layer} layer */
  #showEvery(place, layer) {
    const bounds = this.#seen.all ? null : this.#bounds;
    const buttons = this.actions(layer).map(
      ({ words, wide }) =>
        wide &&
        html`<button class="button" type="button" @click=${() => wide(layer, bounds)}>${words}</button>`,
    );
    fill(place, `已选${this.#everyWords} ${this.#count} ${layer.measure_word}`, buttons);
  }

  // What goes out ---------------------------------------------------------------------------------------

  // All rows, also those that are not listed yet, in the present order and columns.
  async #copy() {
    const word = this.#known?.measure_word ?? "行";
    try {
      const rows = await this.#all(Math.min(this.#count, MOST_COPIED));
      const shown = this.#shown;
      const done = putOnClipboard({ "text/plain": asText(shown, rows), "text/html": asHtml(shown, rows) });
      const more = this.#count - rows.length;
      const rest = more > 0 ? `，其余 ${more} ${word}请用导出` : "";
      this.#say(
        done ? `已复制 ${rows.length} ${word}${rest}。` : "浏览器不允许复制。请用导出，或换一个浏览器。",
      );
    } catch (error) {
      this.#say(/** @type {Error} */ (error).message);
    }
  }

  /** @param {number} count @returns {Promise<Api.LedgerRow[]>} */
  async #all(count) {
    const rows = [];
    for (let offset = 0; offset < count; offset += COPIED_AT_ONCE) {
      const answer = await this.server.ledger(this.#layer ?? "", {
        ...this.#wanted,
        offset,
        limit: Math.min(COPIED_AT_ONCE, count - offset),
      });
      rows.push(...answer.rows);
    }
    return rows;
  }

  #save() {
    const count = this.#count;
    if (count > MOST_IN_A_SHEET)
      return this.#say(
        `共 ${count.toLocaleString("zh-CN")} 行，按所见一次最多导出 ${MOST_IN_A_SHEET} 行。请缩小范围、加筛选条件，或用“导出”。`,
      );
    const columns = this.#shown.map(({ key }) => key);
    this.server.saveLedger(this.whole, this.#layer ?? "", { ...this.#wanted, columns });
  }

  /** @param {"filter" | "charts"} name */
  #tell(name) {
    this.#emit(name, { layer: this.#layer });
  }

  /** @param {string} text */
  #say(text) {
    this.#emit("say", { text });
  }

  /** @param {string} name @param {object} [detail] */
  #emit(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}
