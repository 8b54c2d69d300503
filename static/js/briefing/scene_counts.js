// What is counted in a scene? The part of its form for figures and bars.
import { labelled, QuestionForm, typed } from "app/briefing/question_form.js";
import { html } from "app/dom.js";

/**
 * @typedef {import("app/briefing/told.d.ts").EditedScene} EditedScene
 * @typedef {{changed: () => void, redraw: () => void}} Hooks
 */

const GROUND = "base";

export class SceneCounts {
  /** @param {import("app/briefing/question_form.js").Known & {most_figures: number}} known @param {Hooks} hooks */
  constructor(known, hooks) {
    this.known = known;
    this.hooks = hooks;
  }

  /** @param {EditedScene} scene */
  figures(scene) {
    const rows = scene.figures.map((figure, at) => {
      const form = new QuestionForm(figure, this.known);
      form.addEventListener("change", () => this.hooks.changed());
      const remove = () => {
        scene.figures.splice(at, 1);
        this.hooks.redraw();
      };
      return html`<div class="asked"><p><b>{${at + 1}}</b><input type="text" maxlength="60" placeholder="说明，如：疑似闲置，满两年" aria-label="数字 ${at + 1} 的说明" value="${figure.label}" @input=${(
        /** @type {Event} */ event,
      ) => {
        figure.label = typed(event);
        this.hooks.changed();
      }}><button type="button" class="button plain" @click=${remove}>去掉</button></p>${form.element}</div>`;
    });
    const add = () => {
      scene.figures.push({ label: "", ...this.#question(scene) });
      this.hooks.redraw();
    };
    const more = scene.figures.length < this.known.most_figures;
    return html`<fieldset><legend>数字（最多 ${this.known.most_figures} 个）</legend>${rows}${more && html`<button type="button" class="button plain" @click=${add}>加一个数字</button>`}</fieldset>`;
  }

  /** @param {EditedScene} scene */
  bars(scene) {
    const { bars } = scene;
    const turn = () => {
      scene.bars = bars ? null : { title: "", by: "town", ...this.#question(scene) };
      this.hooks.redraw();
    };
    const button = html`<button type="button" class="button plain" @click=${turn}>${bars ? "去掉条形图" : "加条形图"}</button>`;
    if (!bars) return html`<fieldset><legend>条形图（前五）</legend>${button}</fieldset>`;
    const form = new QuestionForm(bars, this.known);
    form.addEventListener("change", () => this.hooks.changed());
    const title = html`<input type="text" maxlength="60" value="${bars.title}" @input=${(
      /** @type {Event} */ event,
    ) => {
      bars.title = typed(event);
      this.hooks.changed();
    }}>`;
    return html`<fieldset><legend>条形图（前五）</legend>${labelled("小标题", title)}${form.element}${button}</fieldset>`;
  }

  /** What one begins with. @param {EditedScene} scene */
  #question(scene) {
    const [layer] = Object.keys(scene.subject);
    const first = this.known.layers.find(({ group }) => group !== GROUND)?.key ?? "";
    return { layers: [layer ?? first], filter: "", measure: "count" };
  }
}
