// What does the map of a scene show? The part of its form for view, time, layers and filters.
import { choice, labelled } from "app/briefing/question_form.js";
import { html } from "app/dom.js";
import { DayEntry, dayInput } from "app/edit/day.js";
import { timeOf, wordsOf } from "app/map/times.js";

/**
 * @typedef {import("app/briefing/told.d.ts").EditedScene} EditedScene
 * @typedef {{changed: () => void, redraw: () => void, ask: (name: "ask-bounds" | "filter", detail?: object) => void}} Hooks
 */

const GROUND = "base";
const [YEARS_BACK, YEARS_ON] = [10, 20];

export class SceneSight {
  /** @param {{layers: Api.Layer[], colors: Record<string, Record<string, string>>}} known @param {Hooks} hooks */
  constructor(known, hooks) {
    this.known = known;
    this.hooks = hooks;
  }

  /** @param {EditedScene} scene */
  parts(scene) {
    const themes = this.known.layers.filter(({ group }) => group !== GROUND);
    const day = new DayEntry(dayInput(), { label: "回看某日" });
    day.value = scene.at ?? "";
    day.addEventListener("change", (event) => {
      scene.at = /** @type {CustomEvent} */ (event).detail.value || null;
      this.hooks.changed();
    });
    const whole = () => {
      scene.bounds = null;
      this.hooks.redraw();
    };
    return html`<fieldset><legend>地图</legend>
      <p class="ways"><span>视野：${scene.bounds ? "自定" : "全县"}</span>
        <button type="button" class="button plain" @click=${() => this.hooks.ask("ask-bounds")}>用预览里现在的视野和时间</button>
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
      this.hooks.redraw();
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
      this.hooks.redraw();
    };
    const stress = (/** @type {string | null} */ symbol) => {
      this.#stress(scene, key, symbol);
      this.hooks.redraw();
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
      this.hooks.redraw();
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
        this.hooks.redraw();
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
    this.hooks.ask("filter", {
      layer,
      text: scene.filters[layer] ?? "",
      act: (/** @type {string} */ text) => {
        if (text) scene.filters[layer] = text;
        else delete scene.filters[layer];
        this.hooks.redraw();
      },
    });
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
