// What is known of the one feature that was opened?
import { fill, html } from "app/dom.js";
import { caseLine } from "app/panel/case.js";
import { clockLine } from "app/panel/clock.js";
import { milestoneLine } from "app/panel/milestones.js";

const MISSING = "未提供：";
const LIGHT = 0.14;
const PATIENCE_MS = 200;
const MOST_FRONT = 4;

/**
 * @typedef {object} Action what a button of the card does
 * @property {string} words
 * @property {() => void} act
 * @property {string} [hint] its key
 * @property {boolean} [first]
 * @property {boolean} [more] under 更多
 * @property {boolean} [grave] cannot simply be done again
 */

/**
 * The card. Emits "close", "zoom" {feature}, "link", "table" {layer}, "open" {uid}, "step" {by}, "retry".
 */
export class Card extends EventTarget {
  #waiting = 0;
  /** @type {HTMLElement | null} */
  #before = null;

  /** @param {HTMLElement} element */
  constructor(element) {
    super();
    this.element = element;
    /** @type {import("app/panel/signs.js").Signs | null} */
    this.signs = null;
    /** What else can be done with a feature. @type {(feature: Api.Feature) => Action[]} */
    this.actions = () => [];
    /** What must be said before the facts. @type {(feature: Api.Feature) => (Node | null)[]} */
    this.above = () => [];
    /** What belongs below the facts. @type {(feature: Api.Feature) => (Node | null)[]} */
    this.below = () => [];
  }

  get isOpen() {
    return !this.element.hidden;
  }

  /** Grey rows where the words will stand; words that are there already stay for a moment. */
  wait() {
    clearTimeout(this.#waiting);
    if (this.isOpen) this.#waiting = window.setTimeout(() => this.#presentSkeleton(), PATIENCE_MS);
    else this.#presentSkeleton();
  }

  /** @param {string} sentence @param {boolean} again does another try make sense? */
  fail(sentence, again) {
    const retry = html`<button class="button" type="button" @click=${() => this.#emit("retry")}>重试</button>`;
    this.#present(
      html`<div class="card-body">
        <div class="failure" role="alert">
          <p>${sentence}</p>
          ${again && retry}
        </div>
      </div>`,
    );
  }

  /** @param {Api.Feature} feature */
  show(feature) {
    const { card } = feature;
    const body = html`<div class="card-body">
      ${head(card)} ${this.above(feature)} ${figures(card)} ${this.#clock(feature)} ${verdict(card)} ${caseLine(card.case)} ${milestoneLine(card.milestones)} ${rows(card)}
      ${this.below(feature)} ${this.#related(card)}
    </div>`;
    this.#present(body, this.#buttons(feature), foot(card));
    const symbol = card.tags.find((tag) => tag.symbol)?.symbol ?? null;
    if (this.signs) this.#color(this.signs.colors(feature.properties.layer, symbol));
  }

  /** Which of several hits is shown. @param {number} at @param {number} count */
  place(at, count) {
    const walk = this.element.querySelector(".walk");
    if (walk) fill(walk, count > 1 ? this.#steps(at, count) : null);
    this.element.classList.toggle("walking", count > 1);
  }

  close() {
    clearTimeout(this.#waiting);
    if (this.element.contains(document.activeElement)) this.#before?.focus({ preventScroll: true });
    this.element.hidden = true;
    this.element.replaceChildren();
    delete document.body.dataset.card;
  }

  #presentSkeleton() {
    const lines = [30, 70, 45, 100, 90, 80, 95, 60].map((width) => {
      const line = html`<i></i>`;
      line.style.width = `${width}%`;
      return line;
    });
    this.#present(
      html`<div class="card-body"><div class="skeleton" role="status" aria-label="正在加载">${lines}</div></div>`,
    );
  }

  /** @param {...Node | null} parts */
  #present(...parts) {
    clearTimeout(this.#waiting);
    const wasOpen = this.isOpen;
    const close = html`<button class="close" type="button" aria-label="关闭" title="关闭（Esc）" @click=${() => this.#emit("close")}>×</button>`;
    fill(this.element, html`<div class="card-bar"><span class="walk"></span>${close}</div>`, ...parts);
    this.element.hidden = false;
    document.body.dataset.card = "";
    if (!wasOpen) this.#takeFocus();
  }

  #takeFocus() {
    this.#before = /** @type {HTMLElement | null} */ (document.activeElement);
    this.element.focus({ preventScroll: true });
  }

  /** @param {number} at @param {number} count */
  #steps(at, count) {
    const step = (/** @type {number} */ by) => () => this.#emit("step", { by });
    return html`<span>
      <button type="button" aria-label="上一个" title="上一个（←）" @click=${step(-1)}>‹</button>
      <span class="at">${at + 1} / ${count}</span>
      <button type="button" aria-label="下一个" title="下一个（→）" @click=${step(1)}>›</button>
    </span>`;
  }

  /** @param {Api.Card} card */
  #related({ related }) {
    if (!related.length) return null;
    const items = related.map(
      ({ uid, name, layer, symbol }) => html`<li>
        <button type="button" @click=${() => this.#emit("open", { uid })}>
          <span class="sign" aria-hidden="true">${this.signs?.swatch(layer, symbol)}</span><span class="name">${name}</span>
        </button>
      </li>`,
    );
    return html`<section class="related"><h3>相关</h3><ul>${items}</ul></section>`;
  }

  /** @param {Api.Feature} feature */
  #clock({ card, properties }) {
    return clockLine(card.clock, (symbol) => this.signs?.colors(properties.layer, symbol).fill ?? "");
  }

  /** @param {Api.Feature} feature */
  #buttons(feature) {
    const more = this.actions(feature);
    const zoom = {
      words: "缩放到",
      act: () => this.#emit("zoom", { feature }),
      first: !more.some(({ first }) => first),
    };
    const link = { words: "复制链接", act: () => this.#emit("link") };
    const table = {
      words: "所在图层表格",
      act: () => this.#emit("table", { layer: feature.properties.layer }),
    };
    if (!more.length) return html`<div class="buttons">${[zoom, link, table].map(button)}</div>`;
    const [shown, folded] = [more.filter((each) => !each.more), more.filter((each) => each.more)];
    const front = [...shown.filter(({ first }) => first), zoom, ...shown.filter(({ first }) => !first)];
    const rest = [...front.slice(MOST_FRONT), ...folded, link, table];
    return html`<div class="buttons">${front.slice(0, MOST_FRONT).map(button)}${this.#more(rest)}</div>`;
  }

  /** @param {Action[]} actions */
  #more(actions) {
    const items = [...actions.filter(({ grave }) => !grave), ...actions.filter(({ grave }) => grave)].map(
      ({ words, act, grave }) =>
        html`<button type="button" role="menuitem" class="${grave && "grave"}" @click=${() => {
          menu.removeAttribute("open");
          act();
        }}>${words}</button>`,
    );
    const menu = html`<details class="more-acts"><summary class="button">更多</summary><div class="acts-menu panel" role="menu">${items}</div></details>`;
    menu.addEventListener("focusout", (event) => {
      if (!menu.contains(/** @type {Node | null} */ (event.relatedTarget))) menu.removeAttribute("open");
    });
    return menu;
  }

  /** @param {{fill: string, edge: string}} colors */
  #color({ fill, edge }) {
    this.element.style.setProperty("--state", edge);
    this.element.style.setProperty("--state-light", light(fill));
    this.element.style.setProperty("--state-ink", dark(edge));
  }

  /** @param {string} name @param {object} [detail] */
  #emit(name, detail = {}) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}

/** @param {Action} action */
function button({ words, act, hint, first }) {
  return html`<button class="button ${first && "first"}" type="button" title=${hint ?? null} @click=${act}>${words}</button>`;
}

/** @param {Api.Card} card */
function head({ tags, sample, title, subtitle }) {
  const [state, ...kinds] = tags;
  return html`<header class="card-head">
    <p class="tags">
      ${state && html`<b class="state">${state.text}</b>`} ${kinds.map(({ text }) => html`<span>${text}</span>`)}
      ${sample && html`<span class="stamp">示例</span>`}
    </p>
    <h2>${title}</h2>
    ${subtitle && html`<p class="subtitle">${subtitle}</p>`}
  </header>`;
}

/** @param {Api.Card} card */
function figures({ figures }) {
  if (!figures.length) return null;
  const each = figures.map(
    ({ value, unit, label }) => html`<div>
      <p class="figure"><b>${value}</b>${unit}</p>
      <p class="quiet">${label}</p>
    </div>`,
  );
  return html`<div class="figures">${each}</div>`;
}

/** @param {Api.Card} card */
function verdict({ verdict }) {
  if (!verdict?.text) return null;
  const sentences = verdict.text.split(/(?<=。)/);
  return html`<div class="verdict">
    ${sentences.map((sentence) => html`<p>${sentence}</p>`)}
    ${verdict.clause && html`<p class="clause">${verdict.clause}</p>`}
  </div>`;
}

/** @param {Api.Card} card */
function rows({ rows, missing, extra }) {
  return html`<div class="told">
    <dl class="facts">${rows.map(row)}</dl>
    ${missing.length > 0 && html`<p class="missing">${MISSING}${missing.join("、")}</p>`}
    ${extra.length > 0 && html`<details class="extra"><summary>原文件的其他列（内部）</summary><dl class="facts">${extra.map(row)}</dl></details>`}
  </div>`;
}

/** @param {{label: string, value: string | null, unit?: string | null}} fact */
function row({ label, value, unit }) {
  const words = unit ? `${value} ${unit}` : value;
  return html`<div><dt class="${label.length > 7 && "long"}">${label}</dt><dd>${words}</dd></div>`;
}

/** @param {Api.Card} card */
function foot({ source, changed }) {
  const change =
    changed &&
    `${changed.who ? `${changed.who} ` : ""}${changed.at.slice(0, 10)} 更新 · 第 ${changed.version} 版`;
  return html`<footer class="card-foot"><span>${source}</span><span>${change}</span></footer>`;
}

/** @param {string} color #rrggbb */
function channels(color) {
  return [1, 3, 5].map((i) => Number.parseInt(color.slice(i, i + 2), 16));
}

/** @param {string} color */
function light(color) {
  const mixed = channels(color).map((value) => Math.round(255 - (255 - value) * LIGHT));
  return `rgb(${mixed})`;
}

// Theme edges are legible on land; on their own tint they want a little more.
/** @param {string} color */
function dark(color) {
  return `rgb(${channels(color).map((value) => Math.round(value * 0.76))})`;
}
