// How long is a kilometre on this screen?

/** @typedef {import("app/map/scale.js").Bar} Bar */

const SVG = "http://www.w3.org/2000/svg";
const LEFT = 4;
const BETWEEN = 5;

/** Two halves, black and white, with three numbers. @param {SVGElement} svg @param {Bar} bar */
export function drawScaleBar(svg, { px, values: [zero, half, full], unit }) {
  const middle = LEFT + px / 2;
  const width = Math.ceil(px + 34);
  svg.setAttribute("width", String(width));
  svg.setAttribute("viewBox", `0 0 ${width} 54`);
  svg.closest(".panel")?.removeAttribute("hidden");
  const last = `${full} ${unit}`;
  const roomy = px / 2 > (widthOf(String(half)) + widthOf(last)) / 2 + BETWEEN;
  svg.replaceChildren(
    part("rect", { x: LEFT, y: 22, width: px / 2, height: 6, class: "ink" }),
    part("rect", { x: middle, y: 22, width: px / 2, height: 6, class: "paper" }),
    part("text", { x: LEFT, y: 44 }, String(zero)),
    part("text", { x: middle, y: 44 }, roomy ? String(half) : ""),
    part("text", { x: LEFT + px, y: 44 }, last),
  );
}

// Near enough for digits and two characters at 12 px.
/** @param {string} text */
function widthOf(text) {
  return [...text].reduce((width, each) => width + (each > "\u3000" ? 12 : 6.8), 0);
}

/** @param {string} name @param {Record<string, string | number>} attributes @param {string} [text] */
function part(name, attributes, text = "") {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  element.textContent = text;
  return element;
}
