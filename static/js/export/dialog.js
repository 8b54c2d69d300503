// How does a person take data out? Choose, wait or cancel, save: one dialog.
import { saveFrom } from "app/api.js";
import { fill, html } from "app/dom.js";
import { ExportForm } from "app/export/form.js";
import { size } from "app/panel/size.js";

const EVERY_MS = 500;

export class Exporting {
  /** What the map shows now. @type {() => {bbox: Api.Bounds | null, shown: string[], filters: Record<string, string>}} */
  now = () => ({ bbox: null, shown: [], filters: {} });
  /** @type {Api.Layer[]} */
  layers = [];
  /** @type {ExportForm | null} */
  #form = null;
  /** The export that is under way. @type {number | null} */
  #waiting = null;

  /** @param {import("app/api.js").Server} server @param {HTMLDialogElement} dialog */
  constructor(server, dialog) {
    this.server = server;
    this.dialog = dialog;
    dialog.addEventListener("close", () => this.#leave());
  }

  /** @param {Api.Layer} layer */
  may(layer) {
    return layer.may?.includes("export") ?? false;
  }

  get #offered() {
    return this.layers.filter((layer) => this.may(layer) && layer.count > 0);
  }

  /** @param {string | null} [layer] @param {string[]} [uids] */
  async open(layer = null, uids = []) {
    const facts = await this.server.exportChoices();
    const offered = this.#offered;
    if (!offered.length) return this.#show("导出", html`<p>没有由您的单位主管、且有数据的图层可以导出。</p>`);
    const first = offered.find(({ key }) => key === layer) ?? offered[0];
    this.#form = new ExportForm(facts, { layers: offered, layer: first.key, uids, ...this.now() });
    this.#choose();
  }

  /** @param {string} [trouble] */
  #choose(trouble = "") {
    if (!this.#form) return;
    const { non_secret } = this.#form.facts;
    const problem = html`<p class="problem" role="alert">${trouble}</p>`;
    const go = html`<button class="button first" type="button" @click=${() => this.#begin()}>导出</button>`;
    this.#show(
      "导出",
      html`<div>${this.#form.element}${problem}<p class="export-secret">${non_secret}导出会记入审计日志。</p></div>`,
      go,
    );
  }

  async #begin() {
    if (!this.#form) return;
    this.#form.keep();
    this.#wait(null);
    try {
      this.#next(await this.server.startExport(this.#form.wanted));
    } catch (error) {
      this.#choose(/** @type {Error} */ (error).message);
    }
  }

  /** @param {Api.Export} told */
  #next(told) {
    if (!this.dialog.open) return;
    if (told.choices) return this.#ask({ error: told.error ?? "", choices: told.choices });
    if (told.url) return this.#done(told);
    if (told.ended) return this.#choose(told.message || told.state_title);
    this.#waiting = told.number;
    this.#wait(told);
    setTimeout(() => this.#look(told.number), EVERY_MS);
  }

  /** @param {number} number */
  async #look(number) {
    if (this.#waiting !== number) return;
    try {
      this.#next(await this.server.exportState(number));
    } catch (error) {
      this.#choose(/** @type {Error} */ (error).message);
    }
  }

  /** The zone is a question, or whether what lies far outside it is meant. @param {{error: string, choices: Api.ExportZone[]}} question */
  #ask({ error, choices }) {
    const choose = (/** @type {number | "far"} */ value) => {
      if (!this.#form) return;
      this.#form.far = value === "far";
      if (value !== "far") this.#form.zone = String(value);
      this.#form.draw();
      this.#begin();
    };
    const ways = choices.map(
      ({ value, title, consequence }) =>
        html`<button class="export-zone" type="button" @click=${() => choose(value)}><b>${title}</b><small>${consequence}</small></button>`,
    );
    this.#show("导出", html`<div><p>${error}</p><div class="export-zones">${ways}</div></div>`);
  }

  /** @param {Api.Export | null} told */
  #wait(told) {
    const words = told ? told.message || told.state_title : "正在导出";
    const bar =
      told &&
      told.progress > 0 &&
      html`<progress max="1" value="${told.progress}" aria-label="进度"></progress>`;
    this.#show(
      "正在导出",
      html`<div class="export-wait" role="status"><p>${words}…</p>${bar || html`<progress aria-label="进度"></progress>`}</div>`,
      null,
      "取消导出",
    );
  }

  /** @param {Api.Export} told */
  #done({ name = "", rows = 0, bytes = 0, notes = [], sample, url = "", hours = 0 }) {
    this.#waiting = null;
    saveFrom(url, name);
    const said = [...notes, ...(sample ? ["内容为示例数据，已在文件中注明"] : [])];
    this.#show(
      "已导出",
      html`<div class="export-done">
        <p class="export-file"><a href="${url}" download="${name}">${name}</a><span class="quiet">${rows} 条 · ${size(bytes)}</span></p>
        ${said.length > 0 && html`<ul>${said.map((note) => html`<li>${note}</li>`)}</ul>`}
        <p class="help">没有自动保存时点文件名。文件在服务器上保留 ${hours} 小时，只有您能下载。</p>
      </div>`,
      html`<button class="button" type="button" @click=${() => this.#choose()}>再导出一份</button>`,
      "完成",
    );
  }

  /** @param {string} title @param {Node} body @param {Node | null} [first] @param {string} [leave] */
  #show(title, body, first = null, leave = "取消") {
    fill(
      this.dialog,
      html`<form method="dialog" novalidate>
        <h2 id="export_title">${title}</h2>
        <div class="export-body">${body}</div>
        <div class="buttons">${first}<button class="button">${leave}</button></div>
      </form>`,
    );
    if (!this.dialog.open) this.dialog.showModal();
  }

  // Whoever leaves does not want it any more.
  #leave() {
    const number = this.#waiting;
    this.#waiting = null;
    if (number) this.server.cancelExport(number).catch(() => null);
  }
}
