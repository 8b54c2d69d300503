// Which rows stand in the table? Tabulator, fed page by page by the server.
import { fill, html } from "app/dom.js";
import { brought } from "app/library.js";
import { columnsFor, fieldOf, keyOf, madeFor } from "app/table/look.js";
import { inChinese, Jump, SIZES } from "app/table/pager.js";
import { Walking } from "app/table/walking.js";

const ROW_PX = 30;
const FINGER_PX = 46;

/**
 * @typedef {import("app/table/look.js").Look} Look
 * @typedef {{offset: number, limit: number, sort: string | undefined, desc: boolean}} Asked
 * @typedef {{page: number, size: number, sort?: {field: string, dir: string}[]}} Params as Tabulator asks
 */

/**
 * Emits "came" when another page is there, "widened" when somebody drew a width, "failed" {message}, "open" {uid}, "choose" {rows, on}, "edited" when a cell
 * is no longer being changed.
 */
export class Grid extends EventTarget {
  /** The rows of this page. @type {Api.LedgerRow[]} */
  rows = [];
  /** How many there are on all pages. */
  count = 0;
  /** @type {any} */
  #table = null;
  #built = "";
  /** @type {Look} */
  look = /** @type {any} */ (null);
  /** @type {AbortController | null} */
  #asking = null;
  /** An answer that is there before the table that asks for it. @type {Api.Ledger | null} */
  #given = null;
  /** Which page it is, from 1. */
  page = 1;
  /** Once the table that is being built shows its rows, or is gone. */
  #ready = Promise.resolve();
  #release = () => {};
  /** Whether an answer is still on its way. */
  #waits = false;
  /** Where the page stays when it comes anew. */
  #stay = false;
  #before = { top: 0, left: 0, cell: false, button: "" };
  #restoring = false;
  /** @type {string | null} */
  #marked = null;
  /**
   * @param {HTMLElement} body @param {object} parts
   * @param {string} parts.library address of Tabulator
   * @param {number} [parts.page] to begin with, from 1
   * @param {number} [parts.size] rows of a page
   * @param {Map<string, number>} parts.widths that somebody drew, by key of a column
   * @param {(asked: Asked, signal: AbortSignal) => Promise<Api.Ledger>} parts.ask
   * @param {(answer: Api.Ledger | null) => Look} parts.look how they are to be seen; null: as before
   * @param {(cell: any, success: (words: string) => void, cancel: () => void) => HTMLElement} parts.editor
   */
  constructor(body, { library, page = 1, size = SIZES[0], widths, ask, look, editor }) {
    super();
    this.body = body;
    this.library = library;
    this.page = page;
    this.size = size;
    this.widths = widths;
    this.ask = ask;
    this.toLook = look;
    this.editor = editor;
    this.walking = new Walking(this);
  }

  /** The page anew, or the first one. @param {{top?: boolean}} [how] */
  async load({ top = false } = {}) {
    await this.#settled();
    if (!this.#table) return this.#begin();
    this.#stay = !top;
    await this.turnTo(top ? 1 : this.page);
  }

  /** The same rows in other columns. */
  draw() {
    this.look = this.toLook(null);
    if (!this.#table) return;
    const lost = this.#waits;
    this.#build({ count: this.count, columns: [], rows: this.rows }, this.page, true);
    if (lost) this.load({ top: this.page === 1 });
  }

  /** Nothing is here any more. */
  clear() {
    this.#asking?.abort();
    this.#destroy();
  }

  #destroy() {
    this.#table?.destroy();
    this.#table = null;
    this.#release();
    this.#emit("edited");
  }

  /** None is chosen any more. */
  unchoose() {
    this.#restore(() => this.#table?.deselectRow());
  }

  /** The row that the card is about; it comes into sight where it is on this page. @param {string | null} uid */
  mark(uid) {
    const before = this.#marked;
    this.#marked = uid;
    for (const each of [before, uid])
      this.rowOf(each)
        ?.getElement()
        .setAttribute("aria-selected", String(each === uid));
    const row = this.rowOf(uid);
    if (row) this.bring(row);
  }

  /** Turns to where this row stands. @param {number} at from 0, on all pages */
  turnToRow(at) {
    return this.turnTo(Math.floor(at / this.size) + 1);
  }

  focus() {
    this.walking.focus();
  }

  // What the server is asked -----------------------------------------------------------------------------

  async #begin() {
    const { sort, desc } = this.toLook(null);
    const { page, size } = this;
    const first = this.#fetched({ page, size }, sort, desc);
    try {
      await brought("表格", this.library);
    } catch (error) {
      return this.#emit("failed", { message: /** @type {Error} */ (error).message });
    }
    const answer = await first;
    if (!answer) return;
    this.#came(answer);
    this.#build(answer, page);
  }

  /** @param {Params} asked @param {string | undefined} sort @param {boolean} desc @returns {Promise<Api.Ledger | null>} null: it failed, or something else was asked meanwhile */
  async #fetched({ page, size }, sort, desc) {
    this.#asking?.abort();
    this.#asking = new AbortController();
    const { signal } = this.#asking;
    this.#waits = true;
    try {
      const answer = await this.ask({ offset: (page - 1) * size, limit: size, sort, desc }, signal);
      return signal.aborted ? null : answer;
    } catch (error) {
      if (!signal.aborted) this.#emit("failed", { message: /** @type {Error} */ (error).message });
      return null;
    } finally {
      if (signal === this.#asking.signal) this.#waits = false;
    }
  }

  /** What Tabulator asks for. @param {Params} params */
  async #request(params) {
    const [by] = params.sort ?? [];
    this.size = params.size;
    this.page = params.page;
    const given = this.#given;
    this.#given = null;
    const answer = given ?? (await this.#fetched(params, by && keyOf(by.field), by?.dir === "desc"));
    if (!answer) return { last_page: this.#pages, last_row: this.count, data: [] };
    // Rows went away meanwhile: Tabulator turns to the last page by itself.
    if (!given && (answer.rows.length || !answer.count)) this.#came(answer);
    if (this.#built !== madeFor(this.look)) this.#rebuild(answer, this.#stay);
    return { last_page: this.#pagesOf(answer.count), last_row: answer.count, data: answer.rows };
  }

  // Once the table that asked has got its rows.
  /** @param {Api.Ledger} answer @param {boolean} stay */
  #rebuild(answer, stay) {
    const table = this.#table;
    this.#hold();
    setTimeout(() => {
      if (table === this.#table) this.#build(answer, this.page, stay);
    });
  }

  #hold() {
    this.#release();
    this.#ready = new Promise((resolve) => {
      this.#release = resolve;
    });
  }

  /** @param {Api.Ledger} answer */
  #came(answer) {
    this.rows = answer.rows;
    this.count = answer.count;
    this.look = this.toLook(answer);
  }

  get #pages() {
    return this.#pagesOf(this.count);
  }

  /** @param {number} count */
  #pagesOf(count) {
    return Math.max(1, Math.ceil(count / this.size));
  }

  /** @param {number} page */
  async turnTo(page) {
    await this.#table?.setPage(Math.max(1, Math.min(page, this.#pages)));
    await this.#settled();
  }

  // A table that is being built would show the rows that it was begun with; meanwhile another may be begun.
  async #settled() {
    let before;
    do {
      before = this.#ready;
      await before;
    } while (before !== this.#ready);
  }

  // How it looks -----------------------------------------------------------------------------------------

  /** @param {Api.Ledger} answer @param {number} page @param {boolean} [stay] as far down as it is seen now */
  #build(answer, page, stay = false) {
    const { scrollTop = 0, scrollLeft = 0 } = this.body.querySelector(".tabulator-tableholder") ?? {};
    this.#before = { top: stay ? scrollTop : 0, left: scrollLeft, cell: this.walking.holdsFocus, button: "" };
    this.#destroy();
    this.#hold();
    const place = html`<div class="rows" aria-label="表格内容"></div>`;
    fill(this.body, place);
    this.#given = answer;
    this.#built = madeFor(this.look);
    this.#table = new /** @type {any} */ (window).Tabulator(place, this.#options(page));
    this.#listen(this.#table, place);
    this.#table.on("dataProcessed", this.#release);
  }

  /** @param {number} page */
  #options(page) {
    const { sort, desc } = this.look;
    const finger = matchMedia("(max-width: 760px)").matches;
    return {
      height: "100%",
      layout: "fitDataFill",
      nestedFieldSeparator: "/",
      columns: columnsFor(this.look, { finger, widths: this.widths, edit: (...how) => this.#edit(...how) }),
      columnHeaderSortMulti: false,
      sortMode: "remote",
      initialSort: sort ? [{ column: fieldOf(sort), dir: desc ? "desc" : "asc" }] : [],
      ajaxURL: "rows",
      ajaxRequestFunc: (/** @type {string} */ _, /** @type {unknown} */ __, /** @type {Params} */ params) =>
        this.#request(params),
      dataLoader: false,
      pagination: true,
      paginationMode: "remote",
      paginationInitialPage: page,
      paginationSize: this.size,
      paginationOutOfRange: "last",
      ...inChinese(),
      placeholder: () => this.look.none,
      rowHeight: finger ? FINGER_PX : ROW_PX,
      rowFormatter: (/** @type {any} */ row) => this.#formatRow(row),
      keybindings: false,
      editTriggerEvent: "click",
    };
  }

  /** @type {import("app/table/look.js").Edit} */
  #edit(cell, success, cancel) {
    this.walking.stand(this.walking.placeOf(cell));
    return this.editor(cell, success, cancel);
  }

  /** @param {any} row */
  #formatRow(row) {
    const element = row.getElement();
    if (element.classList.contains("tabulator-calcs")) return;
    const at = this.first + row.getPosition() - 1;
    const { id } = row.getData();
    element.dataset.uid = id;
    element.dataset.at = String(at);
    element.setAttribute("aria-rowindex", String(at + 2));
    element.setAttribute("aria-selected", String(id === this.#marked));
    element.querySelector(".choose input")?.setAttribute("aria-label", "选中这一行");
    const keys = this.look.columns.map(({ key }) => fieldOf(key));
    for (const cell of row.getCells()) {
      const column = keys.indexOf(cell.getField());
      cell.getElement().tabIndex = at === this.walking.at.row && column === this.walking.at.column ? 0 : -1;
    }
  }

  /** Which of all rows is the first of this page? */
  get first() {
    return (this.page - 1) * this.size;
  }

  // What happens in it -----------------------------------------------------------------------------------

  /** @param {any} table @param {HTMLElement} place */
  #listen(table, place) {
    table.on("tableBuilt", () => this.#dress(place));
    table.on("dataProcessing", () => this.#remember(place));
    table.on("dataProcessed", () => this.#settle(place));
    table.on("cellClick", (/** @type {Event} */ event, /** @type {any} */ cell) =>
      this.#clicked(event, cell),
    );
    table.on("cellEdited", () => this.#emit("edited"));
    table.on("cellEditCancelled", () => this.#emit("edited"));
    table.on("columnResized", (/** @type {any} */ column) => {
      if (!column.getField()) return;
      this.widths.set(keyOf(column.getField()), column.getWidth());
      this.#emit("widened");
    });
    table.on(
      "rowSelectionChanged",
      (
        /** @type {unknown} */ _,
        /** @type {unknown} */ __,
        /** @type {any[]} */ on,
        /** @type {any[]} */ off,
      ) => {
        if (this.#restoring) return;
        if (on.length) this.#emit("choose", { rows: on.map((row) => row.getData()), on: true });
        if (off.length) this.#emit("choose", { rows: off.map((row) => row.getData()), on: false });
      },
    );
  }

  /** @param {HTMLElement} place */
  #dress(place) {
    const holder = place.querySelector(".tabulator-tableholder");
    holder?.setAttribute("tabindex", "-1");
    place.querySelector(".tabulator-header .choose input")?.setAttribute("aria-label", "选中列出的各行");
    const foot = place.querySelector(".tabulator-calcs-holder");
    foot?.setAttribute("title", "合计不含待审核的，也不含属于其他图形一部分的（如分期范围）");
    const jump = new Jump((page) => this.turnTo(page));
    place.querySelector(".tabulator-paginator")?.append(jump.element);
  }

  // Before the old rows go.
  /** @param {HTMLElement} place */
  #remember(place) {
    const holder = place.querySelector(".tabulator-tableholder");
    if (!this.rows.length || !holder?.querySelector(".tabulator-row")) return;
    const button = document.activeElement?.closest(".tabulator-pages .tabulator-page");
    this.#before = {
      top: this.#stay ? holder.scrollTop : 0,
      left: holder.scrollLeft,
      cell: this.walking.holdsFocus,
      button: button ? ".tabulator-page.active" : "",
    };
  }

  // The new rows are there: what was seen, ticked and held of the old ones is so again.
  /** @param {HTMLElement} place */
  #settle(place) {
    const { top, left, cell, button } = this.#before;
    const holder = /** @type {HTMLElement} */ (place.querySelector(".tabulator-tableholder"));
    place.setAttribute("aria-rowcount", String(this.count + 1));
    this.body.classList.toggle("one-page", this.count <= SIZES[0]);
    holder.style.scrollPaddingLeft = `${frozenWidth(place)}px`;
    const chosen = this.rows.filter(({ id }) => this.look.isChosen(id)).map(({ id }) => id);
    if (chosen.length) this.#restore(() => this.#table.selectRow(chosen));
    const { row, column } = this.walking.at;
    const last = Math.max(this.first, this.first + this.rows.length - 1);
    this.walking.stand({ row: Math.max(this.first, Math.min(row, last)), column });
    holder.scrollTop = top;
    holder.scrollLeft = left;
    this.#stay = false;
    if (cell) this.walking.focus();
    else if (button) /** @type {HTMLElement | null} */ (place.querySelector(button))?.focus();
    this.#emit("came");
  }

  // Ticks that nobody sets are told to nobody.
  /** @param {() => void} act */
  #restore(act) {
    this.#restoring = true;
    act();
    this.#restoring = false;
  }

  /** @param {Event} event @param {any} cell */
  #clicked(event, cell) {
    const place = this.walking.placeOf(cell);
    if (place.column < 0) return cell.getRow().toggleSelect();
    this.walking.stand(place);
    if (!(event.target instanceof HTMLInputElement)) this.open(cell);
  }

  /** @param {string | null | undefined} uid @returns {any} null: it is on another page */
  rowOf(uid) {
    return (uid && this.rows.some(({ id }) => id === uid) && this.#table?.getRow(uid)) || null;
  }

  /** @param {any} row */
  async bring(row) {
    await this.#table.scrollToRow(row, "nearest", false).catch(() => {});
  }

  /** @param {any} cell */
  open(cell) {
    this.#emit("open", { uid: cell.getRow().getData().id });
  }

  /** @param {string} name @param {object} [detail] */
  #emit(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}

/** @param {HTMLElement} place */
function frozenWidth(place) {
  const cells = [...place.querySelectorAll(".tabulator-headers .tabulator-frozen")];
  return cells.reduce((sum, cell) => sum + cell.getBoundingClientRect().width, 0);
}
