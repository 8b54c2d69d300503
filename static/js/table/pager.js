// Which page of the rows is seen, and how does one turn to another? What Tabulator says of its pages, in Chinese.
import { html } from "app/dom.js";

/** How many rows a page may have; the first is usual. */
export const SIZES = [100, 200, 500, 1000];

const WORDS = {
  pagination: {
    page_size: "每页行数",
    page_title: "页码",
    first: "«",
    first_title: "第一页",
    prev: "‹",
    prev_title: "上一页",
    next: "›",
    next_title: "下一页",
    last: "»",
    last_title: "最后一页",
  },
};

/** What Tabulator is told of it. */
export function inChinese() {
  return {
    locale: "zh",
    langs: { zh: WORDS },
    paginationSizeSelector: [...SIZES],
    paginationCounter: (
      /** @type {number} */ size,
      /** @type {number} */ first,
      /** @type {number} */ _,
      /** @type {number} */ count,
    ) => document.createTextNode(counted(first, Math.min(first + size - 1, count), count)),
  };
}

/** @param {number} first @param {number} last @param {number} count */
function counted(first, last, count) {
  const [from, to, all] = [first, last, count].map((number) => number.toLocaleString("zh-CN"));
  return count ? `第 ${from}–${to} 条，共 ${all} 条` : "共 0 条";
}

/** To a page by its number. */
export class Jump {
  /** @param {(page: number) => void} turn */
  constructor(turn) {
    this.turn = turn;
    this.input = /** @type {HTMLInputElement} */ (
      html`<input type="text" inputmode="numeric" autocomplete="off" maxlength="7" aria-label="转到第几页">`
    );
    this.input.addEventListener("change", () => this.#go());
    this.element = html`<label class="jump">到第 ${this.input} 页</label>`;
  }

  #go() {
    const page = Number.parseInt(this.input.value, 10);
    this.input.value = "";
    if (page > 0) this.turn(page);
  }
}
