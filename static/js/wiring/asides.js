// Which panels stand beside the map? Each is fetched when it is first opened; what comes lets others go.
import { sheet } from "app/wiring/parts.js";

/**
 * @typedef {{
 *   filters: import("app/filter/builder.js").FilterPanel | null,
 *   charts: import("app/charts/panel.js").ChartPanel | null,
 *   printing: import("app/printing/panel.js").PrintPanel | null,
 *   answer: import("app/asking/panel.js").AnswerPanel | null,
 *   travel: import("app/panel/travel.js").TravelPanel | null,
 *   differences: import("app/panel/differences.js").DifferencePanel | null,
 * }} Stood
 * @typedef {keyof Stood} Name
 */

/** Made when they are first opened, and kept. @type {Stood} */
export const stood = {
  filters: null,
  charts: null,
  printing: null,
  answer: null,
  travel: null,
  differences: null,
};

/** @type {Record<Name | "card" | "desk", Name[]>} */
const LEAVE = {
  filters: ["charts", "printing"],
  charts: ["filters", "printing"],
  printing: ["filters", "charts", "answer"],
  answer: ["filters", "charts", "printing"],
  travel: ["filters", "charts"],
  differences: ["filters", "charts"],
  card: ["filters", "charts", "printing"],
  desk: ["filters", "charts", "printing"],
};

/** What comes has room, on a phone too. @param {keyof typeof LEAVE} name */
export function makeWayFor(name) {
  for (const other of LEAVE[name]) stood[other]?.close();
  if (sheet.height === "low") sheet.set("middle");
}

/** @param {Name[]} names @returns {boolean} whether one of them stood, and was closed */
export function closeFirst(...names) {
  const open = names.map((name) => stood[name]).find((panel) => panel?.isOpen);
  open?.close();
  return Boolean(open);
}
