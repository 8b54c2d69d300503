// What does one scene say and show? Its form; every change is told at once.
import { labelled, typed } from "app/briefing/question_form.js";
import { SceneCounts } from "app/briefing/scene_counts.js";
import { SceneSight } from "app/briefing/scene_sight.js";
import { fill, html } from "app/dom.js";

/**
 * @typedef {import("app/briefing/told.d.ts").EditedScene} EditedScene
 * @typedef {import("app/briefing/question_form.js").Known} Known
 */

const SLOTS =
  "可用 {1} {2} {3} 代表下面的数字，{1.count} 代表同一问的数量，{top}、{top%} 代表最长的一条及其占比；放映时现算。";

/** Emits "change" when the scene was changed in place, "ask-bounds" when the view of the preview is wanted, "filter" {layer, text, act}, "photo" {act}. */
export class SceneForm extends EventTarget {
  /** @param {HTMLElement} element @param {Known & {most_figures: number, advised_headline: number, colors: Record<string, Record<string, string>>, photo: (uid: string) => string}} known */
  constructor(element, known) {
    super();
    this.element = element;
    this.known = known;
    const hooks = {
      changed: () => this.#changed(),
      redraw: () => this.#redraw(),
      ask: (/** @type {string} */ name, /** @type {object} */ detail = {}) => this.#ask(name, detail),
    };
    this.counts = new SceneCounts(known, hooks);
    this.sight = new SceneSight(known, hooks);
  }

  /** @param {EditedScene} scene */
  show(scene) {
    this.scene = scene;
    fill(
      this.element,
      this.#words(scene),
      this.counts.figures(scene),
      this.counts.bars(scene),
      this.sight.parts(scene),
      this.#photo(scene),
      html`<fieldset><legend>讲稿（只在演讲者视图显示）</legend>${this.#area(scene, "notes", 6, 10000)}</fieldset>`,
    );
  }

  /** @param {EditedScene} scene */
  #words(scene) {
    const count = html`<small class="count"></small>`;
    const tell = () => {
      const long = [...scene.headline].length;
      count.textContent = `${long} / ${this.known.advised_headline} 字${long > this.known.advised_headline ? "，太长会缩小字号" : ""}`;
    };
    tell();
    const headline = this.#area(scene, "headline", 2, 2000, tell);
    return html`<fieldset><legend>标题</legend>
      ${labelled("栏目", this.#line(scene, "chapter", 60))}
      ${labelled("结论一句", headline)}<p class="help">${SLOTS} ${count}</p>
    </fieldset>`;
  }

  /** @param {EditedScene} scene */
  #photo(scene) {
    const set = (/** @type {string | null} */ uid) => {
      scene.picture = uid;
      this.#redraw();
    };
    const { picture } = scene;
    return html`<fieldset><legend>照片</legend><p class="ways">
      ${picture && html`<img class="chosen-photo" src="${this.known.photo(picture)}" alt="这一幕的照片" width="120" height="90">`}
      <button type="button" class="button plain" @click=${() => this.#ask("photo", { act: set })}>${picture ? "换一张" : "选照片"}</button>
      ${picture && html`<button type="button" class="button plain" @click=${() => set(null)}>去掉</button>`}
    </p></fieldset>`;
  }

  /** @param {string} name @param {object} detail */
  #ask(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }

  /** @param {EditedScene} scene @param {"chapter"} key @param {number} longest */
  #line(scene, key, longest) {
    return html`<input type="text" maxlength="${longest}" value="${scene[key]}" @input=${(
      /** @type {Event} */ event,
    ) => {
      scene[key] = typed(event);
      this.#changed();
    }}>`;
  }

  /** @param {EditedScene} scene @param {"headline" | "notes"} key @param {number} rows @param {number} longest @param {() => void} [also] */
  #area(scene, key, rows, longest, also) {
    const area = /** @type {HTMLTextAreaElement} */ (
      html`<textarea rows="${rows}" maxlength="${longest}" aria-label="${key === "notes" ? "讲稿" : "结论一句"}" @input=${(
        /** @type {Event} */ event,
      ) => {
        scene[key] = typed(event);
        also?.();
        this.#changed();
      }}></textarea>`
    );
    area.value = scene[key];
    return area;
  }

  #redraw() {
    if (this.scene) this.show(this.scene);
    this.#changed();
  }

  #changed() {
    this.dispatchEvent(new Event("change"));
  }
}
