// Where does the sheet lie on the map? A frame to exact scale that is dragged, turned and resized, by hand and by keys.

import { BRAND, INK } from "app/ink.js";
import { toDegrees, toPlane, zoneOf } from "app/map/gauss.js";

/**
 * @typedef {{lon: number, lat: number}} Place
 * @typedef {{center: Place, scale: number, turn: number, map_mm: [width: number, height: number], rows: number, columns: number, overlap: number}} Laid
 */

const PANE = "print-frame";
const LEVEL = "645";
const EDGE = { color: BRAND, weight: 2.5, fillColor: BRAND, fillOpacity: 0 };
const INNER = { color: BRAND, weight: 1.2, dashArray: "5 4", fill: false, interactive: false };
const SHADE = { stroke: false, fillColor: INK, fillOpacity: 0.3, interactive: false };
const PIECES = 8;
const STEM_PX = 34;
const STEP = 0.05;
const FINE_STEP = 0.01;
const TURN = 1;
const LARGE_TURN = 15;
const UPRIGHT = 2;
const [LEAST_SCALE, MOST_SCALE] = [100, 2_000_000];
const WORLD = /** @type {[number, number][]} */ ([
  [-85, -180],
  [-85, 180],
  [85, 180],
  [85, -180],
]);
/** @type {[right: number, up: number][]} */
const CORNERS = [
  [-0.5, -0.5],
  [0.5, -0.5],
  [0.5, 0.5],
  [-0.5, 0.5],
];

/** Shows the frame while it is on. Emits "moved" when it was changed on the map, "print" and "close" when a key asks for it. */
export class PrintFrame extends EventTarget {
  /** @type {Laid | null} */
  #laid = null;
  /** @type {L.LayerGroup | null} */
  #drawn = null;
  /** What is drawn of it, each drawn again where it stands, so that a finger keeps hold. @type {{shade: L.Polygon, sheets: L.Polygon, stem: L.Polyline, edge: L.Polygon} | null} */
  #lines = null;
  /** @type {L.Marker | null} */
  #grip = null;
  /** @type {L.Marker | null} */
  #turner = null;
  /** @type {L.Marker[]} */
  #corners = [];

  /** @param {L.Map} map */
  constructor(map) {
    super();
    this.map = map;
    const pane = map.getPane(PANE) ?? map.createPane(PANE);
    pane.style.zIndex = LEVEL;
    this.renderer = L.svg({ pane: PANE, padding: 1 });
  }

  get isOn() {
    return this.#laid !== null;
  }

  /** The sheet as it lies now. */
  get laid() {
    return this.#laid;
  }

  /** The zone that it is drawn in, and those that it touches. */
  get zones() {
    const laid = /** @type {Laid} */ (this.#laid);
    const lons = this.#ring(laid).map(({ lon }) => lon);
    const [from, to] = [zoneOf(Math.min(...lons)), zoneOf(Math.max(...lons))];
    return { own: zoneOf(laid.center.lon), touched: from === to ? [from] : [from, to] };
  }

  /** West, south, east, north. @returns {[number, number, number, number]} */
  get bounds() {
    return this.boundsOf(/** @type {Laid} */ (this.#laid));
  }

  /** Of a sheet that lies there. @param {Laid} laid @returns {[number, number, number, number]} */
  boundsOf(laid) {
    const ring = this.#ring(laid);
    const [lons, lats] = [ring.map(({ lon }) => lon), ring.map(({ lat }) => lat)];
    return [Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats)];
  }

  /** Would a sheet that lies there show all of this? @param {Laid} laid @param {[west: number, south: number, east: number, north: number]} bounds */
  covers(laid, [west, south, east, north]) {
    const [width, height] = this.#size(laid);
    const corners = [west, east].flatMap((lng) => [south, north].map((lat) => L.latLng(lat, lng)));
    return corners.every((corner) => {
      const [x, y] = this.#offset(laid, corner);
      return Math.abs(x) <= width / 2 && Math.abs(y) <= height / 2;
    });
  }

  /** @param {Laid} laid */
  show(laid) {
    this.#laid = laid;
    if (!this.#drawn) this.#stand();
    this.#draw();
  }

  hide() {
    if (!this.#drawn) return;
    this.map.off("zoomend", this.#redraw);
    this.#drawn.remove();
    this.renderer.remove();
    this.#drawn = this.#lines = this.#grip = this.#turner = null;
    this.#corners = [];
    this.#laid = null;
  }

  focus() {
    this.#grip?.getElement()?.focus({ preventScroll: true });
  }

  #redraw = () => this.#draw();

  // --- where it lies -----------------------------------------------------------------------------------

  /** Width and height of all that is printed, in metres. @param {Laid} laid @returns {[number, number]} */
  #size({ scale, map_mm: [width, height], rows, columns, overlap }) {
    const [across, down] = [1 + (columns - 1) * (1 - overlap / 100), 1 + (rows - 1) * (1 - overlap / 100)];
    return [(width * across * scale) / 1000, (height * down * scale) / 1000];
  }

  /** Metres to the right and up on the sheet, as a place. @param {Laid} laid @param {number} right @param {number} up */
  #place({ center, turn }, right, up) {
    const zone = zoneOf(center.lon);
    const [east, north] = toPlane(center, zone);
    const angle = (turn * Math.PI) / 180;
    return toDegrees(
      [
        east + right * Math.cos(angle) + up * Math.sin(angle),
        north - right * Math.sin(angle) + up * Math.cos(angle),
      ],
      zone,
    );
  }

  /** A place, as metres to the right and up of the middle. @param {Laid} laid @param {L.LatLng} place @returns {[number, number]} */
  #offset({ center, turn }, { lng, lat }) {
    const zone = zoneOf(center.lon);
    const [east, north] = toPlane(center, zone);
    const [there_east, there_north] = toPlane({ lon: lng, lat }, zone);
    const angle = (turn * Math.PI) / 180;
    const [x, y] = [there_east - east, there_north - north];
    return [x * Math.cos(angle) - y * Math.sin(angle), x * Math.sin(angle) + y * Math.cos(angle)];
  }

  /** @param {Laid} laid @param {[number, number]} [size] @param {[number, number]} [middle] */
  #ring(laid, [width, height] = this.#size(laid), [x, y] = [0, 0]) {
    return CORNERS.flatMap(([right, up], i) => {
      const [next_right, next_up] = CORNERS[(i + 1) % CORNERS.length];
      return Array.from({ length: PIECES }, (_, piece) => {
        const share = piece / PIECES;
        return this.#place(
          laid,
          x + (right + (next_right - right) * share) * width,
          y + (up + (next_up - up) * share) * height,
        );
      });
    });
  }

  /** The sheets of a series. @param {Laid} laid */
  #sheets(laid) {
    const { rows, columns, overlap, scale, map_mm } = laid;
    if (rows * columns === 1) return [];
    const [width, height] = map_mm.map((mm) => (mm * scale) / 1000);
    const share = 1 - overlap / 100;
    return Array.from({ length: rows * columns }, (_, at) => {
      const [row, column] = [Math.floor(at / columns), at % columns];
      const middle = /** @type {[number, number]} */ ([
        (column - (columns - 1) / 2) * width * share,
        ((rows - 1) / 2 - row) * height * share,
      ]);
      return this.#ring(laid, [width, height], middle).map(latlng);
    });
  }

  // --- what is seen ------------------------------------------------------------------------------------

  #stand() {
    this.#drawn = L.layerGroup().addTo(this.map);
    const lines = this.#trace();
    for (const line of Object.values(lines)) this.#drawn.addLayer(line);
    this.#hold(lines.edge);
    this.#lines = lines;
    this.#turner = this.#handle("turn", "旋转图幅", (at) => this.#turnTo(at));
    this.#corners = CORNERS.map((_, i) => this.#handle("corner", "改变比例尺", (at) => this.#resize(at, i)));
    this.#grip = this.#handle("grip", "图幅：方向键移动，[ ] 旋转，加减号改变比例尺，回车打印", (at) =>
      this.#moveTo(at),
    );
    const grip = this.#grip.getElement();
    grip?.setAttribute("tabindex", "0");
    grip?.setAttribute("role", "button");
    grip?.addEventListener("keydown", (event) => this.#key(event));
    this.map.on("zoomend", this.#redraw);
  }

  /** @param {string} name @param {string} words @param {(at: L.LatLng) => void} act @returns {L.Marker} */
  #handle(name, words, act) {
    const icon = L.divIcon({ className: `frame-${name}`, iconSize: undefined });
    const marker = L.marker([0, 0], {
      .../** @type {any} */ ({ pmIgnore: true }),
      icon,
      pane: PANE,
      draggable: true,
      autoPan: false,
      keyboard: false,
    });
    this.#drawn?.addLayer(marker);
    marker.getElement()?.setAttribute("aria-label", words);
    marker.getElement()?.setAttribute("title", words);
    marker.on("drag", () => act(marker.getLatLng()));
    marker.on("dragend", () => this.#draw());
    return marker;
  }

  #trace() {
    const how = { pane: PANE, renderer: this.renderer, .../** @type {any} */ ({ pmIgnore: true }) };
    return {
      shade: L.polygon([], { ...how, ...SHADE }),
      sheets: L.polygon([], { ...how, ...INNER }),
      stem: L.polyline([], { ...how, ...INNER, dashArray: "" }),
      edge: L.polygon([], { ...how, ...EDGE }),
    };
  }

  #draw() {
    const laid = this.#laid;
    if (!laid || !this.#lines) return;
    const ring = this.#ring(laid).map(latlng);
    const { shade, sheets, stem, edge } = this.#lines;
    shade.setLatLngs(/** @type {any} */ ([WORLD, ring]));
    sheets.setLatLngs(/** @type {any} */ (this.#sheets(laid).map((sheet) => [sheet])));
    stem.setLatLngs(this.#stem(laid));
    edge.setLatLngs(ring);
    this.#settle(laid);
  }

  /** From the middle of the upper edge to the handle that turns. @param {Laid} laid */
  #stem(laid) {
    const [, height] = this.#size(laid);
    const top = latlng(this.#place(laid, 0, height / 2));
    const middle = latlng(laid.center);
    const [from, to] = [middle, top].map((place) => this.map.latLngToLayerPoint(place));
    const long = Math.max(to.distanceTo(from), 1);
    const end = to.add(to.subtract(from).multiplyBy(STEM_PX / long));
    return [top, this.map.layerPointToLatLng(end)];
  }

  /** @param {Laid} laid */
  #settle(laid) {
    const [width, height] = this.#size(laid);
    this.#grip?.setLatLng(latlng(laid.center));
    this.#turner?.setLatLng(this.#stem(laid)[1]);
    this.#corners.forEach((corner, i) => {
      corner.setLatLng(latlng(this.#place(laid, CORNERS[i][0] * width, CORNERS[i][1] * height)));
    });
  }

  // --- what is done with it ----------------------------------------------------------------------------

  // The whole area is held and drawn; the map beneath stays.
  /** @param {L.Polygon} edge */
  #hold(edge) {
    const element = /** @type {SVGElement | undefined} */ (edge.getElement());
    if (!element) return;
    element.classList.add("frame-area");
    L.DomEvent.disableClickPropagation(/** @type {any} */ (element));
    element.addEventListener("pointerdown", (event) => this.#grab(event, element));
  }

  /** @param {PointerEvent} down @param {SVGElement} element */
  #grab(down, element) {
    if (!this.#laid || down.button !== 0) return;
    down.preventDefault();
    element.setPointerCapture(down.pointerId);
    const from = this.map.mouseEventToLatLng(down);
    const { lon, lat } = this.#laid.center;
    const follow = (/** @type {PointerEvent} */ event) => {
      const to = this.map.mouseEventToLatLng(event);
      this.#moveTo(L.latLng(lat + to.lat - from.lat, lon + to.lng - from.lng));
    };
    const let_go = () => {
      element.removeEventListener("pointermove", follow);
      this.focus();
    };
    element.addEventListener("pointermove", follow);
    for (const name of ["pointerup", "pointercancel"]) element.addEventListener(name, let_go, { once: true });
  }

  /** @param {L.LatLng} place */
  #moveTo({ lng, lat }) {
    this.#change({ center: { lon: lng, lat } });
  }

  /** The upper edge points there; near north it is north. @param {L.LatLng} place */
  #turnTo(place) {
    if (!this.#laid) return;
    const [x, y] = this.#offset({ ...this.#laid, turn: 0 }, place);
    const turn = Math.round((Math.atan2(x, y) * 180) / Math.PI);
    this.#change({ turn: Math.abs(turn) <= UPRIGHT ? 0 : turn });
  }

  /** The corner lies there, the middle stays. @param {L.LatLng} place @param {number} corner */
  #resize(place, corner) {
    if (!this.#laid) return;
    const [x, y] = this.#offset(this.#laid, place);
    const [width, height] = this.#size({ ...this.#laid, scale: 1 });
    const [right, up] = CORNERS[corner];
    const scale = Math.max((x * Math.sign(right)) / (width / 2), (y * Math.sign(up)) / (height / 2));
    this.#scale(scale);
  }

  /** @param {number} scale */
  #scale(scale) {
    const round = 10 ** Math.max(Math.floor(Math.log10(Math.max(scale, LEAST_SCALE))) - 1, 1);
    const near = Math.min(Math.max(Math.round(scale / round) * round, LEAST_SCALE), MOST_SCALE);
    this.#change({ scale: near });
  }

  /** @param {KeyboardEvent} event */
  #key(event) {
    const laid = this.#laid;
    if (!laid || event.ctrlKey || event.altKey || event.metaKey) return;
    const [width, height] = this.#size(laid).map((size) => size * (event.shiftKey ? FINE_STEP : STEP));
    const moves = {
      ArrowLeft: [-width, 0],
      ArrowRight: [width, 0],
      ArrowUp: [0, height],
      ArrowDown: [0, -height],
    };
    const turns = { "[": -TURN, "]": TURN, "{": -LARGE_TURN, "}": LARGE_TURN };
    const scales = { "+": 1 / 1.25, "=": 1 / 1.25, "-": 1.25, _: 1.25 };
    const move = /** @type {Record<string, number[]>} */ (moves)[event.key];
    const turn = /** @type {Record<string, number>} */ (turns)[event.key];
    const scale = /** @type {Record<string, number>} */ (scales)[event.key];
    if (move) this.#change({ center: this.#place(laid, move[0], move[1]) });
    else if (turn) this.#change({ turn: ((laid.turn + turn + 540) % 360) - 180 });
    else if (scale) this.#scale(laid.scale * scale);
    else if (event.key === "Enter") this.dispatchEvent(new CustomEvent("print"));
    else if (event.key === "Escape") this.dispatchEvent(new CustomEvent("close"));
    else return;
    event.preventDefault();
    event.stopPropagation();
  }

  /** @param {Partial<Laid>} change */
  #change(change) {
    if (!this.#laid) return;
    this.#laid = { ...this.#laid, ...change };
    this.#draw();
    this.dispatchEvent(new CustomEvent("moved"));
  }
}

/** @param {Place} place */
function latlng({ lon, lat }) {
  return L.latLng(lat, lon);
}
