// Two people changed the same thing: what became of it, and which of both shall stand?
import { html } from "app/dom.js";
import { shownOf } from "app/edit/checks.js";

const SHAPE = "geometry";

/**
 * @typedef {"yours" | "theirs"} Side
 * @typedef {{properties: Record<string, unknown>, geometry?: GeoJSON.Geometry}} Body
 */

/** The choice between two editions. Emits "choose" {body, version}, "back", "giveUp". */
export class Conflict extends EventTarget {
  /** @type {Map<string, Side>} */
  #chosen = new Map();

  /** @param {Api.Stale} stale @param {Api.FormField[]} fields */
  constructor(stale, fields) {
    super();
    this.stale = stale;
    this.fields = new Map(fields.map((field) => [field.key, field]));
    this.element = this.#element();
  }

  /** Shapes to lay over the map. @returns {{geometry: GeoJSON.Geometry, look: "theirs" | "chosen"}[]} */
  get shapes() {
    const shape = this.stale.conflicts.find(({ field }) => field === SHAPE);
    if (!shape) return [];
    return [
      { geometry: /** @type {any} */ (shape.theirs), look: "theirs" },
      { geometry: /** @type {any} */ (shape.yours), look: "chosen" },
    ];
  }

  get isDecided() {
    return this.stale.conflicts.every(({ field }) => this.#chosen.has(field));
  }

  /** What is to be saved on top of their version. @returns {Body} */
  get body() {
    const mine = this.stale.conflicts.filter(({ field }) => this.#chosen.get(field) === "yours");
    const { properties = {}, geometry } = this.stale.merge;
    /** @type {Body} */
    const body = { properties: { ...properties } };
    if (geometry) body.geometry = geometry;
    for (const { field, yours } of mine) {
      if (field === SHAPE) body.geometry = /** @type {GeoJSON.Geometry} */ (yours);
      else body.properties[field] = yours;
    }
    return body;
  }

  #element() {
    const { theirs, conflicts, merged } = this.stale;
    const when = new Date(theirs.at).toLocaleString("zh-CN", { dateStyle: "medium", timeStyle: "short" });
    const save = () => {
      if (this.isDecided) this.#emit("choose", { body: this.body, version: theirs.version });
      else this.#missing();
    };
    return html`<div class="conflict">
      <div class="card-body">
        <header class="card-head">
          <p class="tags"><b class="state">同时修改</b></p>
          <h2>${theirs.who} 先保存了</h2>
          <p class="subtitle">${when} · 现在是第 ${theirs.version} 版。您填的内容都还在。</p>
        </header>
        ${merged.length > 0 && this.#merged(merged)}
        <section class="contested" aria-label="请选择">
          ${conflicts.length > 0 && html`<h3>两人都改了，请逐项选择</h3>`}
          ${conflicts.map((each) => this.#choice(each))}
        </section>
        <p class="problem" role="alert"></p>
      </div>
      <div class="buttons">
        <button class="button first" type="button" @click=${save}>${conflicts.length ? "按选择保存" : "合并并保存"}</button>
        <button class="button" type="button" @click=${() => this.#emit("back")}>返回表单</button>
        <button class="button" type="button" @click=${() => this.#emit("giveUp")}>放弃我的</button>
      </div>
    </div>`;
  }

  /** @param {Api.MergedField[]} merged */
  #merged(merged) {
    const rows = merged.map(
      ({ field, label, value, from }) =>
        html`<li><b>${label}</b> ${this.#said(field, value)}<small>${from === "yours" ? "您改的" : "对方改的"}</small></li>`,
    );
    return html`<section class="merged"><h3>没有冲突，已自动合并</h3><ul>${rows}</ul></section>`;
  }

  /** @param {Api.ConflictingField} each */
  #choice({ field, label, base, theirs, yours }) {
    const option = (/** @type {Side} */ side, /** @type {string} */ who, /** @type {unknown} */ value) =>
      html`<label class="side ${side}"><input type="radio" name="conflict_${field}" value="${side}" @change=${() => this.#chosen.set(field, side)}>
        <span class="who">${who}</span><span class="what">${this.#said(field, value)}</span></label>`;
    return html`<fieldset class="choice">
      <legend>${label}${field !== SHAPE && html`<small>原来：${this.#said(field, base)}</small>`}</legend>
      ${option("yours", "我的", yours)}${option("theirs", this.stale.theirs.who, theirs)}
    </fieldset>`;
  }

  /** @param {string} field @param {unknown} value */
  #said(field, value) {
    if (field !== SHAPE) return shownOf(this.fields.get(field), value);
    return value === this.stale.conflicts.find((each) => each.field === SHAPE)?.yours
      ? "图上蓝色实线"
      : "图上红色虚线";
  }

  #missing() {
    const open = this.stale.conflicts.filter(({ field }) => !this.#chosen.has(field));
    const line = this.element.querySelector(".problem");
    if (line) line.textContent = `请先选择：${open.map(({ label }) => label).join("、")}。`;
    /** @type {HTMLElement | null} */ (
      this.element.querySelector(`[name="conflict_${open[0].field}"]`)
    )?.focus();
  }

  /** @param {string} name @param {object} [detail] */
  #emit(name, detail = {}) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}
