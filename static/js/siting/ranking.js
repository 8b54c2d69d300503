// Which parcels did a search for land rank? Their numbers on the map, and a line that leads to each and to the table.
import { fill, html } from "app/dom.js";

const DISCS = 99;

/** Emits "open" {uid, uids}, "shown" {bounds, layers, bring}, "closed", "say" {text}. */
export class Ranking extends EventTarget {
  /** @type {Api.Siting | null} */
  #found = null;

  /** @param {HTMLElement} element @param {import("app/api.js").Server} server @param {string} page address of the table, up to its uid */
  constructor(element, server, page) {
    super();
    this.element = element;
    this.server = server;
    this.page = page;
    /** @type {import("app/map/marks.js").Marks | null} */
    this.marks = null;
    /** @type {string | null} */
    this.uid = null;
  }

  get project() {
    return this.#found?.result.project ?? "";
  }

  /** @param {string} uid of the search @param {import("app/map/marks.js").Marks} marks @param {boolean} bring them into view */
  async open(uid, marks, bring) {
    try {
      this.#found = await this.server.siting(uid);
    } catch (error) {
      this.#emit("say", { text: /** @type {Error} */ (error).message });
      return this.close();
    }
    this.uid = uid;
    this.marks = marks;
    marks.addEventListener("pick", (event) => this.#open(/** @type {CustomEvent} */ (event).detail.uid));
    this.#draw();
    const { rows } = this.#found.result;
    this.#emit("shown", {
      bounds: around(rows),
      layers: [...new Set(rows.map(({ layer }) => layer))],
      bring,
    });
  }

  close() {
    this.marks?.clear();
    this.#found = null;
    this.uid = null;
    this.element.hidden = true;
    this.#emit("closed", {});
  }

  #draw() {
    if (!this.#found) return;
    const { result, holds } = this.#found;
    this.marks?.show({ marks: result.rows.slice(0, DISCS).map((row) => disc(row, holds[row.uid])) });
    const link = html`<a class="button">比选表</a>`;
    link.setAttribute("href", this.page + encodeURIComponent(this.uid ?? ""));
    fill(
      this.element,
      html`<p class="what"><b>项目找地</b>${result.project || "未命名项目"}${result.sample && html`<span class="stamp">示例</span>`}
        <span class="quiet">${result.rows.length} 宗，仅供参考</span></p>`,
      html`<button class="button" type="button" @click=${() => this.#open(result.rows[0].uid)}>第 1 名</button>`,
      link,
      html`<button class="close" type="button" aria-label="收起排名" title="收起排名" @click=${() => this.close()}>×</button>`,
    );
    this.element.hidden = false;
  }

  /** @param {string} uid */
  #open(uid) {
    const uids = this.#found?.result.rows.map((row) => row.uid) ?? [];
    this.#emit("open", { uid, uids });
  }

  /** @param {string} name @param {object} detail */
  #emit(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}

/** @param {Api.Siting["result"]["rows"][number]} row @param {string} [held] */
function disc({ rank, uid, name, total, lon, lat }, held) {
  const score = total === null ? "未评分" : `${total} 分`;
  const title = `第 ${rank} 名 ${name} ${score}${held ? `，已意向锁定：${held}` : ""}`;
  return { lon, lat, uid, text: String(rank), title, quiet: Boolean(held) };
}

/** @param {{bounds: Api.Bounds}[]} rows @returns {Api.Bounds} */
function around(rows) {
  const sides = rows.map(({ bounds }) => bounds);
  const side = (/** @type {number} */ at) => sides.map((bounds) => bounds[at]);
  return [Math.min(...side(0)), Math.min(...side(1)), Math.max(...side(2)), Math.max(...side(3))];
}
