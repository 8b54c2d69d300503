// How do many features get the same value at once? One field, one value, counted before it is done.
import { fill, html } from "app/dom.js";
import { ask } from "app/edit/ask.js";
import { shownOf } from "app/edit/checks.js";
import { Control } from "app/edit/control.js";

/** Emits "changed" {title, act}. */
export class Bulk extends EventTarget {
  /** @param {import("app/api.js").Server} server @param {HTMLDialogElement} dialog */
  constructor(server, dialog) {
    super();
    this.server = server;
    this.dialog = dialog;
  }

  /** @param {Api.Layer} layer @param {string[]} uids */
  async change(layer, uids) {
    const form = await this.server.form(layer.key);
    const fields = form.fields.filter(({ key }) => key !== "name");
    const counted = `${uids.length} ${layer.measure_word}`;
    const chosen = await this.#ask(`批量修改 ${counted}`, fields);
    if (!chosen) return;
    const { field, value } = chosen;
    const sure = await ask(this.dialog, {
      title: `把 ${counted}的“${field.label}”都改为“${shownOf(field, value)}”？`,
      text: field.legal ? "权属与期限字段须另一人复核后生效。" : "保存后可以整体撤销。",
      answers: [
        { answer: "yes", words: `修改 ${counted}`, first: true },
        { answer: "", words: "取消" },
      ],
    });
    if (sure !== "yes") return;
    const done = await this.server.changeMany(layer.key, uids, { [field.key]: value });
    const title = `已修改 ${done.changed} ${layer.measure_word}的“${field.label}”`;
    this.dispatchEvent(new CustomEvent("changed", { detail: { title, act: done.act } }));
  }

  /** @param {string} title @param {Api.FormField[]} fields @returns {Promise<{field: Api.FormField, value: unknown} | null>} */
  async #ask(title, fields) {
    const place = html`<div class="bulk-value"></div>`;
    const options = fields.map(({ key, label }) => html`<option value="${key}">${label}</option>`);
    const choice = /** @type {HTMLSelectElement} */ (html`<select aria-label="字段">${options}</select>`);
    const problem = html`<p class="problem" role="alert"></p>`;
    let control = new Control(fields[0], null);
    const show = () => {
      control = new Control(
        { .../** @type {Api.FormField} */ (fields.find(({ key }) => key === choice.value)), label: "改为" },
        null,
      );
      fill(place, control.element);
    };
    choice.addEventListener("change", show);
    show();
    for (;;) {
      const answer = await ask(this.dialog, {
        title,
        body: html`<div class="bulk"><label class="field"><span class="label">字段</span><span class="entry">${choice}</span></label>${place}${problem}</div>`,
        answers: [
          { answer: "next", words: "下一步", first: true },
          { answer: "", words: "取消" },
        ],
      });
      if (answer !== "next") return null;
      const field = /** @type {Api.FormField} */ (fields.find(({ key }) => key === choice.value));
      const wrong =
        control.problem ?? (field.required && control.value === null ? `“${field.label}”必须填写。` : null);
      if (!wrong) return { field, value: control.value };
      problem.textContent = wrong;
    }
  }
}
