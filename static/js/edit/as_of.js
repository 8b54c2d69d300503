// On which day is the map seen? Now, or as it was at the end of a past day.
import { fill, html } from "app/dom.js";
import { ask } from "app/edit/ask.js";
import { DayEntry, dayInput } from "app/edit/day.js";

const DAY_MS = 86_400_000;

/** The choice of a day and the banner that says so. Emits "day" {day: string | null}. */
export class AsOf extends EventTarget {
  /** @type {string | null} */
  day = null;

  /** @param {HTMLElement} banner @param {HTMLDialogElement} dialog */
  constructor(banner, dialog) {
    super();
    this.banner = banner;
    this.dialog = dialog;
  }

  async choose() {
    const entry = new DayEntry(dayInput({ "aria-label": "日期" }), { label: "日期", required: true });
    entry.input.value = this.day ?? "";
    for (;;) {
      const answer = await ask(this.dialog, {
        title: "地图回到某一天",
        text: "显示那天结束时的数据；只能看，不能改。",
        body: html`<div>${this.#quick(entry)}${entry.element}</div>`,
        answers: [
          { answer: "go", words: "查看那一天", first: true },
          ...(this.day ? [{ answer: "now", words: "返回现在" }] : []),
          { answer: "", words: "取消" },
        ],
      });
      if (answer === "now") return this.set(null);
      if (answer !== "go") return;
      const { value } = entry;
      if (value && value < today()) return this.set(value);
      entry.say(value ? `“${value}”不是过去的日期。今天是 ${today()}。` : entry.problem);
    }
  }

  /** @param {string | null} day */
  set(day) {
    this.show(day);
    this.dispatchEvent(new CustomEvent("day", { detail: { day } }));
  }

  /** Only the banner. @param {string | null} day */
  show(day) {
    this.day = day;
    this.banner.hidden = day === null;
    if (day) document.body.dataset.day = day;
    else delete document.body.dataset.day;
    if (!day) return fill(this.banner);
    const step = (/** @type {number} */ days) => () => this.#step(days);
    fill(
      this.banner,
      html`<button type="button" aria-label="前一天" title="前一天" @click=${step(-1)}>‹</button>`,
      html`<span role="status">正在查看 <b>${day}</b> 的数据</span>`,
      html`<button type="button" aria-label="后一天" title="后一天" @click=${step(1)}>›</button>`,
      html`<button type="button" class="now" @click=${() => this.set(null)}>返回现在</button>`,
    );
  }

  /** @param {number} days */
  #step(days) {
    const next = written(Date.parse(`${this.day}T00:00:00Z`) + days * DAY_MS);
    this.set(next < today() ? next : null);
  }

  /** @param {DayEntry} entry */
  #quick(entry) {
    const now = Date.parse(`${today()}T00:00:00Z`);
    const days = /** @type {[string, string][]} */ ([
      ["昨天", written(now - DAY_MS)],
      ["一周前", written(now - 7 * DAY_MS)],
      ["一月前", written(now - 30 * DAY_MS)],
      ["今年年初", `${today().slice(0, 4)}-01-01`],
    ]);
    const chips = days.map(
      ([words, day]) =>
        html`<button class="chip" type="button" @click=${() => {
          entry.value = day;
        }}>${words}</button>`,
    );
    return html`<div class="quick">${chips}</div>`;
  }
}

function today() {
  const now = new Date();
  return written(now.getTime() - now.getTimezoneOffset() * 60_000);
}

/** @param {number} time_ms */
function written(time_ms) {
  return new Date(time_ms).toISOString().slice(0, 10);
}
