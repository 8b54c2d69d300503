// What is pointed at on the map beside its features? Numbered places, lines that tie them together, and halos.
import { BRAND, PAPER } from "app/ink.js";
import { crowded, wordsOf } from "app/map/crowding.js";

// Leaflet draws them over GL and canvas alike.

const CASING = { color: PAPER, weight: 6, opacity: 0.9, interactive: false };
const TIE = { color: BRAND, weight: 2.5, dashArray: "7 5", interactive: false };
const HALO = { color: BRAND, weight: 3, fill: false, interactive: false };
const DISC = 26;
const ROOM = { x: DISC - 4, y: DISC - 4 };
const STEP_ABOVE = 10000;

/** @typedef {{lon: number, lat: number, text: string, title: string, uid: string, quiet?: boolean}} Mark */
/** @typedef {{from: [number, number], to: [number, number]}} Tie longitude and latitude of both ends */

/** Emits "pick" {uid}. */
export class Marks extends EventTarget {
  /** @type {L.LayerGroup | null} */
  #drawn = null;

  /** @type {L.Marker[]} */
  #discs = [];

  /** @param {import("app/map/view.js").MapView} view @param {string} name of its class, for the styles */
  constructor(view, name) {
    super();
    this.view = view;
    this.map = view.map;
    this.name = name;
    this.map.on("zoomend", () => this.#part());
  }

  /** These and no others. @param {{marks?: Mark[], ties?: Tie[], halos?: GeoJSON.Geometry[]}} what */
  show({ marks = [], ties = [], halos = [] }) {
    this.clear();
    const group = L.layerGroup();
    for (const { from, to } of ties) {
      const ends = [from, to].map(([lon, lat]) => L.latLng(lat, lon));
      L.polyline(ends, still(CASING)).addTo(group);
      L.polyline(ends, still(TIE)).addTo(group);
    }
    for (const geometry of halos) {
      const around = { pointToLayer: ring, pmIgnore: true };
      L.geoJSON(
        geometry,
        /** @type {any} */ ({ ...around, style: { ...HALO, weight: 7, color: PAPER } }),
      ).addTo(group);
      L.geoJSON(geometry, /** @type {any} */ ({ ...around, style: HALO })).addTo(group);
    }
    this.#discs = marks.map((mark, i) => this.#mark(mark, marks.length - i));
    for (const disc of this.#discs) disc.addTo(group);
    this.#drawn = group.addTo(this.map);
    this.#part();
  }

  clear() {
    this.#drawn?.remove();
    this.#drawn = null;
    this.#discs = [];
    this.view.keepFree(this.name, []);
  }

  // Discs never cover one another: who comes later is a point until the map is closer.
  #part() {
    for (const [disc, isPoint] of crowded(this.map, this.#discs, ROOM))
      disc.getElement()?.classList.toggle("crowded", isPoint);
    this.view.keepFree(this.name, wordsOf(this.map, this.#discs));
  }

  get isEmpty() {
    return this.#drawn === null;
  }

  // The first stand above the later ones, wherever they lie.
  /** @param {Mark} mark @param {number} level */
  #mark({ lon, lat, text, title, uid, quiet = false }, level) {
    const words = Object.assign(document.createElement("span"), { textContent: text });
    const icon = L.divIcon({
      className: `mark-disc ${this.name} ${quiet ? "quiet-mark" : ""}`,
      html: words,
      iconSize: [DISC, DISC],
      iconAnchor: [DISC / 2, DISC / 2],
    });
    const options = {
      icon,
      title,
      alt: title,
      pmIgnore: true,
      zIndexOffset: level * STEP_ABOVE,
      keyboard: true,
    };
    const marker = L.marker([lat, lon], /** @type {L.MarkerOptions} */ (options));
    const pick = () => this.dispatchEvent(new CustomEvent("pick", { detail: { uid } }));
    marker.on("click", pick);
    marker.on("keydown", (event) => {
      if (/** @type {L.LeafletKeyboardEvent} */ (event).originalEvent.key === "Enter") pick();
    });
    return marker;
  }
}

/** @param {L.PathOptions} style */
function still(style) {
  return /** @type {L.PolylineOptions} */ ({ ...style, pmIgnore: true });
}

/** @param {unknown} _ @param {L.LatLng} place */
function ring(_, place) {
  return L.circleMarker(place, /** @type {any} */ ({ radius: 15, interactive: false, pmIgnore: true }));
}
