// What lies under everything: the tiles of a base map, moved into place where they are shifted?

/** @typedef {{lon: number, lat: number}} Shift degrees by which the tiles show a place too far east and north */

const PANE = "base";
const UNDER_ALL = "150";
const TRIES = 2;
const AGAIN_MS = 1500;
const CLOSEST = 19;

/** Emits "trouble" when tiles stay away, "seen" when a view is complete. */
export class BaseMap extends EventTarget {
  /** @type {L.TileLayer[]} */
  #layers = [];

  /** @param {L.Map} map */
  constructor(map) {
    super();
    this.map = map;
    /** @type {Shift} */
    this.shift = { lon: 0, lat: 0 };
    const pane = map.getPane(PANE) ?? map.createPane(PANE);
    pane.style.zIndex = UNDER_ALL;
    pane.style.pointerEvents = "none";
    this.pane = pane;
  }

  get isOn() {
    return this.#layers.length > 0;
  }

  /** @param {Api.Base | null} base */
  show(base) {
    for (const layer of this.#layers) layer.remove();
    this.shift = { lon: 0, lat: 0 };
    this.#layers = (base?.parts ?? []).map((part) => this.#layer(part));
    for (const layer of this.#layers) layer.addTo(this.map);
  }

  /** @param {number} opacity 0 to 1 */
  setOpacity(opacity) {
    this.pane.style.opacity = String(opacity);
  }

  // Where the tiles show a place too far east, they are laid out round a middle as far east: it then lies in ours.
  /** @param {Shift} shift */
  setShift(shift) {
    if (shift.lon === this.shift.lon && shift.lat === this.shift.lat) return;
    this.shift = shift;
    for (const layer of /** @type {any[]} */ (this.#layers)) {
      layer._setZoomTransforms(this.map.getCenter(), this.map.getZoom());
      layer._update();
    }
  }

  /** Draws what is loaded. @param {CanvasRenderingContext2D} ink one unit is one CSS pixel of the map's container */
  copyTo(ink) {
    const corner = this.map.getContainer().getBoundingClientRect();
    ink.save();
    ink.globalAlpha = Number(this.pane.style.opacity || 1);
    for (const tile of this.pane.querySelectorAll("img")) {
      const { left, top, width, height } = tile.getBoundingClientRect();
      if (tile.complete && tile.naturalWidth)
        ink.drawImage(tile, left - corner.left, top - corner.top, width, height);
    }
    ink.restore();
  }

  /** @param {Api.BasePart} part */
  #layer({ url, min_zoom, max_zoom, bounds }) {
    const options = {
      pane: PANE,
      minNativeZoom: min_zoom,
      maxNativeZoom: max_zoom,
      maxZoom: CLOSEST,
      ...(bounds && { bounds: L.latLngBounds([bounds[1], bounds[0]], [bounds[3], bounds[2]]) }),
    };
    const layer = this.#moved(L.tileLayer(url, options));
    layer.on("tileerror", ({ tile }) => this.#again(/** @type {HTMLImageElement} */ (tile)));
    layer.on("load", () => this.dispatchEvent(new Event("seen")));
    return layer;
  }

  // Leaflet asks these two where the middle is; nothing else of a layer depends on it.
  /** @param {L.TileLayer} layer */
  #moved(layer) {
    const own = /** @type {any} */ (layer);
    for (const [name, place] of /** @type {[string, number][]} */ ([
      ["_getTiledPixelBounds", 0],
      ["_setZoomTransform", 1],
    ])) {
      const act = own[name];
      own[name] = (/** @type {any[]} */ ...given) => {
        given[place] = this.#shifted(given[place]);
        return act.apply(own, given);
      };
    }
    return layer;
  }

  /** @param {L.LatLng} center */
  #shifted({ lat, lng }) {
    return L.latLng(lat + this.shift.lat, lng + this.shift.lon);
  }

  // A source that is busy answers a moment later; one that is dead is given up.
  /** @param {HTMLImageElement} tile */
  #again(tile) {
    const tries = Number(tile.dataset.tries ?? 0);
    if (tries >= TRIES) return this.dispatchEvent(new Event("trouble"));
    tile.dataset.tries = String(tries + 1);
    setTimeout(() => {
      if (tile.isConnected) tile.src = `${tile.src.replace(/&again=\d$/, "")}&again=${tries + 1}`;
    }, AGAIN_MS);
  }
}
