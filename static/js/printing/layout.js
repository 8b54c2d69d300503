// How does a person like his sheets? Paper, scale and the rest, remembered by the browser for the next time.

const KEPT = "print_layout";

/**
 * @typedef {object} Layout
 * @property {string} paper
 * @property {Api.Orientation} orientation
 * @property {number | null} scale null: what fits the view
 * @property {string} grid
 * @property {boolean} legend
 * @property {string} form
 * @property {string} unit
 */

/** @param {Api.PrintChoices} facts @returns {Layout} */
export function remembered(facts) {
  const usual = {
    paper: "A3",
    orientation: /** @type {const} */ ("landscape"),
    scale: null,
    grid: "both",
    legend: true,
    form: "pdf",
    unit: facts.unit,
  };
  const kept = read();
  return {
    ...usual,
    ...kept,
    paper: facts.papers.some(({ key }) => key === kept.paper) ? kept.paper : usual.paper,
    orientation: kept.orientation in facts.orientations ? kept.orientation : usual.orientation,
    grid: kept.grid in facts.grids ? kept.grid : usual.grid,
    form: facts.forms.includes(kept.form) ? kept.form : usual.form,
    scale: kept.scale > 0 ? kept.scale : null,
  };
}

/** @param {Layout} layout */
export function keep({ paper, orientation, scale, grid, legend, form, unit }) {
  try {
    localStorage.setItem(KEPT, JSON.stringify({ paper, orientation, scale, grid, legend, form, unit }));
  } catch {
    // A browser that keeps nothing asks again.
  }
}

/** @returns {any} */
function read() {
  try {
    const kept = JSON.parse(localStorage.getItem(KEPT) ?? "{}");
    return kept && typeof kept === "object" ? kept : {};
  } catch {
    return {};
  }
}

/** 5万, 1:10 000 or 2500 as a number; NaN for what is none. @param {string} words */
export function scaleIn(words) {
  const text = words.replace(/^1\s*[:：]/, "").replace(/[\s,，]/g, "");
  return text.endsWith("万") ? Number(text.slice(0, -1)) * 10_000 : Number(text || Number.NaN);
}

/** 1:5 万 is how a large one is read. @param {number} scale */
export function scaleWords(scale) {
  return `1:${scale >= 10_000 && scale % 1000 === 0 ? `${scale / 10_000}万` : scale}`;
}
