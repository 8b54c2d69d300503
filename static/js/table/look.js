// How do the columns and cells of a table look to Tabulator?
import { html } from "app/dom.js";

const WIDEST_PX = 280;
const NARROWEST_PX = 64;
const LONG = 18;
const NAME = "name";
const FIELD = "words/";

/**
 * @typedef {object} Look
 * @property {Api.Column[]} columns
 * @property {string | undefined} sort
 * @property {boolean} desc
 * @property {Api.LedgerTotals | null} totals
 * @property {string} word of measure
 * @property {boolean} chooses
 * @property {(uid: string) => boolean} isChosen
 * @property {Set<string>} editable keys of columns; empty: nothing is changed here
 * @property {Node} none what is said where there are no rows
 *
 * @typedef {(cell: any, success: (words: string) => void, cancel: () => void) => HTMLElement} Edit
 * @typedef {{finger: boolean, widths: Map<string, number>, edit: Edit}} How widths: that somebody drew
 */

/** What Tabulator calls a column. @param {string} key */
export function fieldOf(key) {
  return FIELD + key;
}

/** @param {string | undefined} field of Tabulator */
export function keyOf(field) {
  return field?.slice(FIELD.length) ?? "";
}

/** What a table is built for: with other columns it is built anew. @param {Look} look */
export function madeFor({ columns, totals, chooses, editable }) {
  return JSON.stringify([columns.map(({ key }) => key), Boolean(totals), chooses, [...editable]]);
}

/** @param {Look} look @param {string} key */
export function isEditable({ editable }, key) {
  return key !== NAME && editable.has(key);
}

/** @param {Look} look @param {How} how */
export function columnsFor(look, how) {
  const { columns, chooses, sort } = look;
  const words = columns.map((column) => columnFor(look, column, how));
  const by = sort && !columns.some(({ key }) => key === sort) && { field: fieldOf(sort), visible: false };
  return [chooses && choice(how.finger), ...words, by].filter(Boolean);
}

/** @param {Look} look @param {Api.Column} column @param {How} how */
function columnFor(look, { key, title, unit, numeric }, { finger, widths, edit }) {
  const edits = isEditable(look, key);
  const first = key === NAME;
  const sum = look.totals && {
    bottomCalc: () => sumOf(look, key, first),
    bottomCalcFormatter: (/** @type {any} */ cell) => document.createTextNode(cell.getValue() ?? ""),
  };
  return {
    field: fieldOf(key),
    title,
    titleFormatter: () =>
      html`<button type="button">${title}${unit && html`<small>（${unit}）</small>`}</button>`,
    formatter: (/** @type {any} */ cell) => said(cell, first),
    cssClass: [numeric && "number", first && "first", edits && "edits"].filter(Boolean).join(" "),
    frozen: first,
    resizable: "header",
    width: widths.get(key),
    minWidth: NARROWEST_PX,
    maxInitialWidth: first && finger ? Math.round(innerWidth * 0.46) : WIDEST_PX,
    ...sum,
    ...(edits && { editor: editorOf(edit) }),
  };
}

/** @param {Edit} edit */
function editorOf(edit) {
  return (
    /** @type {any} */ cell,
    /** @type {unknown} */ _,
    /** @type {(words: string) => void} */ success,
    /** @type {() => void} */ cancel,
  ) => edit(cell, success, cancel);
}

/** @param {Look} look @param {string} key @param {boolean} first */
function sumOf({ totals, word }, key, first) {
  if (first) return `合计 ${totals?.count.toLocaleString("zh-CN")} ${word}`;
  return totals?.words[key] ?? "";
}

/** As nodes: Tabulator reads what is no node as HTML. @param {any} cell @param {boolean} first */
function said(cell, first) {
  const words = cell.getValue() || "—";
  if (words.length > LONG) cell.getElement().title = words;
  return first ? html`<button type="button" tabindex="-1">${words}</button>` : document.createTextNode(words);
}

/** The boxes that choose rows. @param {boolean} finger */
function choice(finger) {
  return {
    formatter: "rowSelection",
    titleFormatter: "rowSelection",
    titleFormatterParams: { rowRange: "active" },
    cssClass: "choose",
    headerSort: false,
    resizable: false,
    frozen: true,
    width: finger ? 48 : 38,
    minWidth: 38,
  };
}
