// How is one value changed in its cell? With the control of the form, checked and saved as the form does.
import { fill, html } from "app/dom.js";
import { shownOf } from "app/edit/checks.js";
import { Conflict } from "app/edit/conflict.js";
import { Control } from "app/edit/control.js";

const STALE = 412;
const LEAST_PX = 220;
const MARGIN_PX = 8;

/**
 * @typedef {import("app/api.js").ApiError} ApiError
 * @typedef {object} Cell what is asked for
 * @property {string} layer
 * @property {string} id
 * @property {string} key
 * @property {HTMLElement} place the cell
 * @property {(words: string) => void} success takes the control away, shows these words
 * @property {() => void} cancel takes the control away
 * @property {(step: 1 | -1) => void} beside goes on to another cell
 * @property {() => void} back the keyboard is at the cell again
 *
 * @typedef {Cell & {element: HTMLElement, fields: Api.FormField[], feature: Api.Feature | null, control: Control | null, left: boolean, busy: boolean, over: AbortController}} Work
 */

/** Emits "saved" {feature}, "refused" {message}. */
export class CellEditor extends EventTarget {
  /** @type {Map<string, Api.LayerForm>} */
  #forms = new Map();
  /** @type {Work | null} */
  #work = null;

  /** @param {Pick<import("app/api.js").Server, "feature" | "form" | "change">} server */
  constructor(server) {
    super();
    this.server = server;
    this.dialog = /** @type {HTMLDialogElement} */ (
      html`<dialog class="dialog cell-dialog" aria-label="同时修改"></dialog>`
    );
  }

  get isOpen() {
    return this.#work !== null;
  }

  /** Waits until nothing is being changed. */
  async ended() {
    while (this.#work) {
      const { signal } = this.#work.over;
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
    }
  }

  /** Which columns of a layer can be changed at all. @param {string} layer */
  async fieldsOf(layer) {
    const form = this.#forms.get(layer) ?? (await this.server.form(layer));
    this.#forms.set(layer, form);
    return form.fields;
  }

  /** What stands in the cell while it is changed. @param {Cell} cell @returns {HTMLElement} */
  open(cell) {
    const element = html`<div class="cell-editor" tabindex="-1"><p class="quiet">正在读取…</p></div>`;
    /** @type {Work} */
    const work = {
      ...cell,
      element,
      fields: [],
      feature: null,
      control: null,
      left: false,
      busy: false,
      over: new AbortController(),
    };
    element.addEventListener("keydown", (event) => this.#key(work, event));
    element.addEventListener("focusout", ({ relatedTarget }) => {
      if (!element.contains(/** @type {Node | null} */ (relatedTarget))) this.#commit(work, () => {});
    });
    this.#work = work;
    this.#begin(work);
    return element;
  }

  /** The control is gone from its cell, whoever took it away. */
  closed() {
    const work = this.#work;
    this.#work = null;
    work?.over.abort();
    if (work?.control?.isDirty && !work.left && !work.busy)
      this.#say(`“${work.control.field.label}”没有保存。${work.control.problem ?? ""}`);
  }

  /** @param {Work} work */
  async #begin(work) {
    try {
      [work.feature, work.fields] = await Promise.all([
        this.server.feature(work.id),
        this.fieldsOf(work.layer),
      ]);
      if (this.#work === work) this.#show(work, work.feature);
    } catch (error) {
      this.#giveUp(work, /** @type {Error} */ (error).message);
    }
  }

  /** @param {Work} work @param {Api.Feature} feature */
  #show(work, { edit, properties }) {
    const field = work.fields.find(({ key }) => key === work.key);
    if (!field) return this.#giveUp(work, "这一列由系统推导，不能直接修改。");
    if (!edit?.may.includes("edit")) return this.#giveUp(work, "您不能修改这一行。请联系数据的主管单位。");
    const control = new Control(field, edit.properties[work.key]);
    work.control = control;
    work.element.classList.toggle("large", !control.input.matches("input, select"));
    fill(
      work.element,
      html`<p class="cell-of">${properties.name}</p>`,
      control.element,
      html`<div class="failures" role="alert"></div>`,
      html`<div class="buttons">
        <button class="button first" type="button" @click=${() => this.#commit(work, work.back)}>保存</button>
        <button class="button" type="button" @click=${() => this.#leave(work)}>取消</button>
      </div>`,
    );
    this.#place(work);
    const { signal } = work.over;
    work.place
      .closest(".tabulator-tableholder")
      ?.addEventListener("scroll", () => this.#place(work), { signal });
    control.focus();
    if (control.input instanceof HTMLInputElement) control.input.select();
  }

  // Over its cell, but whole on the screen; on a phone the style sheet puts it at the lower edge.
  /** @param {Work} work */
  #place({ element, place }) {
    const { left, top, width } = place.getBoundingClientRect();
    element.style.setProperty("--width", `${Math.max(width, LEAST_PX)}px`);
    const most = { left: innerWidth - element.offsetWidth, top: innerHeight - element.offsetHeight };
    const within = (/** @type {number} */ at, /** @type {number} */ last) =>
      `${Math.max(MARGIN_PX, Math.min(at, last - MARGIN_PX))}px`;
    element.style.setProperty("--left", within(left, most.left));
    element.style.setProperty("--top", within(top, most.top));
  }

  /** @param {Work} work @param {KeyboardEvent} event */
  #key(work, event) {
    event.stopPropagation();
    const { key, target, shiftKey, ctrlKey, isComposing } = event;
    const lines = target instanceof HTMLTextAreaElement;
    if (isComposing || target instanceof HTMLButtonElement) return;
    const act = {
      Escape: () => this.#leave(work),
      Enter: lines && !ctrlKey ? null : () => this.#commit(work, work.back),
      Tab: this.#isLarge(work) ? null : () => this.#commit(work, () => work.beside(shiftKey ? -1 : 1)),
    }[key];
    if (!act) return;
    event.preventDefault();
    act();
  }

  /** @param {Work} work */
  #isLarge({ element }) {
    return element.classList.contains("large");
  }

  /** @param {Work} work */
  #leave(work) {
    work.left = true;
    work.cancel();
    work.back();
  }

  /** Saves what was changed, then goes on. @param {Work} work @param {() => void} then */
  async #commit(work, then) {
    const { control, feature } = work;
    if (this.#work !== work || !control || !feature || work.busy) return;
    control.say();
    if (control.problem) return this.#place(work);
    if (!control.isDirty) {
      work.cancel();
      return then();
    }
    const change = { properties: { [control.field.key]: control.value } };
    await this.#send(work, change, feature.edit?.version ?? 0, then);
  }

  /** @param {Work} work @param {Api.Change} change @param {number} version @param {() => void} then */
  async #send(work, change, version, then) {
    work.busy = true;
    work.element.setAttribute("aria-busy", "true");
    try {
      const feature = await this.server.change(work.id, version, change);
      this.dialog.close();
      // What waits for a second person does not stand yet.
      if (this.#work === work && feature.proposed) work.cancel();
      else if (this.#work === work) work.success(saidOf(work, change));
      this.#emit("saved", { feature });
      then();
    } catch (error) {
      work.element.removeAttribute("aria-busy");
      this.#explain(work, /** @type {ApiError} */ (error));
    }
  }

  /** @param {Work} work @param {ApiError} error */
  #explain(work, { status, details, message }) {
    if (status === STALE && details.theirs) return this.#decide(work, details);
    work.busy = false;
    const { control, element } = work;
    if (!control || this.#work !== work) return this.#say(message);
    const own = (details.problems ?? []).find(
      (/** @type {{field: string}} */ { field }) => field === control.field.key,
    );
    if (own) control.refuse(own.message);
    else
      fill(
        /** @type {Element} */ (element.querySelector(".failures")),
        html`<p class="problem">${message}</p>`,
      );
    this.#place(work);
    control.focus();
  }

  /** Both versions, and which shall stand. @param {Work} work @param {Api.Stale} stale */
  #decide(work, stale) {
    const conflict = new Conflict(stale, work.fields);
    fill(this.dialog, conflict.element);
    if (!this.dialog.isConnected) document.body.append(this.dialog);
    if (!this.dialog.open) this.dialog.showModal();
    conflict.element.querySelector("input")?.focus();
    const on = (/** @type {string} */ name, /** @type {(detail: any) => void} */ act) =>
      conflict.addEventListener(name, (event) => act(/** @type {CustomEvent} */ (event).detail));
    on("back", () => this.#again(work));
    on("giveUp", () => this.#giveUp(work, "已放弃您的修改，现在看到的是最新内容。"));
    on("choose", ({ body, version }) => {
      if (Object.keys(body.properties).length || body.geometry) this.#send(work, body, version, work.back);
      else this.#giveUp(work, "已放弃您的修改，现在看到的是最新内容。");
    });
    this.dialog.oncancel = () => this.#again(work);
  }

  /** @param {Work} work */
  #again(work) {
    this.dialog.close();
    work.busy = false;
    work.control?.focus();
  }

  /** @param {Work} work @param {string} message */
  #giveUp(work, message) {
    this.dialog.close();
    if (this.#work === work) this.#leave(work);
    this.#say(message);
  }

  /** @param {string} message */
  #say(message) {
    this.#emit("refused", { message });
  }

  /** @param {string} name @param {object} detail */
  #emit(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}

/** What the cell says until its row comes anew. @param {Work} work @param {Api.Change} change */
function saidOf({ control, key }, change) {
  const value = change.properties?.[key] ?? control?.value ?? null;
  return value === null || !control ? "" : shownOf({ ...control.field, unit: "" }, value);
}
