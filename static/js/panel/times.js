// Which time does the map show? A strip of buttons, a slider over the years with play, and the curtain between two times.
import { fill, html } from "app/dom.js";
import { timeOf, wordsOf } from "app/map/times.js";

const EACH_YEAR_MS = 1400;
const MOST_NAMED = 4;

/** Emits "opened", "closed", "curtain" (the curtain was hung: what is left and right can be chosen). */
export class TimePanel extends EventTarget {
  #playing = 0;

  /**
   * @param {HTMLElement} element
   * @param {import("app/map/times.js").Times} times
   * @param {{shown: () => string[], travel: string | null, calm: MediaQueryList, follows?: boolean}} about keys of layers that are on;
   *   where 路网前后 is asked for; follows: it opens wherever a time is looked at
   */
  constructor(element, times, about) {
    super();
    this.element = element;
    this.times = times;
    this.about = about;
    times.addEventListener("times", () => this.#changed());
    this.element.addEventListener("keydown", (event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      this.close();
    });
  }

  get isOpen() {
    return !this.element.hidden;
  }

  open() {
    this.element.hidden = false;
    document.body.dataset.times = "";
    this.#render();
    this.dispatchEvent(new Event("opened"));
  }

  /** Everything is on the map again. */
  close() {
    if (!this.isOpen) return;
    this.#stop();
    this.element.hidden = true;
    delete document.body.dataset.times;
    if (this.times.text) this.times.setYear(null);
    this.dispatchEvent(new Event("closed"));
  }

  turn() {
    if (this.isOpen) this.close();
    else {
      this.open();
      if (!this.times.text) this.times.setYear("now");
      /** @type {HTMLElement | null} */ (this.element.querySelector("[aria-pressed=true]"))?.focus();
    }
  }

  /** Seen or not, whatever the map shows. @param {boolean} open */
  stand(open) {
    this.#stop();
    this.element.hidden = !open;
    if (open) this.#render();
  }

  /** A year on or back, or from one end of the years to the other. @param {number} by */
  step(by) {
    this.#stop();
    const [first, last] = this.times.range;
    const { year } = this.times;
    const now = typeof year === "number" ? year : by > 0 ? first - 1 : last + 1;
    this.times.setYear(Math.min(Math.max(now + by, first), last));
  }

  /** From year to year, or a rest. */
  turnPlay() {
    this.#play();
  }

  /** Other layers are on: other things have no date. */
  refresh() {
    if (this.isOpen) this.#note();
  }

  #changed() {
    if (this.times.text && !this.isOpen && this.about.follows !== false) this.open();
    else if (this.isOpen) this.#render();
  }

  // What has the focus keeps it: it is filled anew only where the sort of controls changes.
  #render() {
    const sort = this.times.compare ? "compare" : "single";
    if (this.element.dataset.sort !== sort || !this.element.firstChild) {
      this.element.dataset.sort = sort;
      fill(this.element, sort === "compare" ? this.#comparing() : this.#single(), this.#end(), this.note);
      if (sort === "compare") this.dispatchEvent(new Event("curtain"));
    }
    this.#follow();
    this.#note();
  }

  note = html`<p class="times-note quiet" role="status"></p>`;

  #single() {
    const [first, last] = this.times.range;
    const choose = (/** @type {"now" | "plan" | null} */ time) => () => {
      this.#stop();
      this.times.setYear(time);
    };
    const slide = (/** @type {Event} */ event) => {
      this.#stop();
      this.times.setYear(Number(/** @type {HTMLInputElement} */ (event.target).value));
    };
    return html`<div class="times-line">
      <div class="times-sorts" role="group" aria-label="看哪个时间">
        <button type="button" data-time="now" @click=${choose("now")}>现状</button>
        <button type="button" data-time="plan" @click=${choose("plan")}>规划</button>
      </div>
      <span class="times-end" aria-hidden="true">${first}</span>
      <input type="range" min="${first}" max="${last}" step="1" aria-label="年份，用左右方向键逐年移动" @input=${slide}>
      <span class="times-end" aria-hidden="true">${last}</span>
      <output class="times-year"></output>
      <button type="button" class="times-play" @click=${() => this.#play()}>${this.about.calm.matches ? "下一年" : "播放"}</button>
      <button type="button" @click=${() => this.#hang()} title="拉开卷帘，左右对比两个时间">前后对比</button>
    </div>`;
  }

  #comparing() {
    const back = () => this.times.setYear(this.times.year ?? "now");
    return html`<div class="times-line">
      <label><span>左</span><select aria-label="卷帘左边的时间" data-side="left" @change=${() => this.#chosen()}>${this.#options()}</select></label>
      <label><span>右</span><select aria-label="卷帘右边的时间" data-side="right" @change=${() => this.#chosen()}>${this.#options()}</select></label>
      <button type="button" class="times-swap" @click=${() => this.#swap()} aria-label="左右对调" title="左右对调">⇄</button>
      <button type="button" @click=${back}>收起<span>卷帘</span></button>
    </div>`;
  }

  #end() {
    const link = html`<a class="times-travel">路网前后</a>`;
    link.setAttribute("href", this.about.travel ?? "");
    return html`<div class="times-right">
      ${this.about.travel ? link : null}
      <button type="button" class="close" aria-label="关闭时间" title="关闭（Esc）" @click=${() => this.close()}>×</button>
    </div>`;
  }

  #options() {
    const [first, last] = this.times.range;
    const years = Array.from({ length: last - first + 1 }, (_, at) => first + at);
    return ["now", ...years, "plan"].map(
      (time) => html`<option value="${time}">${wordsOf(/** @type {any} */ (time))}</option>`,
    );
  }

  // Controls say what stands.
  #follow() {
    const { year, compare } = this.times;
    for (const button of this.element.querySelectorAll("[data-time]"))
      button.setAttribute("aria-pressed", String(/** @type {HTMLElement} */ (button).dataset.time === year));
    const slider = /** @type {HTMLInputElement | null} */ (this.element.querySelector("[type=range]"));
    const output = this.element.querySelector("output");
    if (slider && output) {
      if (typeof year === "number") slider.value = String(year);
      slider.setAttribute("aria-valuetext", year === null ? "全部" : wordsOf(year));
      slider.toggleAttribute("data-off", typeof year !== "number");
      output.textContent = year === null ? "全部" : wordsOf(year);
    }
    for (const select of this.element.querySelectorAll("select")) {
      const side = /** @type {"left" | "right"} */ (select.dataset.side);
      if (compare) select.value = String(compare[side]);
    }
  }

  #note() {
    const { year, compare } = this.times;
    const keys = this.about.shown();
    const arriving = typeof year === "number" ? this.times.arriving(year, keys) : 0;
    const lacking = this.times.undated(keys);
    const named = lacking.slice(0, MOST_NAMED).map(({ title, count }) => `${title} ${count}`);
    const more = lacking.length > MOST_NAMED ? "等" : "";
    const parts = [
      compare
        ? "拖动卷帘，或用左右方向键"
        : year === "now"
          ? "已建成、已开放的"
          : year === "plan"
            ? "包括全部规划"
            : "按实际竣工、计划竣工日期",
      typeof year === "number" && `这一年建成 ${arriving} 个`,
      lacking.length > 0 && `没有日期的只在“规划”里显示：${named.join("、")}${more}`,
    ];
    this.note.textContent = parts.filter(Boolean).join(" · ");
  }

  #hang() {
    this.#stop();
    const { year } = this.times;
    const right = year === null || year === "now" ? "plan" : year;
    this.times.setCompare({ left: "now", right });
  }

  #chosen() {
    const value = (/** @type {string} */ side) =>
      timeOf(/** @type {HTMLSelectElement} */ (this.element.querySelector(`[data-side=${side}]`)).value) ??
      "now";
    const share = this.times.compare?.share;
    this.times.setCompare({ left: value("left"), right: value("right"), share });
  }

  #swap() {
    const { compare } = this.times;
    if (compare) this.times.setCompare({ ...compare, left: compare.right, right: compare.left });
  }

  // --- play: from year to year; who wants no movement steps himself --------------------------------------

  #play() {
    if (this.#playing) return this.#stop();
    this.#next(true);
    if (this.about.calm.matches) return;
    this.#playing = window.setInterval(() => this.#next(false), EACH_YEAR_MS);
    this.#label("暂停");
  }

  /** @param {boolean} first from the beginning, where the end is reached */
  #next(first) {
    const [from, to] = this.times.range;
    const { year } = this.times;
    const now = typeof year === "number" ? year : from - 1;
    if (now < to) this.times.setYear(now + 1);
    else if (first) this.times.setYear(from);
    if (this.times.year === to) this.#stop();
  }

  #stop() {
    if (!this.#playing) return;
    clearInterval(this.#playing);
    this.#playing = 0;
    this.#label("播放");
  }

  /** @param {string} words */
  #label(words) {
    const button = this.element.querySelector(".times-play");
    if (button) button.textContent = words;
  }
}
