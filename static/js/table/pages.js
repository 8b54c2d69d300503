// Which of very many rows are known already, and which must be asked for? Page by page, as they come into sight.

export const PAGE = 100;

/**
 * @template Row
 * @typedef {{count: number, rows: Row[]}} Answer
 */

/**
 * Emits "came" {answer} when a page has come, "failed" {message}.
 * @template {{id: string}} Row
 */
export class Pages extends EventTarget {
  /** @type {Map<number, Row[]>} */
  #pages = new Map();
  /** @type {Map<number, AbortController>} */
  #asking = new Map();
  count = 0;

  /** @param {(offset: number, limit: number, signal: AbortSignal) => Promise<Answer<Row>>} ask */
  constructor(ask) {
    super();
    this.ask = ask;
  }

  /** Known rows, in their order. @returns {Row[]} */
  get known() {
    return [...this.#pages.keys()]
      .sort((one, other) => one - other)
      .flatMap((page) => this.#pages.get(page) ?? []);
  }

  /** @param {number} at @returns {Row | undefined} */
  row(at) {
    return this.#pages.get(Math.floor(at / PAGE))?.[at % PAGE];
  }

  /** Its place among all rows; -1: not known. @param {string} id */
  placeOf(id) {
    for (const [page, rows] of this.#pages) {
      const at = rows.findIndex((row) => row.id === id);
      if (at >= 0) return page * PAGE + at;
    }
    return -1;
  }

  /** All anew, from this row on. @param {number} [at] */
  async restart(at = 0) {
    for (const asking of this.#asking.values()) asking.abort();
    this.#asking.clear();
    await this.#load(Math.floor(at / PAGE), true);
  }

  /** From one row to another. @param {number} from @param {number} to */
  need(from, to) {
    const last = Math.floor(Math.min(to, this.count - 1) / PAGE);
    for (let page = Math.floor(from / PAGE); page <= last; page += 1) {
      if (!this.#pages.has(page) && !this.#asking.has(page)) this.#load(page, false);
    }
    // What was passed by in a hurry is not waited for.
    for (const [page, asking] of this.#asking) {
      if (page < Math.floor(from / PAGE) - 1 || page > last + 1) asking.abort();
    }
  }

  /** @param {number} page @param {boolean} anew the pages before are void once this one is there */
  async #load(page, anew) {
    const asking = new AbortController();
    this.#asking.set(page, asking);
    try {
      const answer = await this.ask(page * PAGE, PAGE, asking.signal);
      if (asking.signal.aborted) return;
      if (anew) this.#pages.clear();
      this.#pages.set(page, answer.rows);
      this.count = answer.count;
      this.#emit("came", { answer, anew });
    } catch (error) {
      if (!asking.signal.aborted) this.#emit("failed", { message: /** @type {Error} */ (error).message });
    } finally {
      if (this.#asking.get(page) === asking) this.#asking.delete(page);
    }
  }

  /** @param {string} name @param {object} detail */
  #emit(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}
