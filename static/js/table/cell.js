// How is one value changed in its cell? The control of the form over it, checked and saved as the form does.
import { fill, html } from "app/dom.js";
import { Conflict } from "app/edit/conflict.js";
import { Control } from "app/edit/control.js";

const STALE = 412;
const WIDTH_PX = 340;
const MARGIN_PX = 12;

/**
 * @typedef {import("app/api.js").ApiError} ApiError
 * @typedef {{id: string, key: string, layer: string, place: DOMRect}} Cell
 */

/** Emits "saved" {feature}, "refused" {message}, "closed". */
export class CellEditor extends EventTarget {
  /** @type {Map<string, Api.LayerForm>} */
  #forms = new Map();
  /** @type {{feature: Api.Feature, fields: Api.FormField[], control: Control, place: DOMRect} | null} */
  #work = null;

  /** @param {Pick<import("app/api.js").Server, "feature" | "form" | "change">} server */
  constructor(server) {
    super();
    this.server = server;
    this.dialog = /** @type {HTMLDialogElement} */ (html`<dialog class="dialog cell-dialog"></dialog>`);
    this.dialog.addEventListener("close", () => this.#closed());
  }

  get isOpen() {
    return this.dialog.open;
  }

  /** Which columns of a layer can be changed at all. @param {string} layer */
  async fieldsOf(layer) {
    const form = this.#forms.get(layer) ?? (await this.server.form(layer));
    this.#forms.set(layer, form);
    return form.fields;
  }

  /** @param {Cell} cell */
  async open({ id, key, layer, place }) {
    try {
      const [feature, fields] = await Promise.all([this.server.feature(id), this.fieldsOf(layer)]);
      const field = fields.find((each) => each.key === key);
      if (!field) return this.#refuse("这一列由系统推导，不能直接修改。");
      if (!feature.edit?.may.includes("edit"))
        return this.#refuse("您不能修改这一行。请联系数据的主管单位。");
      const control = new Control(field, feature.edit.properties[key]);
      this.#work = { feature, fields, control, place };
      this.#ask();
    } catch (error) {
      this.#refuse(/** @type {Error} */ (error).message);
    }
  }

  #ask() {
    if (!this.#work) return;
    const { feature, control } = this.#work;
    const save = (/** @type {Event} */ event) => {
      event.preventDefault();
      this.#save();
    };
    fill(
      this.dialog,
      html`<form novalidate @submit=${save}>
        <p class="cell-of">${feature.properties.name}</p>
        ${control.element}
        <div class="failures" role="alert"></div>
        <div class="buttons"><button class="button first">保存</button><button class="button" type="button" @click=${() => this.dialog.close()}>取消</button></div>
      </form>`,
    );
    this.dialog.setAttribute("aria-label", `修改${control.field.label}`);
    if (!this.dialog.open) this.#show();
    this.#place();
    control.focus();
  }

  #show() {
    if (!this.dialog.isConnected) document.body.append(this.dialog);
    this.dialog.showModal();
  }

  // Over its cell, but whole on the screen; on a phone the style sheet puts it at the lower edge.
  #place() {
    const place = this.#work?.place;
    if (!place) return;
    const height = this.dialog.offsetHeight;
    const left = Math.max(MARGIN_PX, Math.min(place.left - MARGIN_PX, innerWidth - WIDTH_PX - MARGIN_PX));
    const top = Math.max(MARGIN_PX, Math.min(place.top - MARGIN_PX, innerHeight - height - MARGIN_PX));
    this.dialog.style.setProperty("--left", `${left}px`);
    this.dialog.style.setProperty("--top", `${top}px`);
  }

  async #save() {
    const work = this.#work;
    if (!work) return;
    const { control, feature } = work;
    control.say();
    if (control.problem) return control.focus();
    if (!control.isDirty) return this.dialog.close();
    const change = { properties: { [control.field.key]: control.value } };
    await this.#send(change, feature.edit?.version ?? 0);
  }

  /** @param {Api.Change} change @param {number} version */
  async #send(change, version) {
    const work = this.#work;
    if (!work) return;
    try {
      const feature = await this.server.change(work.feature.id, version, change);
      this.dialog.close();
      this.dispatchEvent(new CustomEvent("saved", { detail: { feature } }));
    } catch (error) {
      this.#explain(/** @type {ApiError} */ (error));
    }
  }

  /** @param {ApiError} error */
  #explain({ status, details, message }) {
    const work = this.#work;
    if (!work) return;
    if (status === STALE && details.theirs) return this.#decide(details);
    const { control } = work;
    const own = (details.problems ?? []).find(
      (/** @type {{field: string}} */ { field }) => field === control.field.key,
    );
    if (own) {
      control.refuse(own.message);
      return control.focus();
    }
    const place = this.dialog.querySelector(".failures");
    if (place) fill(place, html`<div class="save-failure"><p>${message}</p></div>`);
  }

  /** Both versions, and which shall stand. @param {Api.Stale} stale */
  #decide(stale) {
    const work = this.#work;
    if (!work) return;
    const conflict = new Conflict(stale, work.fields);
    fill(this.dialog, conflict.element);
    this.#place();
    conflict.element.querySelector("input")?.focus();
    conflict.addEventListener("back", () => this.#ask());
    conflict.addEventListener("giveUp", () => this.#giveUp());
    conflict.addEventListener("choose", (event) => {
      const { body, version } = /** @type {CustomEvent} */ (event).detail;
      if (Object.keys(body.properties).length || body.geometry) this.#send(body, version);
      else this.#giveUp();
    });
  }

  #giveUp() {
    this.dialog.close();
    this.#refuse("已放弃您的修改，现在看到的是最新内容。");
  }

  #closed() {
    this.#work = null;
    this.dispatchEvent(new CustomEvent("closed"));
  }

  /** @param {string} message */
  #refuse(message) {
    this.dispatchEvent(new CustomEvent("refused", { detail: { message } }));
  }
}
