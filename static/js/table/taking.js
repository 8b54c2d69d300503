// How do the rows of a table leave the page, all of them in their present order and columns?
import { asHtml, asText, putOnClipboard } from "app/table/copying.js";

const MOST_COPIED = 5000;
const COPIED_AT_ONCE = 1000;
const MOST_IN_A_SHEET = 5000;

/**
 * @typedef {object} Taken
 * @property {string} layer
 * @property {string} word of measure
 * @property {number} count
 * @property {Api.Column[]} columns
 * @property {import("app/api.js").LedgerWanted} wanted
 */

/** Also rows that are on other pages. @param {import("app/api.js").Server} server @param {Taken} taken @returns {Promise<string>} what was done, or why not */
export async function copied(server, taken) {
  const { count, columns, word } = taken;
  try {
    const rows = await all(server, taken, Math.min(count, MOST_COPIED));
    const done = putOnClipboard({
      "text/plain": asText(columns, rows),
      "text/html": asHtml(columns, rows),
    });
    const more = count - rows.length;
    const rest = more > 0 ? `，其余 ${more} ${word}请用导出` : "";
    return done ? `已复制 ${rows.length} ${word}${rest}。` : "浏览器不允许复制。请用导出，或换一个浏览器。";
  } catch (error) {
    return /** @type {Error} */ (error).message;
  }
}

/** @param {import("app/api.js").Server} server @param {string} address of the tables @param {Taken} taken @returns {string | null} why not */
export function saved(server, address, { layer, count, columns, wanted }) {
  if (count > MOST_IN_A_SHEET)
    return `共 ${count.toLocaleString("zh-CN")} 行，按所见一次最多导出 ${MOST_IN_A_SHEET} 行。请缩小范围、加筛选条件，或用“导出”。`;
  server.saveLedger(address, layer, { ...wanted, columns: columns.map(({ key }) => key) });
  return null;
}

/** @param {import("app/api.js").Server} server @param {Taken} taken @param {number} count @returns {Promise<Api.LedgerRow[]>} */
async function all(server, { layer, wanted }, count) {
  const rows = [];
  for (let offset = 0; offset < count; offset += COPIED_AT_ONCE) {
    const limit = Math.min(COPIED_AT_ONCE, count - offset);
    const answer = await server.ledger(layer, { ...wanted, offset, limit });
    rows.push(...answer.rows);
  }
  return rows;
}
