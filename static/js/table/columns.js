// Which columns does a person want to see, and how wide? Remembered for each layer in this browser; the address may say others.
import { html } from "app/dom.js";
import { ask } from "app/edit/ask.js";

const REMEMBERED = "table_columns";
const WIDTHS = "table_widths";
const WIDEST_PX = 2000;
const FIRST = "name";

/** @param {string} layer @returns {string[] | null} null: nothing was chosen */
export function remembered(layer) {
  const chosen = all(REMEMBERED)[layer];
  return Array.isArray(chosen) && chosen.every((key) => typeof key === "string") ? chosen : null;
}

/** @param {string} layer @param {string[] | null} keys null: as proposed */
export function remember(layer, keys) {
  const { [layer]: _, ...others } = all(REMEMBERED);
  keep(REMEMBERED, keys ? { ...others, [layer]: keys } : others);
}

/** Widths that somebody drew, in pixels by key of a column. @param {string} layer @returns {Map<string, number>} */
export function widthsOf(layer) {
  const widths = Object.entries(all(WIDTHS)[layer] ?? {});
  return new Map(widths.filter(([, width]) => width > 0 && width < WIDEST_PX));
}

/** @param {string} layer @param {Map<string, number>} widths */
export function rememberWidths(layer, widths) {
  keep(WIDTHS, { ...all(WIDTHS), [layer]: Object.fromEntries(widths) });
}

/**
 * The name always, then what was chosen; else what says something in some row, or what they are sorted by.
 * @param {Api.Column[]} every @param {string[] | null} chosen @param {string | undefined} sort @param {Set<string>} told keys of those that say something
 */
export function shownOf(every, chosen, sort, told) {
  if (chosen) return every.filter(({ key }) => key === FIRST || chosen.includes(key));
  return every.filter(({ key }) => key === FIRST || key === sort || told.has(key));
}

/** @param {HTMLDialogElement} dialog @param {Api.Column[]} every @param {Api.Column[]} shown @returns {Promise<string[] | null | undefined>} null: as proposed; undefined: as before */
export async function choose(dialog, every, shown) {
  const boxes = every.map(({ key, title }) => {
    const box = /** @type {HTMLInputElement} */ (html`<input type="checkbox" value="${key}">`);
    box.checked = shown.some((column) => column.key === key);
    box.disabled = key === FIRST;
    return { box, label: html`<label>${box} ${title}</label>` };
  });
  const body = html`<div class="column-choice" role="group" aria-label="列">${boxes.map(({ label }) => label)}</div>`;
  const answer = await ask(dialog, {
    title: "选择列",
    text: "记在这台电脑的浏览器里；复制链接时一并带上。",
    body,
    answers: [
      { answer: "keep", words: "确定", first: true },
      { answer: "usual", words: "恢复默认" },
      { answer: "", words: "取消" },
    ],
  });
  if (answer === "usual") return null;
  if (answer !== "keep") return undefined;
  return boxes.filter(({ box }) => box.checked).map(({ box }) => box.value);
}

/** @param {string} place @param {Record<string, unknown>} value */
function keep(place, value) {
  try {
    localStorage.setItem(place, JSON.stringify(value));
  } catch {
    // A browser that keeps nothing has columns in the address, and widths until the page is left.
  }
}

/** @param {string} place @returns {Record<string, any>} by layer */
function all(place) {
  try {
    const kept = JSON.parse(localStorage.getItem(place) ?? "{}");
    return kept && typeof kept === "object" ? kept : {};
  } catch {
    return {};
  }
}
