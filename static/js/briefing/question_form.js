// How is the question of a figure or of bars put together? Layer, what of it, how it is measured; no codes to type.
import { fill, html } from "app/dom.js";

/**
 * @typedef {import("app/briefing/told.d.ts").Question} Question
 * @typedef {Record<string, {title: string, fields: string[]}>} Measures
 * @typedef {{layers: Api.Layer[], measures: Measures, facets: (layer: string) => Promise<Api.Facets>}} Known
 */

const OWN = "own";
const FIRST_BY = "town";

/** Emits "change" when the question was changed in place. */
export class QuestionForm extends EventTarget {
  /** @param {Question & {by?: string}} question changed in place @param {Known} known */
  constructor(question, known) {
    super();
    this.question = question;
    this.known = known;
    this.element = html`<div class="inquiry"></div>`;
    this.#draw();
  }

  async #draw() {
    const { question, known } = this;
    const [key] = question.layers;
    const layer = known.layers.find((each) => each.key === key);
    const facets = layer && (await known.facets(layer.key).catch(() => null));
    fill(
      this.element,
      labelled("图层", this.#layerChoice(layer)),
      labelled("范围", this.#filterChoice(layer, facets)),
      labelled("算法", this.#measureChoice()),
      ...this.#fieldChoices(facets),
      question.by !== undefined && labelled("分组", this.#byChoice(facets)),
    );
  }

  /** @param {Api.Layer | undefined} layer */
  #layerChoice(layer) {
    const { layers } = this.question;
    const many = layers.length > 1 ? [{ value: "", words: `${layers.length} 个图层合计` }] : [];
    const gone = !layer && layers.length === 1 ? [{ value: "", words: `（图层已不在：${layers[0]}）` }] : [];
    const known = this.known.layers.map(({ key, title }) => ({ value: key, words: title }));
    const chosen = many.length || gone.length ? "" : (layer?.key ?? "");
    return choice([...many, ...gone, ...known], chosen, (value) => {
      if (!value) return;
      Object.assign(this.question, { layers: [value], filter: "" });
      this.#changed();
    });
  }

  /** @param {Api.Layer | undefined} layer @param {Api.Facets | null | undefined} facets */
  #filterChoice(layer, facets) {
    const { filter } = this.question;
    const offered = [
      { value: "", words: "全部" },
      ...(layer?.classes ?? []).map(({ key, title }) => ({ value: `symbol.any.${key}`, words: title })),
      ...(facets?.questions ?? []).map(({ title, filter: text }) => ({ value: text, words: title })),
    ];
    const own = offered.every(({ value }) => value !== filter) ? [{ value: OWN, words: "自定义条件" }] : [];
    const box = choice([...offered, ...own], own.length ? OWN : filter, (value) => {
      if (value === OWN) return;
      this.question.filter = value;
      this.#changed();
    });
    if (!own.length) return box;
    return html`<span class="own">${box}<input type="text" maxlength="3000" value="${filter}" aria-label="自定义条件" spellcheck="false" @change=${(
      /** @type {Event} */ event,
    ) => {
      this.question.filter = typed(event).trim();
      this.#changed();
    }}></span>`;
  }

  #measureChoice() {
    const { measures } = this.known;
    const isBars = this.question.by !== undefined;
    const offered = Object.entries(measures)
      .filter(([key]) => !(isBars && key === "share"))
      .map(([key, { title }]) => ({ value: key, words: title }));
    return choice(offered, this.question.measure, (value) => {
      this.question.measure = value;
      this.#changed();
    });
  }

  /** @param {Api.Facets | null | undefined} facets */
  #fieldChoices(facets) {
    const numbers = (facets?.facets ?? []).filter(({ sort }) => sort === "number");
    const titles = { field: "字段", of: "除以" };
    return (this.known.measures[this.question.measure]?.fields ?? []).map((name) => {
      const key = /** @type {"field" | "of"} */ (name);
      const offered = numbers.map(({ key: value, title, unit }) => ({
        value,
        words: unit ? `${title}（${unit}）` : title,
      }));
      const box = choice([{ value: "", words: "请选择" }, ...offered], this.question[key] ?? "", (value) => {
        this.question[key] = value;
        this.#changed();
      });
      return labelled(titles[key], box);
    });
  }

  /** @param {Api.Facets | null | undefined} facets */
  #byChoice(facets) {
    const sorts = ["choice", "flag", "day", "text"];
    const offered = (facets?.facets ?? [])
      .filter(({ sort }) => sorts.includes(sort))
      .map(({ key, title }) => ({ value: key, words: title }));
    return choice(offered, this.question.by ?? FIRST_BY, (value) => {
      this.question.by = value;
      this.#changed();
    });
  }

  #changed() {
    this.#draw();
    this.dispatchEvent(new Event("change"));
  }
}

/** Is everything chosen that the server wants? @param {Question} question @param {Measures} measures */
export function isWhole(question, measures) {
  const fields = measures[question.measure]?.fields ?? [];
  return question.layers.length > 0 && fields.every((name) => question[/** @type {"field" | "of"} */ (name)]);
}

/** @param {string} words @param {Node} control */
export function labelled(words, control) {
  return html`<label><span>${words}</span>${control}</label>`;
}

/** @param {{value: string, words: string}[]} offered @param {string} chosen @param {(value: string) => void} act */
export function choice(offered, chosen, act) {
  const box = /** @type {HTMLSelectElement} */ (
    html`<select @change=${(/** @type {Event} */ event) => act(typed(event))}>${offered.map(({ value, words }) => html`<option value="${value}">${words}</option>`)}</select>`
  );
  box.value = chosen;
  return box;
}

/** @param {Event} event */
export function typed(event) {
  return /** @type {HTMLInputElement} */ (event.target).value;
}
