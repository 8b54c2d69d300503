// How is one feature changed or made: form and shape together, kept as a draft, saved without overwriting anybody?
import { fill, html, later } from "app/dom.js";
import { ask } from "app/edit/ask.js";
import { Conflict } from "app/edit/conflict.js";
import { shapeOf, textOf } from "app/edit/coordinates.js";
import { drawingTools } from "app/edit/drawing.js";
import { failureOf } from "app/edit/failures.js";
import { Form } from "app/edit/form.js";
import { changeOf, draftOf, featureOf, fieldsOf, newWork, workOn } from "app/edit/work.js";

/**
 * @typedef {import("app/edit/work.js").Work} Work
 * @typedef {import("app/edit/drafts.js").Draft} Draft
 * @typedef {import("app/map/draw.js").Sort} Sort
 * @typedef {import("app/api.js").ApiError} ApiError
 */

const DRAFT_MS = 600;
const STALE = 412;

/**
 * Emits "opened", "saved" {feature, isNew}, "closed" {ref}, "say" {text}, "around" when neighbours are wanted.
 */
export class Desk extends EventTarget {
  /** @type {Work | null} */
  #work = null;
  /** @type {Form | null} */
  #form = null;
  #saving = false;

  /**
   * @param {{element: HTMLElement, dialog: HTMLDialogElement}} places
   * @param {import("app/map/view.js").MapView} view
   * @param {import("app/panel/strip.js").Strip} strip
   * @param {import("app/api.js").Server} server
   * @param {import("app/edit/drafts.js").Drafts} drafts
   * @param {string} signIn address of the page to sign in on
   */
  constructor({ element, dialog }, view, strip, server, drafts, signIn) {
    super();
    this.element = element;
    this.dialog = dialog;
    this.view = view;
    this.strip = strip;
    this.server = server;
    this.drafts = drafts;
    this.signIn = signIn;
    this.keepSoon = later(DRAFT_MS, () => this.#keep());
    view.editor.addEventListener("changed", (event) =>
      this.#drawn(/** @type {CustomEvent} */ (event).detail),
    );
    view.editor.addEventListener("refused", (event) =>
      this.#emit("say", { text: /** @type {CustomEvent} */ (event).detail.message }),
    );
    document.addEventListener("keydown", (event) => this.#key(event), true);
    window.addEventListener("pagehide", () => this.#keep());
  }

  get isOpen() {
    return this.#work !== null;
  }

  get work() {
    return this.#work;
  }

  /** @param {Api.Feature} feature @param {Draft | null} [draft] what was not saved the last time */
  async change(feature, draft = null) {
    const form = await this.server.form(feature.properties.layer);
    await this.#open(workOn(feature, form), draft);
  }

  /** @param {string} layer @param {Sort | null} [sort] @param {Draft | null} [draft] */
  async make(layer, sort = null, draft = null) {
    const form = await this.server.form(layer);
    await this.#open(newWork(form, sort ?? form.shapes[0], draft?.ref), draft);
  }

  async save() {
    if (!this.#work || !this.#form || this.#saving || this.#conflict) return;
    if (this.view.editor.isDrawing) this.view.editor.finish();
    if (!this.#form.approve()) return;
    const work = this.#work;
    const { geometry } = this.view.editor.isOn ? this.view.editor : work;
    if (work.isNew && !geometry) return this.#complain("还没有图形。请先在地图上画出它。");
    if (work.isNew)
      return this.#send(() =>
        this.server.create(work.form.layer, featureOf(work, this.#changes, /** @type {any} */ (geometry))),
      );
    const change = changeOf(work, this.#changes, geometry);
    if (!Object.keys(change).length) return this.#leave("没有改动。");
    await this.#send(() => this.server.change(work.ref, work.version, change));
  }

  /** Asks first where something would be lost. @returns {Promise<boolean>} closed? */
  async close() {
    if (!this.#work) return true;
    if (!this.isDirty) return this.#leave();
    const answer = await ask(this.dialog, {
      title: "还有没保存的修改",
      text: "可以先保存；也可以留作草稿，下次打开时接着改。",
      answers: [
        { answer: "save", words: "保存", first: true },
        { answer: "keep", words: "留作草稿" },
        { answer: "drop", words: "放弃修改" },
      ],
    });
    if (answer === "save") await this.save();
    if (answer === "keep") this.#keep();
    if (answer === "drop") this.drafts.drop(/** @type {Work} */ (this.#work).ref);
    return answer === "keep" || answer === "drop" ? this.#leave() : !this.isOpen;
  }

  get isDirty() {
    if (!this.#work) return false;
    const drawn = this.view.editor.isOn ? this.view.editor.geometry : this.#work.geometry;
    return Object.keys(changeOf(this.#work, this.#changes, drawn)).length > 0;
  }

  /** After the map shows what was saved. */
  clear() {
    this.view.editor.end();
    this.view.outlines.clear();
    this.view.hide(null);
  }

  get #changes() {
    return this.#form?.changes ?? {};
  }

  /** @param {Work} work @param {Draft | null} draft */
  async #open(work, draft) {
    this.clear();
    this.#work = work;
    this.#form = new Form(fieldsOf(work), work.values);
    this.#form.addEventListener("change", () => this.#touched());
    if (draft) this.#form.type(draft.typed);
    // Who started from an older version is asked on saving what shall stand.
    if (draft && !work.isNew) work.version = draft.version;
    this.#present();
    this.dispatchEvent(new CustomEvent("opened"));
    await this.#draw(work, draft?.geometry ?? null);
    if (!work.isNew) this.#form.focus();
  }

  /** @param {Work} work @param {GeoJSON.Geometry | null} drawn */
  async #draw(work, drawn) {
    if (!work.sort) return;
    try {
      await this.view.editor.begin(work.sort, work.geometry);
      if (this.#work !== work) return this.view.editor.end();
      if (work.number !== null) this.view.hide({ layer: work.form.layer, id: work.number });
      if (drawn) this.view.editor.put(drawn);
      this.#emit("around");
    } catch (error) {
      this.#complain(/** @type {Error} */ (error).message);
    }
  }

  #present() {
    const { form, title, isNew } = /** @type {Work} */ (this.#work);
    fill(
      this.element,
      html`<div class="card-bar"><button class="close" type="button" aria-label="关闭" title="关闭（Esc）" @click=${() => this.close()}>×</button></div>`,
      html`<form class="editing" autocomplete="off" novalidate @submit=${(/** @type {Event} */ event) => event.preventDefault()}>
        <header class="card-head">
          <p class="tags"><b class="state">${isNew ? "新增" : "正在编辑"}</b><span>${form.title}</span></p>
          <h2>${title}</h2>
          <p class="subtitle"><span class="size"></span><span class="kept" role="status"></span></p>
        </header>
        <div class="failures"></div>
        <div class="card-body">${this.#form?.element}</div>
        <div class="buttons">
          <button class="button first" type="button" title="Ctrl+S" @click=${() => this.save()}>保存</button>
          <button class="button" type="button" title="Esc" @click=${() => this.close()}>取消</button>
        </div>
      </form>`,
    );
    this.element.hidden = false;
    document.body.dataset.editing = "";
    document.body.dataset.card = "";
  }

  /** @param {import("app/map/draw.js").State} state */
  #drawn(state) {
    if (!this.#work) return;
    fill(this.#at(".size"), state.words);
    if (!this.#conflict) this.strip.show(drawingTools(state, this.view.editor, () => this.#typeShape()));
    this.keepSoon();
  }

  #touched() {
    fill(this.#at(".kept"), "");
    this.keepSoon();
  }

  // A crash, a reload or a dead battery loses at most the last half second.
  #keep() {
    const work = this.#work;
    if (!work || !this.#form || !this.isDirty || this.#saving) return;
    const drawn = this.view.editor.isOn ? this.view.editor.geometry : work.geometry;
    const kept = this.drafts.keep(draftOf(work, this.#form.typed, drawn));
    const time = new Date().toLocaleTimeString("zh-CN", { hour: "2-digit", minute: "2-digit" });
    fill(this.#at(".kept"), kept ? `草稿已存 ${time}` : "");
  }

  /** @param {() => Promise<Api.Feature>} send */
  async #send(send) {
    const work = /** @type {Work} */ (this.#work);
    this.#saving = true;
    this.#busy(true);
    try {
      const feature = await this.#withFreshWord(send);
      this.drafts.drop(work.ref);
      this.#leave("", true);
      this.#emit("saved", { feature, isNew: work.isNew });
    } catch (error) {
      this.#explain(/** @type {ApiError} */ (error));
    } finally {
      this.#saving = false;
      this.#busy(false);
    }
  }

  // Who signed in again in another tab has a new word; the page learns it and goes on.
  /** @template T @param {() => Promise<T>} send @returns {Promise<T>} */
  async #withFreshWord(send) {
    try {
      return await send();
    } catch (error) {
      const failure = /** @type {ApiError} */ (error);
      if (failure.status !== 400 && failure.status !== 401) throw failure;
      const before = this.server.csrf;
      const account = await this.server.account().catch(() => null);
      if (!account) throw Object.assign(failure, { status: 401 });
      if (failure.status === 400 && this.server.csrf === before) throw failure;
      return send();
    }
  }

  /** @param {ApiError} error */
  #explain(error) {
    this.#keepAnyway();
    const { status, details } = error;
    if (status === STALE && details.theirs) return this.#decide(details);
    const rest = status === 422 ? (this.#form?.refuse(details.problems ?? []) ?? []) : [];
    if (status === 422 && details.problems)
      return rest.length ? this.#complain(rest.join("\n")) : fill(this.#at(".failures"));
    const again = () => this.save();
    fill(this.#at(".failures"), failureOf(error, { again, signIn: this.signIn }));
  }

  #keepAnyway() {
    this.#saving = false;
    this.#keep();
  }

  /** @param {string} sentence */
  #complain(sentence) {
    const lines = sentence.split("\n").map((line) => html`<p>${line}</p>`);
    fill(this.#at(".failures"), html`<div class="save-failure" role="alert">${lines}</div>`);
  }

  /** @param {Api.Stale} stale */
  #decide(stale) {
    const conflict = new Conflict(stale, fieldsOf(/** @type {Work} */ (this.#work)));
    this.#conflict = conflict;
    this.strip.close();
    const form = this.element.querySelector("form");
    form?.setAttribute("hidden", "");
    this.element.append(conflict.element);
    conflict.element.querySelector("button")?.focus();
    this.view.outlines.show(conflict.shapes);
    const back = () => {
      this.#conflict = null;
      conflict.element.remove();
      form?.removeAttribute("hidden");
      this.view.outlines.clear();
      this.view.editor.setMode("vertices");
    };
    conflict.addEventListener("back", back);
    conflict.addEventListener("giveUp", () => {
      this.drafts.drop(/** @type {Work} */ (this.#work).ref);
      back();
      this.#leave("已放弃您的修改，现在看到的是最新内容。");
    });
    conflict.addEventListener("choose", (event) =>
      this.#settle(/** @type {CustomEvent} */ (event).detail, back),
    );
  }

  /** @type {Conflict | null} */
  #conflict = null;

  /** @param {{body: Api.Change, version: number}} chosen @param {() => void} back */
  async #settle({ body, version }, back) {
    const { ref } = /** @type {Work} */ (this.#work);
    back();
    const nothing = !Object.keys(body.properties ?? {}).length && !body.geometry;
    if (nothing) {
      this.drafts.drop(ref);
      return this.#leave("已采用对方的内容。");
    }
    await this.#send(() => this.server.change(ref, version, body));
  }

  async #typeShape() {
    const { editor } = this.view;
    const text = textOf(editor.geometry);
    if (text === null)
      return this.#emit("say", { text: "图形有洞或有几块，不能用一列坐标表示。请在地图上修改。" });
    const area = /** @type {HTMLTextAreaElement} */ (
      html`<textarea rows="10" aria-label="坐标" class="coordinates" spellcheck="false"></textarea>`
    );
    const problem = html`<p class="problem" role="alert"></p>`;
    area.value = text;
    for (;;) {
      const answer = await ask(this.dialog, {
        title: "输入坐标",
        text: "每行一个点：经度, 纬度（CGCS2000，度）。面不必重复起点。",
        body: html`<div>${area}${problem}</div>`,
        answers: [
          { answer: "draw", words: "画出来", first: true },
          { answer: "", words: "取消" },
        ],
      });
      if (answer !== "draw") return;
      const made = shapeOf(editor.sort, area.value);
      if ("geometry" in made) {
        editor.put(made.geometry);
        this.#emit("shape", { geometry: made.geometry });
        return;
      }
      problem.textContent = made.problem;
    }
  }

  /** @param {string} [sentence] @param {boolean} [saved] the map keeps the drawing until its tiles are new @returns {true} */
  #leave(sentence = "", saved = false) {
    const ref = this.#work?.ref;
    if (!saved) this.clear();
    this.#work = null;
    this.#form = null;
    this.#conflict = null;
    this.strip.close();
    this.element.hidden = true;
    this.element.replaceChildren();
    delete document.body.dataset.editing;
    if (sentence) this.#emit("say", { text: sentence });
    this.#emit("closed", { ref, saved });
    return true;
  }

  /** @param {boolean} busy */
  #busy(busy) {
    const save = /** @type {HTMLButtonElement | null} */ (this.element.querySelector(".button.first"));
    if (!save) return;
    save.disabled = busy;
    save.textContent = busy ? "正在保存…" : "保存";
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (!this.#work || event.isComposing || document.querySelector("dialog[open]")) return;
    const act = this.#actOf(event);
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  }

  /** @param {KeyboardEvent} event @returns {(() => void) | null} */
  #actOf({ key, ctrlKey, metaKey, shiftKey, target }) {
    const { editor } = this.view;
    const commands = ctrlKey || metaKey;
    const types = target instanceof HTMLElement && Boolean(target.closest("input, select, textarea"));
    if (commands && key.toLowerCase() === "s") return () => this.save();
    if (key === "Escape") return () => (editor.isDrawing && editor.geometry ? editor.giveUp() : this.close());
    if (types || !editor.isOn) return null;
    if (commands && (key.toLowerCase() === "y" || (shiftKey && key.toLowerCase() === "z")))
      return () => editor.redo();
    if (commands && key.toLowerCase() === "z") return () => editor.undo();
    return key === "Enter" && editor.isDrawing && !(target instanceof HTMLButtonElement)
      ? () => editor.finish()
      : null;
  }

  /** @param {string} selector */
  #at(selector) {
    return this.element.querySelector(selector) ?? document.createElement("span");
  }

  /** @param {string} name @param {object} [detail] */
  #emit(name, detail = {}) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}
