// What would an import change on the map? Its counts are the legend; one walks through what is new, changed or missing.
import { fill, html } from "app/dom.js";
import { SIGNS, SORTS } from "app/map/differences.js";
import { Aside } from "app/panel/aside.js";

/** @typedef {import("app/map/differences.js").Sort} Sort */

const MOST_ROWS = 200;
/** @type {Record<Sort, string>} */
const TITLES = { new: "新增", changed: "有变化", removed: "文件里没有", problem: "问题与提醒" };
/** @type {Record<Sort, string>} */
const NOTES = {
  new: "导入后出现",
  changed: "虚线为原来，实线为文件中的",
  removed: "默认保留，删不删在核对页选",
  problem: "有问题的行不导入，提醒不影响导入",
};

/** @type {Sort[]} */
const LEGEND = ["new", "changed", "removed", "problem"];

/** Emits "shown" {shapes, problems}, "chosen" {shape, spot, near}, "open" {uid}, "close". */
export class DifferencePanel extends Aside {
  /** @type {Api.Differences | null} */
  #told = null;
  /** @type {Set<Sort>} */
  #hidden = new Set();
  #at = -1;
  /** Whether all are listed one by one. */
  #isListing = false;

  /** @param {HTMLElement} element */
  constructor(element) {
    super(element, "differences");
  }

  /** @param {Api.Differences} told */
  show(told) {
    this.#told = told;
    this.#at = -1;
    this.#hidden = new Set(ofPartOnly(told) ? ["removed"] : []);
    this.stand();
    this.#render();
    this.#say();
  }

  forget() {
    this.#told = null;
  }

  /** Those that are not switched off. */
  get shapes() {
    return (this.#told?.shapes ?? []).filter(({ sort }) => !this.#hidden.has(sort));
  }

  get #problems() {
    return this.#hidden.has("problem") ? [] : (this.#told?.problems ?? []);
  }

  /** All that one walks through, in the order of the list. @returns {(Api.ShownDifference | Api.DoubtfulRow)[]} */
  get #listed() {
    const shapes = SORTS.flatMap((sort) => this.shapes.filter((each) => each.sort === sort));
    return [...this.#problems, ...shapes];
  }

  #say() {
    const detail = { shapes: this.shapes, problems: this.#problems };
    this.dispatchEvent(new CustomEvent("shown", { detail }));
  }

  /** What was clicked on the map: its row. @param {Api.ShownDifference | Api.DoubtfulRow} thing */
  choose(thing) {
    const at = this.#listed.indexOf(thing);
    if (at < 0) return;
    this.#isListing ||= at < MOST_ROWS;
    this.#go(at, false);
    this.element.querySelector(".difference-list [aria-current=true]")?.scrollIntoView({ block: "nearest" });
  }

  /** @param {number} at @param {boolean} [near] whether the map goes there */
  #go(at, near = true) {
    this.#at = at;
    const each = this.#listed[at];
    const shape = each && "sort" in each ? each : null;
    const spot = each && "spot" in each ? each.spot : null;
    this.#render();
    this.dispatchEvent(new CustomEvent("chosen", { detail: { shape, spot, near } }));
  }

  /** @param {number} step */
  #step(step) {
    const { length } = this.#listed;
    if (length) this.#go(this.#at < 0 ? (step > 0 ? 0 : length - 1) : (this.#at + step + length) % length);
  }

  #render() {
    const told = /** @type {Api.Differences} */ (this.#told);
    const back = html`<a class="button">回到核对页</a>`;
    back.setAttribute("href", told.url);
    fill(
      this.element,
      html`<header class="filter-head"><h2>导入前的差异</h2>
        <button class="close" type="button" aria-label="关闭导入前的差异" title="关闭（Esc）" @click=${() => this.close()}>×</button>
      </header>`,
      html`<div class="filter-body travel-body">
        <p class="difference-file"><b>${told.file}</b> → ${told.title}，还没有导入</p>
        ${told.outdated ? html`<p class="trouble" role="alert">图上的数据在核对之后有变化，请回到核对页重新核对。</p>` : null}
        <ul class="difference-sorts">${LEGEND.map((sort) => this.#sort(told, sort))}</ul>
        <p class="quiet">无变化 ${told.counts.unchanged.toLocaleString("zh-CN")} ${told.word}，不画。${told.left_out.map((words) => `${words}。`).join("")}</p>
        ${this.#walk()}
        ${this.#present()}
        ${this.#list()}
        <div class="buttons">${back}</div>
      </div>`,
    );
  }

  /** @param {Api.Differences} told @param {Sort} sort */
  #sort(told, sort) {
    const count = sort === "problem" ? told.problems.length : told.counts[sort];
    const turn = () => {
      if (!this.#hidden.delete(sort)) this.#hidden.add(sort);
      this.#at = -1;
      this.#render();
      this.#say();
      this.dispatchEvent(new CustomEvent("chosen", { detail: { shape: null, spot: null, near: false } }));
      /** @type {HTMLElement | null} */ (this.element.querySelector(`[data-sort=${sort}]`))?.focus();
    };
    const pressed = String(!this.#hidden.has(sort));
    return html`<li class="${count ? "" : "none"}"><button type="button" role="switch" aria-checked="${pressed}" data-sort="${sort}" @click=${turn}>
      <i class="difference-sign ${sort}" aria-hidden="true">${SIGNS[sort]}</i><span>${TITLES[sort]}<small>${NOTES[sort]}</small></span><b>${count.toLocaleString("zh-CN")}</b></button></li>`;
  }

  #walk() {
    const { length } = this.#listed;
    if (!length) return html`<p class="empty">没有要在地图上看的差异。</p>`;
    const step = (/** @type {number} */ by) => () => {
      this.#step(by);
      /** @type {HTMLElement | null} */ (this.element.querySelector(`[data-step="${by}"]`))?.focus();
    };
    const where = this.#at < 0 ? `共 ${length.toLocaleString("zh-CN")} 处` : `${this.#at + 1} / ${length}`;
    return html`<div class="difference-walk"><button type="button" data-step="-1" aria-label="上一处" @click=${step(-1)}>‹</button>
      <span role="status">${where}</span><button type="button" data-step="1" aria-label="下一处" @click=${step(1)}>›</button></div>`;
  }

  #present() {
    const each = this.#listed[this.#at];
    if (!each) return null;
    if ("spot" in each)
      return html`<div class="difference-now"><p><b>${each.place}</b> ${each.grave ? "问题" : "提醒"}：${each.field}</p><p>${each.reason}</p></div>`;
    const { name, code = "", place = "", uid, sort, differences = [] } = each;
    const open = () => this.dispatchEvent(new CustomEvent("open", { detail: { uid } }));
    return html`<div class="difference-now"><p>${SIGNS[sort]} <b>${name || "未命名"}</b> <small class="quiet">${code} ${place}</small></p>
      ${differences.map(([title, before, after]) => html`<p><span class="quiet">${title}</span> <del>${before}</del> <ins>${after}</ins></p>`)}
      ${uid ? html`<p><button type="button" class="link" @click=${open}>打开现在的卡片</button></p>` : null}</div>`;
  }

  #list() {
    const listed = this.#listed;
    const rows = listed.slice(0, MOST_ROWS).map((each, at) => {
      /** @type {Sort} */ const sort = "spot" in each ? "problem" : each.sort;
      const words = "spot" in each ? `${each.place} ${each.field}` : each.name || "未命名";
      const current = at === this.#at ? "true" : "false";
      return html`<li><button type="button" class="link" aria-label="${TITLES[sort]} ${words}" aria-current="${current}" @click=${() => this.#go(at)}><i class="difference-sign ${sort}" aria-hidden="true">${SIGNS[sort]}</i>${words}</button></li>`;
    });
    if (!rows.length) return null;
    const more = listed.length > rows.length ? `（列出前 ${rows.length} 处，其余用 ‹ › 走到）` : "";
    const turn = (/** @type {Event} */ { target }) => {
      this.#isListing = /** @type {HTMLDetailsElement} */ (target).open;
    };
    const list = html`<details class="difference-list" @toggle=${turn}><summary>逐个列出${more}</summary><ol>${rows}</ol></details>`;
    /** @type {HTMLDetailsElement} */ (list).open = this.#isListing;
    return list;
  }
}

/** A file of one town says nothing of the others: what it does not have is drawn when somebody asks. @param {Api.Differences} told */
function ofPartOnly({ counts }) {
  return counts.removed > counts.new + counts.changed + counts.unchanged;
}
