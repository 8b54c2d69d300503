// How do very many rows look, and how does one walk among them? Only those in sight are in the page.
import { fill, html } from "app/dom.js";

const BESIDE = 12;
const FIRST_HEIGHT_PX = 30;
const LONG = 18;

/**
 * @typedef {import("app/table/pages.js").Pages<Api.LedgerRow>} Pages
 * @typedef {object} Look
 * @property {Api.Column[]} columns
 * @property {string | undefined} sort
 * @property {boolean} desc
 * @property {Api.LedgerTotals | null} totals
 * @property {string} word of measure
 * @property {boolean} chooses
 * @property {Set<string>} chosen
 * @property {Set<string>} editable keys of columns; empty: nothing is changed here
 */

/**
 * Emits "open" {uid, uids}, "edit" {id, key, place}, "sort" {key}, "choose" {id, on}, "chooseListed" {on}.
 */
export class Grid extends EventTarget {
  /** The cell that the keyboard is at. */
  #at = { row: 0, column: 0 };
  #drawn = "";
  #height = FIRST_HEIGHT_PX;
  /** @type {string | null} */
  #marked = null;

  /** @param {HTMLElement} body that scrolls @param {Pages} pages */
  constructor(body, pages) {
    super();
    this.body = body;
    this.pages = pages;
    /** @type {Look} */
    this.look = {
      columns: [],
      sort: undefined,
      desc: false,
      totals: null,
      word: "",
      chooses: false,
      chosen: new Set(),
      editable: new Set(),
    };
    body.addEventListener("scroll", () => requestAnimationFrame(() => this.#follow()), { passive: true });
    body.addEventListener("keydown", (event) => this.#key(event));
  }

  /** All of it anew. @param {Look} look @param {{top?: boolean, measure?: boolean}} how top: from the first row; measure: columns find their widths again */
  draw(look, { top = false, measure = false } = {}) {
    this.look = look;
    if (top) this.#at = { row: 0, column: Math.min(this.#at.column, look.columns.length - 1) };
    const held = this.#holdsFocus;
    const { scrollLeft } = this.body;
    const before = top ? 0 : this.body.scrollTop;
    const widths = measure ? null : this.#widths;
    fill(this.body, this.#table());
    this.body.scrollTop = before;
    this.body.scrollLeft = scrollLeft;
    this.#drawn = "";
    this.#follow();
    this.#measure(widths);
    if (held) this.#focus();
  }

  /** Other ticks. */
  tick() {
    const { chosen } = this.look;
    for (const row of this.body.querySelectorAll("tbody tr[data-uid]")) {
      const box = /** @type {HTMLInputElement | null} */ (row.querySelector(".choose input"));
      if (box) box.checked = chosen.has(row.getAttribute("data-uid") ?? "");
    }
    const all = /** @type {HTMLInputElement | null} */ (this.body.querySelector("thead .choose input"));
    if (all) all.checked = this.#allChosen;
  }

  get #allChosen() {
    const { known } = this.pages;
    return known.length > 0 && known.every(({ id }) => this.look.chosen.has(id));
  }

  /** Rows that have come meanwhile. */
  renew() {
    this.#drawn = "";
    this.#follow();
  }

  /** The row that the card is about. @param {string | null} uid @param {boolean} [show] brings it into sight */
  mark(uid, show = false) {
    this.#marked = uid;
    for (const row of this.body.querySelectorAll("tbody tr[data-uid]"))
      row.setAttribute("aria-selected", String(row.getAttribute("data-uid") === uid));
    const at = uid && show ? this.pages.placeOf(uid) : -1;
    if (at >= 0) this.#bring(at);
  }

  /** Where the cell stands on the screen. @param {string} id @param {string} key */
  placeOf(id, key) {
    return this.#cell(
      this.pages.placeOf(id),
      this.look.columns.findIndex((column) => column.key === key),
    );
  }

  focus() {
    this.#focus();
  }

  get #holdsFocus() {
    return this.body.contains(document.activeElement);
  }

  get #table_() {
    return this.body.querySelector("table");
  }

  #table() {
    const { columns, chooses } = this.look;
    const head = [chooses && this.#chooseAll(), ...columns.map((column) => this.#heading(column))];
    return html`<table aria-rowcount="${this.pages.count + 1}" aria-colcount="${columns.length}">
      <thead><tr aria-rowindex="1">${head}</tr></thead><tbody></tbody>${this.#foot()}
    </table>`;
  }

  /** @param {Api.Column} column */
  #heading({ key, title, unit }) {
    const { sort, desc } = this.look;
    const direction = sort !== key ? "none" : desc ? "descending" : "ascending";
    const turn = () => this.#emit("sort", { key });
    return html`<th scope="col" class="${key === "name" && "first"}" aria-sort="${direction}"><button type="button" @click=${turn}>${title}${unit && html`<small>（${unit}）</small>`}</button></th>`;
  }

  #chooseAll() {
    const box = /** @type {HTMLInputElement} */ (html`<input type="checkbox" aria-label="选中列出的各行">`);
    box.checked = this.#allChosen;
    box.addEventListener("change", () => this.#emit("chooseListed", { on: box.checked }));
    return html`<th scope="col" class="choose"><label>${box}</label></th>`;
  }

  #foot() {
    const { totals, columns, word, chooses } = this.look;
    if (!totals) return null;
    const cells = columns.map(({ key, numeric }, i) => {
      const said = totals.words[key];
      if (i === 0)
        return html`<th scope="row" class="first">合计 ${totals.count.toLocaleString("zh-CN")} ${word}</th>`;
      return html`<td class="${numeric && "number"}">${said ?? ""}</td>`;
    });
    const note = "合计不含待审核的，也不含属于其他图形一部分的（如分期范围）";
    return html`<tfoot title="${note}"><tr>${chooses && html`<td class="choose"></td>`}${cells}</tr></tfoot>`;
  }

  // What is in sight, and a little around it.
  #follow() {
    const { count } = this.pages;
    const top = Math.floor(this.body.scrollTop / this.#height);
    const seen = Math.ceil(this.body.clientHeight / this.#height);
    const from = Math.max(0, Math.min(top - BESIDE, count - seen - BESIDE));
    const to = Math.min(count, top + seen + BESIDE);
    this.pages.need(from, to);
    const drawn = `${from} ${to}`;
    if (drawn === this.#drawn) return;
    const near = this.#drawn && Math.abs(Number(this.#drawn.split(" ")[0]) - from) < BESIDE / 2;
    if (near && to < count && from > 0) return;
    this.#drawn = drawn;
    const held = this.#holdsFocus && document.activeElement?.closest("tbody");
    this.#fillRows(from, to);
    if (held) this.#focus();
  }

  /** @param {number} from @param {number} to */
  #fillRows(from, to) {
    const place = this.#table_?.tBodies[0];
    if (!place) return;
    const rows = [];
    for (let at = from; at < to; at += 1) rows.push(this.#row(at));
    const { count } = this.pages;
    fill(place, this.#room(from), rows, this.#room(count - to));
    // Rows that are still to come may be lower than those that are there: measured too, the two would take turns.
    const height = /** @type {HTMLElement | null} */ (place.querySelector("tr[data-uid]"))?.offsetHeight;
    if (height && height !== this.#height) {
      this.#height = height;
      this.#drawn = "";
      this.#follow();
    }
  }

  // The place of rows that are not in the page.
  /** @param {number} rows */
  #room(rows) {
    if (rows <= 0) return null;
    const cell = html`<td colspan="${this.look.columns.length + 1}"></td>`;
    cell.style.height = `${rows * this.#height}px`;
    return html`<tr class="room" aria-hidden="true">${cell}</tr>`;
  }

  /** @param {number} at */
  #row(at) {
    const row = this.pages.row(at);
    const { columns, chooses } = this.look;
    if (!row) {
      const cells = columns.map(
        (_, i) => html`<td data-column="${i}" tabindex="-1"><i class="coming"></i></td>`,
      );
      return html`<tr data-at="${at}" aria-busy="true">${chooses && html`<td class="choose"></td>`}${cells}</tr>`;
    }
    const cells = columns.map((column, i) => this.#dataCell(row, column, at, i));
    return html`<tr data-uid="${row.id}" data-at="${at}" aria-rowindex="${at + 2}" aria-selected="${String(row.id === this.#marked)}">
      ${chooses && this.#choice(row.id)}${cells}</tr>`;
  }

  /** @param {Api.LedgerRow} row @param {Api.Column} column @param {number} at @param {number} i */
  #dataCell({ id, words }, { key, numeric }, at, i) {
    const said = words[key] || "—";
    const edits = this.look.editable.has(key);
    const is_at = at === this.#at.row && i === this.#at.column;
    const act = () => {
      this.#at = { row: at, column: i };
      if (edits && i > 0) this.#edit(at, i);
      else this.#open(id);
    };
    const name = [numeric && "number", i === 0 && "first", edits && i > 0 && "edits"];
    return html`<td class="${name.filter(Boolean).join(" ")}" data-column="${i}" tabindex="${is_at ? 0 : -1}"
      title=${said.length > LONG ? said : null} @click=${act}>${i === 0 ? html`<button type="button" tabindex="-1">${said}</button>` : said}</td>`;
  }

  /** @param {string} id */
  #choice(id) {
    const box = /** @type {HTMLInputElement} */ (
      html`<input type="checkbox" aria-label="选中这一行" tabindex="-1">`
    );
    box.checked = this.look.chosen.has(id);
    box.addEventListener("change", () => this.#emit("choose", { id, on: box.checked }));
    return html`<td class="choose"><label>${box}</label></td>`;
  }

  /** @param {string} uid */
  #open(uid) {
    this.#emit("open", { uid, uids: this.pages.known.map(({ id }) => id) });
  }

  /** @param {number} at @param {number} i */
  #edit(at, i) {
    const row = this.pages.row(at);
    const place = this.#cell(at, i)?.getBoundingClientRect();
    if (row && place) this.#emit("edit", { id: row.id, key: this.look.columns[i].key, place });
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const { key, target, altKey, metaKey } = event;
    if (altKey || metaKey || !(target instanceof HTMLElement) || !target.closest("tbody")) return;
    const act = this.#actOf(key, event.ctrlKey);
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  }

  /** @param {string} key @param {boolean} far @returns {(() => void) | null} */
  #actOf(key, far) {
    const { row, column } = this.#at;
    const last = { row: this.pages.count - 1, column: this.look.columns.length - 1 };
    const page = Math.max(1, Math.floor(this.body.clientHeight / this.#height) - 2);
    const steps = /** @type {Record<string, [number, number]>} */ ({
      ArrowUp: [row - 1, column],
      ArrowDown: [row + 1, column],
      ArrowLeft: [row, column - 1],
      ArrowRight: [row, column + 1],
      PageUp: [row - page, column],
      PageDown: [row + page, column],
      Home: far ? [0, 0] : [row, 0],
      End: far ? [last.row, last.column] : [row, last.column],
    });
    if (key in steps) return () => this.#go(...steps[key]);
    const here = this.pages.row(row);
    if (!here) return null;
    const edits = column > 0 && this.look.editable.has(this.look.columns[column].key);
    if (key === "Enter" || key === "F2") {
      if (edits) return () => this.#edit(row, column);
      return key === "Enter" ? () => this.#open(here.id) : null;
    }
    if (key === " " && this.look.chooses)
      return () => this.#emit("choose", { id: here.id, on: !this.look.chosen.has(here.id) });
    return null;
  }

  /** @param {number} row @param {number} column */
  #go(row, column) {
    this.#at = {
      row: Math.max(0, Math.min(row, this.pages.count - 1)),
      column: Math.max(0, Math.min(column, this.look.columns.length - 1)),
    };
    this.#bring(this.#at.row);
    this.#focus();
  }

  // Clear of the heading and of the totals.
  /** @param {number} at */
  #bring(at) {
    const head = this.#table_?.tHead?.offsetHeight ?? 0;
    const foot = this.#table_?.tFoot?.offsetHeight ?? 0;
    const top = at * this.#height;
    const { scrollTop, clientHeight } = this.body;
    if (top < scrollTop) this.body.scrollTop = top;
    else if (top + this.#height > scrollTop + clientHeight - head - foot)
      this.body.scrollTop = top + this.#height - clientHeight + head + foot;
    this.#follow();
  }

  #focus() {
    for (const cell of this.body.querySelectorAll("td[tabindex='0']")) cell.setAttribute("tabindex", "-1");
    const cell = this.#cell(this.#at.row, this.#at.column);
    cell?.setAttribute("tabindex", "0");
    cell?.focus({ preventScroll: true });
    cell?.scrollIntoView({ block: "nearest", inline: "nearest" });
  }

  /** @param {number} at @param {number} i @returns {HTMLElement | null} */
  #cell(at, i) {
    return this.body.querySelector(`tr[data-at="${at}"] td[data-column="${i}"]`);
  }

  // Widths found by the first rows stay, or columns would jump while one scrolls.
  /** @param {number[] | null} widths */
  #measure(widths) {
    const table = this.#table_;
    const cells = [...(table?.tHead?.rows[0].cells ?? [])];
    if (!table || !cells.length) return;
    const kept =
      widths?.length === cells.length
        ? widths
        : cells.map((cell) => Math.ceil(cell.getBoundingClientRect().width) + 1);
    cells.forEach((cell, i) => {
      cell.style.width = `${kept[i]}px`;
    });
    table.style.width = `${kept.reduce((sum, width) => sum + width, 0)}px`;
    table.classList.add("measured");
  }

  get #widths() {
    const table = this.#table_;
    if (!table?.classList.contains("measured")) return null;
    return [...(table.tHead?.rows[0].cells ?? [])].map((cell) => Number.parseFloat(cell.style.width));
  }

  /** @param {string} name @param {object} detail */
  #emit(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}
