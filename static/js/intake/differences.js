// How did the shapes change? Old outlines dashed, new ones solid; one after the other, or all at once.
import { byId } from "app/dom.js";

/** @typedef {number[][]} Line */
/** @typedef {{name: string, old: Line[], new?: Line[], reshaped?: boolean}} Shown */

const SPACE = "http://www.w3.org/2000/svg";
const WIDTH = 640;
const HEIGHT = 420;
const LEAST_DEG = 0.0006;
const ROOM = 1.5;
const MARK_PX = 4;

/** @type {{listed: Shown[], gone: Shown[], county: Line[]}} */
const told = JSON.parse(byId("compared").textContent ?? "{}");
const figure = document.getElementById("differences");
const svg = /** @type {SVGSVGElement | null} */ (figure?.querySelector("svg") ?? null);
const changed = told.listed.map((each, at) => ({ each, at })).filter(({ each }) => each.reshaped);
let present = -1;

/** @param {Line[]} lines */
function boxOf(lines) {
  const places = lines.flat();
  const xs = places.map(([x]) => x);
  const ys = places.map(([, y]) => y);
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
}

/** Degrees to pixels, true to shape, so that these lines fill the picture. @param {Line[]} lines */
function frameOf(lines) {
  const [west, south, east, north] = boxOf(lines);
  const squeeze = Math.cos((((south + north) / 2) * Math.PI) / 180);
  const wide = Math.max((east - west) * squeeze, LEAST_DEG) * ROOM;
  const high = Math.max(north - south, LEAST_DEG) * ROOM;
  const scale = Math.min(WIDTH / wide, HEIGHT / high);
  const [x0, y0] = [(west + east) / 2, (south + north) / 2];
  /** @param {number[]} place */
  return ([x, y]) => [WIDTH / 2 + (x - x0) * squeeze * scale, HEIGHT / 2 - (y - y0) * scale];
}

/** @param {Line[]} lines @param {(place: number[]) => number[]} at */
function pathOf(lines, at) {
  return lines
    .map((line) => {
      const placed = line.map(at);
      if (placed.length === 1) {
        const [x, y] = placed[0];
        return `M${x - MARK_PX} ${y - MARK_PX}h${2 * MARK_PX}v${2 * MARK_PX}h${-2 * MARK_PX}z`;
      }
      return `M${placed.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`).join("L")}`;
    })
    .join("");
}

/** @param {string} name @param {Line[]} lines @param {(place: number[]) => number[]} at */
function draw(name, lines, at) {
  if (!svg || !lines.length) return;
  const path = document.createElementNS(SPACE, "path");
  path.setAttribute("class", name);
  path.setAttribute("d", pathOf(lines, at));
  svg.append(path);
}

/** @param {Shown[]} some @param {string} words */
function show(some, words) {
  if (!svg || !figure) return;
  const lines = some.flatMap((each) => [...each.old, ...(each.new ?? [])]);
  figure.hidden = !lines.length;
  if (!lines.length) return;
  const at = frameOf(lines);
  svg.setAttribute("viewBox", `0 0 ${WIDTH} ${HEIGHT}`);
  svg.replaceChildren();
  draw("county", told.county, at);
  for (const each of told.listed) if (!some.includes(each)) draw("beside", each.old, at);
  for (const each of some) {
    draw("was", each.old, at);
    draw(each.new ? "is" : "goes", each.new ?? each.old, at);
  }
  svg.setAttribute("aria-label", `${words}：虚线为原来，实线为文件中的`);
}

/** @param {number} at */
function showOne(at) {
  present = at;
  const each = told.listed[at];
  show([each], each.name);
  for (const row of document.querySelectorAll("tr[data-at]")) {
    row.classList.toggle("shown", row.getAttribute("data-at") === String(at));
  }
}

function showAll() {
  present = -1;
  const some = changed.length ? changed.map(({ each }) => each) : told.listed;
  show(some, `${some.length} 个图形`);
  for (const row of document.querySelectorAll("tr.shown")) row.classList.remove("shown");
}

/** @param {number} step */
function go(step) {
  if (!step || !told.listed.length) return showAll();
  const places = changed.length ? changed.map(({ at }) => at) : told.listed.map((_, at) => at);
  const now = places.indexOf(present);
  const next = now < 0 ? (step > 0 ? 0 : places.length - 1) : (now + step + places.length) % places.length;
  showOne(places[next]);
  document.querySelector("tr.shown")?.scrollIntoView({ block: "nearest" });
}

document.addEventListener("click", (event) => {
  const button = event.target instanceof Element ? event.target.closest("button") : null;
  if (button?.dataset.show) showOne(Number(button.dataset.show));
  if (button?.dataset.gone) {
    const each = told.gone[Number(button.dataset.gone)];
    show([{ name: each.name, old: each.old }], each.name);
    figure?.scrollIntoView({ block: "nearest" });
  }
  if (button?.dataset.go) go(Number(button.dataset.go));
});

// Whoever ticks single features means them.
for (const box of document.querySelectorAll('tbody input[name="ticked"]')) {
  box.addEventListener("change", () => pick("changed"));
}
for (const box of document.querySelectorAll('.gone input[name="ticked"]')) {
  box.addEventListener("change", () => pick("removed"));
}

/** @param {string} name */
function pick(name) {
  const radio = document.querySelector(`input[name="${name}"][value="ticked"]`);
  if (radio instanceof HTMLInputElement) radio.checked = true;
}

showAll();
