// With which control is one field filled in, and what does it say beside it?
import { fill, html } from "app/dom.js";
import { check, isSame, typedOf } from "app/edit/checks.js";
import { dayInput } from "app/edit/day.js";

const LONG_TEXT = 60;

/** One field of the form: label, control, unit, help, problem. Emits "change". */
export class Control extends EventTarget {
  /** @param {Api.FormField} field @param {unknown} value what is stored */
  constructor(field, value) {
    super();
    this.field = field;
    this.stored = value ?? null;
    this.id = `field_${field.key}`;
    /** What the server said about the value that stood here. @type {{typed: string, message: string} | null} */
    this.refused = null;
    /** @type {HTMLElement} */
    this.input = this.#input();
    this.problemLine = html`<p id="${this.id}_problem" class="problem" aria-live="polite"></p>`;
    this.element = this.#row();
    this.typed = typedOf(value);
    this.element.addEventListener("input", () => this.#changed());
    this.element.addEventListener("focusout", () => this.say());
  }

  get typed() {
    if (this.field.type === "flag") return this.#pressed();
    if (this.field.type === "choices") return this.#ticked();
    return this.#text.value;
  }

  set typed(text) {
    if (this.field.type === "flag") this.#press(text);
    else if (this.field.type === "choices") this.#tick(text);
    else this.#text.value = text;
  }

  /** What would be stored; what stood there before, as long as nobody touched it. */
  get value() {
    return this.isTouched ? check(this.field, this.typed).value : this.stored;
  }

  get isTouched() {
    return this.typed !== typedOf(this.stored);
  }

  get isDirty() {
    return this.isTouched && !isSame(check(this.field, this.typed).value, this.stored);
  }

  /** @returns {string | null} */
  get problem() {
    if (this.refused && this.refused.typed === this.typed) return this.refused.message;
    if (!this.isTouched && this.stored !== null) return null;
    return check(this.field, this.typed).problem;
  }

  /** Shows what is wrong, or that nothing is. */
  say() {
    const { problem } = this;
    fill(this.problemLine, problem ?? "");
    this.element.classList.toggle("wrong", Boolean(problem));
    this.#focusable().setAttribute("aria-invalid", String(Boolean(problem)));
  }

  /** @param {string} message what the server says */
  refuse(message) {
    this.refused = { typed: this.typed, message };
    this.say();
  }

  focus() {
    this.#focusable().focus();
  }

  mark() {
    this.element.classList.toggle("dirty", this.isDirty);
  }

  #changed() {
    this.mark();
    if (this.element.classList.contains("wrong") || this.field.max !== null) this.say();
    this.dispatchEvent(new CustomEvent("change"));
  }

  get #text() {
    return /** @type {HTMLInputElement} */ (this.input);
  }

  #focusable() {
    const { input } = this;
    const first = input.matches("input, select, textarea") ? input : input.querySelector("input");
    return /** @type {HTMLElement} */ (first ?? input);
  }

  #row() {
    const { label, unit, required, help, legal } = this.field;
    const grouped = this.field.type === "flag" || this.field.type === "choices";
    const name = html`<span>${label}${required && html`<i class="must" aria-hidden="true">*</i>`}${legal && html`<i class="legal" title="权属信息：改动须另一人复核">权</i>`}</span>`;
    const head = grouped
      ? html`<span class="label" id="${this.id}_label">${name}</span>`
      : html`<label class="label" for="${this.id}">${name}</label>`;
    const note = help && html`<p id="${this.id}_help" class="help">${help}</p>`;
    return html`<div class="field" data-field="${this.field.key}">
      ${head}
      <div class="entry"><div class="with-unit">${this.input}${unit && html`<span class="unit">${unit}</span>`}</div>${this.problemLine}${note}</div>
    </div>`;
  }

  /** @returns {HTMLElement} */
  #input() {
    const { type, choices = [], required, max, multiline } = this.field;
    if (type === "choice") return this.#select(choices, required);
    if (type === "flag") return this.#radios();
    if (type === "choices") return this.#boxes(choices);
    if (multiline || (type === "text" && (max ?? 0) > LONG_TEXT * 4)) return this.#area();
    if (type === "day") return this.#day();
    return this.#line(type);
  }

  get #described() {
    return `${this.id}_problem${this.field.help ? ` ${this.id}_help` : ""}`;
  }

  /** @param {string} type */
  #line(type) {
    const mode = type === "number" ? "decimal" : type === "whole" || type === "year" ? "numeric" : null;
    const hint = type === "names" ? "多个用、分开" : null;
    return html`<input id="${this.id}" type="text" autocomplete="off" spellcheck="false" inputmode=${mode} placeholder=${hint}
      class="${mode ? "number" : type}" aria-describedby="${this.#described}" aria-required="${String(this.field.required)}">`;
  }

  #day() {
    const required = String(this.field.required);
    return dayInput({ id: this.id, "aria-describedby": this.#described, "aria-required": required });
  }

  #area() {
    return html`<textarea id="${this.id}" rows="3" aria-describedby="${this.#described}" aria-required="${String(this.field.required)}"></textarea>`;
  }

  /** @param {Api.Option[]} choices @param {boolean} required */
  #select(choices, required) {
    const none = html`<option value="">${this.field.empty ?? (required ? "请选择" : "—  未提供")}</option>`;
    const known = choices.some(({ value }) => value === this.stored) || this.stored === null;
    const retired = known
      ? null
      : html`<option value="${String(this.stored)}">${String(this.stored)}（已停用）</option>`;
    const options = choices.map(({ value, label }) => html`<option value="${value}">${label}</option>`);
    return html`<select id="${this.id}" aria-describedby="${this.#described}">${none}${retired}${options}</select>`;
  }

  #radios() {
    const radio = (/** @type {string} */ value, /** @type {string} */ label) =>
      html`<label><input type="radio" name="${this.id}" value="${value}"><span>${label}</span></label>`;
    return html`<div class="segments" role="radiogroup" aria-labelledby="${this.id}_label" aria-describedby="${this.#described}">
      ${radio("true", "是")}${radio("false", "否")}${radio("", "未提供")}
    </div>`;
  }

  /** @param {Api.Option[]} choices */
  #boxes(choices) {
    const boxes = choices.map(
      ({ value, label }) =>
        html`<label><input type="checkbox" value="${value}"><span>${label}</span></label>`,
    );
    return html`<div class="boxes" role="group" aria-labelledby="${this.id}_label" aria-describedby="${this.#described}">${boxes}</div>`;
  }

  #inputs() {
    return /** @type {HTMLInputElement[]} */ ([...this.input.querySelectorAll("input")]);
  }

  #pressed() {
    return this.#inputs().find(({ checked }) => checked)?.value ?? "";
  }

  /** @param {string} text */
  #press(text) {
    for (const radio of this.#inputs()) radio.checked = radio.value === text;
  }

  #ticked() {
    return this.#inputs()
      .filter(({ checked }) => checked)
      .map(({ value }) => value)
      .join("、");
  }

  /** @param {string} text */
  #tick(text) {
    const on = text.split("、");
    for (const box of this.#inputs()) box.checked = on.includes(box.value);
  }
}
