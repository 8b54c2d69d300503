// How does a person print the map? The sheet is laid on the map, drawn by the server, and saved: one panel beside it.
import { saveFrom } from "app/api.js";
import { fill, html } from "app/dom.js";
import { timeWords } from "app/map/times.js";
import { Aside } from "app/panel/aside.js";
import { size } from "app/panel/size.js";
import { PrintForm } from "app/printing/form.js";
import { scaleWords } from "app/printing/layout.js";

/**
 * @typedef {import("app/map/view.js").MapView} MapView
 * @typedef {{title: string, bounds: Api.Bounds, county: Api.Bounds | null, layers: {key: string, title: string}[], filters: Record<string, string>, faint: Record<string, number>, over: Record<string, number>, base: {name: string, title: string, opacity: number} | null, at: string | null, time: string, curtain: number | null}} Now what the map shows
 */

const EVERY_MS = 400;
const AROUND = 1.6;
const CLOSEST = 2000;
const CENTRAL = 3;
const NEARLY = 0.96;

/** Emits "opened", "close". */
export class PrintPanel extends Aside {
  /** @type {PrintForm | null} */
  #form = null;
  /** What is under way. @type {Api.Print | null} */
  #waiting = null;
  /** @type {Api.Print[]} */
  #recent = [];
  #trouble = "";
  #withBase = true;
  #body = html`<div class="print-body"></div>`;
  #foot = html`<footer class="print-foot"></footer>`;

  /** @param {HTMLElement} element @param {import("app/api.js").Server} server @param {MapView} view @param {() => Now} now */
  constructor(element, server, view, now) {
    super(element, "printing");
    this.server = server;
    this.view = view;
    this.now = now;
    element.addEventListener("keydown", (event) => this.#key(event));
    const { frame } = view;
    frame.addEventListener("moved", () => this.#followed());
    frame.addEventListener("print", () => this.#begin());
    frame.addEventListener("close", () => this.close());
  }

  /** @param {{title: string, bounds: Api.Bounds} | null} [subject] what is printed around; null: what is in sight */
  async open(subject = null) {
    const facts = await this.server.printChoices();
    // Before the panel covers some of it.
    const seen = this.now();
    this.#recent = facts.recent;
    this.#trouble = "";
    this.#form = new PrintForm(facts, subject?.title ?? "", `${seen.title}全域一张图`);
    this.#form.addEventListener("changed", (event) =>
      this.#changed(/** @type {CustomEvent} */ (event).detail),
    );
    this.#form.addEventListener("view", () => this.#layOver(this.now()));
    this.stand();
    this.#show();
    this.dispatchEvent(new CustomEvent("opened"));
    if (subject) this.#layAround(subject.bounds);
    else if (this.#form.layout.scale) this.#lay(middle(seen.bounds));
    else this.#layOver(seen);
    this.#button()?.focus({ preventScroll: true });
  }

  // What is under way goes on; it is found among the last prints.
  forget() {
    this.view.frame.hide();
    this.#form = null;
  }

  // --- where the sheet lies ----------------------------------------------------------------------------

  /** @param {{lon: number, lat: number}} [center] */
  #lay(center = this.view.frame.laid?.center) {
    if (!this.#form || !center) return;
    this.view.frame.show(this.#laid(center));
    this.#tell();
    const { bounds } = this.view.frame;
    if (!holds(this.now().bounds, bounds)) this.view.fit(bounds);
  }

  /** @param {{lon: number, lat: number}} center */
  #laid(center) {
    const { map_mm, turn, rows, columns, overlap, scale } = /** @type {PrintForm} */ (this.#form);
    return { center, map_mm, turn, rows, columns, overlap, scale: scale > 0 ? scale : CLOSEST };
  }

  /** The whole county where it is in sight, else the largest sheet that is. @param {Now} seen */
  #layOver({ bounds, county }) {
    if (county && holds(bounds, wider(county, NEARLY))) return this.#layAround(county, 1, 0);
    this.#layAt(middle(bounds), (laid) => !holds(bounds, this.view.frame.boundsOf(laid)), -1);
  }

  /** @param {Api.Bounds} bounds @param {number} [around] @param {number} [closest] */
  #layAround(bounds, around = AROUND, closest = CLOSEST) {
    const there = wider(bounds, around);
    this.#layAt(middle(bounds), (laid) => laid.scale >= closest && this.view.frame.covers(laid, there), 0);
  }

  /** At the first usual scale that is enough, or so many before it. @param {{lon: number, lat: number}} center @param {(laid: import("app/map/frame.js").Laid) => boolean} isEnough @param {number} before */
  #layAt(center, isEnough, before) {
    const form = /** @type {PrintForm} */ (this.#form);
    const { scales } = form.facts;
    const found = scales.findIndex((scale) => isEnough({ ...this.#laid(center), scale }));
    const at = (found < 0 ? scales.length : found) + before;
    form.fit(scales[Math.min(Math.max(at, 0), scales.length - 1)]);
    this.#lay(center);
  }

  #followed() {
    const { laid } = this.view.frame;
    if (!laid || !this.#form) return;
    this.#form.follow(laid);
    this.#tell();
  }

  /** @param {{frame: boolean}} how */
  #changed({ frame }) {
    this.#trouble = "";
    if (frame) this.#lay();
    this.#act();
  }

  // --- the job -----------------------------------------------------------------------------------------

  async #begin() {
    const form = this.#form;
    const { laid } = this.view.frame;
    if (!form || !laid || this.#waiting) return;
    this.#trouble = form.trouble;
    if (this.#trouble) return this.#act();
    form.keep();
    const { layers, at, ...seen } = this.now();
    const { filters, faint, over, time, curtain } = seen;
    const { lon, lat } = laid.center;
    const keys = layers.map(({ key }) => key);
    const under =
      seen.base && this.#withBase ? { base: seen.base.name, base_opacity: seen.base.opacity } : {};
    const what = { layers: keys, filters, faint, over, time, curtain, at: at ?? undefined, ...under };
    this.#next(() => this.server.startPrint({ ...form.wanted, ...what, center: [lon, lat] }));
  }

  /** @param {() => Promise<Api.Print>} ask */
  async #next(ask) {
    try {
      this.#took(await ask());
    } catch (error) {
      this.#waiting = null;
      this.#trouble = /** @type {Error} */ (error).message;
      this.#act();
    }
  }

  /** @param {Api.Print} told */
  #took(told) {
    this.#waiting = told.ended ? null : told;
    if (told.url) return this.#done(told);
    if (told.ended) this.#trouble = told.state === "cancelled" ? "" : told.message || told.state_title;
    this.#act();
    if (!told.ended) setTimeout(() => this.#next(() => this.server.printState(told.number)), EVERY_MS);
  }

  /** @param {Api.Print} told */
  #done(told) {
    saveFrom(told.url ?? "", told.name ?? "");
    this.#recent = [told, ...this.#recent];
    if (this.isOpen) this.#show();
    this.#button()?.focus({ preventScroll: true });
  }

  #cancel() {
    const { number } = this.#waiting ?? {};
    if (number) this.server.cancelPrint(number).catch(() => null);
  }

  // --- what is seen ------------------------------------------------------------------------------------

  #show() {
    if (!this.#form) return;
    fill(
      this.element,
      html`<header class="filter-head"><h2>打印</h2>
        <button class="close" type="button" aria-label="关闭打印" title="关闭（Esc）" @click=${() => this.close()}>×</button>
      </header>`,
      this.#body,
      this.#foot,
    );
    fill(this.#body, this.#form.element, html`<div class="print-facts" role="status"></div>`, this.#kept());
    this.#tell();
    this.#act();
  }

  /** What the sheet will show, and in which zone. */
  #tell() {
    const place = this.#body.querySelector(".print-facts");
    const { laid, zones } = this.view.frame.isOn ? this.view.frame : { laid: null, zones: null };
    if (!place || !laid || !zones || !this.#form) return;
    const [width, height] = laid.map_mm.map((mm) => (mm * laid.scale) / 1e6);
    const { layers, filters, over, base, at, time } = this.now();
    const drawings = Object.keys(over).length;
    const filtered = layers.filter(({ key }) => filters[key]).map(({ title }) => title);
    const sheets = laid.rows * laid.columns;
    fill(
      place,
      html`<p>${sheets > 1 ? `${sheets} 幅另加总图，每幅` : "图幅"} <b>${km(width)} × ${km(height)}</b> 公里，第 ${zones.own} 带（中央经线 ${zones.own * CENTRAL}°）。</p>`,
      zones.touched.length > 1 &&
        html`<p class="print-warning">图幅跨第 ${zones.touched.join("、")} 带，全图按中心所在的第 ${zones.own} 带投影，图上会注明。</p>`,
      html`<p>印出图上打开的 ${layers.length} 个图层${drawings > 0 && `和 ${drawings} 幅图纸${this.#form.isPublic ? "（公开版不印图纸）" : ""}`}${filtered.length > 0 && `，其中${filtered.join("、")}经筛选`}${at && `，为 ${at} 的数据`}${time && `，时间为${timeWords(time)}`}。</p>`,
      base && this.#base(base.title),
    );
  }

  /** @param {string} title */
  #base(title) {
    if (this.#form?.isPublic) return html`<p>公开版不印底图“${title}”。</p>`;
    const turn = () => {
      this.#withBase = !this.#withBase;
    };
    return html`<label class="tick"><input type="checkbox" checked=${this.#withBase} @change=${turn}> 连同底图“${title}”一起印</label>`;
  }

  #kept() {
    if (!this.#recent.length) return null;
    const rows = this.#recent.map((told) => {
      const {
        name = "",
        url = "",
        bytes = 0,
        scale = 0,
        paper = "",
        pages = 1,
        who,
        at,
        data = [],
        notes = [],
      } = told;
      const versions = data.map(
        ({ title, version, data_date }) =>
          html`<li>${title}：第 ${version} 版${data_date && `，截止 ${data_date}`}</li>`,
      );
      return html`<li>
        <a href="${url}" download="${name}">${name}</a>
        <span class="quiet">${paper} · ${scaleWords(scale)}${pages > 1 && ` · ${pages} 页`} · ${size(bytes)} · ${who} ${moment(at)}</span>
        ${notes.length > 0 && html`<span class="quiet">${notes.join("；")}</span>`}
        <details><summary>所用数据版本</summary><ul>${versions}</ul></details>
      </li>`;
    });
    return html`<section class="print-kept"><h3>最近打印</h3><ul>${rows}</ul><p class="help">文件在服务器上保留 ${this.#form?.facts.hours} 小时，只有您能下载。</p></section>`;
  }

  #act() {
    if (!this.isOpen) return;
    const waiting = this.#waiting;
    if (waiting) {
      const told = waiting.message || waiting.state_title;
      const bar = html`<progress max="1" aria-label="进度"></progress>`;
      if (waiting.progress > 0) bar.setAttribute("value", String(waiting.progress));
      fill(
        this.#foot,
        html`<div class="print-wait" role="status"><p>${told}…</p>${bar}</div>`,
        html`<div class="buttons"><button class="button" type="button" @click=${() => this.#cancel()}>取消打印</button></div>`,
      );
      return;
    }
    const words = this.#form?.isSeries ? "打印图册" : "打印";
    fill(
      this.#foot,
      html`<p class="problem" role="alert">${this.#trouble}</p>`,
      html`<div class="buttons"><button class="button first print-go" type="button" @click=${() => this.#begin()}>${words}</button>
        <span class="quiet">${this.#form?.facts.non_secret}</span></div>`,
    );
  }

  /** @returns {HTMLButtonElement | null} */
  #button() {
    return this.#foot.querySelector(".print-go");
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    this.close();
  }
}

/** @param {Api.Bounds} bounds */
function middle([west, south, east, north]) {
  return { lon: (west + east) / 2, lat: (south + north) / 2 };
}

/** @param {Api.Bounds} bounds @param {number} by @returns {Api.Bounds} */
function wider([west, south, east, north], by) {
  const [across, upward] = [((east - west) / 2) * (by - 1), ((north - south) / 2) * (by - 1)];
  return [west - across, south - upward, east + across, north + upward];
}

/** @param {Api.Bounds} outer @param {Api.Bounds} inner */
function holds(outer, inner) {
  return outer[0] <= inner[0] && outer[1] <= inner[1] && outer[2] >= inner[2] && outer[3] >= inner[3];
}

/** @param {number} kilometres */
function km(kilometres) {
  return kilometres >= 10 ? kilometres.toFixed(1) : kilometres.toFixed(2);
}

/** @param {string} [at] */
function moment(at) {
  if (!at) return "";
  const day = new Date(at);
  const two = (/** @type {number} */ number) => String(number).padStart(2, "0");
  return `${day.getMonth() + 1}月${day.getDate()}日 ${two(day.getHours())}:${two(day.getMinutes())}`;
}
