// Wires the page that places a drawing: points on the drawing, the same on the map, how well they agree, and saving.
import { readJson, sendJson } from "app/api.js";
import { byId, fill, html, later } from "app/dom.js";
import { BaseMap } from "app/map/base.js";
import { FlatMap } from "app/map/flat.js";
import { LaidPicture } from "app/map/laid.js";
import { PinMap } from "app/map/pins.js";
import { Reference } from "app/map/reference.js";

/** @typedef {{id: string, across: number | null, down: number | null, lon: number | null, lat: number | null, typed: string}} Point */

const SOON_MS = 150;
const boot = JSON.parse(byId("boot").textContent ?? "");
const size = { width: boot.width, height: boot.height };
const flat = new FlatMap(byId("sheet"), boot.urls.seen, size);
const ground = new PinMap(byId("pin_map"));
const base = new BaseMap(ground.map);
// The outline of the county is filled; a base map covers it.
base.pane.style.zIndex = "410";
const reference = new Reference(ground.map);
const laid = new LaidPicture(ground.map, boot.urls.seen, size);
const way = /** @type {HTMLSelectElement} */ (byId("way"));
const save = /** @type {HTMLButtonElement} */ (byId("save"));

/** @type {Point[]} */
let points = boot.points.map(
  (/** @type {number[]} */ [across, down, lon, lat], /** @type {number} */ at) => ({
    id: String(at + 1),
    across,
    down,
    lon,
    lat,
    typed: "",
  }),
);
let next = points.length + 1;
/** @type {any} */
let fitted = null;
let asked = 0;
/** @type {any[]} */
let bases = [];

const measure = later(SOON_MS, async () => {
  const whole = points.filter(isWhole);
  const turn = ++asked;
  fitted = null;
  if (whole.length < 2) return judge(whole.length ? "再加一个控制点即可定位。" : "还没有完整的控制点。");
  try {
    const told = await sendJson(boot.urls.fit, { points: whole, way: way.value }, boot.csrf);
    if (turn !== asked) return;
    fitted = told;
    for (const [at, point] of whole.entries()) [point.lon, point.lat] = told.points[at];
    judge(verdict(told));
  } catch (error) {
    if (turn === asked) judge(/** @type {Error} */ (error).message, true);
  }
});

/** @param {Point} point */
function isWhole(point) {
  return point.across !== null && (point.lon !== null || point.typed !== "");
}

/** @param {any} told */
function verdict({ title, spare, rms_m, pixel_m, similarity_m }) {
  const one = `图纸 1 像素约 ${pixel_m < 1 ? pixel_m.toFixed(3) : pixel_m.toFixed(2)} 米`;
  if (spare > 0) return `${title}，中误差 ${rms_m.toFixed(2)} 米；${one}。`;
  const worst = Math.max(...similarity_m);
  const shape = similarity_m.length > 2 ? `；若不允许变形，残差最大 ${worst.toFixed(2)} 米` : "";
  return `${title}，控制点刚好够用，没有多余的点检验${shape}；${one}。再加一点可看残差。`;
}

/** @param {string} words @param {boolean} [bad] */
function judge(words, bad = false) {
  byId("verdict").textContent = words;
  byId("verdict").classList.toggle("trouble-text", bad);
  save.disabled = !fitted;
  show();
}

function show() {
  flat.showPins(
    points
      .filter(({ across }) => across !== null)
      .map(({ id, across, down }, at) => ({
        id,
        text: String(at + 1),
        across: across ?? 0,
        down: down ?? 0,
      })),
  );
  ground.showPins(
    points
      .map((point, at) => ({ ...point, text: String(at + 1), title: `控制点 ${at + 1}`, movable: true }))
      .filter(({ lon }) => lon !== null)
      .map(({ id, lon, lat, text, title, movable }) => ({
        id,
        lon: lon ?? 0,
        lat: lat ?? 0,
        text,
        title,
        movable,
      })),
  );
  const preview = /** @type {HTMLInputElement} */ (byId("preview")).checked;
  laid.show(preview && fitted ? fitted.corners : null);
  laid.setOpacity(Number(/** @type {HTMLInputElement} */ (byId("opacity")).value) / 100);
  fill(byId("points"), ...points.map(row));
  const open = points.find(({ across, lon, typed }) => across === null || (lon === null && !typed));
  byId("sheet_hint").textContent =
    open && open.across !== null ? "现在到地图上点同一处" : "点一处作为控制点；滚轮缩放，拖动平移";
}

/** @param {Point} point @param {number} at */
function row(point, at) {
  const place =
    point.typed || (point.lon === null ? "" : `${point.lon.toFixed(7)}, ${point.lat?.toFixed(7)}`);
  const input = html`<input value="${place}" maxlength="60" aria-label="控制点 ${at + 1} 的坐标" placeholder="在地图上点，或输入"
    @change=${(/** @type {any} */ event) => type(point, event.target.value)}>`;
  const whole = points.filter(isWhole).indexOf(point);
  const residual = fitted && whole >= 0 ? fitted.residuals_m[whole] : null;
  return html`<tr><th scope="row">${at + 1}</th>
    <td>${point.across === null ? "在图纸上点" : `${point.across}, ${point.down}`}</td><td>${input}</td>
    <td>${residual === null ? "" : fitted.spare ? residual.toFixed(2) : "—"}</td>
    <td><button type="button" class="button plain" aria-label="删去控制点 ${at + 1}" @click=${() => drop(point)}>删去</button></td></tr>`;
}

/** @param {Point} point @param {string} text */
function type(point, text) {
  point.typed = text.trim();
  if (!point.typed) point.lon = point.lat = null;
  measure();
}

/** @param {Point} point */
function drop(point) {
  points = points.filter((each) => each !== point);
  fitted = null;
  measure();
}

/** The point that still lacks this side, or a new one. @param {(point: Point) => boolean} lacks */
function open(lacks) {
  const there = points.find(lacks);
  if (there) return there;
  const fresh = { id: String(next++), across: null, down: null, lon: null, lat: null, typed: "" };
  points.push(fresh);
  return fresh;
}

flat.addEventListener("spot", (event) => {
  const { across, down } = /** @type {CustomEvent} */ (event).detail;
  Object.assign(
    open((point) => point.across === null),
    { across, down },
  );
  show();
  measure();
});
flat.addEventListener("moved", (event) => {
  const { id, across, down } = /** @type {CustomEvent} */ (event).detail;
  Object.assign(/** @type {Point} */ (points.find((point) => point.id === id)), { across, down });
  measure();
});
ground.addEventListener("point", (event) => {
  const { lon, lat } = /** @type {CustomEvent} */ (event).detail;
  Object.assign(
    open((point) => point.lon === null && !point.typed),
    { lon, lat },
  );
  show();
  measure();
});
ground.addEventListener("moved", (event) => {
  const { id, lon, lat } = /** @type {CustomEvent} */ (event).detail;
  Object.assign(/** @type {Point} */ (points.find((point) => point.id === id)), { lon, lat, typed: "" });
  measure();
});
way.addEventListener("change", () => measure());
for (const name of ["preview", "opacity"]) byId(name).addEventListener("input", show);

save.addEventListener("click", async () => {
  save.disabled = true;
  const body = {
    points: points.filter(isWhole),
    way: way.value,
    title: /** @type {HTMLInputElement} */ (byId("title")).value,
    visibility: /** @type {HTMLSelectElement} */ (byId("visibility")).value,
    seen_through: /** @type {HTMLInputElement} */ (byId("seen_through")).checked,
  };
  try {
    await sendJson(boot.urls.save, body, boot.csrf);
    location.reload();
  } catch (error) {
    byId("trouble").hidden = false;
    byId("trouble").textContent = /** @type {Error} */ (error).message;
    save.disabled = false;
  }
});

// --- what lies under it ---------------------------------------------------------------------------------

byId("base").addEventListener("change", async (event) => {
  const chosen = bases.find(({ name }) => name === /** @type {HTMLSelectElement} */ (event.target).value);
  base.show(chosen ?? null);
  if (!chosen?.gcj02) return;
  const { lat, lng } = ground.map.getCenter();
  base.setShift(await readJson(`${boot.urls.shift}?lon=${lng.toFixed(3)}&lat=${lat.toFixed(3)}`));
});

async function compare() {
  const key = /** @type {HTMLSelectElement} */ (byId("reference")).value;
  if (!key) return reference.show(null);
  const box = reference.bounds.map((degree) => degree.toFixed(6)).join(",");
  const address = `${boot.urls.api}layers/${encodeURIComponent(key)}/features?bbox=${box}&limit=500`;
  reference.show(await readJson(address).catch(() => null));
}
byId("reference").addEventListener("change", compare);
ground.map.on("moveend", later(SOON_MS * 3, compare));

async function start() {
  way.value = boot.way;
  const outline = await readJson(boot.urls.outline).catch(() => null);
  if (outline) ground.showLines(outline.lines);
  const places = points.flatMap(({ lon, lat }) => (lon === null || lat === null ? [] : [{ lon, lat }]));
  if (places.length) ground.fit(places);
  else ground.home();
  measure();
  bases = (await readJson(boot.urls.bases).catch(() => ({ bases: [] }))).bases;
  for (const { name, title } of bases) byId("base").append(new Option(title, name));
  const { layers } = await readJson(boot.urls.layers).catch(() => ({ layers: [] }));
  for (const { key, title } of layers) byId("reference").append(new Option(title, key));
}

start();
