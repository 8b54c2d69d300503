// How is any other condition put together? A field, an operator, values: everything the server knows how to ask.
import { fill, html } from "app/dom.js";
import { DayEntry, dayInput } from "app/edit/day.js";

/** @typedef {import("app/filter/text.js").Condition} Condition */

/** One row with a button that adds the condition. */
export class CustomRow {
  /** @param {Api.Facets} facets @param {(condition: Condition) => void} add */
  constructor(facets, add) {
    this.facets = facets.facets.filter(({ sort }) => sort !== "shape");
    this.add = add;
    this.field = this.#select(
      "哪个字段",
      this.facets.map(({ key, title }) => ({ value: key, label: title })),
    );
    this.operator = this.#select("怎样比较", []);
    this.values = html`<span class="custom-values"></span>`;
    this.field.addEventListener("change", () => this.#operators());
    this.operator.addEventListener("change", () => this.#inputs());
    this.element = /** @type {HTMLElement} */ (
      html`<form class="custom-row" novalidate @submit=${(/** @type {Event} */ event) => this.#submit(event)}>
        ${this.field}${this.operator}${this.values}<button class="button" type="submit">添加条件</button>
      </form>`
    );
    this.#operators();
  }

  get #facet() {
    return this.facets.find(({ key }) => key === this.field.value) ?? this.facets[0];
  }

  get #chosen() {
    return this.#facet?.operators.find(({ key }) => key === this.operator.value);
  }

  #operators() {
    const operators = this.#facet?.operators ?? [];
    fill(this.operator, ...operators.map(({ key, word }) => html`<option value="${key}">${word}</option>`));
    this.#inputs();
  }

  #inputs() {
    const sort = this.#chosen?.values ?? "";
    const facet = this.#facet;
    if (sort === "choices" && facet?.choices.length) {
      fill(this.values, this.#select("值", facet.choices));
      return;
    }
    const inputs = sort === "range" ? ["从", "到"] : sort ? [hintOf(sort)] : [];
    const isDay = facet?.sort === "day" && (sort === "day" || sort === "range");
    fill(
      this.values,
      inputs.map((words) => (isDay ? dayOf(words, facet.title) : lineOf(words))),
    );
  }

  /** @param {Event} event */
  #submit(event) {
    event.preventDefault();
    const facet = this.#facet;
    const operator = this.#chosen;
    if (!facet || !operator) return;
    const controls = /** @type {NodeListOf<HTMLInputElement>} */ (
      this.values.querySelectorAll("input, select")
    );
    const typed = [...controls].map(({ value }) => value.trim());
    const wrong = [...controls].find((control, i) => !typed[i] || control.matches("[aria-invalid=true]"));
    if (wrong) return wrong.focus();
    const several = operator.values === "choices" || operator.values === "years";
    const values = several ? typed.flatMap((value) => value.split(/[、;；,，]/)).filter(Boolean) : typed;
    this.add({ key: facet.key, operator: operator.key, values });
  }

  /** @param {string} label @param {Api.Option[]} options @returns {HTMLSelectElement} */
  #select(label, options) {
    const items = options.map(({ value, label: words }) => html`<option value="${value}">${words}</option>`);
    return /** @type {HTMLSelectElement} */ (html`<select aria-label="${label}">${items}</select>`);
  }
}

/** @param {string} words @param {string} title */
function dayOf(words, title) {
  return new DayEntry(dayInput({ "aria-label": words }), { label: title }).element;
}

/** @param {string} words */
function lineOf(words) {
  return html`<input type="text" size="9" autocomplete="off" placeholder="${words}" aria-label="${words}">`;
}

/** @param {string} sort */
function hintOf(sort) {
  return (
    {
      number: "数字",
      words: "文字",
      day: "日期",
      days: "天数",
      years: "年份，如 2024",
      choices: "值，多个用、隔开",
    }[sort] ?? "值"
  );
}
