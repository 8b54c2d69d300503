// How long is a kilometre on this screen?

const SVG = "http://www.w3.org/2000/svg";
const LONGEST_PX = 92;
const CSS_PIXEL_M = 0.0254 / 96;
const ROUND = [1, 2, 5];

/** @param {SVGElement} bar @param {number} denominator of the scale */
export function drawScaleBar(bar, denominator) {
  const metres_per_px = denominator * CSS_PIXEL_M;
  const metres = longestRound(LONGEST_PX * metres_per_px);
  const half = metres / metres_per_px / 2;
  bar.replaceChildren(
    part("rect", { x: 4, y: 22, width: half, height: 6, class: "ink" }),
    part("rect", { x: 4 + half, y: 22.5, width: half - 0.5, height: 5, class: "paper" }),
    part("text", { x: 4, y: 44, class: "first" }, "0"),
    part("text", { x: 4 + half, y: 44 }, said(metres / 2, metres)),
    part("text", { x: 4 + 2 * half, y: 44 }, `${said(metres, metres)} ${metres < 1000 ? "米" : "公里"}`),
  );
}

/** @param {number} metres */
export function longestRound(metres) {
  const power = 10 ** Math.floor(Math.log10(metres));
  const fitting = ROUND.map((step) => step * power).filter((step) => step <= metres);
  return fitting[fitting.length - 1];
}

/** @param {number} metres @param {number} whole */
function said(metres, whole) {
  return String(Number((whole < 1000 ? metres : metres / 1000).toPrecision(3)));
}

/** @param {string} name @param {Record<string, string | number>} attributes @param {string} [text] */
function part(name, attributes, text = "") {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  element.textContent = text;
  return element;
}
