// Which day does a person mean? The one entry of a date: 年-月-日, checked while it is typed, ↑ and ↓ for the day beside.
import { fill, html } from "app/dom.js";
import { check } from "app/edit/checks.js";

const DAY_MS = 86_400_000;
const STEPS = new Map([
  ["ArrowUp", 1],
  ["ArrowDown", -1],
]);
const ENOUGH = 8;

/**
 * The control alone, for those who say themselves what is wrong with it.
 * @param {Record<string, string>} [attributes]
 */
export function dayInput(attributes = {}) {
  const input = /** @type {HTMLInputElement} */ (
    html`<input class="day" type="text" inputmode="numeric" maxlength="20" autocomplete="off" spellcheck="false" placeholder="年-月-日">`
  );
  for (const [name, value] of Object.entries(attributes)) input.setAttribute(name, value);
  return attended(input);
}

/** A control for a day, with the sentence under it. Emits "change" {value} when a day, or nothing, stands in it. */
export class DayEntry extends EventTarget {
  #said = html`<span class="problem" role="alert"></span>`;
  /** Still being typed: what is short is not wrong yet. */
  #typing = false;

  /** @param {HTMLInputElement} input @param {{label: string, required?: boolean}} asked */
  constructor(input, { label, required = false }) {
    super();
    this.input = input;
    this.field = fieldOf(label, required);
    this.element = html`<span class="day-entry"></span>`;
    if (input.parentNode) input.replaceWith(this.element);
    this.element.append(input, this.#said);
    input.addEventListener("input", () => this.#typed());
    input.addEventListener("change", () => this.#settled());
  }

  /** What stands there, 2026-03-01 or nothing; null while it is no day. @returns {string | null} */
  get value() {
    const { value, problem } = check(this.field, this.input.value);
    return problem && value !== null ? null : String(value ?? "");
  }

  set value(day) {
    this.input.value = day ?? "";
    this.say();
  }

  /** @returns {string | null} */
  get problem() {
    const { input, field } = this;
    if (this.#typing && input.value.trim().length < ENOUGH) return null;
    return check(field, input.value).problem;
  }

  /** Shows what is wrong, or that nothing is; a page may have words of its own. @param {string | null} [words] @returns {boolean} is it right? */
  say(words = this.problem) {
    fill(this.#said, words ?? "");
    this.input.setAttribute("aria-invalid", String(Boolean(words)));
    return !words;
  }

  #typed() {
    this.#typing = true;
    this.say();
  }

  #settled() {
    this.#typing = false;
    this.say();
    const { value } = this;
    if (value !== null) this.dispatchEvent(new CustomEvent("change", { detail: { value } }));
  }
}

/** Written as it is stored once it is a day; an arrow goes to the day beside. @param {HTMLInputElement} input */
function attended(input) {
  input.addEventListener("change", () => {
    input.value = dayOf(input.value) ?? input.value;
  });
  input.addEventListener("keydown", (event) => {
    const day = dayOf(input.value);
    const step = STEPS.get(event.key);
    if (!day || !step) return;
    event.preventDefault();
    input.value = new Date(Date.parse(day) + step * DAY_MS).toISOString().slice(0, 10);
    for (const name of ["input", "change"]) input.dispatchEvent(new Event(name, { bubbles: true }));
  });
  return input;
}

/** Every control of a page that asks for a day. */
export function attendDays() {
  for (const input of document.querySelectorAll("input[data-day]")) {
    const control = attended(/** @type {HTMLInputElement} */ (input));
    new DayEntry(control, { label: String(control.dataset.day), required: control.required });
  }
}

/** @param {string} text @returns {string | null} */
function dayOf(text) {
  const { value, problem } = check(fieldOf("", false), text);
  return problem || value === null ? null : String(value);
}

/** @param {string} label @param {boolean} required @returns {Api.FormField} */
function fieldOf(label, required) {
  const none = { unit: "", help: "", group: "", min: null, max: null, multiline: false, legal: false };
  return { ...none, key: "day", label, type: "day", required, choices: [] };
}
