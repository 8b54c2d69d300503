// What is in the ledger of a layer, in view or altogether? A drawer that follows the map, and is worked in.
import { fill, html, later } from "app/dom.js";
import { CellEditor } from "app/table/cell.js";
import { choose, remember, remembered, rememberWidths, shownOf, widthsOf } from "app/table/columns.js";
import { Grid } from "app/table/grid.js";
import { SIZES } from "app/table/pager.js";
import { copied, saved } from "app/table/taking.js";
import { Ticked } from "app/table/ticked.js";

const REST_MS = 250;

/** @typedef {{all: boolean, columns: string[] | null, sort?: string, desc: boolean, page?: number, size?: number}} Ledger how rows are seen; page: from 1 */

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
  #ticked = new Ticked(() => this.#offer);
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
  /** Widths of columns that somebody drew. @type {Map<string, number>} */
  #widths = new Map();
  /** The row that the card is about, until the page is there on which it stands. @type {string | null} */
  #sought = null;
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
    /** What can be done with rows that are chosen. @type {(layer: Api.Layer) => import("app/table/ticked.js").Acting[]} */
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
    for (const name of ["chosen", "zoom"])
      this.#ticked.addEventListener(name, (event) =>
        this.#emit(name, /** @type {CustomEvent} */ (event).detail),
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
    this.#edits = false;
    this.#editable.clear();
    this.#columns = [];
    this.#totals = null;
    this.#told.clear();
    this.#widths = widthsOf(known.key);
    this.#filtered = this.filterOf(known.key);
    this.#seen = { all: false, columns: remembered(known.key), desc: false, ...seen };
    this.element.hidden = false;
    document.body.dataset.table = known.key;
    fill(this.element, this.#head(), html`<div class="table-body"></div>`);
    this.#grid?.clear();
    this.#grid = this.#made();
    this.#ticked.clear();
    this.#emit("opened");
    this.#load();
  }

  close() {
    this.element.hidden = true;
    this.#grid?.clear();
    delete document.body.dataset.table;
    this.#ticked.clear();
    this.#emit("close");
  }

  /** @param {Api.Bounds} bounds */
  follow(bounds) {
    this.#bounds = bounds;
    if (this.#seen.all) return;
    this.#ticked.narrow();
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

  /** Turns to the page on which this row stands, now or once it is among the rows. @param {{layer: string, uid: string} | null} row null: stays where it is */
  seek(row) {
    this.#sought = row && row.layer === this.layer ? row.uid : null;
    this.#find();
  }

  /** None is chosen any more. */
  unchoose() {
    this.#grid?.unchoose();
    this.#ticked.clear();
  }

  #made() {
    const grid = new Grid(this.#body, {
      library: this.library,
      page: this.#seen.page,
      size: this.#seen.size ?? this.#grid?.size,
      widths: this.#widths,
      ask: (asked, signal) => this.#ask(asked, signal),
      look: (answer) => this.#look(answer),
      editor: (cell, success, cancel) => this.#edit(cell, success, cancel),
    });
    const on = (/** @type {string} */ name, /** @type {(detail: any) => void} */ act) =>
      grid.addEventListener(name, (event) => act(/** @type {CustomEvent} */ (event).detail));
    on("came", () => this.#came());
    on("widened", () => rememberWidths(this.#layer ?? "", this.#widths));
    on("failed", ({ message }) => this.#fail(message));
    on("open", ({ uid }) => this.#emit("open", { uid, uids: grid.rows.map(({ id }) => id) }));
    on("choose", ({ rows, on: chosen }) => this.#ticked.choose(rows, chosen));
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
      <span class="found quiet" role="status"></span>${this.#ticked.element}
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
    if (chosen === null) this.#widths.clear();
    rememberWidths(this.#layer, this.#widths);
    this.#seen = { ...this.#seen, columns: chosen };
    this.#grid?.draw();
    this.#emit("changed");
  }

  /** @param {Partial<Ledger>} change */
  #see(change) {
    this.#seen = { ...this.#seen, ...change };
    this.#ticked.narrow();
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
      isChosen: (uid) => this.#ticked.has(uid),
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
    this.#ticked.show();
    this.#emit("shown");
    this.#keepPage();
    this.#find();
  }

  // Without a row there is nothing to come back to.
  #keepPage() {
    const { page = 1, size, rows = [] } = this.#grid ?? {};
    if (!rows.length || (page === (this.#seen.page ?? 1) && size === (this.#seen.size ?? SIZES[0]))) return;
    this.#seen = { ...this.#seen, page, size: size === SIZES[0] ? undefined : size };
    this.#emit("changed");
  }

  async #find() {
    const [uid, grid] = [this.#sought, this.#grid];
    if (!uid || !grid?.rows.length) return;
    if (!grid.rows.some(({ id }) => id === uid)) {
      const told = await this.server.placeInLedger(this.#layer ?? "", this.#wanted, uid).catch(() => null);
      // Rows that come meanwhile look for it themselves.
      if (typeof told?.at !== "number" || uid !== this.#sought || grid !== this.#grid) return;
      this.#sought = null;
      return grid.turnToRow(told.at);
    }
    this.#sought = null;
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

  /** What can be chosen, and what then. @returns {import("app/table/ticked.js").Offer | null} */
  get #offer() {
    const layer = this.#known;
    if (!layer || this.element.hidden) return null;
    const { rows = [], count = 0 } = this.#grid ?? {};
    const scope = `${this.#seen.all ? "" : "视野内"}${this.isFiltered ? "符合筛选的" : ""}全部`;
    const bounds = this.#seen.all ? null : this.#bounds;
    return { layer, acts: this.actions(layer), rows, count, scope, bounds };
  }

  /** All rows, also those of other pages. @returns {import("app/table/taking.js").Taken} */
  get #taken() {
    const word = this.#known?.measure_word ?? "行";
    const count = this.#grid?.count ?? 0;
    return { layer: this.#layer ?? "", word, count, columns: this.#shown, wanted: this.#wanted };
  }

  async #copy() {
    this.#say(await copied(this.server, this.#taken));
  }

  #save() {
    const refused = saved(this.server, this.whole, this.#taken);
    if (refused) this.#say(refused);
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
