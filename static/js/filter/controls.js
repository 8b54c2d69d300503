// With what does one set the condition on a field? Chips, a range, days, a place.
import { html } from "app/dom.js";
import { DayEntry, dayInput } from "app/edit/day.js";

/**
 * @typedef {import("app/filter/builder.js").Asked} Asked
 * @typedef {import("app/filter/text.js").Condition} Condition
 */

const MOST_CHIPS = 24;
const EMPTY = "";
const RANGES = ["over", "least", "under", "most", "between", "is"];
const DAYS = ["since", "before", "between", "next", "last", "month", "passed", "year"];
const QUICK = [
  { words: "本月", operator: "month", values: [] },
  { words: "今后30天", operator: "next", values: ["30"] },
  { words: "今后90天", operator: "next", values: ["90"] },
  { words: "已过", operator: "passed", values: [] },
];

/** One chip for each value, those that occur with their number. @param {Asked} asked */
export function asChips({ facet, conditions, groups, put }) {
  const chosen = new Set(conditions.find(({ operator }) => operator === "any")?.values ?? []);
  const isEmpty = conditions.some(({ operator }) => operator === "empty");
  const counts = new Map((groups ?? []).map(({ value, count }) => [value, count]));
  const values = valuesOf(facet, groups, chosen);
  const turn = (/** @type {string} */ value) => {
    const next = new Set(chosen);
    if (!next.delete(value)) next.add(value);
    const added = next.size ? [{ key: facet.key, operator: "any", values: [...next] }] : [];
    put(["any", "none", "empty", "filled"], added);
  };
  const chips = values.map(({ value, label }) =>
    chip(`${facet.key}=${value}`, label, counts.get(value), chosen.has(value), () => turn(value)),
  );
  const missing = counts.get(EMPTY);
  if (missing || isEmpty) chips.push(emptyChip(facet.key, missing, isEmpty, put));
  if (!chips.length) return html`<p class="quiet">${groups ? "没有可选的值" : "正在统计…"}</p>`;
  return html`<div class="values" role="group" aria-label="${facet.title}">${chips}</div>`;
}

/** From – to, both ends in it. @param {Asked} asked */
export function asRange({ facet, conditions, put }) {
  const { low, high } = ends(conditions);
  const bounds = [number(`${facet.key} from`, low, "从"), number(`${facet.key} to`, high, "到")];
  const change = () => {
    const [from, to] = bounds.map(({ value }) => value.trim());
    put(RANGES, rangeOf(facet.key, from, to));
  };
  for (const bound of bounds) bound.addEventListener("change", change);
  return html`<div class="range">${bounds[0]}<span aria-hidden="true">至</span>${bounds[1]}<span class="unit">${facet.unit}</span></div>`;
}

/** What comes soon, and from – to. @param {Asked} asked */
export function asDays({ facet, conditions, put }) {
  const chips = QUICK.map(({ words, operator, values }) => {
    const on = conditions.some((each) => each.operator === operator && each.values.join() === values.join());
    const turn = () => put([...DAYS, "empty"], on ? [] : [{ key: facet.key, operator, values }]);
    return chip(`${facet.key}=${operator}${values}`, words, undefined, on, turn);
  });
  const isEmpty = conditions.some(({ operator }) => operator === "empty");
  chips.push(emptyChip(facet.key, undefined, isEmpty, put));
  const { low, high } = ends(conditions);
  const bounds = [
    day(`${facet.key} from`, low, `${facet.title}（从）`),
    day(`${facet.key} to`, high, `${facet.title}（到）`),
  ];
  const change = () => {
    const [from, to] = bounds.map(({ value }) => value);
    if (from !== null && to !== null) put([...DAYS, "empty"], daysOf(facet.key, from, to));
  };
  for (const bound of bounds) bound.addEventListener("change", change);
  return html`<div><div class="values" role="group" aria-label="${facet.title}">${chips}</div>
    <div class="range">${bounds[0].element}<span aria-hidden="true">至</span>${bounds[1].element}</div></div>`;
}

/** A drawn area, or a distance. @param {Asked} asked */
export function asPlace({ conditions, layers, put, draw }) {
  const isDrawn = conditions.some(({ operator }) => operator === "meets" || operator === "inside");
  const near = conditions.find(({ operator }) => operator === "near" || operator === "far");
  const options = layers.map(
    ({ value, label }) =>
      html`<option value="${value}" selected=${value === near?.values[0]}>${label}</option>`,
  );
  const layer = /** @type {HTMLSelectElement} */ (
    html`<select data-at="near layer" aria-label="距哪个图层"><option value="">距某图层…</option>${options}</select>`
  );
  const within = /** @type {HTMLSelectElement} */ (
    html`<select data-at="near or far" aria-label="不超过或超过"><option value="near">不超过</option><option value="far" selected=${near?.operator === "far"}>超过</option></select>`
  );
  const metres = number("near metres", near?.values[1] ?? "500", "米数");
  const change = () => {
    const set = layer.value && metres.value.trim();
    const values = [layer.value, metres.value.trim()];
    put(["near", "far"], set ? [{ key: "shape", operator: within.value, values }] : []);
  };
  for (const control of [layer, within, metres]) control.addEventListener("change", change);
  const undraw = () => put(["meets", "inside"], []);
  return html`<div class="place">
    <div class="values"><button class="button" type="button" data-at="draw" @click=${draw}>${isDrawn ? "重画范围" : "在地图上画范围"}</button>
    ${isDrawn && html`<button class="link" type="button" @click=${undraw}>去掉范围</button>`}</div>
    <div class="range">${layer}${within}${metres}<span class="unit">米</span></div>
  </div>`;
}

/** @param {string} at @param {string} label @param {number | undefined} count @param {boolean} on @param {() => void} turn */
function chip(at, label, count, on, turn) {
  const none = count === undefined ? null : html`<small>${count.toLocaleString("zh-CN")}</small>`;
  return html`<button class="value" type="button" data-at="${at}" aria-pressed="${String(on)}" @click=${turn}>${label}${none}</button>`;
}

/** @param {string} key @param {number | undefined} count @param {boolean} on @param {Asked["put"]} put */
function emptyChip(key, count, on, put) {
  const turn = () =>
    put(["any", "none", "filled", "empty", ...DAYS], on ? [] : [{ key, operator: "empty", values: [] }]);
  return chip(`${key} empty`, "未填写", count, on, turn);
}

/** Those that are declared or occur, and those that are chosen. @param {Api.Facet} facet @param {Api.GroupTotals[] | null} groups @param {Set<string>} chosen @returns {Api.Option[]} */
function valuesOf(facet, groups, chosen) {
  const found = (groups ?? []).filter(({ value }) => value !== EMPTY);
  const listed = facet.choices.length && !groups ? facet.choices : found;
  const shown = listed.slice(0, MOST_CHIPS).map(({ value, label }) => ({ value, label }));
  const words = new Map(facet.choices.map(({ value, label }) => [value, label]));
  const rest = [...chosen].filter((value) => !shown.some((each) => each.value === value));
  return [...shown, ...rest.map((value) => ({ value, label: words.get(value) ?? value }))];
}

/** @param {Condition[]} conditions */
function ends(conditions) {
  const between = conditions.find(({ operator }) => operator === "between");
  const of = (/** @type {string[]} */ ...operators) =>
    conditions.find(({ operator }) => operators.includes(operator))?.values[0];
  return {
    low: between?.values[0] ?? of("least", "over", "since", "is") ?? "",
    high: between?.values[1] ?? of("most", "under", "before", "is") ?? "",
  };
}

/** @param {string} key @param {string} from @param {string} to @returns {Condition[]} */
function rangeOf(key, from, to) {
  if (from && to) return [{ key, operator: "between", values: [from, to] }];
  if (from) return [{ key, operator: "least", values: [from] }];
  return to ? [{ key, operator: "most", values: [to] }] : [];
}

/** @param {string} key @param {string} from @param {string} to @returns {Condition[]} */
function daysOf(key, from, to) {
  if (from && to) return [{ key, operator: "between", values: [from, to] }];
  if (from) return [{ key, operator: "since", values: [from] }];
  return to ? [{ key, operator: "before", values: [to] }] : [];
}

/** @param {string} at @param {string} value @param {string} label @returns {HTMLInputElement} */
function number(at, value, label) {
  return /** @type {HTMLInputElement} */ (
    html`<input type="text" inputmode="decimal" data-at="${at}" value="${value}" size="7" autocomplete="off" placeholder="${label}" aria-label="${label}">`
  );
}

/** @param {string} at @param {string} value @param {string} label */
function day(at, value, label) {
  return new DayEntry(dayInput({ "data-at": at, value, "aria-label": label }), { label });
}
