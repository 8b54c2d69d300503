// A light map of few lines, on which places are pinned: county, towns, rivers, roads, and whatever is being placed.
import { BRAND, LAND, PAPER } from "app/ink.js";

const LINES = /** @type {Record<string, L.PathOptions>} */ ({
  county: { color: "#7d7191", weight: 1.7, dashArray: "14 4 2.5 4", fillColor: LAND, fillOpacity: 1 },
  band: { color: "#cdbfdd", weight: 10, opacity: 0.55, fill: false },
  town: { color: "#c9c0af", weight: 1, dashArray: "9 4 2 4", fill: false },
  river: { color: "#a6d3ea", weight: 2.4, fill: false },
  road: { color: "#a79d8c", weight: 1.6, fill: false },
});
const ORDER = ["band", "county", "town", "river", "road"];
const NAMES_FROM_ZOOM = 9;
const CLOSE = 14.5;
const PADDING = /** @type {[number, number]} */ ([18, 18]);

/** @typedef {{lon: number, lat: number}} Place */
/** @typedef {Place & {id: string, text: string, state?: string, title?: string, movable?: boolean}} Pin */

/** Emits "moved" {id, lon, lat} when a pin is dragged, "pick" {id}, "point" {lon, lat}. */
export class PinMap extends EventTarget {
  /** @type {Map<string, L.Marker>} */
  #pins = new Map();
  /** @type {L.LayerGroup | null} */
  #lines = null;
  /** @type {L.LayerGroup} */
  #here;
  /** @type {L.LatLngBounds | null} */
  #county = null;
  #isHome = false;

  /** @param {HTMLElement} element */
  constructor(element) {
    super();
    this.map = L.map(element, {
      attributionControl: false,
      zoomControl: false,
      zoomSnap: 0,
      preferCanvas: true,
      minZoom: 7,
      maxZoom: 19,
    }).setView([35.55, 118.45], 9);
    this.#here = L.layerGroup().addTo(this.map);
    this.map.on("click", ({ latlng }) => this.#say("point", { lon: latlng.lng, lat: latlng.lat }));
    this.map.on("zoomend", () => this.#turnNames());
    this.#turnNames();
    this.map.on("dragstart", () => {
      this.#isHome = false;
    });
    new ResizeObserver(() => this.#fitAgain()).observe(element);
  }

  /** @param {Api.OutlineLine[]} lines */
  showLines(lines) {
    this.#lines?.remove();
    this.#lines = L.layerGroup().addTo(this.map);
    const drawn = lines.map((line) => ({ ...line, sort: sortOf(line) }));
    const bands = drawn.filter(({ sort }) => sort === "county").map((line) => ({ ...line, sort: "band" }));
    for (const sort of ORDER) {
      for (const line of [...bands, ...drawn].filter((each) => each.sort === sort)) this.#drawLine(line);
    }
    const county = drawn.filter(({ sort }) => sort === "county");
    this.#county = county.length
      ? L.geoJSON(/** @type {any} */ (county.map(({ geometry }) => geometry))).getBounds()
      : null;
  }

  /** All of the county. */
  home() {
    this.#isHome = true;
    if (this.#county?.isValid()) this.map.fitBounds(this.#county, { padding: PADDING, animate: false });
  }

  /** Come near to a place, without leaving a closer view. @param {Place} place @param {boolean} [close] */
  look({ lon, lat }, close = true) {
    this.#isHome = false;
    const zoom = close ? Math.max(CLOSE, this.map.getZoom()) : this.map.getZoom();
    this.map.setView([lat, lon], zoom, { animate: false });
  }

  /** @param {Place[]} places */
  fit(places) {
    if (!places.length) return this.home();
    this.#isHome = false;
    const bounds = L.latLngBounds(places.map(({ lon, lat }) => [lat, lon]));
    return this.map.fitBounds(bounds, { padding: [48, 48], maxZoom: CLOSE, animate: false });
  }

  /** Where this device is, and how sure it is of that. @param {(Place & {accuracy_m: number}) | null} fix */
  showHere(fix) {
    this.#here.clearLayers();
    if (!fix) return;
    const at = L.latLng(fix.lat, fix.lon);
    L.circle(at, { radius: fix.accuracy_m, className: "here-circle", interactive: false }).addTo(this.#here);
    L.circleMarker(at, { radius: 6, className: "here", interactive: false, ...HERE }).addTo(this.#here);
  }

  /** These pins and no others. @param {Pin[]} pins */
  showPins(pins) {
    const wanted = new Set(pins.map(({ id }) => id));
    for (const [id, marker] of this.#pins) {
      if (wanted.has(id)) continue;
      marker.remove();
      this.#pins.delete(id);
    }
    for (const pin of pins) this.#showPin(pin);
  }

  /** What lies under a point of the window. @param {number} x @param {number} y @returns {Place | null} */
  placeAt(x, y) {
    const box = this.map.getContainer().getBoundingClientRect();
    if (x < box.left || x > box.right || y < box.top || y > box.bottom) return null;
    const { lat, lng } = this.map.containerPointToLatLng([x - box.left, y - box.top]);
    return { lon: lng, lat };
  }

  /** @param {number} steps */
  zoomBy(steps) {
    this.map.setZoom(this.map.getZoom() + steps);
  }

  /** @param {Pin} pin */
  #showPin({ id, lon, lat, text, state = "", title = "", movable = false }) {
    const icon = L.divIcon({
      className: `pin ${state}`,
      html: face(text),
      iconSize: [34, 42],
      iconAnchor: [17, 40],
    });
    const there = this.#pins.get(id);
    if (there) {
      there.setLatLng([lat, lon]).setIcon(icon);
      return;
    }
    const marker = L.marker([lat, lon], {
      icon,
      draggable: movable,
      title,
      alt: title,
      keyboard: true,
      autoPan: true,
    });
    marker.on("dragend", () => {
      const { lat: y, lng: x } = marker.getLatLng();
      this.#say("moved", { id, lon: x, lat: y });
    });
    marker.on("click", () => this.#say("pick", { id }));
    this.#pins.set(id, marker.addTo(this.map));
  }

  /** @param {{sort: string, name: string, geometry: GeoJSON.Geometry}} line */
  #drawLine({ sort, name, geometry }) {
    const drawn = L.geoJSON(/** @type {any} */ (geometry), { style: LINES[sort], interactive: false });
    drawn.addTo(/** @type {L.LayerGroup} */ (this.#lines));
    if (sort !== "town") return;
    const words = Object.assign(document.createElement("span"), { textContent: name });
    const icon = L.divIcon({ className: "town-name", html: words, iconSize: [0, 0] });
    const at = drawn.getBounds().getCenter();
    L.marker(at, { icon, interactive: false, keyboard: false }).addTo(
      /** @type {L.LayerGroup} */ (this.#lines),
    );
  }

  #fitAgain() {
    this.map.invalidateSize({ animate: false });
    if (this.#isHome) this.home();
  }

  #turnNames() {
    this.map.getContainer().classList.toggle("with-names", this.map.getZoom() >= NAMES_FROM_ZOOM);
  }

  /** @param {string} name @param {object} detail */
  #say(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}

const HERE = { color: PAPER, weight: 2, fillColor: BRAND, fillOpacity: 1 };

/** @param {Api.OutlineLine} line */
function sortOf({ kind, symbol }) {
  if (kind === "river") return "river";
  if (kind === "existing_road") return "road";
  return symbol === "county" ? "county" : "town";
}

// Drawn here and not loaded: it must be there without a network.
/** @param {string} text */
function face(text) {
  const element = document.createElement("span");
  element.textContent = text;
  return element;
}
