// What does the address of the page say, and which views came before this one?
import { SIZES } from "app/table/pager.js";

/**
 * @typedef {{lon: number, lat: number, z: number}} View
 * @typedef {object} State
 * @property {View | null} view
 * @property {string[] | null} layers  keys that are on; null: as the server proposes
 * @property {Record<string, number>} opacity  only what differs from 1
 * @property {string | null} selected  uid
 * @property {{name: string, opacity: number} | null} base  what lies under the map
 * @property {Record<string, number>} over  drawings that lie over the map, with their opacity
 * @property {string | null} table  key of the layer in the table drawer
 * @property {Partial<import("app/table/table.js").Ledger>} ledger  how its rows are seen, where that was said
 * @property {string} filters  of all layers, as app/filter/text.js writes them
 * @property {string | null} at  the past day on which the map is seen
 * @property {string | null} siting  the ranking of land whose numbers are on the map
 * @property {string} time  which time is shown, or which two, as app/map/times.js writes it
 * @property {string | null} travel  uid of a comparison of the road network
 * @property {string | null} intake  uid of an import whose differences are on the map
 * @property {boolean} canvas  `renderer=canvas`: support staff see the map as a browser without WebGL2 draws it
 */

const MOST_PAGES = 100_000;
const UID = /^[\w-]{1,36}$/;
const DAY = /^\d{4}-\d\d-\d\d$/;

/**
 * @param {string} query
 * @returns {State}
 */
export function read(query) {
  const given = new URLSearchParams(query);
  return {
    view: viewOf(given),
    layers: given.has("layers") ? words(given.get("layers")) : null,
    opacity: Object.fromEntries(words(given.get("opacity")).flatMap(opacityOf)),
    selected: given.get("sel") || null,
    table: given.get("table") || null,
    ledger: ledgerOf(given),
    base: baseOf(given.get("base")),
    over: Object.fromEntries(words(given.get("over")).map(overOf)),
    filters: given.get("f") ?? "",
    at: DAY.test(given.get("at") ?? "") ? given.get("at") : null,
    siting: UID.test(given.get("siting") ?? "") ? given.get("siting") : null,
    time: given.get("time") ?? "",
    travel: given.get("travel") || null,
    intake: UID.test(given.get("intake") ?? "") ? given.get("intake") : null,
    canvas: given.get("renderer") === "canvas",
  };
}

/**
 * @param {State} state
 * @returns {string}
 */
export function write({
  view,
  layers,
  opacity,
  selected,
  table,
  ledger,
  base,
  over,
  filters,
  at,
  siting,
  time,
  travel,
  intake,
  canvas,
}) {
  const faint = Object.entries(opacity).map(([key, value]) => `${key}:${value}`);
  const parts = [
    view && `lon=${view.lon.toFixed(5)}`,
    view && `lat=${view.lat.toFixed(5)}`,
    view && `z=${Number(view.z.toFixed(3))}`,
    layers && `layers=${list(layers)}`,
    faint.length && `opacity=${list(faint)}`,
    selected && `sel=${encodeURIComponent(selected)}`,
    table && `table=${encodeURIComponent(table)}`,
    table && ledger.all && "rows=all",
    table && ledger.columns && `cols=${list(ledger.columns)}`,
    table && (ledger.page ?? 1) > 1 && `page=${ledger.page}`,
    table && ledger.size && `per=${ledger.size}`,
    table && ledger.sort && `sort=${encodeURIComponent(ledger.sort)}${ledger.desc ? ":desc" : ""}`,
    base && `base=${list([base.opacity < 1 ? `${base.name}:${base.opacity}` : base.name])}`,
    over &&
      Object.keys(over).length > 0 &&
      `over=${list(Object.entries(over).map(([uid, share]) => `${uid}:${share}`))}`,
    filters && `f=${readable(filters)}`,
    at && `at=${at}`,
    siting && `siting=${siting}`,
    time && `time=${encodeURIComponent(time)}`,
    travel && `travel=${encodeURIComponent(travel)}`,
    intake && `intake=${intake}`,
    canvas && "renderer=canvas",
  ];
  return `?${parts.filter(Boolean).join("&")}`;
}

/** @param {URLSearchParams} given @returns {View | null} */
function viewOf(given) {
  const [lon, lat, z] = ["lon", "lat", "z"].map((name) => Number.parseFloat(given.get(name) ?? ""));
  const sound = Math.abs(lon) <= 180 && Math.abs(lat) <= 85 && z >= 0 && z <= 24;
  return sound ? { lon, lat, z } : null;
}

/** @param {URLSearchParams} given @returns {State["ledger"]} */
function ledgerOf(given) {
  const [sort, order] = (given.get("sort") ?? "").split(":");
  const [page, size] = ["page", "per"].map((name) => Number.parseInt(given.get(name) ?? "", 10));
  return {
    ...(page > 1 && page < MOST_PAGES && { page }),
    ...(SIZES.includes(size) && { size }),
    ...(given.get("rows") === "all" && { all: true }),
    ...(given.has("cols") && { columns: words(given.get("cols")) }),
    ...(sort && { sort, desc: order === "desc" }),
  };
}

/** @param {string | null} text name, or name:opacity */
function baseOf(text) {
  const [name, share] = (text ?? "").split(":");
  const opacity = Number.parseFloat(share);
  return name ? { name, opacity: opacity > 0 && opacity < 1 ? opacity : 1 } : null;
}

/** @param {string} pair @returns {[string, number][]} */
function opacityOf(pair) {
  const [key, value] = pair.split(":");
  const share = Number.parseFloat(value);
  return share >= 0 && share < 1 ? [[key, share]] : [];
}

/** @param {string} pair uid, or uid:opacity @returns {[string, number]} */
function overOf(pair) {
  const [uid, share] = pair.split(":");
  const opacity = Number.parseFloat(share);
  return [uid, opacity > 0 && opacity < 1 ? opacity : 1];
}

/** @param {string | null} text */
function words(text) {
  return (text ?? "").split(",").filter(Boolean);
}

// So may Chinese, and what a filter is made of.
/** @param {string} text */
function readable(text) {
  const kept = /[\u4e00-\u9fff:;,.|\w-]+/g;
  let done = 0;
  let written = "";
  for (const { 0: part, index = 0 } of text.matchAll(kept)) {
    written += encodeURIComponent(text.slice(done, index)) + part;
    done = index + part.length;
  }
  return written + encodeURIComponent(text.slice(done));
}

// Commas and colons may stand in a query as they are; people read these addresses.
/** @param {string[]} items */
function list(items) {
  return items.map((item) => encodeURIComponent(item).replaceAll("%3A", ":")).join(",");
}

/**
 * Keeps the address in step with the page. A view far from the last one becomes a step of its own,
 * so that the browser's Back and Forward are 前一视图 and 后一视图.
 * Emits "restore" {state} when the person steps, "steps" {back, forward} when these change.
 */
export class Page extends EventTarget {
  #step = 0;
  #last = 0;

  /** @param {Window} [page] */
  constructor(page = window) {
    super();
    this.page = page;
    this.state = read(page.location.search);
    this.#step = page.history.state?.step ?? 0;
    this.#last = this.#step;
    page.addEventListener("popstate", (event) => this.#stepped(event.state?.step ?? 0));
  }

  get address() {
    const { origin, pathname } = this.page.location;
    return origin + pathname + write(this.state);
  }

  /** @param {Partial<State>} change */
  keep(change) {
    const far = isFar(this.state.view, change.view ?? this.state.view);
    this.state = { ...this.state, ...change };
    if (far) this.#push();
    else this.page.history.replaceState({ step: this.#step }, "", write(this.state));
  }

  back() {
    if (this.#step > 0) this.page.history.back();
  }

  forward() {
    if (this.#step < this.#last) this.page.history.forward();
  }

  #push() {
    this.#last = ++this.#step;
    this.page.history.pushState({ step: this.#step }, "", write(this.state));
    this.#announce();
  }

  /** @param {number} step */
  #stepped(step) {
    this.#step = step;
    this.#last = Math.max(this.#last, step);
    this.state = read(this.page.location.search);
    this.dispatchEvent(new CustomEvent("restore", { detail: { state: this.state } }));
    this.#announce();
  }

  #announce() {
    const detail = { back: this.#step > 0, forward: this.#step < this.#last };
    this.dispatchEvent(new CustomEvent("steps", { detail }));
  }
}

const TILE_PX = 256;
const FAR_PX = 320;

/**
 * Would a person call this another view? A zoom apart, or a third of a screen aside.
 * @param {View | null} before
 * @param {View | null} after
 */
export function isFar(before, after) {
  if (!before || !after) return false;
  if (Math.abs(before.z - after.z) >= 0.75) return true;
  const pixels_per_degree = (TILE_PX * 2 ** after.z) / 360;
  const aside = Math.hypot(before.lon - after.lon, (before.lat - after.lat) * 1.2);
  return aside * pixels_per_degree > FAR_PX;
}
