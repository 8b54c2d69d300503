// A drawing that lies nowhere yet: seen like a map, clicked by pixels.

/** @typedef {{across: number, down: number}} Spot pixels from the upper left corner */

const PADDING = /** @type {[number, number]} */ ([12, 12]);
const CLOSEST = 3;

/** Emits "spot" {across, down} for a click, "moved" {id, across, down} when a pin is dragged. */
export class FlatMap extends EventTarget {
  /** @type {Map<string, L.Marker>} */
  #pins = new Map();

  /** @param {HTMLElement} element @param {string} url @param {{width: number, height: number}} size of the drawing, in pixels */
  constructor(element, url, { width, height }) {
    super();
    this.size = { width, height };
    const bounds = L.latLngBounds([-height, 0], [0, width]);
    this.map = L.map(element, {
      crs: L.CRS.Simple,
      attributionControl: false,
      zoomControl: true,
      zoomSnap: 0,
      minZoom: -8,
      maxZoom: CLOSEST,
      maxBounds: bounds.pad(0.5),
    });
    L.imageOverlay(url, bounds, { alt: "图纸" }).addTo(this.map);
    this.map.fitBounds(bounds, { padding: PADDING, animate: false });
    this.map.on("click", ({ latlng }) => this.#say("spot", this.#spot(latlng)));
    new ResizeObserver(() => this.map.invalidateSize({ animate: false })).observe(element);
  }

  /** @param {(Spot & {id: string, text: string})[]} pins */
  showPins(pins) {
    for (const marker of this.#pins.values()) marker.remove();
    this.#pins.clear();
    for (const { id, text, across, down } of pins) {
      const words = Object.assign(document.createElement("span"), { textContent: text });
      const icon = L.divIcon({ className: "control", html: words, iconSize: [26, 26] });
      const marker = L.marker([-down, across], { icon, draggable: true, title: `控制点 ${text}` });
      marker.on("dragend", () => this.#say("moved", { id, ...this.#spot(marker.getLatLng()) }));
      this.#pins.set(id, marker.addTo(this.map));
    }
  }

  /** @param {L.LatLng} place */
  #spot({ lat, lng }) {
    const { width, height } = this.size;
    const within = (/** @type {number} */ value, /** @type {number} */ most) =>
      Math.min(Math.max(value, 0), most);
    return { across: Number(within(lng, width).toFixed(1)), down: Number(within(-lat, height).toFixed(1)) };
  }

  /** @param {string} name @param {object} detail */
  #say(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}
