// How does a table get onto the clipboard, for Excel and for Word? As text with tabs, and as an HTML table.
import { html } from "app/dom.js";

const FORMULA = /^[=+\-@\t\r]/;
const NUMBER = /^-?[\d,]+(\.\d+)?$/;

/** A cell that no spreadsheet takes for a formula, on one line. @param {string | null | undefined} words */
export function safe(words) {
  const line = String(words ?? "").replace(/[\t\r\n]+/g, " ");
  return FORMULA.test(line) && !NUMBER.test(line) ? `'${line}` : line;
}

/** @param {Api.Column[]} columns @param {{words: Record<string, string | null>}[]} rows */
export function asText(columns, rows) {
  const head = columns.map(({ title, unit }) => safe(unit ? `${title}（${unit}）` : title));
  const lines = rows.map(({ words }) => columns.map(({ key }) => safe(words[key])));
  return [head, ...lines].map((cells) => cells.join("\t")).join("\r\n");
}

/** @param {Api.Column[]} columns @param {{words: Record<string, string | null>}[]} rows @returns {string} built as nodes, so that no text is read as HTML */
export function asHtml(columns, rows) {
  const head = columns.map(({ title, unit }) => html`<th>${safe(unit ? `${title}（${unit}）` : title)}</th>`);
  const lines = rows.map(
    ({ words }) => html`<tr>${columns.map(({ key }) => html`<td>${safe(words[key])}</td>`)}</tr>`,
  );
  return html`<table border="1"><thead><tr>${head}</tr></thead><tbody>${lines}</tbody></table>`.outerHTML;
}

/** Works without a certificate too, where the browser offers no other clipboard. @param {Record<string, string>} formats by media type @returns {boolean} */
export function putOnClipboard(formats) {
  const put = (/** @type {ClipboardEvent} */ event) => {
    for (const [type, text] of Object.entries(formats)) event.clipboardData?.setData(type, text);
    event.preventDefault();
    event.stopImmediatePropagation();
  };
  document.addEventListener("copy", put, { capture: true, once: true });
  try {
    return document.execCommand("copy");
  } finally {
    document.removeEventListener("copy", put, { capture: true });
  }
}
