// Which time does the map show, and which two beside each other? For the panel of years and for scenes of a briefing.
//
//   times.setYear(2025)                       what stands at the end of 2025, by actual and planned dates
//   times.setYear("now")                      what stands today, by what was reported
//   times.setYear("plan")                     all that is planned
//   times.setYear(null)                       everything, as without any time
//   times.setCompare({ left: "now", right: "plan" })   two times with a curtain between them; share: where it hangs
//   times.setCompare(null)                    one picture again, of the time before
//
// `times.text` is the whole state as a short text ("2025", "now~plan", "now~2027~0.4", ""), which stands in the address
// (`time=`), can be kept with a scene and is brought back by `times.restore(text)`. Nothing is fetched: both renderers
// filter the tiles that are there, by the expressions that /api/layers gives for each layer (`time`). A layer whose kind
// declares no lifetime stands at every time. The totals of the legend stay those of the whole layer.

/**
 * @typedef {"now" | "plan" | number} Time a number is the end of that year
 * @typedef {{left: Time, right: Time, share?: number}} Compared share: of the width, left of the curtain; the middle where none is given
 * @typedef {{key: string, title: string, count: number, time?: Api.Lifetime | null}} LayerInTime
 */

const DAY = "$day";
const SPLIT = "~";
const FIRST_YEAR = 1950;
const LAST_YEAR = 2100;
const LEAST_MOVE = 0.01;

/** Emits "times" {text, year, compare} when what is shown has changed. */
export class Times extends EventTarget {
  /** @type {Time | null} */
  #year = null;
  /** @type {Compared | null} */
  #compare = null;
  /** @type {LayerInTime[]} */
  #layers = [];
  #today = "";

  /** @param {import("app/map/view.js").MapView} view */
  constructor(view) {
    super();
    this.view = view;
    view.curtain.addEventListener("share", () => this.#swept());
  }

  /** What the server says of layers. @param {{layers: LayerInTime[], day?: string}} catalogue */
  know({ layers, day = "" }) {
    this.#layers = layers;
    this.#today = day;
    if (this.#year !== null || this.#compare) this.#show();
  }

  /** @returns {Time | null} */
  get year() {
    return this.#year;
  }

  /** @returns {Compared | null} */
  get compare() {
    return this.#compare && { ...this.#compare, share: this.view.curtain.share ?? this.#compare.share };
  }

  /** @param {Time | null} year null: everything */
  setYear(year) {
    this.#year = year;
    this.#compare = null;
    this.#show();
    this.#tell();
  }

  /** @param {Compared | null} compare */
  setCompare(compare) {
    this.#compare = compare;
    this.#show();
    if (compare?.share !== undefined && compare.share !== this.view.curtain.share)
      this.view.curtain.hang(compare.share);
    this.#tell();
  }

  /** For the address, and for whoever keeps a view. */
  get text() {
    const { compare } = this;
    if (!compare) return String(this.#year ?? "");
    const share = Number((compare.share ?? 0).toFixed(2));
    const moved = Math.abs(share - this.view.middle) > LEAST_MOVE;
    return [compare.left, compare.right, ...(moved ? [share] : [])].join(SPLIT);
  }

  /** @param {string | null | undefined} text as `text` gave it; what makes no sense is everything */
  restore(text) {
    const [left, right, share] = (text ?? "").split(SPLIT);
    const [one, other] = [timeOf(left), timeOf(right)];
    const part = Number.parseFloat(share);
    if (text === this.text) return;
    if (one === null || other === null) this.setYear(one);
    else this.setCompare({ left: one, right: other, share: part >= 0 && part <= 1 ? part : undefined });
  }

  /** From the first to the last year in which something comes to stand, this year among them. @returns {[number, number]} */
  get range() {
    const years = this.#layers.flatMap(({ time }) => Object.keys(time?.years ?? {}).map(Number));
    const today = Number(this.#today.slice(0, 4)) || new Date().getFullYear();
    return [Math.min(today, ...years) - 1, Math.max(today, ...years) + 1];
  }

  /** How many come to stand in a year, over all layers that are told. @param {number} year @param {string[]} keys */
  arriving(year, keys) {
    const told = this.#layers.filter(({ key }) => keys.includes(key));
    return told.reduce((sum, { time }) => sum + (time?.years[year] ?? 0), 0);
  }

  /** Layers with features that stand in no year, because nobody gave them a date. @param {string[]} keys */
  undated(keys) {
    return this.#layers
      .filter(({ key, time }) => time?.undated && keys.includes(key))
      .map(({ title, time }) => ({ title, count: time?.undated ?? 0 }));
  }

  #show() {
    const { left, right } = this.#compare ?? { left: this.#year, right: null };
    const others = right === null ? null : this.#expressions(right);
    this.view.setTimes(this.#expressions(left), others, this.#compare?.share);
    if (left !== null && right !== null) this.view.curtain.tell(wordsOf(left), wordsOf(right));
  }

  /** @param {Time | null} time @returns {Record<string, any>} by layer */
  #expressions(time) {
    const found = this.#layers.filter((layer) => layer.time);
    return Object.fromEntries(
      found.map(({ key, time: told }) => [
        key,
        expressionAt(/** @type {Api.Lifetime} */ (told), time, this.#today),
      ]),
    );
  }

  #swept() {
    if (this.#compare) this.#tell();
  }

  #tell() {
    const detail = { text: this.text, year: this.#year, compare: this.compare };
    this.dispatchEvent(new CustomEvent("times", { detail }));
  }
}

/**
 * As a scene of a briefing keeps it: the curtain in parts of the width of its bounds, so that it hangs there on any screen.
 * @param {Times} times @param {import("app/map/view.js").Bounds | null} bounds @param {number | null} lon where the curtain hangs
 */
export function keptTimes({ year, compare }, bounds, lon) {
  if (compare) {
    const part = bounds && lon !== null ? (lon - bounds[0]) / (bounds[2] - bounds[0]) : 0.5;
    const share = Number(Math.min(Math.max(part, 0), 1).toFixed(4));
    return { year: null, compare: { left: String(compare.left), right: String(compare.right), share } };
  }
  return { year: year === null ? null : { time: String(year) }, compare: null };
}

/** What of a layer stands at a time. @param {Api.Lifetime} told @param {Time | null} time @param {string} today @returns {any} null: everything */
export function expressionAt(told, time, today) {
  if (time === null) return null;
  if (time === "plan") return told.plan;
  return time === "now" ? onDay(told.now, today) : onDay(told.by, `${time}-12-31`);
}

/** @param {string | undefined} text @returns {Time | null} */
export function timeOf(text) {
  if (text === "now" || text === "plan") return text;
  const year = /^\d{4}$/.test(text ?? "") ? Number(text) : 0;
  return year >= FIRST_YEAR && year <= LAST_YEAR ? year : null;
}

/** @param {Time} time */
export function wordsOf(time) {
  return time === "now" ? "现状" : time === "plan" ? "规划" : `${time} 年底`;
}

/** The whole state in words. @param {string} text as `text` of the times gives it */
export function timeWords(text) {
  const found = text.split(SPLIT).slice(0, 2).map(timeOf);
  return found.flatMap((time) => (time === null ? [] : wordsOf(time))).join("与");
}

/** @param {any} part @param {string} day @returns {any} */
function onDay(part, day) {
  if (Array.isArray(part)) return part.map((each) => onDay(each, day));
  return part === DAY ? day : part;
}
