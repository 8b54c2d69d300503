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

  /** @param {Api.Layer} layer @param {{uids: string[]} | {bbox: string, f?: string}} chosen */
  async change(layer, chosen) {
    const form = await this.server.form(layer.key);
    // Rights in land need a second person for each parcel, so they are not changed many at a time.
    const fields = form.fields.filter(({ key, legal }) => key !== "name" && !legal);
    const said = await this.#ask(
      "uids" in chosen ? `${chosen.uids.length} ${layer.measure_word}` : "",
      fields,
    );
    if (!said) return;
    const { field, value } = said;
    const properties = { [field.key]: value };
    const { changed, of } = await this.server.changeMany(layer.key, chosen, { properties, preview: true });
    const counted = `${changed} ${layer.measure_word}`;
    if (!(await this.#confirm(counted, of - changed, field, value))) return;
    const done = await this.server.changeMany(layer.key, chosen, { properties, expected: of });
    const title = `已修改 ${done.changed} ${layer.measure_word}的“${field.label}”`;
    this.dispatchEvent(new CustomEvent("changed", { detail: { title, act: done.act } }));
  }

  /** @param {string} counted @param {number} same that have the value already @param {Api.FormField} field @param {unknown} value */
  async #confirm(counted, same, field, value) {
    const also = same > 0 ? `另有 ${same} 个本来就是这个值，不会改动。` : "";
    if (counted.startsWith("0 ")) {
      const text = `选中的 ${same} 个本来就是这个值，没有需要修改的。`;
      await ask(this.dialog, {
        title: "无需修改",
        text,
        answers: [{ answer: "", words: "知道了", first: true }],
      });
      return false;
    }
    const sure = await ask(this.dialog, {
      title: `把 ${counted}的“${field.label}”都改为“${shownOf(field, value)}”？`,
      text: `${also}保存后可以整体撤销。`,
      answers: [
        { answer: "yes", words: `修改 ${counted}`, first: true },
        { answer: "", words: "取消" },
      ],
    });
    return sure === "yes";
  }

  /** @param {string} counted @param {Api.FormField[]} fields @returns {Promise<{field: Api.FormField, value: unknown} | null>} */
  async #ask(counted, fields) {
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
        title: counted ? `批量修改 ${counted}` : "批量修改视野内全部",
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
