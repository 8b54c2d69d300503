// Can what was typed be stored? The same rules as on the server, said while somebody types. Pure.

/**
 * @typedef {string | number | boolean | string[] | null} Stored
 * @typedef {{value: Stored, problem: string | null}} Checked
 */

const NAMES = /[、;；|]/;
const DAYS = [/^(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?$/, /^(\d{4})(\d{2})(\d{2})$/];
const NUMBERS = new Set(["number", "whole", "year"]);
const WIDE = 0xfee0;

/** @param {Api.FormField} field @param {string} typed @returns {Checked} */
export function check(field, typed) {
  const text = narrow(typed).trim();
  if (!text) return { value: null, problem: field.required ? `请填写“${field.label}”。` : null };
  if (NUMBERS.has(field.type)) return checkNumber(field, text);
  if (field.type === "day") return checkDay(field, text);
  if (field.type === "flag") return good(text === "true");
  if (field.type === "names" || field.type === "choices")
    return good(
      text
        .split(NAMES)
        .map((name) => name.trim())
        .filter(Boolean),
    );
  return checkText(field, typed.trim());
}

/** What stands in the control for a stored value. @param {unknown} value */
export function typedOf(value) {
  if (value === null || value === undefined) return "";
  return Array.isArray(value) ? value.join("、") : String(value);
}

/** What a person reads of a stored value. @param {Api.FormField | undefined} field @param {unknown} value */
export function shownOf(field, value) {
  if (value === null || value === undefined || value === "") return "—";
  const word = (/** @type {unknown} */ code) =>
    field?.choices?.find((choice) => choice.value === code)?.label ?? String(code);
  if (typeof value === "boolean") return value ? "是" : "否";
  const said = Array.isArray(value) ? value.map(word).join("、") : word(value);
  return field?.unit ? `${said} ${field.unit}` : said;
}

/** @param {unknown} one @param {unknown} other */
export function isSame(one, other) {
  return JSON.stringify(one ?? null) === JSON.stringify(other ?? null);
}

/** @param {Api.FormField} field @param {string} text @returns {Checked} */
function checkNumber(field, text) {
  const unit = field.unit && text.endsWith(field.unit) ? field.unit.length : 0;
  const bare = text.slice(0, text.length - unit).replace(/[,，\s]/g, "");
  const number = Number(bare);
  const sort = field.type === "number" ? "数字" : field.type === "year" ? "年份" : "整数";
  if (!bare || !Number.isFinite(number)) return bad(field, text, `${sort}${unitOf(field)}`);
  if (field.type !== "number" && !Number.isInteger(number))
    return bad(field, text, `${sort}${unitOf(field)}`);
  const { min, max } = field;
  if ((min != null && number < min) || (max != null && number > max))
    return bad(field, text, ` ${min ?? 0} 到 ${max} 之间的${sort}${unitOf(field)}`);
  return good(number);
}

/** @param {Api.FormField} field @param {string} text @returns {Checked} */
function checkDay(field, text) {
  const found = DAYS.map((pattern) => pattern.exec(text)).find(Boolean);
  const [year, month, day] = (found ?? []).slice(1).map(Number);
  const date = new Date(Date.UTC(year, month - 1, day));
  if (!found || date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day)
    return bad(field, text, "日期（如 2024-06-30）");
  return good(date.toISOString().slice(0, 10));
}

/** @param {Api.FormField} field @param {string} text @returns {Checked} */
function checkText(field, text) {
  const length = [...text].length;
  if (field.max == null || length <= field.max) return good(text);
  return { value: text, problem: `“${field.label}”最多 ${field.max} 个字，现在 ${length} 个字。请缩短。` };
}

/** @param {Stored} value @returns {Checked} */
function good(value) {
  return { value, problem: null };
}

/** @param {Api.FormField} field @param {string} text @param {string} right @returns {Checked} */
function bad(field, text, right) {
  const advice = field.required ? "请改正。" : "请改正，或留空。";
  return { value: text, problem: `“${field.label}”应为${right}，但收到“${text}”。${advice}` };
}

/** @param {Api.FormField} field */
function unitOf({ unit }) {
  return unit ? `（${unit}）` : "";
}

// Digits, letters and signs as input methods write them.
/** @param {string} text */
function narrow(text) {
  return text
    .replace(/[０-９Ａ-Ｚａ-ｚ．－＋／]/g, (char) => String.fromCharCode(char.charCodeAt(0) - WIDE))
    .replace(/\u3000/g, " ");
}
