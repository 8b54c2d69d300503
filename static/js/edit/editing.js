// What can be done with features besides reading them: make, change, copy, split, join, delete, and take it back?
import { fill, html } from "app/dom.js";
import { ask } from "app/edit/ask.js";

/**
 * @typedef {import("app/map/draw.js").Sort} Sort
 * @typedef {import("app/panel/card.js").Action} Action
 * @typedef {{title: string, act: number | null | undefined}} Done what was done, and by which act
 */

const SORTS = { point: "点", line: "线", polygon: "面", rectangle: "矩形" };

/**
 * The deeds of people who may change something. Emits "changed" {show} when the map is to be renewed, "history" {feature}.
 */
export class Editing extends EventTarget {
  /** What is joined into the first of them. @type {Api.Feature[]} */
  #joining = [];
  /** @type {Api.Feature | null} */
  #splitting = null;
  /** What is merged into the feature that is clicked next. @type {Api.Feature | null} */
  #into = null;

  /**
   * @param {import("app/edit/desk.js").Desk} desk
   * @param {import("app/map/view.js").MapView} view
   * @param {import("app/panel/strip.js").Strip} strip
   * @param {import("app/panel/notice.js").Notice} notice
   * @param {HTMLDialogElement} dialog
   */
  constructor(desk, view, strip, notice, dialog) {
    super();
    this.desk = desk;
    this.server = desk.server;
    this.view = view;
    this.strip = strip;
    this.notice = notice;
    this.dialog = dialog;
    /** @type {Api.Layer[]} */
    this.layers = [];
    view.editor.addEventListener("split", (event) =>
      this.#split(/** @type {CustomEvent} */ (event).detail.line),
    );
    view.editor.addEventListener("changed", (event) =>
      this.#showSplitting(/** @type {CustomEvent} */ (event).detail),
    );
    document.addEventListener("keydown", (event) => this.#key(event), true);
  }

  /** Layers in which the account may make something. */
  get open() {
    return this.layers.filter(({ may = [] }) => may.includes("edit") || may.includes("mark"));
  }

  get isBusy() {
    return this.desk.isOpen || this.isJoining || this.#splitting !== null;
  }

  get isJoining() {
    return this.#joining.length > 0 || this.#into !== null;
  }

  /** Buttons of the card. @param {Api.Feature} feature @returns {Action[]} */
  actionsFor(feature) {
    if (!feature.edit) return [];
    const { may } = feature.edit;
    const history = {
      words: "历史",
      hint: "谁改过什么，撤销",
      act: () => this.#emit("history", { feature }),
    };
    if (!may.includes("edit")) return [history];
    const type = feature.geometry?.type ?? "";
    const shaped = type.endsWith("Polygon") || type.endsWith("LineString");
    return [
      { words: "编辑", hint: "E", first: true, act: () => this.#tell(() => this.desk.change(feature)) },
      history,
      { words: "复制一份", more: true, act: () => this.#copy(feature) },
      ...(shaped ? [{ words: "分割…", more: true, act: () => this.#beginSplit(feature) }] : []),
      ...(shaped ? [{ words: "合并…", more: true, act: () => this.#beginJoin(feature) }] : []),
      { words: "删除", more: true, grave: true, act: () => this.#remove(feature) },
    ];
  }

  /** Asks into which layer, then draws. @param {string} [proposed] */
  async make(proposed) {
    if (!(await this.desk.close())) return;
    await this.#tell(async () => {
      const layers = this.open;
      const chosen = layers.length === 1 ? layers[0].key : await this.#chooseLayer(layers, proposed);
      if (!chosen) return;
      const { shapes } = await this.server.form(chosen);
      const sort = shapes.length === 1 ? shapes[0] : await this.#chooseSort(shapes);
      if (sort) await this.desk.make(chosen, sort);
    });
  }

  /** A click on the map while features are chosen. @param {number} id */
  async take(id) {
    await this.#tell(async () => {
      const [first] = this.#joining;
      const feature = await this.server.feature(id);
      const merged = this.#into;
      if (merged) {
        this.#leave();
        return this.#emit("into", { feature: merged, into: feature });
      }
      if (feature.properties.layer !== first.properties.layer)
        return this.notice.show(`只能合并同一图层的图形。“${feature.properties.name}”在另一图层。`);
      const known = this.#joining.some((each) => each.id === feature.id);
      if (known && feature.id !== first.id)
        this.#joining = this.#joining.filter((each) => each.id !== feature.id);
      else if (!known) this.#joining.push(feature);
      this.#showJoining();
    });
  }

  /** Several rows of the table. @param {string} layer @param {string[]} uids */
  async join(layer, uids) {
    await this.#tell(async () => {
      const kept = await this.server.merge(layer, uids, uids[0]);
      this.#done({ title: `已合并 ${uids.length} 个图形`, act: kept.act }, kept.id ?? uids[0]);
    });
  }

  /** Into which feature does a mark go? A click on the map answers. @param {Api.Feature} feature */
  chooseInto(feature) {
    this.#into = feature;
    this.view.outlines.show([{ geometry: feature.geometry, look: "theirs" }]);
    this.strip.show({
      title: "合并到",
      advice: `在地图上点选“${feature.properties.name}”要并入的图形。`,
      tools: [{ words: "取消", hint: "Esc", act: () => this.#leave() }],
    });
  }

  /** What was done is said, with the way back, and shown. @param {Done} done @param {string | null} [show] uid to open afterwards */
  tellDone(done, show) {
    this.#done(done, show);
  }

  /** @param {Done} done @param {string | null} [show] uid to open afterwards */
  #done({ title, act }, show) {
    const undo = act ? { words: "撤销", act: () => this.takeBack(act, title) } : undefined;
    this.notice.show(title, undo);
    this.#emit("changed", { show });
  }

  /** @param {number} act @param {string} title what is taken back */
  async takeBack(act, title) {
    await this.#tell(async () => {
      await this.server.undo(act, { reason: `撤销：${title}` });
      this.notice.show("已撤销，恢复原样。");
      this.#emit("changed", { show: undefined });
    });
  }

  /** @param {Api.Feature} feature */
  async #remove(feature) {
    await this.#tell(async () => {
      const { act } = await this.server.remove(feature.id, feature.edit?.version ?? 0);
      this.#done({ title: `已删除“${feature.properties.name}”`, act }, null);
    });
  }

  /** @param {Api.Feature} feature */
  async #copy(feature) {
    await this.#tell(async () => {
      const copy = await this.server.duplicate(feature.id);
      this.#done({ title: `已复制一份“${copy.properties.name}”，请移到它的位置`, act: copy.act }, null);
      await this.desk.change(copy);
      this.view.editor.setMode("drag");
    });
  }

  /** @param {Api.Feature} feature */
  async #beginSplit(feature) {
    await this.#tell(async () => {
      this.#splitting = feature;
      const sort = feature.geometry?.type.endsWith("Polygon") ? "polygon" : "line";
      await this.view.editor.begin(sort, feature.geometry);
      this.view.editor.setMode("split");
    });
  }

  /** @param {import("app/map/draw.js").State} state */
  #showSplitting({ words, canUndo }) {
    if (!this.#splitting) return;
    const { editor } = this.view;
    this.strip.show({
      title: "分割",
      reading: words,
      advice: `画一条穿过“${this.#splitting.properties.name}”的线，双击或回车结束，图形沿线分成几块。`,
      tools: [
        { words: "退一点", hint: "Ctrl+Z", off: !canUndo, act: () => editor.undo() },
        { words: "分割", hint: "回车", first: true, act: () => editor.finish() },
        { words: "取消", hint: "Esc", act: () => this.#leave() },
      ],
    });
  }

  /** @param {GeoJSON.LineString} line */
  async #split(line) {
    const feature = this.#splitting;
    if (!feature) return;
    try {
      const made = await this.server.split(feature.id, feature.edit?.version ?? 0, line);
      this.#leave();
      const count = made.features?.length ?? made.uids?.length ?? 2;
      this.#done({ title: `“${feature.properties.name}”已分成 ${count} 块`, act: made.act }, feature.id);
    } catch (error) {
      this.view.editor.setMode("split");
      this.notice.show(/** @type {Error} */ (error).message);
    }
  }

  /** @param {Api.Feature} feature */
  #beginJoin(feature) {
    this.#joining = [feature];
    this.#showJoining();
  }

  #showJoining() {
    const [first] = this.#joining;
    this.view.outlines.show(this.#joining.map(({ geometry }) => ({ geometry, look: "chosen" })));
    this.strip.show({
      title: "合并",
      reading: `已选 ${this.#joining.length} 个`,
      advice: `在地图上点选要并入“${first.properties.name}”的图形，再点一次取消选择。属性保留“${first.properties.name}”的。`,
      tools: [
        { words: "合并", first: true, off: this.#joining.length < 2, act: () => this.#join() },
        { words: "取消", hint: "Esc", act: () => this.#leave() },
      ],
    });
  }

  async #join() {
    const [first] = this.#joining;
    const uids = this.#joining.map(({ id }) => id);
    this.#leave();
    await this.join(first.properties.layer, uids);
  }

  #leave() {
    this.#joining = [];
    this.#splitting = null;
    this.#into = null;
    this.desk.clear();
    this.strip.close();
  }

  /** @param {Api.Layer[]} layers @param {string} [proposed] */
  #chooseLayer(layers, proposed) {
    const buttons = layers.map(
      ({ key, title }) =>
        html`<button class="option ${key === proposed && "proposed"}" value="${key}">${title}</button>`,
    );
    const body = html`<div class="options">${buttons}</div>`;
    return ask(this.dialog, { title: "新增到哪个图层", body, answers: [{ answer: "", words: "取消" }] });
  }

  /** @param {Sort[]} sorts @returns {Promise<Sort | null>} */
  async #chooseSort(sorts) {
    const answers = sorts.map((sort, i) => ({ answer: sort, words: `画${SORTS[sort]}`, first: i === 0 }));
    return /** @type {Sort | null} */ ((await ask(this.dialog, { title: "画成什么", answers })) || null);
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    if (!this.isJoining && !this.#splitting) return;
    if (document.querySelector("dialog[open]") || event.isComposing) return;
    const act = this.#actOf(event);
    if (!act) return;
    event.preventDefault();
    event.stopPropagation();
    act();
  }

  /** @param {KeyboardEvent} event @returns {(() => void) | null} */
  #actOf({ key, ctrlKey, metaKey, target }) {
    if (key === "Escape") return () => this.#leave();
    if (!this.#splitting) return null;
    if ((ctrlKey || metaKey) && key.toLowerCase() === "z") return () => this.view.editor.undo();
    return key === "Enter" && !(target instanceof HTMLButtonElement) ? () => this.view.editor.finish() : null;
  }

  /** @param {string} name @param {object} detail */
  #emit(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }

  /** @param {() => Promise<unknown>} act what goes wrong is said */
  async #tell(act) {
    try {
      await act();
    } catch (error) {
      this.notice.show(/** @type {Error} */ (error).message);
    }
  }
}

/** The offer to go on with what was not saved. Emits "resume" {draft}. */
export class DraftOffer extends EventTarget {
  /** @param {HTMLElement} element @param {import("app/edit/drafts.js").Drafts} drafts */
  constructor(element, drafts) {
    super();
    this.element = element;
    this.drafts = drafts;
  }

  /** @param {boolean} [shown] not while something is being worked on */
  show(shown = true) {
    const all = shown ? this.drafts.all() : [];
    this.element.hidden = all.length === 0;
    fill(
      this.element,
      all.length > 0 &&
        html`<p><b>${all.length === 1 ? "有一份没保存的草稿" : `有 ${all.length} 份没保存的草稿`}</b></p>`,
      html`<ul>${all.slice(0, 4).map((draft) => this.#row(draft))}</ul>`,
    );
  }

  /** @param {import("app/edit/drafts.js").Draft} draft */
  #row(draft) {
    const at = new Date(draft.at).toLocaleString("zh-CN", {
      month: "numeric",
      day: "numeric",
      hour: "2-digit",
      minute: "2-digit",
    });
    const resume = () => {
      this.element.hidden = true;
      this.dispatchEvent(new CustomEvent("resume", { detail: { draft } }));
    };
    const drop = () => {
      this.drafts.drop(draft.ref);
      this.show();
    };
    return html`<li><span class="name">${draft.title}<small>${at}</small></span>
      <button class="button first" type="button" @click=${resume}>接着改</button>
      <button class="button" type="button" @click=${drop}>丢弃</button></li>`;
  }
}
