// What does one scene say and show? Its form; every change is told at once.
import { choice, labelled, QuestionForm, typed } from "app/briefing/question_form.js";
import { fill, html } from "app/dom.js";
import { DayEntry, dayInput } from "app/edit/day.js";
import { timeOf, wordsOf } from "app/map/times.js";

/**
 * @typedef {import("app/briefing/told.d.ts").EditedScene} EditedScene
 * @typedef {import("app/briefing/question_form.js").Known} Known
 */

const GROUND = "base";
const [YEARS_BACK, YEARS_ON] = [10, 20];
const SLOTS =
  "可用 {1} {2} {3} 代表下面的数字，{1.count} 代表同一问的数量，{top}、{top%} 代表最长的一条及其占比；放映时现算。";

/** Emits "change" when the scene was changed in place, "ask-bounds" when the view of the preview is wanted, "filter" {layer, text, act}, "photo" {act}. */
export class SceneForm extends EventTarget {
  /** @param {HTMLElement} element @param {Known & {most_figures: number, advised_headline: number, colors: Record<string, Record<string, string>>, photo: (uid: string) => string}} known */
  constructor(element, known) {
    super();
    this.element = element;
    this.known = known;
  }

  /** @param {EditedScene} scene */
  show(scene) {
    this.scene = scene;
    fill(
      this.element,
      this.#words(scene),
      this.#figures(scene),
      this.#bars(scene),
      this.#map(scene),
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
  #figures(scene) {
    const rows = scene.figures.map((figure, at) => {
      const form = new QuestionForm(figure, this.known);
      form.addEventListener("change", () => this.#changed());
      const remove = () => {
        scene.figures.splice(at, 1);
        this.#redraw();
      };
      return html`<div class="asked"><p><b>{${at + 1}}</b><input type="text" maxlength="60" placeholder="说明，如：疑似闲置，满两年" aria-label="数字 ${at + 1} 的说明" value="${figure.label}" @input=${(
        /** @type {Event} */ event,
      ) => {
        figure.label = typed(event);
        this.#changed();
      }}><button type="button" class="button plain" @click=${remove}>去掉</button></p>${form.element}</div>`;
    });
    const add = () => {
      scene.figures.push({ label: "", ...this.#question() });
      this.#redraw();
    };
    const more = scene.figures.length < this.known.most_figures;
    return html`<fieldset><legend>数字（最多 ${this.known.most_figures} 个）</legend>${rows}${more && html`<button type="button" class="button plain" @click=${add}>加一个数字</button>`}</fieldset>`;
  }

  /** @param {EditedScene} scene */
  #bars(scene) {
    const { bars } = scene;
    const turn = () => {
      scene.bars = bars ? null : { title: "", by: "town", ...this.#question() };
      this.#redraw();
    };
    const button = html`<button type="button" class="button plain" @click=${turn}>${bars ? "去掉条形图" : "加条形图"}</button>`;
    if (!bars) return html`<fieldset><legend>条形图（前五）</legend>${button}</fieldset>`;
    const form = new QuestionForm(bars, this.known);
    form.addEventListener("change", () => this.#changed());
    const title = html`<input type="text" maxlength="60" value="${bars.title}" @input=${(
      /** @type {Event} */ event,
    ) => {
      bars.title = typed(event);
      this.#changed();
    }}>`;
    return html`<fieldset><legend>条形图（前五）</legend>${labelled("小标题", title)}${form.element}${button}</fieldset>`;
  }

  /** @param {EditedScene} scene */
  #map(scene) {
    const themes = this.known.layers.filter(({ group }) => group !== GROUND);
    const day = new DayEntry(dayInput(), { label: "回看某日" });
    day.value = scene.at ?? "";
    day.addEventListener("change", (event) => {
      scene.at = /** @type {CustomEvent} */ (event).detail.value || null;
      this.#changed();
    });
    const whole = () => {
      scene.bounds = null;
      this.#redraw();
    };
    return html`<fieldset><legend>地图</legend>
      <p class="ways"><span>视野：${scene.bounds ? "自定" : "全县"}</span>
        <button type="button" class="button plain" @click=${() => this.dispatchEvent(new Event("ask-bounds"))}>用预览里现在的视野和时间</button>
        ${scene.bounds && html`<button type="button" class="button plain" @click=${whole}>改为全县</button>`}</p>
      ${labelled("回看某日", day.element)}
      <div class="times-of">${this.#times(scene)}</div>
      <details open><summary>图层：打开的，和要突出的（其余变淡）</summary><div class="layers">${themes.map((layer) => this.#layer(scene, layer))}</div></details>
      ${this.#filters(scene)}
    </fieldset>`;
  }

  // What stands then, alone or left of a curtain.
  /** @param {EditedScene} scene */
  #times(scene) {
    const { year, compare } = scene;
    const [left, right] = [compare?.left ?? year?.time ?? "", compare?.right ?? ""];
    const set = (/** @type {string} */ one, /** @type {string} */ other) => {
      const two = one !== "" && other !== "";
      scene.compare = two ? { left: one, right: other, share: compare?.share ?? null } : null;
      scene.year = one && !two ? { time: one } : null;
      this.#redraw();
    };
    return [
      timeChoice("时间", "不分时间", left, (value) => set(value, right)),
      left && timeChoice("卷帘右边", "不对比", right, (value) => set(left, value)),
    ];
  }

  /** @param {EditedScene} scene @param {Api.Layer} layer */
  #layer(scene, { key, title, on, classes }) {
    const isOn = scene.layers ? scene.layers.includes(key) : on;
    const about = scene.subject[key];
    const turn = () => {
      const shown = scene.layers ?? this.known.layers.filter((each) => each.on).map((each) => each.key);
      scene.layers = isOn ? shown.filter((each) => each !== key) : [...shown, key];
      if (isOn) {
        delete scene.subject[key];
        delete scene.colors?.[key];
      }
      this.#redraw();
    };
    const stress = (/** @type {string | null} */ symbol) => {
      this.#stress(scene, key, symbol);
      this.#redraw();
    };
    const parts = isOn && about && classes.length > 1 && !scene.colors?.[key];
    const fields = this.known.colors[key];
    const offered = Object.entries({ "": "按系统规定", ...fields }).map(([value, words]) => ({
      value,
      words,
    }));
    const color = (/** @type {string} */ field) => {
      const { [key]: _, ...others } = scene.colors ?? {};
      scene.colors = field ? { ...others, [key]: field } : others;
      this.#redraw();
    };
    return html`<div class="layer">
      <label class="tick"><input type="checkbox" checked=${isOn} @change=${turn}>${title}</label>
      ${isOn && html`<label class="tick stressed"><input type="checkbox" checked=${Boolean(about)} @change=${() => stress(null)}>突出</label>`}
      ${isOn && fields && html`<label class="color-by"><span>着色</span>${choice(offered, scene.colors?.[key] ?? "", color)}</label>`}
      ${parts && html`<div class="classes">${classes.map((each) => html`<label class="tick"><input type="checkbox" checked=${about.length === 0 || about.includes(each.key)} @change=${() => stress(each.key)}>${each.title}</label>`)}</div>`}
    </div>`;
  }

  /** @param {EditedScene} scene @param {string} layer @param {string | null} symbol null: the layer as a whole */
  #stress(scene, layer, symbol) {
    const about = scene.subject[layer];
    if (symbol === null) {
      if (about) delete scene.subject[layer];
      else scene.subject[layer] = [];
      return;
    }
    const all = this.known.layers.find(({ key }) => key === layer)?.classes.map(({ key }) => key) ?? [];
    const now = about.length ? about : all;
    const next = now.includes(symbol) ? now.filter((each) => each !== symbol) : [...now, symbol];
    if (next.length === 0) delete scene.subject[layer];
    else scene.subject[layer] = next.length === all.length ? [] : next;
  }

  /** @param {EditedScene} scene */
  #filters(scene) {
    const rows = Object.entries(scene.filters).map(([layer, text]) => {
      const title = this.known.layers.find(({ key }) => key === layer)?.title ?? layer;
      const remove = () => {
        delete scene.filters[layer];
        this.#redraw();
      };
      return html`<p class="ways"><span>${title}：${text}</span>
        <button type="button" class="button plain" @click=${() => this.#askFilter(scene, layer)}>修改</button>
        <button type="button" class="button plain" @click=${remove}>不再筛选</button></p>`;
    });
    const on = this.known.layers.filter((layer) => this.#isFilterable(scene, layer));
    const offered = [
      { value: "", words: "给一个图层加筛选…" },
      ...on.map(({ key, title }) => ({ value: key, words: title })),
    ];
    const add = on.length > 0 && choice(offered, "", (key) => key && this.#askFilter(scene, key));
    return html`<details open><summary>图上的筛选</summary>${rows}${add}</details>`;
  }

  /** @param {EditedScene} scene @param {Api.Layer} layer */
  #isFilterable(scene, { key, group, on }) {
    return group !== GROUND && !scene.filters[key] && (scene.layers ? scene.layers.includes(key) : on);
  }

  /** @param {EditedScene} scene @param {string} layer */
  #askFilter(scene, layer) {
    this.#ask("filter", {
      layer,
      text: scene.filters[layer] ?? "",
      act: (/** @type {string} */ text) => {
        if (text) scene.filters[layer] = text;
        else delete scene.filters[layer];
        this.#redraw();
      },
    });
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

  /** @param {"filter" | "photo"} name @param {object} detail */
  #ask(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }

  #question() {
    const [layer] = Object.keys(this.scene?.subject ?? {});
    const first = this.known.layers.find(({ group }) => group !== GROUND)?.key ?? "";
    return { layers: [layer ?? first], filter: "", measure: "count" };
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

/** @param {string} title @param {string} none what stands for no time @param {string} chosen @param {(value: string) => void} act */
function timeChoice(title, none, chosen, act) {
  const now = new Date().getFullYear();
  const years = Array.from({ length: YEARS_BACK + YEARS_ON + 1 }, (_, at) => String(now - YEARS_BACK + at));
  const offered = ["now", ...new Set([...years, ...(Number(chosen) ? [chosen] : [])].sort()), "plan"];
  const words = offered.map((value) => ({ value, words: wordsOf(timeOf(value) ?? "now") }));
  const box = choice([{ value: "", words: none }, ...words], chosen, act);
  box.setAttribute("aria-label", title);
  return labelled(title, box);
}
