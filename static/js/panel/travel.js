// What do new roads do for tourism? The sentences, who gains most, and what of it the map shows.
import { fill, html } from "app/dom.js";
import { COLORS, GAIN_CLASSES } from "app/map/travel.js";
import { Aside } from "app/panel/aside.js";

const MOST_ROWS = 8;
const FIRST_BAND = 30;
const LEAST_GAIN = 0.5;

/** @typedef {import("app/map/travel.js").Look} Look */
/** @type {[Look, string][]} */
const LOOKS = [
  ["gain", "缩短几分钟"],
  ["before", "前的等时圈"],
  ["after", "后的等时圈"],
  ["both", "前后对比"],
];

/** Emits "look" {result, look, minutes} when the map is to show something else, "open" {uid}, "close". */
export class TravelPanel extends Aside {
  /** @type {Api.Travel | null} */
  #told = null;
  /** @type {Look} */
  #look = "gain";
  #minutes = FIRST_BAND;

  /** @param {HTMLElement} element */
  constructor(element) {
    super(element, "travel");
  }

  /** Of what is shown. */
  get uid() {
    return this.#told?.uid ?? null;
  }

  /** @param {Api.Travel} told */
  show(told) {
    this.#told = told;
    this.stand();
    this.#render();
    this.#say();
  }

  forget() {
    this.#told = null;
  }

  #say() {
    const detail = { result: this.#told?.result, look: this.#look, minutes: this.#minutes };
    this.dispatchEvent(new CustomEvent("look", { detail }));
  }

  #render() {
    const told = /** @type {Api.Travel} */ (this.#told);
    const page = html`<a class="button">完整结果</a>`;
    page.setAttribute("href", told.url);
    fill(
      this.element,
      html`<header class="filter-head"><h2>路网前后 ${told.result.sample ? html`<span class="seal-text">示例</span>` : null}</h2>
        <button class="close" type="button" aria-label="关闭路网前后" title="关闭（Esc）" @click=${() => this.close()}>×</button>
      </header>`,
      html`<div class="filter-body travel-body">
        ${told.changed.length ? html`<p class="trouble" role="alert">需重算：${told.changed.join("、")}在计算之后有变化。</p>` : null}
        ${told.sentences.map((words) => html`<p class="travel-says">${words}</p>`)}
        ${this.#looks()}
        ${this.#legend()}
        ${this.#rows(told)}
        <p class="quiet">${told.note}</p>
        <div class="buttons">${page}</div>
      </div>`,
    );
  }

  #looks() {
    const choose = (/** @type {Look} */ look) => () => {
      this.#look = look;
      this.#render();
      this.#say();
      /** @type {HTMLElement | null} */ (
        this.element.querySelector(".travel-looks [aria-pressed=true]")
      )?.focus();
    };
    return html`<div class="travel-looks" role="group" aria-label="地图上显示什么">${LOOKS.map(
      ([look, words]) =>
        html`<button type="button" aria-pressed="${String(look === this.#look)}" @click=${choose(look)}>${words}</button>`,
    )}</div>`;
  }

  #legend() {
    const told = /** @type {Api.Travel} */ (this.#told).result;
    if (this.#look === "gain") {
      const lines = GAIN_CLASSES.map(({ from, color, weight }, at) => {
        const to = GAIN_CLASSES[at + 1]?.from;
        return sign(line(color, weight), to ? `${from}–${to} 分` : `${from} 分以上`);
      });
      return html`<ul class="travel-legend">${[...lines, sign(line(COLORS.NEW, 5, "8 4"), "新建、改造的路")]}</ul>`;
    }
    if (this.#look === "both") return this.#comparing(told);
    const side = this.#look;
    const rows = told.bands.map((band) => {
      const km2 = side === "before" ? band.before_km2 : band.after_km2;
      return html`<li>${band.minutes} 分钟内 <b>${Math.round(km2).toLocaleString("zh-CN")} 平方公里</b></li>`;
    });
    return html`<ul class="travel-legend plain">${rows}</ul>`;
  }

  /** @param {Api.Travel["result"]} told */
  #comparing(told) {
    const choose = (/** @type {number} */ minutes) => () => {
      this.#minutes = minutes;
      this.#render();
      this.#say();
    };
    const band = told.bands.find(({ minutes }) => minutes === this.#minutes) ?? told.bands[0];
    const whole = (/** @type {number} */ km2) => `${Math.round(km2).toLocaleString("zh-CN")} 平方公里`;
    return html`<div>
      <div class="travel-looks minutes" role="group" aria-label="几分钟内">${told.bands.map(
        ({ minutes }) =>
          html`<button type="button" aria-pressed="${String(minutes === this.#minutes)}" @click=${choose(minutes)}>${minutes} 分</button>`,
      )}</div>
      <ul class="travel-legend">${[
        sign(line(COLORS.BEFORE, 3, "6 4"), `前（${told.before.words}） ${whole(band.before_km2)}`),
        sign(line(COLORS.AFTER, 3), `后（${told.after.words}） ${whole(band.after_km2)}`),
      ]}</ul>
    </div>`;
  }

  /** @param {Api.Travel} told */
  #rows({ result }) {
    const all = [...result.sites, ...result.towns];
    const gaining = all.filter(
      ({ gain, before, after }) => (gain ?? 0) >= LEAST_GAIN || (before === null && after !== null),
    );
    if (!gaining.length) return html`<p class="empty">没有哪一处缩短半分钟以上。</p>`;
    const rows = gaining
      .sort((one, other) => (other.gain ?? 1e9) - (one.gain ?? 1e9))
      .slice(0, MOST_ROWS)
      .map((each) => this.#row(each));
    return html`<table class="travel-rows"><thead><tr><th scope="col">到${result.hub.words}</th><th scope="col">前</th><th scope="col">后</th><th scope="col">缩短</th></tr></thead><tbody>${rows}</tbody></table>`;
  }

  /** @param {Api.Reached} each */
  #row({ uid, name, before, after, gain }) {
    const open = () => this.dispatchEvent(new CustomEvent("open", { detail: { uid } }));
    const told = (/** @type {number | null} */ minutes) => (minutes === null ? "不可达" : minutes.toFixed(0));
    return html`<tr><th scope="row"><button type="button" class="link" @click=${open}>${name}</button></th><td>${told(before)}</td><td>${told(after)}</td><td><b>${gain === null ? "通达" : gain.toFixed(gain < 10 ? 1 : 0)}</b></td></tr>`;
  }
}

/** @param {Node} picture @param {string} words */
function sign(picture, words) {
  return html`<li>${picture}<span>${words}</span></li>`;
}

/** @param {string} color @param {number} weight @param {string} [dash] */
function line(color, weight, dash = "") {
  return html`<svg width="34" height="12" viewBox="0 0 34 12" aria-hidden="true"><path d="M1 6H33" style="stroke:${color};stroke-width:${weight};stroke-dasharray:${dash || "none"}"/></svg>`;
}
