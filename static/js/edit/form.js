// What is filled in about one feature, and what of it has changed?
import { fill, html } from "app/dom.js";
import { Control } from "app/edit/control.js";

/**
 * The fields of one feature in their groups. Emits "change" with every stroke of a key.
 */
export class Form extends EventTarget {
  /** @type {Control[]} */
  #controls = [];

  /** @param {Api.FormField[]} fields @param {Record<string, unknown>} values what is stored */
  constructor(fields, values) {
    super();
    this.#controls = fields.map((field) => new Control(field, values[field.key]));
    for (const control of this.#controls)
      control.addEventListener("change", () => this.dispatchEvent(new CustomEvent("change")));
    this.element = html`<div class="fields">${groupsOf(this.#controls)}</div>`;
  }

  /** Only what differs from what is stored; null empties a field. @returns {Record<string, unknown>} */
  get changes() {
    const dirty = this.#controls.filter(({ isDirty }) => isDirty);
    return Object.fromEntries(dirty.map(({ field, value }) => [field.key, value]));
  }

  /** As typed, also where it cannot be stored: what a draft keeps. @returns {Record<string, string>} */
  get typed() {
    const touched = this.#controls.filter(({ isTouched }) => isTouched);
    return Object.fromEntries(touched.map(({ field, typed }) => [field.key, typed]));
  }

  /** @param {Record<string, string>} typed */
  type(typed) {
    for (const control of this.#controls) {
      if (control.field.key in typed) control.typed = typed[control.field.key];
      control.mark();
    }
  }

  /** Says at every field what is wrong. @returns {boolean} can it be saved? */
  approve() {
    for (const control of this.#controls) control.say();
    const wrong = this.#controls.find(({ problem }) => problem);
    this.#unfold(wrong);
    wrong?.focus();
    return !wrong;
  }

  /** @param {{field: string, message: string}[]} problems in the server's words @returns {string[]} what belongs to no field here */
  refuse(problems) {
    const rest = problems.filter(({ field, message }) => {
      const control = this.#controls.find((each) => each.field.key === field);
      control?.refuse(message);
      return !control;
    });
    const first = this.#controls.find(({ problem }) => problem);
    this.#unfold(first);
    first?.focus();
    return rest.map(({ message }) => message);
  }

  focus() {
    this.#controls[0]?.focus();
  }

  /** @param {Control | undefined} control */
  #unfold(control) {
    control?.element.closest("details")?.setAttribute("open", "");
  }
}

// The first group stands open, the rest too unless nothing of it is filled in.
/** @param {Control[]} controls */
function groupsOf(controls) {
  const names = [...new Set(controls.map(({ field }) => field.group))];
  return names.map((name, i) => {
    const own = controls.filter(({ field }) => field.group === name);
    const open = i === 0 || own.some(({ stored, field }) => stored !== null || field.required);
    const rows = own.map(({ element }) => element);
    const group = html`<details class="field-group" open=${open}><summary>${name}</summary></details>`;
    group.append(...rows);
    return group;
  });
}

/** @param {Element} element @param {string[]} sentences */
export function showSentences(element, sentences) {
  fill(
    element,
    sentences.map((sentence) => html`<p>${sentence}</p>`),
  );
}
