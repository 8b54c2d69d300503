// What is on the map, what does each symbol mean, and how much of it is there?
import { fill, html } from "app/dom.js";
import { Heading } from "app/panel/heading.js";
import { groupTotal, legendOf, totalsOf } from "app/panel/legend.js";
import { makingRow } from "app/panel/making.js";
import { countAndAmount } from "app/panel/words.js";

const GROUND = "base";

/**
 * @typedef {{heading: Heading, block: HTMLElement}} Part
 * @typedef {{group: Part, main: string | null, others: string[], wasOn: boolean, unfold: (open: boolean) => void, isOpen: () => boolean}} GroupPart
 */

/**
 * The panel that is the legend. Emits "zoom" {bounds} and "retry"; everything else it tells `shown`.
 */
export class LayerPanel extends EventTarget {
  /** @type {Part[]} */
  #parts = [];
  /** @type {GroupPart[]} */
  #groups = [];

  /**
   * @param {HTMLElement} element
   * @param {HTMLElement} date
   * @param {import("app/panel/shown.js").Shown} shown
   */
  constructor(element, date, shown) {
    super();
    this.element = element;
    this.date = date;
    this.shown = shown;
    shown.addEventListener("changed", () => this.#update());
  }

  /** @param {Api.Catalogue} catalogue @param {import("app/panel/signs.js").Signs} signs */
  show({ layers, groups, data_date }, signs) {
    this.#parts = [];
    this.#groups = [];
    this.signs = signs;
    this.date.textContent = data_date ? `数据截止 ${data_date}` : "";
    const ordered = [...layers].sort((one, other) => one.order - other.order);
    const of = (/** @type {Api.Group} */ { key }) => ordered.filter(({ group }) => group === key);
    fill(
      this.element,
      groups.map((group) => this.#group(group, of(group))),
    );
    this.element.setAttribute("aria-busy", "false");
    this.#update();
  }

  /** New sums under the same headings; what was folded, scrolled and chosen stays. @param {Api.Catalogue} catalogue */
  refresh(catalogue) {
    if (!this.signs) return;
    const open = new Map(this.#groups.map(({ group, isOpen }) => [group.heading.name, isOpen()]));
    const { scrollTop } = this.element;
    const focused = this.#buttons.indexOf(/** @type {HTMLElement} */ (document.activeElement));
    this.show(catalogue, this.signs);
    for (const { group, unfold } of this.#groups) unfold(open.get(group.heading.name) ?? group.heading.isOn);
    this.element.scrollTop = scrollTop;
    if (focused >= 0) this.#buttons[focused]?.focus({ preventScroll: true });
  }

  get #buttons() {
    return /** @type {HTMLElement[]} */ ([...this.element.querySelectorAll("button, input")]);
  }

  /** @param {string} sentence */
  fail(sentence) {
    const retry = () => this.dispatchEvent(new CustomEvent("retry"));
    fill(
      this.element,
      html`<div class="failure" role="alert">
        <p>${sentence}</p>
        <button class="button" type="button" @click=${retry}>重试</button>
      </div>`,
    );
    this.element.setAttribute("aria-busy", "false");
  }

  /** @param {Api.Group} group @param {Api.Layer[]} layers */
  #group(group, layers) {
    const block = html`<section class="group" aria-label="${group.title}"></section>`;
    block.style.setProperty("--theme", group.color);
    if (layers.length) this.#fillGroup(group, layers, block);
    else block.append(missing(group));
    return block;
  }

  /** @param {Api.Group} group @param {Api.Layer[]} layers @param {HTMLElement} block */
  #fillGroup(group, layers, block) {
    const alone = layers.length === 1 && layers[0].key === layers[0].kind;
    const main = group.key === GROUND || alone ? null : (layers.find(({ on }) => on) ?? null);
    const parts = html`<div class="parts"></div>`;
    parts.append(
      ...(alone ? this.#rows(layers[0]) : layers.map((layer) => this.#layer(layer, layer === main))),
    );
    const { fold, unfold } = folding(group.title, parts);
    const total = groupTotal(group, layers);
    const head = html`<div class="head">
      <h2>${fold}</h2>
      <span class="total"><b>${total.value}</b>${total.unit}</span>
    </div>`;
    const part = this.#equip(head, group.title, layers, block);
    block.append(head, part.heading.fader, (alone && makingRow(layers[0])) || "", parts);
    const others = layers.filter((layer) => layer !== main).map(({ key }) => key);
    unfold(false);
    this.#groups.push({
      group: part,
      main: main?.key ?? null,
      others,
      wasOn: group.key === GROUND,
      unfold,
      isOpen: () => !parts.hidden,
    });
  }

  /** One of several layers under a heading. @param {Api.Layer} layer @param {boolean} main */
  #layer(layer, main) {
    const block = html`<div class="layer"></div>`;
    const rows = legendOf(layer);
    const sign = rows.length === 1 ? this.#sign(layer, rows[0].key) : null;
    const head = html`<div class="head sub">
      <span class="title">${sign}<span class="name" title="${layer.title}">${layer.title}</span></span>
      <span class="total">${countAndAmount(totalsOf(layer), layer.measure_word)}</span>
    </div>`;
    block.append(head, this.#equip(head, layer.title, [layer], block).heading.fader, makingRow(layer) ?? "");
    if (!sign) block.append(html`<div class="parts">${this.#rows(layer)}</div>`);
    block.classList.toggle("main", main && !sign);
    return block;
  }

  /** @param {Api.Layer} layer @returns {HTMLElement[]} */
  #rows(layer) {
    if (!layer.count) return [html`<p class="none">还没有数据 · 用 webmap intake 导入</p>`];
    return legendOf(layer).map(
      (row) => html`<div class="row" data-symbol="${row.key}">
        ${this.#sign(layer, row.key)}<span class="name">${row.title}</span>
        <span class="count">${countAndAmount(row, layer.measure_word)}</span>
      </div>`,
    );
  }

  /** @param {Api.Layer} layer @param {string} symbol */
  #sign(layer, symbol) {
    return html`<span class="sign" aria-hidden="true">${this.signs?.legend(layer.key, symbol)}</span>`;
  }

  /** @param {HTMLElement} head @param {string} name @param {Api.Layer[]} layers @param {HTMLElement} block */
  #equip(head, name, layers, block) {
    const heading = new Heading(head, name, layers, this.shown);
    heading.addEventListener("zoom", (event) => {
      this.dispatchEvent(new CustomEvent("zoom", { detail: /** @type {CustomEvent} */ (event).detail }));
    });
    this.#parts.push({ heading, block });
    return { heading, block };
  }

  #update() {
    for (const { heading, block } of this.#parts) {
      heading.update();
      block.classList.toggle("off", !heading.isOn);
      block.classList.toggle("faint", heading.isFaint);
    }
    for (const part of this.#groups) this.#updateGroup(part);
  }

  // While the main layer of a group is on alone, the heading of the group speaks for it.
  /** @param {GroupPart} part */
  #updateGroup(part) {
    const { group, main, others, wasOn, unfold } = part;
    const { isOn } = group.heading;
    group.block.classList.toggle("plain", main !== null && !others.some((key) => this.shown.isOn(key)));
    if (isOn !== wasOn) unfold(isOn);
    part.wasOn = isOn;
  }
}

/** @param {Api.Group} group */
function missing({ title }) {
  return html`<h2 class="head missing"><i class="bar"></i><span class="name">${title}</span><span class="total">未导入</span></h2>`;
}

/** The name of a group that shows and hides what is under it. @param {string} title @param {HTMLElement} parts */
function folding(title, parts) {
  const fold = html`<button class="fold" type="button" aria-expanded="true">
    <i class="bar"></i><span class="name">${title}</span>
    <svg class="chevron" width="10" height="10" viewBox="0 0 10 10" aria-hidden="true"><path d="M2 3.5L5 6.5L8 3.5" /></svg>
  </button>`;
  const unfold = (/** @type {boolean} */ open) => {
    parts.hidden = !open;
    fold.setAttribute("aria-expanded", String(open));
  };
  fold.addEventListener("click", () => unfold(parts.hidden));
  return { fold, unfold };
}
